"""The people whose tasks are stored here, and their lists."""

import pytest

from todo_api.storage import Database, UserRow
from todo_api.storage.engine import inline
from todo_api.storage.users import insert_user


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a machine that is slow for a moment interrupt nothing: a call on the loop has time."""
    monkeypatch.setattr(inline, "MOST_SECONDS", 1)


@pytest.fixture
def miguels_account(database: Database) -> UserRow:
    """Return a user without tasks."""
    with database.transaction() as db:
        return insert_user(db, username="miguel", email=None, password_hash="python")


@pytest.fixture
def susans_account(database: Database) -> UserRow:
    """Return another user without tasks."""
    with database.transaction() as db:
        return insert_user(db, username="susan", email="susan@example.com", password_hash="cat")


@pytest.fixture
def miguel(miguels_account: UserRow) -> int:
    """Return the id of a user's own list."""
    return miguels_account.list_id


@pytest.fixture
def susan(susans_account: UserRow) -> int:
    """Return the id of another user's own list."""
    return susans_account.list_id
