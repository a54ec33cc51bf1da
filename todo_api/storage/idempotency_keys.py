"""The statements on idempotency keys: each user's own, with the answer that a key stands for."""

from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, bindparam, delete, func, insert, or_, select

from todo_api.storage.schema import idempotency_keys

FORGOTTEN_AT_ONCE = 100
"""Expired keys that go when one is added: many at most, but never so many that it takes long."""


class AnswerRow(NamedTuple):
    """An answer as it was given, and the fingerprint of the request that it was given to."""

    fingerprint: str
    status: int
    headers: dict[str, str]
    body: str


COLUMNS = tuple(idempotency_keys.c[name] for name in AnswerRow._fields)
IS_OWN = idempotency_keys.c.user_id == bindparam("owner_id")
IS_KEY = idempotency_keys.c.key == bindparam("this_key")
IS_KEPT = idempotency_keys.c.created_at > bindparam("expiry")
IS_EXPIRED = idempotency_keys.c.created_at <= bindparam("expiry")

TRY_LOCK = select(func.pg_try_advisory_xact_lock(bindparam("name", type_=BigInteger)))
SELECT_ANSWER = select(*COLUMNS).where(IS_OWN, IS_KEY, IS_KEPT)
INSERT_ANSWER = insert(idempotency_keys)
ELDEST = (
    select(idempotency_keys.c.key)
    .where(IS_OWN, IS_EXPIRED)
    .order_by(idempotency_keys.c.created_at)
    .limit(FORGOTTEN_AT_ONCE)
)
DELETE_EXPIRED = delete(idempotency_keys).where(
    IS_OWN, IS_EXPIRED, or_(IS_KEY, idempotency_keys.c.key.in_(ELDEST))
)


def try_lock_key(db: Connection, user_id: int, key: str) -> bool:
    """Take a user's key until the transaction ends; return False if another one has it.

    SQLite has one writer at a time, who has everything.
    """
    if db.dialect.name == "sqlite":
        return True
    name = blake2b(f"{user_id} {key}".encode(), digest_size=8).digest()
    return bool(db.execute(TRY_LOCK, {"name": int.from_bytes(name, signed=True)}).scalar_one())


def select_answer(db: Connection, user_id: int, key: str, *, expiry: str) -> AnswerRow | None:
    """Return what a user's key stands for; None if it came up to `expiry`, or never."""
    values = {"owner_id": user_id, "this_key": key, "expiry": expiry}
    row = db.execute(SELECT_ANSWER, values).first()
    return None if row is None else AnswerRow._make(row)


def insert_answer(
    db: Connection, user_id: int, key: str, answer: AnswerRow, *, now: str, expiry: str
) -> None:
    """Let a user's key stand for an answer, and forget keys that came up to `expiry`."""
    db.execute(DELETE_EXPIRED, {"owner_id": user_id, "this_key": key, "expiry": expiry})
    values = {"user_id": user_id, "key": key, "created_at": now}
    db.execute(INSERT_ANSWER, {**values, **answer._asdict()})
