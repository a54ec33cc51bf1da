"""SQLite: a file, its driver and its pragmas."""

import importlib
import logging
import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Connection, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from todo_api.storage.engine.errors import (
    DatabaseUnavailableError,
    DatabaseUnreachableError,
    DatabaseUrlInvalidError,
)
from todo_api.storage.engine.group_commit import GroupCommit

# A writer waits first for the other threads of this process, then for other processes. Both
# waits together stay below ten seconds, so that a request is answered before its client gives up.
PATIENCE = 4.0

# Result codes (https://www.sqlite.org/rescode.html) that speak of the file, the disk or the
# moment rather than of the statement.
OUTAGES = frozenset(
    {
        5,  # SQLITE_BUSY
        6,  # SQLITE_LOCKED
        7,  # SQLITE_NOMEM
        8,  # SQLITE_READONLY
        10,  # SQLITE_IOERR
        11,  # SQLITE_CORRUPT
        13,  # SQLITE_FULL
        14,  # SQLITE_CANTOPEN
        15,  # SQLITE_PROTOCOL
        22,  # SQLITE_NOLFS
        23,  # SQLITE_AUTH
        26,  # SQLITE_NOTADB
    }
)

log = logging.getLogger(__name__)


def load_driver() -> ModuleType:
    """Return pysqlite3, which brings a current SQLite, or else the standard library's driver."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:
        return importlib.import_module("sqlite3.dbapi2")


def can_corrupt_wal(version: tuple[int, ...]) -> bool:
    """Tell whether a version of SQLite has the WAL-reset bug.

    Two connections that write and checkpoint at the same moment can lose committed pages there
    (https://www.sqlite.org/wal.html#walresetbug): from 3.7.0, which introduced the WAL, up to
    3.51.2, except for the two older branches that were mended as well.
    """
    mended_branch = (3, 44, 6) <= version < (3, 45) or (3, 50, 7) <= version < (3, 51)
    return (3, 7, 0) <= version < (3, 51, 3) and not mended_branch


class SQLite:
    """A database in a file."""

    def __init__(self, url: URL) -> None:
        """Check the URL; nothing is opened before it is used.

        Raises `DatabaseUrlInvalidError`, and `DatabaseUnreachableError` for a missing directory.
        """
        path = _path_of(url)
        self.name = f"The SQLite database {path}"
        driver = load_driver()
        self._journal_mode = "delete" if can_corrupt_wal(driver.sqlite_version_info) else "wal"
        if self._journal_mode != "wal":
            log.warning(
                "SQLite %s can corrupt a write-ahead log, so a slower rollback journal is used; "
                "SQLite 3.51.3 or the pysqlite3 package would mend that.",
                driver.sqlite_version,
            )
        self._writers = GroupCommit(self.name, self._transaction, self.diagnose)
        self._idle: deque[Connection] = deque()
        self._engine = create_engine(
            url.set(drivername="sqlite+pysqlite", database=str(path)),
            module=driver,
            poolclass=NullPool,  # `_lent` keeps the connections
            connect_args={"timeout": PATIENCE},
            hide_parameters=True,  # errors are logged, and what people store is not
        )
        event.listen(self._engine, "do_connect", lambda *_: _create_for_oneself(path))
        event.listen(self._engine, "connect", self._prepare)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a deferred transaction, whose first statement fixes the state that it sees."""
        with self._lent() as db, closing(db.begin()):
            # Past SQLAlchemy's own execution, which takes longer than the statement that follows;
            # a deferred BEGIN touches no file, so there is no error to translate.
            db.connection.dbapi_connection.execute("BEGIN")  # type: ignore[union-attr]
            yield db

    def writing(self) -> AbstractContextManager[Connection]:
        """Take part in an immediate transaction: it may write, or fails, at its start."""
        return self._writers.member(PATIENCE)

    def prepare_migration(self, db: Connection) -> None:
        """Do nothing: a writing transaction excludes every other already."""

    def diagnose(self, error: DBAPIError) -> type[DatabaseUnavailableError] | None:
        """Tell an outage by the primary result code, the low byte of the extended one."""
        code: int = getattr(error.orig, "sqlite_errorcode", 0)
        return DatabaseUnavailableError if code & 0xFF in OUTAGES else None

    def close(self) -> None:
        """Close the idle connections; the last one to go empties and removes the WAL."""
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _lent(self) -> Iterator[Connection]:
        """Lend a connection, the one most recently used; there are as many as threads at once.

        A connection to a file cannot go stale, so it stays open. Taking it out of SQLAlchemy's
        pool and putting it back would cost as much again as reading a row.
        """
        try:
            db = self._idle.pop()
        except IndexError:
            db = self._engine.connect()
        put_away: Callable[[Connection], None] = self._idle.append
        try:
            yield db
        except DBAPIError:
            put_away = Connection.close  # a fault of the file may have left it in any state
            raise
        finally:
            put_away(db)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """Open a transaction for writers, which one thread may begin and another one end."""
        with self._lent() as db, db.begin():
            db.exec_driver_sql("BEGIN IMMEDIATE")
            yield db

    def _prepare(self, connection: Any, _record: object) -> None:  # noqa: ANN401 - one of two drivers
        """Set up a new connection of the driver."""
        connection.isolation_level = None  # the driver begins no transactions by itself
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        # The mode is the file's, not the connection's: changing it needs the file for oneself.
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != self._journal_mode:
            connection.execute(f"PRAGMA journal_mode = {self._journal_mode}")


def _create_for_oneself(path: Path) -> None:
    """Let nobody else read a new file, nor those that SQLite puts beside it with its rights."""
    with suppress(OSError):  # SQLite will say what is wrong
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _path_of(url: URL) -> Path:
    if url.host:
        raise DatabaseUrlInvalidError(
            "An SQLite URL has three slashes and then a path, as in sqlite:///todo.db."
        )
    if url.query:
        raise DatabaseUrlInvalidError(
            "An SQLite URL takes no options: leave out what follows the question mark."
        )
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        # Each connection of the pool would have a memory of its own.
        raise DatabaseUrlInvalidError("An SQLite database must be a file, as in sqlite:///todo.db.")
    path = Path(url.database).absolute()
    if not path.parent.is_dir():
        raise DatabaseUnreachableError(
            f"The directory {path.parent} of the SQLite database does not exist."
        )
    if path.is_dir():
        raise DatabaseUnreachableError(f"The SQLite database {path} is a directory.")
    return path
