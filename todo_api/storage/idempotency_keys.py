"""The statements on idempotency keys: each user's own, with the answer that a key stands for."""

import zlib
from hashlib import blake2b
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, bindparam, delete, func, insert, or_, select, tuple_

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.schema import idempotency_keys, users
from todo_api.storage.some_rows import last_of
from todo_api.storage.usage import UNLIMITED, Bytes, Quotas, count_answers
from todo_api.storage.users import IS_THERE

FORGOTTEN_AT_ONCE = 100
"""The most expired keys that are deleted at once, so that it never takes long."""

PACKED_FROM = 1024
"""Bytes from which on an answer is compressed; those to the creation of a task are shorter."""


class AnswerRow(NamedTuple):
    """An answer as it was given, and the fingerprint of the request that it was given to."""

    fingerprint: str
    status: int
    headers: dict[str, str]
    body: str


def _unpacked(row: Any) -> AnswerRow:  # noqa: ANN401 - a row of the driver's
    answer, packed = AnswerRow._make(row[:-1]), row[-1]
    return answer if packed is None else answer._replace(body=zlib.decompress(packed).decode())


COLUMNS = tuple(idempotency_keys.c[name] for name in (*AnswerRow._fields, "packed"))
IS_OWN = idempotency_keys.c.user_id == bindparam("owner_id")
IS_KEY = idempotency_keys.c.key == bindparam("this_key")
IS_KEPT = idempotency_keys.c.created_at > bindparam("expiry")
IS_EXPIRED = idempotency_keys.c.created_at <= bindparam("expiry")
SIZE = Bytes(idempotency_keys.c.body) + func.coalesce(func.length(idempotency_keys.c.packed), 0)
"""The bytes of an answer, as it is stored."""

TRY_LOCK = Statement(select(func.pg_try_advisory_xact_lock(bindparam("name", type_=BigInteger))))
SELECT_ANSWER = Statement(select(*COLUMNS).where(IS_OWN, IS_KEY, IS_KEPT), _unpacked)
INSERT_ANSWER = Statement(insert(idempotency_keys), columns=idempotency_keys.c.keys())
ELDEST = (
    select(idempotency_keys.c.key)
    .where(IS_OWN, IS_EXPIRED)
    .order_by(idempotency_keys.c.created_at)
    .limit(FORGOTTEN_AT_ONCE)
)
DELETE_EXPIRED = Statement(
    delete(idempotency_keys)
    .where(IS_OWN, IS_EXPIRED, or_(IS_KEY, idempotency_keys.c.key.in_(ELDEST)))
    .returning(SIZE)
)
_FIRST = (
    select(idempotency_keys.c.created_at, idempotency_keys.c.key)
    .where(IS_OWN, IS_EXPIRED)
    .order_by(idempotency_keys.c.created_at, idempotency_keys.c.key)
    .limit(FORGOTTEN_AT_ONCE)
)
SELECT_LAST_OF_FIRST = Statement(last_of(_FIRST))
DELETE_FIRST = Statement(
    delete(idempotency_keys)
    .where(
        IS_OWN,
        tuple_(idempotency_keys.c.created_at, idempotency_keys.c.key)
        <= tuple_(bindparam("last_at"), bindparam("last_key")),
    )
    .returning(SIZE)
)
SELECT_ELDEST_OWNER = Statement(
    select(idempotency_keys.c.user_id)
    .join(users, users.c.id == idempotency_keys.c.user_id)
    .where(IS_EXPIRED, IS_THERE)
    .order_by(idempotency_keys.c.created_at)
    .limit(1)
)
TRY_LOCK_OWNER = Statement(
    select(users.c.id)
    .where(users.c.id == bindparam("owner_id"), IS_THERE)
    .with_for_update(skip_locked=True)
)
"""A user who is writing at the moment is left alone, and so is one who was deleted meanwhile."""


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
    db: Connection,
    user_id: int,
    key: str,
    answer: AnswerRow,
    *,
    now: str,
    expiry: str,
    quotas: Quotas = UNLIMITED,
) -> None:
    """Store an answer under a user's key, and delete some keys that are no newer than `expiry`.

    Raises `UserGoneError`, `QuotaMetError`.
    """
    columns: dict[str, Any] = {**answer._asdict(), "packed": None}
    size = len(answer.body.encode())
    if size >= PACKED_FROM:
        columns |= {"body": "", "packed": zlib.compress(answer.body.encode(), 1)}
        size = len(columns["packed"])
    # This locks the owner's row, so it comes first: no two transactions wait for each other.
    keys, answers = count_answers(db, user_id, 1, size)
    if expired := db.all(DELETE_EXPIRED, {"owner_id": user_id, "this_key": key, "expiry": expiry}):
        sizes = [size for (size,) in expired]
        keys, answers = count_answers(db, user_id, -len(sizes), -sum(sizes))
    quotas.check("keys", keys)
    quotas.check("answers", answers)
    values = {"user_id": user_id, "key": key, "created_at": now}
    db.execute(INSERT_ANSWER, {**values, **columns})


def forget_answers(db: Connection, *, expiry: str) -> int:
    """Delete some of anybody's keys that are no newer than `expiry`; return how many.

    A user who is writing at the moment is left alone.
    """
    db.keep_to_indexes()
    owner = db.scalar(SELECT_ELDEST_OWNER, {"expiry": expiry})
    if owner is None or db.scalar(TRY_LOCK_OWNER, {"owner_id": owner}) is None:
        return 0
    last = db.one(SELECT_LAST_OF_FIRST, {"owner_id": owner, "expiry": expiry})
    if last is None:
        return 0
    values = {"owner_id": owner, "last_at": last[0], "last_key": last[1]}
    sizes = [size for (size,) in db.all(DELETE_FIRST, values)]
    count_answers(db, owner, -len(sizes), -sum(sizes))
    return len(sizes)
