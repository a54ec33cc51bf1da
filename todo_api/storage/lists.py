"""The statements on lists.

The number of a list is in the upper bits of its tasks' ids, their number within it in the lower
ones. So an id is unique in the whole database and says in which list the task is. All ids are
integers that JavaScript can represent safely.
"""

import secrets

from sqlalchemy import bindparam, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.schema import lists

BITS_WITHIN = 26
"""Of an id, for the number within the list."""
MOST_TASKS_EVER = 2**BITS_WITHIN - 1
"""In one list, those that are gone included."""
LAST_LIST = 2 ** (53 - BITS_WITHIN)
"""The highest id of a list."""
FIRST_VERSIONS = 2**40

IS_LIST = lists.c.id == bindparam("in_list")
IS_THERE = lists.c.deleted_at.is_(None)
"""Whether a list was not deleted: what is left of one that was is nobody's, and will be removed."""


def _insert(insert: type[sqlite.Insert | postgresql.Insert]) -> Statement:
    columns = ("id", "owner_id", "last_task_id", "last_version")
    unless_taken = insert(lists).on_conflict_do_nothing()
    return Statement(unless_taken.returning(literal_column("1")), columns=columns)


INSERT = {"sqlite": _insert(sqlite.Insert), "postgresql": _insert(postgresql.Insert)}
DELETE_OF_OWNER = Statement(
    update(lists)
    .where(lists.c.owner_id == bindparam("user_id"), IS_THERE)
    .values(deleted_at=bindparam("now"))
)
TRY_LOCK_LIST = Statement(
    select(lists.c.id).where(IS_LIST, IS_THERE).with_for_update(skip_locked=True)
)
"""A list that is being changed at the moment is left alone, and so is one that was deleted."""


def id_before(list_id: int) -> int:
    """Return the id behind which those of a list's tasks begin."""
    return (list_id - 1) << BITS_WITHIN


def list_of(task_id: int) -> int:
    """Return the list that a task with this id would be in."""
    return (task_id >> BITS_WITHIN) + 1


def number_within(task_id: int) -> int:
    """Return the number of a task within its list."""
    return task_id - id_before(list_of(task_id))


def insert_list(db: Connection, owner_id: int, list_id: int | None = None) -> int:
    """Make a list of a user's; return its id, which is random unless it is given.

    Random, so that ids of tasks do not tell how many lists there are.
    """
    while True:
        given = list_id or secrets.randbelow(LAST_LIST - 1) + 2
        values = {
            "id": given,
            "owner_id": owner_id,
            "last_task_id": id_before(given),
            # Random, so that versions of an earlier list with this id do not come again.
            "last_version": secrets.randbelow(FIRST_VERSIONS),
        }
        if db.one(INSERT[db.dialect.name], values) is not None:
            return given
        list_id = None


def delete_lists(db: Connection, owner_id: int, *, now: str) -> None:
    """Delete all lists of a user. What was in them is for `removal` to remove."""
    db.execute(DELETE_OF_OWNER, {"user_id": owner_id, "now": now})
