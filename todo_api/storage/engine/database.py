"""The way into the database."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from todo_api.storage.engine.backend import Backend
from todo_api.storage.engine.errors import (
    DatabaseUnavailableError,
    DatabaseUrlInvalidError,
    TransactionLostError,
)
from todo_api.storage.engine.postgresql import PostgreSQL
from todo_api.storage.engine.sqlite import SQLite
from todo_api.storage.schema import users

ATTEMPTS = 5
FIRST_PAUSE = 0.02

Result = TypeVar("Result")


class Database:
    """A database and its connections, shared by all threads of the process."""

    def __init__(self, url: str, *, connections: int = 20) -> None:
        """Prepare for `url`, `sqlite:///todo.db` or `postgresql://user:password@host/name`.

        `connections` bounds those to a server: have one for each thread that works. Nothing is
        opened yet. Raises `DatabaseUnusableError`.
        """
        self._backend = _backend(url, connections)

    @property
    def name(self) -> str:
        """What to call this database before people, at the start of a sentence."""
        return self._backend.name

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Write: commit at the end of the block, roll back when an exception leaves it.

        Raises `DatabaseUnavailableError`, and its kind `TransactionLostError` when `retrying`
        would help.
        """
        with self._translating(), self._backend.writing() as db:
            yield db

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Read: all statements of the block see one state of the database.

        Raises `DatabaseUnavailableError`.
        """
        with self._translating(), self._backend.reading() as db:
            yield db

    @contextmanager
    def migration(self) -> Iterator[Connection]:
        """Change the schema: like `transaction`, alone among migrations and without hurry."""
        with self.transaction() as db:
            self._backend.prepare_migration(db)
            yield db

    def retrying(self, call: Callable[[], Result]) -> Result:
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

    def check(self) -> None:
        """Read something small. Raises `DatabaseUnavailableError`."""
        with self.snapshot() as db:
            db.execute(select(users.c.id).limit(1))

    def close(self) -> None:
        """Close all connections that are not in use."""
        self._backend.close()

    @contextmanager
    def _translating(self) -> Iterator[None]:
        """Turn the drivers' reports of an outage into `DatabaseUnavailableError`."""
        try:
            yield
        except PoolTimeoutError as error:
            raise DatabaseUnavailableError(
                f"{self.name} is unavailable: all connections are in use."
            ) from error
        except DBAPIError as error:
            outage = self._backend.diagnose(error)
            if outage is None:
                raise
            raise outage(f"{self.name} is unavailable: {reason(error)}.") from error


def reason(error: DBAPIError) -> str:
    """Return what the driver says, without the advice that PostgreSQL's adds in further lines."""
    return str(error.orig).strip().partition("\n")[0].rstrip(".")


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
            return SQLite(parsed)
        case "postgresql" | "postgresql+psycopg" | "postgres":
            return PostgreSQL(parsed, connections)
        case other:
            raise DatabaseUrlInvalidError(
                f"The database URL names {other}, but only sqlite and postgresql are supported."
            )
