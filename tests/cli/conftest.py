"""Fixtures for the commands: a database with users, and the commands run on it."""

from collections.abc import Callable

import pytest

from tests.support.clients import PASSWORD_HASH
from tests.support.commands import Ended, run_command, run_within
from todo_api.storage import Database, insert_task, insert_user

Command = Callable[..., Ended]


@pytest.fixture
def todo_api(database_url: str) -> Command:
    """Run ``todo-api`` on the test's database, as a script does."""

    def run(*arguments: str, stdin: bytes = b"", **settings: str) -> Ended:
        return run_command(*arguments, stdin=stdin, TODO_DATABASE_URL=database_url, **settings)

    return run


@pytest.fixture
def todo_api_within(database_url: str) -> Command:
    """Run ``todo-api`` as `todo_api` does, but in this process: starts are slow."""

    def run(*arguments: str, stdin: bytes = b"", **settings: str) -> Ended:
        return run_within(*arguments, stdin=stdin, TODO_DATABASE_URL=database_url, **settings)

    return run


@pytest.fixture
def susan(database: Database) -> str:
    """A user with two tasks; the name."""
    with database.transaction() as db:
        user = insert_user(
            db, username="susan", email="susan@example.com", password_hash=PASSWORD_HASH
        )
        for title in ("Buy groceries", "Learn Python"):
            insert_task(db, user.list_id, {"title": title})
    return "susan"
