"""Where a task is to be: what a request to move it says, alone or in a batch."""

from collections.abc import Collection, Mapping
from typing import Any

from todo_api import storage
from todo_api.contract import Sentence, bad_body
from todo_api.storage import Connection, Quotas, TaskRow, WordBudget, list_of


def list_to_move_to(task_id: int, body: Mapping[str, Any]) -> int:
    """Return the list in which the task is to be."""
    list_id: int = body.get("list_id", list_of(task_id))
    return list_id


def move_task(
    db: Connection,
    task_id: int,
    body: Mapping[str, Any],
    *,
    versions: Collection[int] | None,
    quotas: Quotas,
    budget: WordBudget | None = None,
    within: str = "",
) -> TaskRow:
    """Return a task where it is now, under a new id if that is in another list.

    The user may change both lists, and keeps that right until the transaction ends. `within` is
    where the members of `body` stand, if not in the body itself.

    Raises `Problem` 400 for two neighbours, and what `storage.move_task` and
    `storage.relocate_task` raise.
    """
    if body.keys() >= {"before", "after"}:
        raise bad_body([(f"{within}/after", ONE_SIDE)])
    here, into = list_of(task_id), list_to_move_to(task_id, body)
    if here != into:
        return storage.relocate_task(
            db, here, task_id, into, body, versions=versions, quotas=quotas, budget=budget
        )
    if body.keys() & {"before", "after", "parent_id"}:
        return storage.move_task(db, here, task_id, body, versions=versions).new
    return storage.update_task(db, here, task_id, {}, versions=versions).new


ONE_SIDE = Sentence("too_many", "Name a task before or after which it is to be, not both.")
