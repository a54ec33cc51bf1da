"""The statements on users."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from todo_api import times
from todo_api.storage.engine import Connection, ConstraintViolatedError, Statement
from todo_api.storage.errors import QuotaMetError, UsernameTakenError
from todo_api.storage.inheritance import leave_lists
from todo_api.storage.json_rows import given_ids, json_of
from todo_api.storage.lists import insert_list
from todo_api.storage.schema import lists, tasks, tokens, users
from todo_api.times import UTC_NAME

FIRST_USER, FIRST_LIST = 1, 1
"""In a database: its tasks have the ids 1, 2, 3."""

REGISTRATION_LOCK = 6_843_115_296
"""Names a lock of PostgreSQL's; any number that nothing else uses does."""


class UserRow(NamedTuple):
    """A user as stored."""

    id: int
    username: str
    email: str | None
    password_hash: str
    list_id: int
    """The list that is the user's own."""


COLUMNS = tuple(users.c[name] for name in UserRow._fields)


class UserSummary(NamedTuple):
    """What an administrator is told of a user."""

    id: int
    username: str
    email: str | None
    disabled_at: str | None
    """Since when the user's credentials have been refused; None if they are not."""
    last_changed_at: str | None
    """When a task of a list of the user's was last changed."""
    tasks: int
    """How many there are."""


IS_NAMED = users.c.username == bindparam("name")
IS_USER = users.c.id == bindparam("user_id")
HAS_STILL = users.c.password_hash == bindparam("known_hash")

IS_ENABLED = users.c.disabled_at.is_(None)
"""Whether credentials of a user, of any kind, are good for anything."""
IS_THERE = users.c.deleted_at.is_(None)
"""Whether a user was not deleted: what is left of one who was is nobody's, and will be removed."""

