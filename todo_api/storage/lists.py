"""The statements on lists, and where the ids of their tasks lie.

The number of a list is in the upper bits of its tasks' ids, their number within it in the lower
ones. So an id is unique in the whole database and says in which list the task is. All ids are
integers that JavaScript can represent safely.

Who may do what in a list, `access` decides.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, func, literal_column, select, update

from todo_api import times
from todo_api.storage.access import (
    ACCESS,
    IS_ALLOWED,
    IS_LIST,
    IS_THERE,
    OWNER,
    Asker,
    Role,
    hold_role,
    require,
)
from todo_api.storage.days import move_days
from todo_api.storage.engine import Connection, Statement, insert_of
from todo_api.storage.errors import ListChangedError, TooManyListsError, UserGoneError
from todo_api.storage.schema import OWN_NAME, lists

BITS_WITHIN = 26
"""Of an id, for the number within the list."""
MOST_TASKS_EVER = 2**BITS_WITHIN - 1
"""In one list, those that are gone included."""
LAST_LIST = 2 ** (53 - BITS_WITHIN)
"""The highest id of a list."""
FIRST_VERSIONS = 2**40


class ListRow(NamedTuple):
    """A list as it is stored."""

    id: int
    name: str
    time_zone: str
    version: int
    """The number of the last change of the list, or of a task in it."""
    created_at: str
    updated_at: str
    """When the list, or a task in it, was last changed."""
    role: Role
    """What the user who asks may do with it."""


class ListState(NamedTuple):
    """What has become of a list, in short."""

    id: int
    version: int
    forgotten_version: int
    """The last version up to which deletions are no longer remembered."""
    tasks: int
    """How many it has."""
    time_zone: str


IS_OWNERS = lists.c.owner_id == bindparam("user_id")
"""Whether a list is a user's, as far as it counts; who may do what, `access` decides."""
CHANGED_AT = case(
    (lists.c.last_changed_at > bindparam("now"), lists.c.last_changed_at),
    else_=bindparam("now"),
)
"""The time of a change: a clock may be set back, but the times of a list's changes never are."""

COLUMNS = (
    lists.c.id,
    lists.c.name,
    lists.c.time_zone,
    lists.c.last_version,
    lists.c.created_at,
    func.coalesce(lists.c.last_changed_at, lists.c.created_at),
    ACCESS.c.role,
)
_WHOLE = select(*COLUMNS).where(IS_ALLOWED, IS_THERE)
SELECT_LISTS = Statement(_WHOLE.order_by(lists.c.created_at, lists.c.id), ListRow._make)
SELECT_LIST = Statement(_WHOLE.where(ACCESS.c.list_id == bindparam("in_list")), ListRow._make)
SELECT_STATES = Statement(
    select(
        lists.c.id,
        lists.c.last_version,
        lists.c.forgotten_version,
        lists.c.stored_tasks,
        lists.c.time_zone,
    )
    .where(IS_ALLOWED, IS_THERE)
    .order_by(lists.c.id),
    ListState._make,
)
COUNT_LISTS = Statement(select(func.count()).select_from(lists).where(IS_OWNERS, IS_THERE))


@cache
def insert_unless_taken(dialect: str) -> Statement:
    """Return the statement that makes a list in an engine's database, if its id is free."""
    columns = ("id", "owner_id", "name", "time_zone", "created_at", "last_task_id", "last_version")
    unless_taken = insert_of(dialect)(lists).on_conflict_do_nothing()
    return Statement(unless_taken.returning(literal_column("1")), columns=columns)


DELETE_LIST = Statement(update(lists).where(IS_LIST).values(deleted_at=bindparam("now")))
DELETE_OF_OWNER = Statement(
    update(lists).where(IS_OWNERS, IS_THERE).values(deleted_at=bindparam("now"))
)
LOCK_LIST = Statement(select(lists.c.id).where(IS_LIST, IS_THERE).with_for_update())
TRY_LOCK_LIST = Statement(
    select(lists.c.id).where(IS_LIST, IS_THERE).with_for_update(skip_locked=True)
)
"""A list that is being changed at the moment is left alone, and so is one that was deleted."""


@cache
def update_of(columns: frozenset[str]) -> Statement:
    """Return the statement that counts a change of a list, and changes some of its columns."""
    counted = {"last_version": lists.c.last_version + 1, "last_changed_at": CHANGED_AT}
    given: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
    return Statement(update(lists).where(IS_LIST).values({**counted, **given}))


def id_before(list_id: int) -> int:
    """Return the id behind which those of a list's tasks begin."""
    return (list_id - 1) << BITS_WITHIN


def list_of(task_id: int) -> int:
    """Return the list that a task with this id would be in."""
    return (task_id >> BITS_WITHIN) + 1


def number_within(task_id: int) -> int:
    """Return the number of a task within its list."""
    return task_id - id_before(list_of(task_id))


def select_lists(db: Connection, user_id: int) -> list[ListRow]:
    """Return a user's lists, the oldest first."""
    return db.all(SELECT_LISTS, {"user_id": user_id})


