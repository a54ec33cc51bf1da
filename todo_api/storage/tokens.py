"""The statements on tokens.

All but those by which a token is recognized, or found for an administrator, name the owner.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from todo_api import times
from todo_api.storage.engine import Connection, Statement
from todo_api.storage.errors import TooManyTokensError, UserGoneError
from todo_api.storage.ids import random_id
from todo_api.storage.schema import TokenRow, tokens, users
from todo_api.storage.some_rows import delete_some
from todo_api.storage.users import HAS_STILL, IS_ENABLED

SWEPT_AT_ONCE = 1000
"""The most expired tokens that are deleted at once."""


class ValidToken(NamedTuple):
    """A token that can be used, and its owner."""

    user_id: int
    username: str
    list_id: int
    """The list that is the owner's own."""
    id: int
    scope: str
    last_used_at: str | None


class OwnedToken(NamedTuple):
    """A token, and the name of its owner."""

    username: str
    user_id: int
    token: TokenRow


COLUMNS = tuple(tokens.c[name] for name in TokenRow._fields)
IS_OWN = tokens.c.user_id == bindparam("owner_id")
IS_TOKEN = tokens.c.id == bindparam("token_id")
IS_KNOWN = tokens.c.hash == bindparam("this_hash")
HAS_TIME = or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > bindparam("now"))
IS_OWNER = users.c.id == tokens.c.user_id

SELECT_VALID = Statement(
    select(
        tokens.c.user_id,
        users.c.username,
        users.c.list_id,
        tokens.c.id,
        tokens.c.scope,
        tokens.c.last_used_at,
    ).where(IS_KNOWN, HAS_TIME, IS_OWNER, IS_ENABLED),
    ValidToken._make,
)
SELECT_TOKENS = Statement(
    select(*COLUMNS).where(IS_OWN).order_by(tokens.c.created_at, tokens.c.id), TokenRow._make
)
SELECT_TOKEN = Statement(select(*COLUMNS).where(IS_OWN, IS_TOKEN), TokenRow._make)
SELECT_OWNED = Statement(
    select(users.c.username, tokens.c.user_id, *COLUMNS).where(IS_TOKEN, IS_OWNER),
    lambda values: OwnedToken(values[0], values[1], TokenRow._make(values[2:])),
)
# Of one user's, one is made after the other, so that there are never more than there may be.
_OWNER = select(users.c.id).where(users.c.id == bindparam("owner_id"), IS_ENABLED)
LOCK_OWNER = Statement(_OWNER.with_for_update())
LOCK_OWNER_WITH_HASH = Statement(_OWNER.where(HAS_STILL).with_for_update())
COUNT_TOKENS = Statement(select(func.count()).select_from(tokens).where(IS_OWN))
INSERT_TOKEN = Statement(insert(tokens), columns=tokens.c.keys())
DELETE_EXPIRED = Statement(delete(tokens).where(IS_OWN, tokens.c.expires_at <= bindparam("now")))
FORGET = Statement(delete_some(tokens, tokens.c.expires_at <= bindparam("now"), SWEPT_AT_ONCE))
DELETE_TOKEN = Statement(delete(tokens).where(IS_OWN, IS_TOKEN))
DELETE_TOKENS = Statement(delete(tokens).where(IS_OWN))
NOTE_USE = Statement(
    update(tokens)
    .where(
        IS_OWN,
        IS_TOKEN,
        or_(tokens.c.last_used_at.is_(None), tokens.c.last_used_at < bindparam("at")),
    )
    .values(last_used_at=bindparam("at"))
)


def select_valid_token(db: Connection, token_hash: str, *, now: str) -> ValidToken | None:
    """Return the token with this hash, or None if it is nobody's, expired or a disabled user's."""
    token: ValidToken | None = db.one(SELECT_VALID, {"this_hash": token_hash, "now": now})
    return token


def select_tokens(db: Connection, user_id: int) -> list[TokenRow]:
    """Return a user's tokens, the oldest first."""
    return db.all(SELECT_TOKENS, {"owner_id": user_id})


def select_token(db: Connection, user_id: int, token_id: int) -> TokenRow | None:
    """Return a user's token, or None."""
    token: TokenRow | None = db.one(SELECT_TOKEN, {"owner_id": user_id, "token_id": token_id})
    return token


def select_anybodys_token(db: Connection, token_id: int) -> OwnedToken | None:
    """Return a token, whoever has it, or None."""
    token: OwnedToken | None = db.one(SELECT_OWNED, {"token_id": token_id})
    return token


def insert_token(
    db: Connection,
    user_id: int,
    *,
    name: str,
    scope: str,
    token_hash: str,
    lifetime: timedelta | None,
    most: int,
    known_hash: str | None = None,
) -> TokenRow:
    """Return the new token; the user's expired ones are deleted.

    With `known_hash` it is made only while the stored password hash is still that one: whoever knew
    an old password must not have a token that a change of it, under way, would not see.

    Raises `UserGoneError`, for a disabled user and for another hash as well, and
    `TooManyTokensError` if the user has `most` of them.
    """
    owner = {"owner_id": user_id}
    lock = LOCK_OWNER if known_hash is None else LOCK_OWNER_WITH_HASH
    if db.one(lock, {**owner, "known_hash": known_hash}) is None:
        raise UserGoneError
    now = times.now()
    db.execute(DELETE_EXPIRED, {**owner, "now": now})
    if db.scalar(COUNT_TOKENS, owner) >= most:
        raise TooManyTokensError(most)
    token = TokenRow(
        id=random_id(),
        name=name,
        scope=scope,
        created_at=now,
        expires_at=None if lifetime is None else times.later(now, lifetime),
        last_used_at=None,
    )
    db.execute(INSERT_TOKEN, {"user_id": user_id, "hash": token_hash, **token._asdict()})
    return token


def delete_token(db: Connection, user_id: int, token_id: int) -> bool:
    """Delete a user's token; tell whether there was such a token."""
    return db.execute(DELETE_TOKEN, {"owner_id": user_id, "token_id": token_id}) > 0


def delete_tokens(db: Connection, user_id: int) -> int:
    """Delete all of a user's tokens; return how many there were."""
    return db.execute(DELETE_TOKENS, {"owner_id": user_id})


def forget_tokens(db: Connection, *, now: str) -> int:
    """Delete some of anybody's tokens that have expired; return how many."""
    db.keep_to_indexes()
    return db.execute(FORGET, {"now": now})


def note_uses(db: Connection, uses: Mapping[tuple[int, int], str]) -> None:
    """Note when tokens were last used: by owner and id, the time."""
    db.execute_many(
        NOTE_USE,
        [
            # In one order, or transactions that note the same ones could wait for each other.
            {"owner_id": user_id, "token_id": token_id, "at": at}
            for (user_id, token_id), at in sorted(uses.items())
        ],
    )
