"""The way into the database."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

import sqlalchemy
from sqlalchemy import make_url, text
from sqlalchemy.exc import ArgumentError

from todo_api.storage.engine.backend import Backend
from todo_api.storage.engine.connection import Connection
from todo_api.storage.engine.errors import (
    DatabaseDamagedError,
    DatabaseUnavailableError,
    DatabaseUnusableError,
    DatabaseUrlInvalidError,
    TransactionLostError,
    WouldBlockError,
)
from todo_api.storage.engine.statement import Statement
from todo_api.storage.engine.statistics import Statistics
from todo_api.storage.engine.unit import UNIT

ATTEMPTS = 5
FIRST_PAUSE = 0.02

T = TypeVar("T")
C = TypeVar("C", bound=Connection | None)

_SMALLEST = Statement(text("SELECT 1 FROM secrets"))


class Database:
    """A database and its connections, shared by all threads of the process."""

    def __init__(self, url: str, *, connections: int = 20) -> None:
        """Prepare for `url`, `sqlite:///todo.db` or `postgresql://user:password@host/name`.

        `connections` is the largest number of those to a server. Nothing is opened yet. Raises
        `DatabaseUnusableError`.
        """
        self._backend = _backend(url, connections)
        self._faults = (self._backend.driver_error, DatabaseDamagedError)

    @property
    def name(self) -> str:
        """What to call this database at the start of a sentence for people."""
        return self._backend.name

    @property
    def file(self) -> Path | None:
        """The file that the database is in; None if a server keeps it."""
        return self._backend.file

    @property
    def driver_errors(self) -> tuple[type[Exception]]:
        """The root of what the driver raises, for callers that explain every fault."""
        return (self._backend.driver_error,)

    def transaction(self) -> AbstractContextManager[Connection]:
        """Write: commit at the end of the block, roll back when an exception leaves it.

        In a call that `write_inline` runs, the block is part of the transaction around the call,
        which is committed before the caller gets the outcome.

        Raises `DatabaseUnavailableError`, and its kind `TransactionLostError` when `retrying`
        would help.
        """
        unit = UNIT.get()
        if unit is None:
            return self._open(self._backend.writing)
        if not unit.writes:
            raise WouldBlockError
        return unit

    def snapshot(self) -> AbstractContextManager[Connection]:
        """Read: all statements of the block see one state of the database.

        In a call that `read_inline` runs, all blocks see the same state.

        Raises `DatabaseUnavailableError`.
        """
        unit = UNIT.get()
        if unit is None:
            return self._open(self._backend.reading)
        if unit.writes:
            raise WouldBlockError
        return unit

    def looking(self) -> AbstractContextManager[Connection | None]:
        """Read what may be another program's, and touch nothing; None if there is nothing at all.

        Raises `DatabaseUnavailableError`.
        """
        return self._open(self._backend.looking)

    def prepare(self, *, create: bool = True) -> None:
        """Make a file ready to be written to, which is this program's or is to become so.

        `create` makes it if it is not there. On a server there is nothing to do. Raises
        `DatabaseUnavailableError`.
        """
        try:
            self._backend.prepare(create=create)
        except self._backend.driver_error as error:
            raise self._explained(error) from error

    def back_up(self, target: Path, tell: Callable[[int, int], None]) -> None:
        """Write a copy of all that is committed into an empty file, while others go on.

        `tell` is given how much is done, and of how much. Raises `DatabaseUnavailableError`, and
        `DatabaseUnusableError` if it cannot be done here.
        """
        try:
            self._backend.back_up(target, tell)
        except self._backend.driver_error as error:
            outage = self._explained(error)
            if outage is not error:
                raise outage from error
            # SQLite gives what stops a copy, such as a full disk, no code.
            raise DatabaseUnusableError(
                f"{self.name} cannot be copied into {target.parent}: {reason(error)}."
            ) from error

    def restore(self, source: Path, tell: Callable[[int, int], None]) -> None:
        """Fill the database, in which nothing is, from a copy. Raises `DatabaseUnusableError`."""
        try:
            self._backend.restore(source, tell)
        except self._backend.driver_error as error:
            why = self._backend.hint(error) or reason(error)
            raise DatabaseUnusableError(f"{source} cannot be restored: {why}.") from error

    @contextmanager
    def migration(
        self, tell: Callable[[str], None] = lambda _: None
    ) -> Iterator[tuple[sqlalchemy.Connection, Connection]]:
        """Change the schema: like `transaction`, alone among migrations and without a deadline.

        `tell` is given a sentence if others have to be waited for.
        """
        try:
            with self._backend.migrating(tell) as both:
                yield both
        except self._backend.driver_error as error:
            raise self._explained(error) from error

    def check(self) -> None:
        """Read something small. Raises `DatabaseUnavailableError`."""
        with self.snapshot() as db:
            db.one(_SMALLEST)

    async def read_inline(self, call: Callable[[], T]) -> T:
        """Run a call that reads on the event loop, and return what it returns.

        Raises `WouldBlockError` if it belongs in a thread, where it is to be run again.
        """
        try:
            return await self._backend.read_inline(call)
        except self._faults as error:
            raise self._explained(error) from error

    async def write_inline(self, call: Callable[[], T]) -> T:
        """Run a call that writes on the event loop; when that is durable, return what it returns.

        Raises `WouldBlockError` as `read_inline` does.
        """
        try:
            return await self._backend.write_inline(call)
        except self._faults as error:
            raise self._explained(error) from error

    def retrying(self, call: Callable[[], T]) -> T:
        """Return what `call` returns, running it again while its transaction is lost.

        `call` holds the whole transaction, so that each run decides anew on what it then reads.
        The last of the `ATTEMPTS` lets `TransactionLostError` out.
        """
        for attempt in range(ATTEMPTS - 1):
            try:
                return call()
            except TransactionLostError:
                # Random, or the rivals would meet again.
                time.sleep(random.uniform(0, FIRST_PAUSE * 2**attempt))  # noqa: S311 - no secret
        return call()

    def forget_deleted(self) -> None:
        """Remove the traces of what has been deleted from where nobody would look for it.

        It may be too busy to do so, and raises nothing; `docs/security.md` says what is left.
        """
        self._backend.forget_deleted()

    def statistics(self) -> Statistics:
        """Tell how the engine fares; any thread may ask."""
        return self._backend.statistics()

    def close(self) -> None:
        """Close all connections that are not in use."""
        self._backend.close()

    @contextmanager
    def _open(self, transaction: Callable[[], AbstractContextManager[C]]) -> Iterator[C]:
        try:
            with transaction() as db:
                yield db
        except self._faults as error:
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> Exception:
        """Return an outage for what the driver reports as one, and everything else as it is."""
        if isinstance(error, DatabaseDamagedError):
            outage: type[DatabaseUnavailableError] | None = DatabaseDamagedError
        else:
            outage = self._backend.diagnose(error)
        if outage is None:
            return error
        state = "damaged" if outage is DatabaseDamagedError else "unavailable"
        return outage(f"{self.name} is {state}: {self._backend.hint(error) or reason(error)}.")


def reason(error: Exception) -> str:
    """Return what the driver says, without what is stored, or PostgreSQL's further lines."""
    sentence = str(error).strip().partition("\n")[0]
    return sentence.partition(" with text ")[0].rstrip(".")  # SQLite's driver shows what it read


def _backend(url: str, connections: int) -> Backend:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # From None, because SQLAlchemy's own text may hold the password.
        raise DatabaseUrlInvalidError(
            "The database URL cannot be read: write sqlite:///todo.db or"
            " postgresql://user:password@host:5432/name."
        ) from None
    match parsed.drivername:
        case "sqlite" | "sqlite+pysqlite":
            from todo_api.storage.engine.sqlite import SQLite  # noqa: PLC0415 - only the driver in use

            return SQLite(parsed)
        case "postgresql" | "postgresql+psycopg" | "postgres":
            from todo_api.storage.engine.postgresql import PostgreSQL  # noqa: PLC0415 - the same

            return PostgreSQL(parsed, connections)
        case other:
            raise DatabaseUrlInvalidError(
                f"The database URL names {other}, but only sqlite and postgresql are supported."
            )
