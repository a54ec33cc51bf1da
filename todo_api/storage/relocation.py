"""Tasks that go into another list, with all that is below them.

The id of a task says which list it is in, so each gets a new one there. To those who follow the old
list it is gone, as if it had been deleted; but it is not in the trash, since it still exists.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from todo_api.storage.branches import MOST_ON_LOOP, BranchBudget, check_parent
from todo_api.storage.engine import Connection
from todo_api.storage.errors import TaskMissingError
from todo_api.storage.members import SELECT_MEMBERS
from todo_api.storage.moves import place_next_to
from todo_api.storage.parts import Part, remove_parts, select_parts, size_of
from todo_api.storage.positions import position_of
from todo_api.storage.schema import TaskRow
from todo_api.storage.search_index import LABELS, WORDS, search_columns
from todo_api.storage.tasks import INSERT_TASK, begin_new, refuse_version
from todo_api.storage.transfer import taken_uids
from todo_api.storage.usage import UNLIMITED, Quotas, WordBudget

MOST_TASKS = 500
"""Each is deleted and made anew, which takes as long as twice as many that are only deleted."""
MOST_WORDS = 20_000
"""Words and labels that are removed there, and as many that are added here."""


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
    branch = select_parts(db, list_id, task_id, most=MOST_TASKS, most_on_loop=MOST_ON_LOOP // 2)
    if not branch:
        raise TaskMissingError
    refuse_version(branch[0].task, versions)
    parent_id = where.get("parent_id")
    if parent_id is not None:
        check_parent(db, into, parent_id, levels=branch[-1].level)
    budget = BranchBudget(MOST_TASKS, MOST_WORDS, times=2) if budget is None else budget
    budget.spend_tasks(2 * (len(branch) - 1))
    remove_parts(db, list_id, branch, budget)
    return _insert(db, into, branch, where, quotas, budget)


def _insert(
    db: Connection,
    list_id: int,
    branch: Sequence[Part],
    where: Mapping[str, Any],
    quotas: Quotas,
    budget: WordBudget,
) -> TaskRow:
    """Make tasks anew in another list, and return the first of them."""
    many = len(branch)
    last = begin_new(db, list_id, tasks=many, text=size_of(branch), quotas=quotas)
    first_id, first_version = last.last_task_id - many + 1, last.version - many + 1
    ids = {part.task.id: first_id + place for place, part in enumerate(branch)}
    taken = taken_uids(db, list_id, (part.uid for part in branch))
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


def _members_if_needed(db: Connection, list_id: int, branch: Sequence[Part]) -> set[int]:
    """Return the members of the other list, if any of the tasks is assigned to somebody."""
    if all(part.task.assigned_to is None for part in branch):
        return set()
    return {member.user_id for member in db.all(SELECT_MEMBERS, {"in_list": list_id})}