def select_list(db: Connection, user_id: int, list_id: int) -> ListRow | None:
    """Return a user's list, or None."""
    row: ListRow | None = db.one(SELECT_LIST, {"user_id": user_id, "in_list": list_id})
    return row


def select_states(
    db: Connection, user_id: int, list_ids: Collection[int] | None = None
) -> list[ListState]:
    """Return what has become of a user's lists, or of some of them, in the order of their ids.

    Raises `UserGoneError`: everybody has a list of their own.
    """
    states: list[ListState] = db.all(SELECT_STATES, {"user_id": user_id})
    if not states:
        raise UserGoneError
    return states if list_ids is None else [one for one in states if one.id in list_ids]


def add_list(db: Connection, user: Asker, *, name: str, time_zone: str, most: int) -> ListRow:
    """Return a new list of a user's, whose own one is locked while they are counted.

    Raises `UserGoneError`, and `TooManyListsError` for `most`.
    """
    lock_list(db, user.list_id)
    if db.scalar(COUNT_LISTS, {"user_id": user.id}) >= most:
        raise TooManyListsError(most)
    list_id = insert_list(db, user.id, name=name, time_zone=time_zone)
    row: ListRow = db.one(SELECT_LIST, {"user_id": user.id, "in_list": list_id})
    return row


def insert_list(
    db: Connection,
    owner_id: int,
    list_id: int | None = None,
    *,
    name: str = OWN_NAME,
    time_zone: str = times.UTC_NAME,
) -> int:
    """Make a list of a user's; return its id, which is random unless it is given.

    Random, so that ids of tasks do not tell how many lists there are.
    """
    while True:
        given = list_id or secrets.randbelow(LAST_LIST - 1) + 2
        values = {
            "id": given,
            "owner_id": owner_id,
            "name": name,
            "time_zone": time_zone,
            "created_at": times.now(),
            "last_task_id": id_before(given),
            # Random, so that versions of an earlier list with this id do not come again.
            "last_version": secrets.randbelow(FIRST_VERSIONS),
        }
        if db.one(insert_unless_taken(db.dialect.name), values) is not None:
            return given
        list_id = None


def update_list(
    db: Connection,
    user_id: int,
    list_id: int,
    changes: Mapping[str, Any],
    *,
    versions: Collection[int] | None = None,
) -> tuple[ListRow, ListRow]:
    """Return a user's list as it was, and as it is with `changes` (column to value) made.

    With `versions` it is changed only if it is in one of them. Where there is nothing to change,
    nothing is counted as a change. With another time zone, days end at other times; no task is
    changed by that.

    Raises `ListMissingError`, `RoleTooLowError`, `ListChangedError`; each has to leave the
    transaction.
    """
    old = _select_to_change(db, user_id, list_id, versions)
    if not changes:
        return old, old
    change_list(db, list_id, **changes)
    if (zone := changes.get("time_zone", old.time_zone)) != old.time_zone:
        move_days(db, list_id, zone)
    new: ListRow = db.one(SELECT_LIST, {"user_id": user_id, "in_list": list_id})
    return old, new


def change_list(db: Connection, list_id: int, **changes: Any) -> None:  # noqa: ANN401 - values of columns
    """Count a change of a list, perhaps of some of its columns."""
    values = {"in_list": list_id, "now": times.now()}
    values |= {f"new_{name}": value for name, value in changes.items()}
    db.execute(update_of(frozenset(changes)), values)


def delete_list(
    db: Connection, user_id: int, list_id: int, *, versions: Collection[int] | None = None
) -> None:
    """Delete a user's list; with `versions` as `update_list`.

    From then on it is gone, in all processes. What was in it is for `removal` to remove.

    Raises `ListMissingError`, `RoleTooLowError`, `ListChangedError`; each has to leave the
    transaction.
    """
    _select_to_change(db, user_id, list_id, versions)
    db.execute(DELETE_LIST, {"in_list": list_id, "now": times.now()})


def lock_list(db: Connection, list_id: int) -> None:
    """Let nobody else change a list's tasks until the transaction ends. Raises `UserGoneError`."""
    if db.one(LOCK_LIST, {"in_list": list_id}) is None:
        raise UserGoneError


def delete_lists(db: Connection, owner_id: int, *, now: str) -> None:
    """Delete all lists of a user. What was in them is for `removal` to remove."""
    db.execute(DELETE_OF_OWNER, {"user_id": owner_id, "now": now})


def ids_of(states: Iterable[ListState]) -> list[int]:
    """Return the ids of those lists that have tasks."""
    return [state.id for state in states if state.tasks]


def _select_to_change(
    db: Connection, user_id: int, list_id: int, versions: Collection[int] | None
) -> ListRow:
    require(hold_role(db, user_id, list_id), OWNER)
    row: ListRow = db.one(SELECT_LIST, {"user_id": user_id, "in_list": list_id})
    if versions is not None and row.version not in versions:
        raise ListChangedError(row.version)
    return row
