"""The statements on users, built once as those on tasks are."""

import secrets
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from todo_api.storage.errors import UsernameTakenError
from todo_api.storage.schema import users

FIRST_CHANGES = 2**40


class UserRow(NamedTuple):
    """A user as stored."""

    id: int
    username: str
    email: str | None
    password_hash: str


COLUMNS = (users.c.id, users.c.username, users.c.email, users.c.password_hash)
IS_USER = users.c.id == bindparam("user_id")
HAS_STILL = users.c.password_hash == bindparam("known_hash")

SELECT_USER = select(*COLUMNS).where(users.c.username == bindparam("name"))
SELECT_USER_BY_ID = select(*COLUMNS).where(IS_USER)
INSERT_USER = insert(users).returning(*COLUMNS)
UPDATE_USER = update(users).where(IS_USER).returning(*COLUMNS)
UPDATE_USER_IF_HASH = update(users).where(IS_USER, HAS_STILL).returning(*COLUMNS)
DELETE_USER = delete(users).where(IS_USER)


def select_user(db: Connection, username: str) -> UserRow | None:
    """Return the user of this name, or None."""
    row = db.execute(SELECT_USER, {"name": username}).first()
    return None if row is None else UserRow._make(row)


def select_user_by_id(db: Connection, user_id: int) -> UserRow | None:
    """Return the user with this id, or None."""
    row = db.execute(SELECT_USER_BY_ID, {"user_id": user_id}).first()
    return None if row is None else UserRow._make(row)


def insert_user(db: Connection, *, username: str, email: str | None, password_hash: str) -> UserRow:
    """Return the new user, whose id nobody had before.

    Raises `UsernameTakenError`, after which the transaction can only be rolled back.
    """
    values = {
        "username": username,
        "email": email,
        "password_hash": password_hash,
        # Anywhere, so that no change has the number of one of an earlier user of this name.
        "last_change": secrets.randbelow(FIRST_CHANGES),
    }
    try:
        row = db.execute(INSERT_USER, values).one()
    except IntegrityError as error:
        raise UsernameTakenError(username) from error
    return UserRow._make(row)


def update_user(
    db: Connection, user_id: int, changes: Mapping[str, object], *, known_hash: str | None = None
) -> UserRow | None:
    """Return a user with `changes` (column to value) made, or None without such a user.

    With `known_hash` the change is made only while the stored password hash is still that one,
    compared in the same statement: None then also means that the password has been changed.
    """
    if not changes:
        return select_user_by_id(db, user_id)
    if known_hash is None:
        row = db.execute(UPDATE_USER, {"user_id": user_id, **changes}).first()
    else:
        known = {"user_id": user_id, "known_hash": known_hash}
        row = db.execute(UPDATE_USER_IF_HASH, {**known, **changes}).first()
    return None if row is None else UserRow._make(row)


def delete_user(db: Connection, user_id: int) -> bool:
    """Tell whether there was such a user; now there is none, and none of their tasks."""
    return db.execute(DELETE_USER, {"user_id": user_id}).rowcount > 0
