"""Users' own tokens: the handlers of the tag ``tokens``."""

from datetime import timedelta
from functools import partial
from typing import Any

from todo_api import storage
from todo_api.contract import Answer, Caller, Problem, Reply, UrlFor
from todo_api.identity import TOKEN, User, hash_of, new_code
from todo_api.monitoring import record
from todo_api.settings import Settings
from todo_api.storage import Database, TokenRow

DAYS = 90
"""How long a token can be used unless its user says otherwise."""


def create_token(
    body: dict[str, Any],
    user: User,
    database: Database,
    settings: Settings,
    url_for: UrlFor,
    caller: Caller,
) -> Answer:
    """Create a token."""
    secret = new_code(TOKEN)
    days = body.get("expires_in_days", DAYS)
    with database.transaction() as db:
        row = storage.insert_token(
            db,
            user.id,
            name=body["name"],
            scope=body["scope"],
            token_hash=hash_of(secret),
            lifetime=None if days is None else timedelta(days=days),
            most=settings.max_tokens,
            known_hash=user.password_hash,
        )
    token = {**_represent(row, url_for), "secret": secret}
    headers = {"Location": token["uri"], "Cache-Control": "no-store"}
    note = partial(
        record, "token_creation", caller, user=user.username, token=row.id, scope=row.scope
    )
    return Reply({"token": token}, 201, headers, then=note)


def get_tokens(user: User, database: Database, url_for: UrlFor) -> Answer:
    """List your tokens."""
    with database.snapshot() as db:
        rows = storage.select_tokens(db, user.id)
    return {"tokens": [_represent(row, url_for) for row in rows]}


def get_token(token_id: int, user: User, database: Database, url_for: UrlFor) -> Answer:
    """Get a token."""
    with database.snapshot() as db:
        row = storage.select_token(db, user.id, token_id)
    if row is None:
        raise Problem(404)
    return {"token": _represent(row, url_for)}


def delete_token(token_id: int, user: User, database: Database, caller: Caller) -> Answer:
    """Delete a token."""
    with database.transaction() as db:
        deleted = storage.delete_token(db, user.id, token_id)
    if not deleted:
        raise Problem(404)
    note = partial(record, "token_revocation", caller, user=user.username, token=token_id)
    return Reply({"result": True}, then=note)


def _represent(token: TokenRow, url_for: UrlFor) -> dict[str, Any]:
    return {
        "id": token.id,
        "uri": url_for("get_token", token_id=token.id),
        "name": token.name,
        "scope": token.scope,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
    }