SELECT_USER = Statement(select(*COLUMNS).where(IS_NAMED), UserRow._make)
SELECT_ENABLED_USER = Statement(select(*COLUMNS).where(IS_NAMED, IS_ENABLED), UserRow._make)
SELECT_USER_BY_ID = Statement(select(*COLUMNS).where(IS_USER, IS_THERE), UserRow._make)
SELECT_USERNAMES = Statement(
    select(users.c.id, users.c.username).where(users.c.id.in_(given_ids()), IS_THERE)
)
_OWN = and_(lists.c.owner_id == users.c.id, lists.c.deleted_at.is_(None))
SUMMARIES = select(
    users.c.id,
    users.c.username,
    users.c.email,
    users.c.disabled_at,
    select(func.max(lists.c.last_changed_at)).where(_OWN).scalar_subquery(),
    select(func.count()).select_from(tasks.join(lists)).where(_OWN).scalar_subquery(),
).where(IS_THERE)
SELECT_SUMMARIES = Statement(SUMMARIES.order_by(users.c.username), UserSummary._make)
SELECT_SUMMARY = Statement(SUMMARIES.where(IS_NAMED), UserSummary._make)
INSERT_USER = Statement(
    insert(users).returning(users.c.id),
    columns=("username", "email", "password_hash", "registered_at"),
)
SET_LIST = Statement(
    update(users).where(IS_USER).values(list_id=bindparam("own_list")).returning(*COLUMNS),
    UserRow._make,
)
_LATELY = (
    select(users.c.id)
    .where(users.c.registered_at > bindparam("after"))
    .limit(bindparam("most"))
    .subquery()
)
COUNT_REGISTERED = Statement(select(func.count()).select_from(_LATELY))
LOCK_REGISTRATION = Statement(select(func.pg_advisory_xact_lock(REGISTRATION_LOCK)))
PLACES = 2**20
"""Into how many places `select_some_hash` divides the users."""
LAST_ID = select(func.max(users.c.id)).where(IS_THERE).scalar_subquery()
SELECT_SOME_HASH = Statement(
    select(users.c.password_hash)
    .where(users.c.id >= LAST_ID * bindparam("place", type_=BigInteger) // PLACES, IS_THERE)
    .order_by(users.c.id)
    .limit(1)
)
DELETE_USER = Statement(
    update(users)
    .where(IS_USER, IS_THERE)
    .values(
        # No username is like this, so that the name is free.
        username=bindparam("no_name"),
        email=None,
        password_hash="",
        disabled_at=bindparam("now"),
        deleted_at=bindparam("now"),
    )
)
DELETE_TOKENS = Statement(delete(tokens).where(tokens.c.user_id == bindparam("user_id")))


@cache
def update_of(columns: frozenset[str], *, if_hash: bool) -> Statement:
    """Return the statement that updates some columns of a user, perhaps only with a known hash."""
    statement = update(users).where(IS_USER, IS_THERE, *([HAS_STILL] if if_hash else []))
    return Statement(statement.returning(*COLUMNS), UserRow._make, columns=sorted(columns))


def select_user(db: Connection, username: str) -> UserRow | None:
    """Return the user of this name, or None."""
    user: UserRow | None = db.one(SELECT_USER, {"name": username})
    return user


def select_enabled_user(db: Connection, username: str) -> UserRow | None:
    """Return the user of this name, or None if there is none or they are disabled."""
    user: UserRow | None = db.one(SELECT_ENABLED_USER, {"name": username})
    return user


def select_some_hash(db: Connection, place: int) -> str | None:
    """Return the password hash of a user by their place below `PLACES`; None if there is no user.

    A place leads to the same user while there are no others.
    """
    password_hash: str | None = db.scalar(SELECT_SOME_HASH, {"place": place})
    return password_hash


def select_user_by_id(db: Connection, user_id: int) -> UserRow | None:
    """Return the user with this id, or None."""
    user: UserRow | None = db.one(SELECT_USER_BY_ID, {"user_id": user_id})
    return user


def select_usernames(db: Connection, user_ids: Iterable[int]) -> dict[int, str]:
    """Return by id the names of users, but for those who were deleted."""
    return dict(db.all(SELECT_USERNAMES, {"ids": json_of(user_ids)}))


def select_user_summary(db: Connection, username: str) -> UserSummary | None:
    """Return the summary of the user of this name, or None."""
    summary: UserSummary | None = db.one(SELECT_SUMMARY, {"name": username})
    return summary


def select_user_summaries(db: Connection) -> list[UserSummary]:
    """Return the summaries of all users, in the order of their names."""
    return db.all(SELECT_SUMMARIES)


def check_registrations(db: Connection, most: int | None, *, after: str) -> None:
    """See that fewer users than `most` have registered after a time. Raises `QuotaMetError`."""
    values = {"after": after, "most": most}
    if most is not None and db.scalar(COUNT_REGISTERED, values) >= most:
        raise QuotaMetError("registrations", most)


def lock_registration(db: Connection) -> None:
    """Let nobody else register until the transaction ends; SQLite has one writer anyway."""
    if db.dialect.name == "postgresql":
        db.one(LOCK_REGISTRATION)


def insert_user(
    db: Connection,
    *,
    username: str,
    email: str | None,
    password_hash: str,
    registered_at: str | None = None,
    time_zone: str = UTC_NAME,
) -> UserRow:
    """Return the new user, whose id nobody had before, with a list of their own.

    Whoever was added by an administrator has no time of registration. `time_zone` is the list's.

    Raises `UsernameTakenError`, after which the transaction can only be rolled back.
    """
    values = {
        "username": username,
        "email": email,
        "password_hash": password_hash,
        "registered_at": registered_at,
    }
    try:
        user_id: int = db.scalar(INSERT_USER, values)
    except ConstraintViolatedError as error:
        raise UsernameTakenError(username) from error
    first = FIRST_LIST if user_id == FIRST_USER else None
    list_id = insert_list(db, user_id, first, time_zone=time_zone)
    user: UserRow = db.one(SET_LIST, {"user_id": user_id, "own_list": list_id})
    return user


def update_user(
    db: Connection, user_id: int, changes: Mapping[str, object], *, known_hash: str | None = None
) -> UserRow | None:
    """Return a user with `changes` (column to value) made, or None without such a user.

    With `known_hash` the change is made only while the stored password hash is still that one,
    compared in the same statement: None then also means that the password has been changed.
    """
    if not changes:
        return select_user_by_id(db, user_id)
    statement = update_of(frozenset(changes), if_hash=known_hash is not None)
    user: UserRow | None = db.one(
        statement, {"user_id": user_id, "known_hash": known_hash, **changes}
    )
    return user


def delete_user(db: Connection, user_id: int) -> bool:
    """Delete a user; tell whether there was such a user.

    From then on they are gone, in all processes, and so are their tokens; the username is free, and
    changes that were under way find no user. A list that they shared goes on as `inheritance` says.
    What they had is for `removal` to remove.
    """
    now = times.now()
    # Lists are locked before users, here as elsewhere: no two transactions wait for each other.
    leave_lists(db, user_id, now=now)
    values = {"user_id": user_id, "no_name": f":{user_id}", "now": now}
    if db.execute(DELETE_USER, values) == 0:
        return False
    db.execute(DELETE_TOKENS, {"user_id": user_id})
    return True
