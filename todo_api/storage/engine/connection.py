"""A transaction under way, in which statements are executed."""

from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache
from typing import Any, Protocol

import sqlalchemy
from sqlalchemy import Dialect, Executable, StaticPool, create_engine

from todo_api.storage.engine.errors import (
    ConstraintViolatedError,
    DatabaseDamagedError,
    WouldBlockError,
)
from todo_api.storage.engine.statement import Compiled, Statement, Values

UNREADABLE = "a row of it cannot be read"


class Cursor(Protocol):
    """What a driver returns for a statement (PEP 249)."""

    @property
    def rowcount(self) -> int:
        """How many rows the statement changed."""

    def fetchone(self) -> Sequence[Any] | None:
        """Return the next row."""

    def fetchall(self) -> list[Sequence[Any]]:
        """Return all rows that are left."""


class Driver(Protocol):
    """A connection of a driver, which may be used by one thread at a time."""

    def execute(self, sql: str, values: Sequence[Any] = ..., /) -> Cursor:
        """Execute a statement."""

    def executemany(self, sql: str, values: Iterable[Sequence[Any]], /) -> object:
        """Execute a statement for each of many rows of values."""


class Connection:
    """A transaction under way.

    Each method takes a `Statement` (or a clause of SQLAlchemy's, for what is rarely executed) and
    the values of its parameters by name. The driver's exceptions pass through, except for a
    violated constraint, which is `ConstraintViolatedError`.
    """

    __slots__ = ("_integrity_error", "dialect", "driver", "is_inline")

    driver: Any
    """The driver's own connection, for what only an engine uses."""

    is_inline: bool
    """Whether it is used on an event loop."""

    is_remote = False
    """Whether statements travel to a server, so that one for many rows saves time."""

    def __init__(self, driver: Driver, dialect: Dialect, integrity_error: type[Exception]) -> None:
        """Execute with ``driver`` what is compiled for ``dialect``."""
        self.driver = driver
        self.dialect = dialect
        self.is_inline = False
        self._integrity_error = integrity_error

    def one(self, statement: Statement | Executable, values: Values = {}) -> Any:  # noqa: ANN401, B006 - the statement's own row; it is only read
        """Return the first row, or None."""
        compiled = self._compiled(statement)
        return first_row(compiled, self._execute(compiled, values))

    def both(self, first: Statement, second: Statement, values: Values) -> tuple[Any, Any]:
        """Return the first row of each of two statements.

        To a server, they travel together, which saves a wait; the second is executed though the
        first may have found nothing.
        """
        return self.one(first, values), self.one(second, values)

    def all(self, statement: Statement | Executable, values: Values = {}) -> list[Any]:  # noqa: B006
        """Return all rows."""
        compiled = self._compiled(statement)
        rows = self._execute(compiled, values).fetchall()
        try:
            return list(map(compiled.make_row, rows))
        except ValueError as error:
            raise DatabaseDamagedError(UNREADABLE) from error

    def scalar(self, statement: Statement | Executable, values: Values = {}) -> Any:  # noqa: ANN401, B006
        """Return the first value of the first row, or None if there is no row."""
        row = self.one(statement, values)
        return None if row is None else row[0]

    def execute(self, statement: Statement | Executable, values: Values = {}) -> int:  # noqa: B006
        """Return how many rows were changed."""
        return self._execute(self._compiled(statement), values).rowcount

    def execute_later(self, statement: Statement, values: Values) -> None:
        """Execute a statement at the latest when the transaction is committed.

        What it raises is raised by a later statement, or by the end of the transaction. To a
        server, it travels with the next statement, which saves a wait.
        """
        self._execute(self._compiled(statement), values)

    def execute_many(self, statement: Statement, rows: Iterable[Values]) -> None:
        """Execute a statement for each of many rows of values."""
        compiled = self._compiled(statement)
        try:
            self.driver.executemany(compiled.sql, [compiled.bind(values) for values in rows])
        except self._integrity_error as error:
            raise ConstraintViolatedError(str(error)) from error

    def queue_for(self, what: Hashable) -> None:
        """Wait for those on the event loop who are about to change the same on a server.

        It spares the server their waiting, and is no lock. Call it before the first statement.
        """

    def keep_to_indexes(self) -> None:
        """Have what is planned in this transaction look rows up in indexes, reading no table whole.

        A server may think that cheaper for many rows, or where it has not counted them yet. What a
        session has planned before stays as it is.
        """

    def require_thread(self) -> None:
        """Raise `WouldBlockError` on an event loop: what follows takes longer than it may there."""
        if self.is_inline:
            raise WouldBlockError

    def _execute(self, compiled: Compiled, values: Values) -> Cursor:
        try:
            cursor: Cursor = self.driver.execute(compiled.sql, compiled.bind(values))
        except self._integrity_error as error:
            raise ConstraintViolatedError(str(error)) from error
        return cursor

    def _compiled(self, statement: Statement | Executable) -> Compiled:
        if not isinstance(statement, Statement):
            statement = _statement(statement)
        known = statement.known.get(self.dialect.name)
        if known is not None:
            return known
        if self.is_inline and statement.takes_long:
            raise WouldBlockError
        return statement.compiled(self.dialect)


def first_row(compiled: Compiled, cursor: Cursor) -> Any:  # noqa: ANN401 - the statement's own row
    """Return the first row that a statement has found, or None."""
    row = cursor.fetchone()
    try:
        return None if row is None else compiled.make_row(row)
    except ValueError as error:
        raise DatabaseDamagedError(UNREADABLE) from error


def lend_to_sqlalchemy(url: str, driver: object) -> sqlalchemy.Connection:
    """Return a connection of SQLAlchemy's, for Alembic, that executes with a driver's connection.

    The lender begins and ends its transactions: it must not be committed, rolled back or closed.
    """
    engine = create_engine(
        url, creator=lambda: driver, poolclass=StaticPool, pool_reset_on_return=None
    )
    return engine.connect()


@lru_cache(maxsize=256)
def _statement(clause: Executable) -> Statement:
    return Statement(clause)
