"""The people whose tasks are stored here."""

import pytest

from todo_api.storage import Database
from todo_api.storage.engine import inline
from todo_api.storage.users import insert_user


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a machine that is slow for a moment interrupt nothing: a call on the loop has time."""
    monkeypatch.setattr(inline, "MOST_SECONDS", 1)


@pytest.fixture
def miguel(database: Database) -> int:
    """Return the id of a user without tasks."""
    with database.transaction() as db:
        return insert_user(db, username="miguel", email=None, password_hash="python").id


@pytest.fixture
def susan(database: Database) -> int:
    """Return the id of another user without tasks."""
    with database.transaction() as db:
        return insert_user(db, username="susan", email="susan@example.com", password_hash="cat").id
