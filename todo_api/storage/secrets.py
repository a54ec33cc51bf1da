"""What all processes of the service share and nobody else knows."""

from sqlalchemy import bindparam, select

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.schema import secrets

TOKENS = "tokens"
"""The name of the key under which cursors and tokens are sealed."""

SELECT_SECRET = Statement(select(secrets.c.value).where(secrets.c.name == bindparam("this_name")))


def select_secret(db: Connection, name: str) -> bytes:
    """Return a secret, which a migration has put there."""
    return bytes.fromhex(db.scalar(SELECT_SECRET, {"this_name": name}))
