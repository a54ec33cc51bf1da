"""Fixtures of the tests of what is promised to operators."""

from collections.abc import Iterator

import pytest

from tests.support.databases import PostgreSQLServer, postgresql_server
from todo_api.storage import Database, migrate


@pytest.fixture
def server() -> Iterator[PostgreSQLServer]:
    """A server of PostgreSQL that no other test uses, with a migrated database."""
    with postgresql_server() as server:
        database = Database(server.url)
        migrate(database)
        database.close()
        yield server
