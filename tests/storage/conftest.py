"""The people whose tasks are stored here."""

import pytest

from todo_api.storage import Database
from todo_api.storage.users import insert_user


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
