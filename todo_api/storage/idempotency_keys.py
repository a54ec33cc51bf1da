"""The statements on idempotency keys: each user's own, with the answer that a key stands for."""

from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import BigInteger, bindparam, delete, func, insert, or_, select

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.schema import idempotency_keys

FORGOTTEN_AT_ONCE = 100
"""The most expired keys that are deleted when one is added, so that it never takes long."""


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

TRY_LOCK = Statement(select(func.pg_try_advisory_xact_lock(bindparam("name", type_=BigInteger))))
SELECT_ANSWER = Statement(select(*COLUMNS).where(IS_OWN, IS_KEY, IS_KEPT), AnswerRow._make)
INSERT_ANSWER = Statement(insert(idempotency_keys), columns=idempotency_keys.c.keys())
ELDEST = (
    select(idempotency_keys.c.key)
    .where(IS_OWN, IS_EXPIRED)
    .order_by(idempotency_keys.c.created_at)
    .limit(FORGOTTEN_AT_ONCE)
)
DELETE_EXPIRED = Statement(
    delete(idempotency_keys).where(
        IS_OWN, IS_EXPIRED, or_(IS_KEY, idempotency_keys.c.key.in_(ELDEST))
    )
)


def try_lock_key(db: Connection, user_id: int, key: str) -> bool:
    """Lock a user's key until the transaction ends; return False if another transaction has it.

    SQLite has one writer at a time, so there is nothing to lock.
    """
    if db.dialect.name == "sqlite":
        return True
    name = blake2b(f"{user_id} {key}".encode(), digest_size=8).digest()
    return bool(db.scalar(TRY_LOCK, {"name": int.from_bytes(name, signed=True)}))


def select_answer(db: Connection, user_id: int, key: str, *, expiry: str) -> AnswerRow | None:
    """Return the answer under a user's key, or None if there is none from after `expiry`."""
    values = {"owner_id": user_id, "this_key": key, "expiry": expiry}
    answer: AnswerRow | None = db.one(SELECT_ANSWER, values)
    return answer


def insert_answer(
    db: Connection, user_id: int, key: str, answer: AnswerRow, *, now: str, expiry: str
) -> None:
    """Store an answer under a user's key, and delete some keys that are no newer than `expiry`."""
    db.execute(DELETE_EXPIRED, {"owner_id": user_id, "this_key": key, "expiry": expiry})
    values = {"user_id": user_id, "key": key, "created_at": now}
    db.execute(INSERT_ANSWER, {**values, **answer._asdict()})
