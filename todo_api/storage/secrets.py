"""What all processes of the service share and nobody else knows."""

from sqlalchemy import Connection, select

from todo_api.storage.schema import secrets

TOKENS = "tokens"
"""The name of the key under which cursors and tokens are sealed."""


def select_secret(db: Connection, name: str) -> bytes:
    """Return a secret, which a migration has put there."""
    statement = select(secrets.c.value).where(secrets.c.name == name)
    return bytes.fromhex(db.execute(statement).scalar_one())
