"""Branches: a task with the tasks that are parts of it, at any level.

A task on the top level has no parent and is on level 1. No task is a part of itself, and none is
below the last level, because each change of a parent is checked here while the list's row is
locked. What a check reads is bounded, however large a list is.
"""

from collections.abc import Iterable

from sqlalchemy import Integer, bindparam, func, literal_column, select

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.errors import BranchTooLargeError, ParentRefusedError, TooManyWordsError
from todo_api.storage.json_rows import given_ids, json_of
from todo_api.storage.schema import tasks
from todo_api.storage.usage import WordBudget

MOST_LEVELS = 5
MOST_IN_BRANCH = 1000
"""A larger one is not changed in one transaction: this one takes a tenth of a second."""
MOST_WORDS_OF_BRANCH = 20_000
"""Words and labels of its tasks: another tenth."""
MOST_ON_LOOP = 20
"""Tasks of a branch that are changed on an event loop."""

_FIRST = literal_column("1", Integer).label("level")
_IN_LIST = tasks.c.list_id == bindparam("in_list")
_relative = tasks.alias("relative")
_IS_IN_SAME_LIST = _relative.c.list_id == bindparam("in_list")

_up = select(tasks.c.id, tasks.c.parent_id, _FIRST).where(_IN_LIST, tasks.c.id.in_(given_ids()))
_above = _up.cte("above", recursive=True)
_above = _above.union_all(
    select(_above.c.id, _relative.c.parent_id, _above.c.level + 1).where(
        _IS_IN_SAME_LIST, _relative.c.id == _above.c.parent_id, _above.c.level < MOST_LEVELS
    )
)
SELECT_LEVELS = Statement(
    select(_above.c.id, func.max(_above.c.level)).select_from(_above).group_by(_above.c.id)
)

_down = select(tasks.c.id, _FIRST).where(_IN_LIST, tasks.c.id == bindparam("task_id"))
_below = _down.cte("below", recursive=True)
_below = _below.union_all(
    select(_relative.c.id, _below.c.level + 1).where(
        _IS_IN_SAME_LIST, _relative.c.parent_id == _below.c.id, _below.c.level < MOST_LEVELS
    )
)
SELECT_BRANCH = Statement(
    select(_below.c.id, _below.c.level).select_from(_below).limit(bindparam("most"))
)


class BranchBudget(WordBudget):
    """What one branch may have, where nothing else is in the transaction."""

    def __init__(
        self, tasks: int | None = None, words: int | None = None, *, times: int = 1
    ) -> None:
        """Allow so many words, each of which is counted several times, of so many tasks.

        If it is not told, they are what is changed at once.
        """
        self._told = tasks or MOST_IN_BRANCH, words or MOST_WORDS_OF_BRANCH
        super().__init__(times * self._told[1])

    def spend_tasks(self, tasks: int) -> None:
        """Count nothing: `select_branch` has seen that they are not too many."""

    def spend(self, words: int) -> None:
        """Count some words and labels. Raises `BranchTooLargeError`."""
        try:
            super().spend(words)
        except TooManyWordsError:
            raise BranchTooLargeError(*self._told) from None


def select_levels(db: Connection, list_id: int, task_ids: Iterable[int]) -> dict[int, int]:
    """Return by its id the level of each of some tasks that is in a list."""
    return dict(db.all(SELECT_LEVELS, {"in_list": list_id, "ids": json_of(task_ids)}))


def select_branch(db: Connection, list_id: int, task_id: int) -> dict[int, int]:
    """Return by its id the level of a task, counted from 1, and of those below it.

    Raises `BranchTooLargeError`.
    """
    values = {"in_list": list_id, "task_id": task_id, "most": MOST_IN_BRANCH + 1}
    branch = dict(db.all(SELECT_BRANCH, values))
    if len(branch) > MOST_IN_BRANCH:
        raise BranchTooLargeError(MOST_IN_BRANCH, MOST_WORDS_OF_BRANCH)
    return branch


def check_parent(
    db: Connection, list_id: int, parent_id: int, task_id: int | None = None, *, levels: int = 1
) -> None:
    """See that a task can be put under a parent, or so many levels of tasks that are new there.

    Raises `ParentRefusedError`, `BranchTooLargeError`.
    """
    level = select_levels(db, list_id, [parent_id]).get(parent_id)
    if level is None:
        raise ParentRefusedError("missing")
    branch = {0: levels} if task_id is None else select_branch(db, list_id, task_id)
    if parent_id in branch:
        raise ParentRefusedError("cycle")
    if level + max(branch.values()) > MOST_LEVELS:
        raise ParentRefusedError("too_deep")
