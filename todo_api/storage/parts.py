"""The tasks of a branch, all that is known of each, to be made anew elsewhere or removed."""

from collections.abc import Sequence
from typing import NamedTuple

from todo_api.storage.branches import MOST_WORDS_OF_BRANCH, select_branch
from todo_api.storage.engine import Connection
from todo_api.storage.errors import BranchTooLargeError
from todo_api.storage.json_rows import json_of
from todo_api.storage.schema import TaskRow
from todo_api.storage.search_index import LABELS, WORDS
from todo_api.storage.tasks import DELETE_TASK, SELECT_TASKS_TO_DELETE, begin_change
from todo_api.storage.tombstones import INSERT_TOMBSTONE
from todo_api.storage.usage import WordBudget, count_tasks, text_size


class Part(NamedTuple):
    """A task of a branch."""

    task: TaskRow
    words: list[str]
    """By which it is found."""
    uid: str | None
    level: int
    """Within the branch, whose first task is on level 1."""


def select_parts(
    db: Connection, list_id: int, task_id: int, *, most: int, most_on_loop: int
) -> list[Part]:
    """Return a task and those below it, up to `most`; none if it is not in the list.

    The upper ones come first, and those of a level in the order by hand.

    Raises `BranchTooLargeError`.
    """
    levels = select_branch(db, list_id, task_id)
    if len(levels) > most:
        raise BranchTooLargeError(most, MOST_WORDS_OF_BRANCH)
    if len(levels) > most_on_loop:
        db.require_thread()
    rows = db.all(SELECT_TASKS_TO_DELETE, {"in_list": list_id, "ids": json_of(levels)})
    parts = [
        Part(TaskRow._make(task), words.split(), uid, levels[task[0]]) for *task, words, uid in rows
    ]
    return sorted(parts, key=lambda part: (part.level, part.task.position, part.task.id))


def remove_parts(
    db: Connection, list_id: int, parts: Sequence[Part], budget: WordBudget | None
) -> None:
    """Remove the tasks of a branch, the deepest first, which copies of the list are told.

    They are not in the trash. Raises `UserGoneError`, `TooManyWordsError`.
    """
    change = begin_change(db, list_id, changes=len(parts))
    for version, part in enumerate(reversed(parts), change.version - len(parts) + 1):
        task = part.task
        db.execute_later(DELETE_TASK, {"in_list": list_id, "task_id": task.id})
        LABELS.renew(db, list_id, task.id, old=task.labels, new=(), budget=budget)
        WORDS.renew(db, list_id, task.id, old=part.words, new=(), budget=budget)
        tombstone = {"list_id": list_id, "task_id": task.id, "deleted_at": change.at}
        db.execute_later(INSERT_TOMBSTONE, {**tombstone, "version": version})
    count_tasks(db, list_id, -len(parts), -size_of(parts))


def size_of(parts: Sequence[Part]) -> int:
    """Return the bytes of their texts."""
    return sum(text_size(part.task._asdict()) for part in parts)
