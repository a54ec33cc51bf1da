"""Tasks that go into another list, with all that is below them.

The id of a task says which list it is in, so each gets a new one there. To those who follow the old
list it is gone, as if it had been deleted; but it is not in the trash, since it still exists.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from todo_api.storage.branches import (
    MOST_LEVELS,
    MOST_ON_LOOP,
    BranchBudget,
    select_branch,
    select_levels,
)
from todo_api.storage.engine import Connection
from todo_api.storage.errors import (
    BranchTooLargeError,
    ParentRefusedError,
    TaskMissingError,
)
from todo_api.storage.json_rows import json_of
from todo_api.storage.members import SELECT_MEMBERS
from todo_api.storage.moves import place_next_to
from todo_api.storage.positions import position_of
from todo_api.storage.schema import TaskRow
from todo_api.storage.search_index import LABELS, WORDS, search_columns
from todo_api.storage.tasks import (
    DELETE_TASK,
    INSERT_TASK,
    SELECT_TASKS_TO_DELETE,
    begin_change,
    begin_new,
    refuse_version,
)
from todo_api.storage.tombstones import INSERT_TOMBSTONE
from todo_api.storage.transfer import select_known
from todo_api.storage.usage import UNLIMITED, Quotas, WordBudget, count_tasks, text_size

MOST_TASKS = 500
"""Each is deleted and made anew, which takes as long as twice as many that are only deleted."""
MOST_WORDS = 20_000
"""Words and labels that are removed there, and as many that are added here."""


class _Part:
    """A task of the branch: as it was, what it was found by, and its id in the other list."""

    def __init__(self, row: Sequence[Any], level: int) -> None:
        *task, words, self.uid = row
        self.task = TaskRow._make(task)
        self.words = words.split()
        self.level = level

    @property
    def place(self) -> tuple[int, str, int]:
        """What comes before what: parents before their parts, and these in the order by hand."""
        return self.level, self.task.position, self.task.id


def relocate_task(
    db: Connection,
    list_id: int,
    task_id: int,
    into: int,
    where: Mapping[str, Any],
    *,
    versions: Collection[int] | None = None,
    quotas: Quotas = UNLIMITED,
    budget: WordBudget | None = None,
) -> TaskRow:
    """Return a task as it is in the list `into`, whose row and that of its old list are locked.

    With `versions` as `update_task`. `where` has what `move_task` takes: the parent and the
    neighbour are tasks of the list that it goes into. It comes last there, and on the top level, if
    `where` does not tell. Whoever it is assigned to keeps it as a member of that list. What it came
    of, and what came of it, stays where it is, and the links end.

    Raises `UserGoneError`, `TaskMissingError`, `TaskChangedError`, `ParentRefusedError`,
    `NeighbourRefusedError`, `BranchTooLargeError`, `TooManyWordsError`, `QuotaMetError`; each has
    to leave the transaction.
    """
    branch = _select_branch(db, list_id, task_id)
    refuse_version(branch[0].task, versions)
    parent_id = where.get("parent_id")
    if parent_id is not None:
        _check_parent(db, into, parent_id, depth=branch[-1].level)
    budget = BranchBudget(MOST_TASKS, MOST_WORDS, times=2) if budget is None else budget
    budget.spend_tasks(2 * (len(branch) - 1))
    _remove(db, list_id, branch, budget)
    return _insert(db, into, branch, where, quotas, budget)


def _select_branch(db: Connection, list_id: int, task_id: int) -> list[_Part]:
    """Return a task and all below it, in their order. Raises `BranchTooLargeError`."""
    levels = select_branch(db, list_id, task_id)
    if not levels:
        raise TaskMissingError
    if len(levels) > MOST_TASKS:
        raise BranchTooLargeError(MOST_TASKS, MOST_WORDS)
    if len(levels) > MOST_ON_LOOP // 2:
        db.require_thread()
    rows = db.all(SELECT_TASKS_TO_DELETE, {"in_list": list_id, "ids": json_of(levels)})
    return sorted((_Part(row, levels[row[0]]) for row in rows), key=lambda part: part.place)


def _check_parent(db: Connection, list_id: int, parent_id: int, *, depth: int) -> None:
    level = select_levels(db, list_id, [parent_id]).get(parent_id)
    if level is None:
        raise ParentRefusedError("missing")
    if level + depth > MOST_LEVELS:
        raise ParentRefusedError("too_deep")


def _remove(db: Connection, list_id: int, branch: Sequence[_Part], budget: WordBudget) -> None:
    """Remove tasks from their list, the deepest first, with a tombstone each."""
    change = begin_change(db, list_id, changes=len(branch))
    for version, part in enumerate(reversed(branch), change.version - len(branch) + 1):
        task = part.task
        db.execute_later(DELETE_TASK, {"in_list": list_id, "task_id": task.id})
        LABELS.renew(db, list_id, task.id, old=task.labels, new=(), budget=budget)
        WORDS.renew(db, list_id, task.id, old=part.words, new=(), budget=budget)
        tombstone = {"list_id": list_id, "task_id": task.id, "deleted_at": change.at}
        db.execute_later(INSERT_TOMBSTONE, {**tombstone, "version": version})
    count_tasks(db, list_id, -len(branch), -_text_of(branch))


def _insert(
    db: Connection,
    list_id: int,
    branch: Sequence[_Part],
    where: Mapping[str, Any],
    quotas: Quotas,
    budget: WordBudget,
) -> TaskRow:
    """Make tasks anew in another list, and return the first of them."""
    many = len(branch)
    last = begin_new(db, list_id, tasks=many, text=_text_of(branch), quotas=quotas)
    first_id, first_version = last.last_task_id - many + 1, last.version - many + 1
    ids = {part.task.id: first_id + place for place, part in enumerate(branch)}
    taken = _taken_uids(db, list_id, branch)
    members = _members_if_needed(db, list_id, branch)
    made = []
    for place, part in enumerate(branch):
        task = part.task._replace(
            id=first_id + place,
            parent_id=ids.get(part.task.parent_id or 0),
            position=position_of(first_id + place),
            updated_at=last.at,
            assigned_to=part.task.assigned_to if part.task.assigned_to in members else None,
            previous_id=None,
            next_id=None,
            next_version=None,
            version=first_version + place,
        )
        if place == 0:
            position = place_next_to(db, list_id, task.id, where, end=task.position)
            task = task._replace(parent_id=where.get("parent_id"), position=position)
        columns = {**task._asdict(), "list_id": list_id}
        columns["uid"] = None if part.uid in taken else part.uid
        found_by = search_columns(columns, columns, last.time_zone)
        db.execute_later(INSERT_TASK, {**columns, **found_by})
        LABELS.renew(db, list_id, task.id, old=(), new=task.labels, budget=budget)
        WORDS.renew(db, list_id, task.id, old=(), new=part.words, budget=budget)
        made.append(task)
    return made[0]


def _taken_uids(db: Connection, list_id: int, branch: Sequence[_Part]) -> Collection[str]:
    """Return the uids that tasks of the other list have, having been imported from one file."""
    uids = [part.uid for part in branch if part.uid is not None]
    return select_known(db, list_id, uids=uids)[0] if uids else ()


def _members_if_needed(db: Connection, list_id: int, branch: Sequence[_Part]) -> set[int]:
    """Return the members of the other list, if any of the tasks is assigned to somebody."""
    if all(part.task.assigned_to is None for part in branch):
        return set()
    return {member.user_id for member in db.all(SELECT_MEMBERS, {"in_list": list_id})}


def _text_of(branch: Sequence[_Part]) -> int:
    return sum(text_size(part.task._asdict()) for part in branch)
