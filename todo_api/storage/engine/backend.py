"""What a database engine must offer to `Database`."""

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from todo_api.storage.engine.errors import DatabaseUnavailableError


class Backend(Protocol):
    """One engine, one pool of connections."""

    @property
    def name(self) -> str:
        """What a person calls this database; never holds a password."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a transaction that sees one state of the database throughout."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a transaction that commits at the end and rolls back on an exception."""

    def prepare_migration(self, db: Connection) -> None:
        """Make `db`, a writing transaction, wait for other migrations and take its time."""

    def diagnose(self, error: DBAPIError) -> type[DatabaseUnavailableError] | None:
        """Tell an outage of the database from a fault of the program (None)."""

    def close(self) -> None:
        """Close the pool's connections."""
