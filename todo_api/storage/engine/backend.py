"""What a database engine must offer to `Database`."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, TypeVar

import sqlalchemy

from todo_api.storage.engine.connection import Connection
from todo_api.storage.engine.errors import DatabaseUnavailableError
from todo_api.storage.engine.statistics import Statistics

T = TypeVar("T")


class Backend(Protocol):
    """One engine and its connections."""

    @property
    def name(self) -> str:
        """What a person calls this database; it never holds a password."""

    @property
    def file(self) -> Path | None:
        """The file that it is in; None if a server keeps it."""

    @property
    def driver_error(self) -> type[Exception]:
        """The root of what the driver raises."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Open a transaction that sees one state of the database throughout."""

    def writing(self) -> AbstractContextManager[Connection]:
        """Open a transaction that commits at the end and rolls back on an exception."""

    def looking(self) -> AbstractContextManager[Connection | None]:
        """Open a transaction that reads and touches nothing; None if there is nothing to read."""

    def prepare(self, *, create: bool) -> None:
        """Make ready what is this program's, or is to become so; make it if it is a file."""

    def back_up(self, target: Path, tell: Callable[[int, int], None]) -> None:
        """Write a copy of all that is committed into an empty file, and see that it is sound."""

    def restore(self, source: Path, tell: Callable[[int, int], None]) -> None:
        """Fill the database, in which nothing is, from such a copy: whole, or not at all."""

    def migrating(
        self, tell: Callable[[str], None]
    ) -> AbstractContextManager[tuple[sqlalchemy.Connection, Connection]]:
        """Open a writing transaction that excludes other migrations and has no deadline.

        It is given twice: to Alembic as SQLAlchemy's connection, and as ours. `tell` is given a
        sentence if others have to be waited for.
        """

    async def read_inline(self, call: Callable[[], T]) -> T:
        """Run a call on the event loop, in a snapshot; raise `WouldBlockError` if it must not."""

    async def write_inline(self, call: Callable[[], T]) -> T:
        """Run a call that writes on the event loop, and return when what it wrote is durable.

        Raises `WouldBlockError` if it must not run there.
        """

    def diagnose(self, error: Exception) -> type[DatabaseUnavailableError] | None:
        """Tell an outage of the database from a fault of the program (None)."""

    def hint(self, error: Exception) -> str | None:
        """Return the reason of an outage for a person, if the driver does not say it best."""

    def forget_deleted(self) -> None:
        """Remove what has been deleted from the engine's own log, as far as nobody reads it."""

    def statistics(self) -> Statistics:
        """Tell how the engine fares; any thread may ask."""

    def close(self) -> None:
        """Close the connections."""
