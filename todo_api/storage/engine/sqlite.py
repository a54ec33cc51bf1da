"""SQLite: a file, its connections and its pragmas."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from threading import Lock
from typing import TypeVar

import sqlalchemy
from sqlalchemy import URL

from todo_api.storage.engine.connection import Connection, lend_to_sqlalchemy
from todo_api.storage.engine.errors import DatabaseUnavailableError, WouldBlockError
from todo_api.storage.engine.inline import Inline
from todo_api.storage.engine.sqlite_driver import (
    BUSY,
    DIALECT,
    INTERRUPTED,
    OUTAGES,
    can_corrupt_wal,
    create_for_oneself,
    load_driver,
    path_of,
    result_code,
)
from todo_api.storage.engine.unit import UNIT, Unit
from todo_api.storage.engine.write_lock import PATIENCE, WriteLock

T = TypeVar("T")

log = logging.getLogger(__name__)

_MOST_MILLISECONDS_FOR_READERS = 100


class SQLite:
    """A database in a file."""

    def __init__(self, url: URL) -> None:
        """Check the URL; nothing is opened before it is used.

        Raises `DatabaseUrlInvalidError`, and `DatabaseUnreachableError` for a missing directory.
        """
        self._path = path_of(url)
        self.name = f"The SQLite database {self._path}"
        self._driver = load_driver()
        self.driver_error: type[Exception] = self._driver.Error
        self._journal_mode = "wal"
        if can_corrupt_wal(self._driver.sqlite_version_info):
            self._journal_mode = "delete"
            log.warning(
                "SQLite %s can corrupt a write-ahead log, so a slower rollback journal is used; "
                "SQLite 3.51.3 or the pysqlite3 package would fix that.",
                self._driver.sqlite_version,
            )
        self._lock = WriteLock(self.name, self.diagnose)
        self._idle: deque[Connection] = deque()
        self._inline: Inline | None = None
        self._moving = Lock()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a deferred transaction, whose first statement fixes the state that it sees."""
        with self._lent() as db:
            db.driver.execute("BEGIN")
            try:
                yield db
            finally:
                if db.driver.in_transaction:
                    db.driver.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open an immediate transaction: it may write, or fails, at its start."""
        with self._lent() as db, self._writing_to(db):
            yield db

    @contextmanager
    def migrating(self) -> Iterator[tuple[sqlalchemy.Connection, Connection]]:
        """Open an immediate transaction: it excludes every other writer already."""
        with self._lent() as db:
            # Before the transaction: SQLAlchemy's first look at a connection ends with a rollback.
            connection = lend_to_sqlalchemy("sqlite://", db.driver)
            with self._writing_to(db):
                yield connection, db

    async def read_inline(self, call: Callable[[], T]) -> T:
        """Run a call in a snapshot; a statement that takes too long is interrupted."""
        inline = self._inline_here()
        db = inline.reader
        driver = db.driver
        renew = False
        unit = UNIT.set(Unit(db, writes=False))
        try:
            driver.execute("BEGIN")
            return inline.bounds.run(call)
        except self._driver.Error as error:
            if result_code(error) in {BUSY, INTERRUPTED}:
                raise WouldBlockError from error
            renew = True
            raise
        finally:
            UNIT.reset(unit)
            if renew:
                inline.renew()
            elif driver.in_transaction:
                driver.execute("ROLLBACK")

    async def write_inline(self, call: Callable[[], T]) -> T:
        """Run a call as a member of a group."""
        try:
            return await self._inline_here().writers.run(call)
        except self._driver.OperationalError as error:
            if result_code(error) == INTERRUPTED:
                raise WouldBlockError from error
            raise

    def diagnose(self, error: Exception) -> type[DatabaseUnavailableError] | None:
        """Tell an outage by the primary result code, the low byte of the extended one."""
        return DatabaseUnavailableError if result_code(error) in OUTAGES else None

    def forget_deleted(self) -> None:
        """Empty the write-ahead log, in which pages stand as they were before a deletion."""
        with suppress(self._driver.Error, DatabaseUnavailableError), self._lent() as db:
            # Writers wait meanwhile, so readers are not waited for long.
            db.driver.execute(f"PRAGMA busy_timeout = {_MOST_MILLISECONDS_FOR_READERS}")
            try:
                db.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                db.driver.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000:.0f}")

    def close(self) -> None:
        """Close the idle connections; the last one to go empties and removes the WAL."""
        if self._inline is not None:
            self._inline.close()
            self._inline = None
        while self._idle:
            self._idle.pop().driver.close()

    def _inline_here(self) -> Inline:
        """Return what belongs to the running event loop.

        Raises `WouldBlockError` where the file's journal makes readers wait, and on any loop but
        the first one that still runs.
        """
        loop = asyncio.get_running_loop()
        inline = self._inline
        if inline is None or inline.loop is not loop:
            return self._move_inline_to(loop)
        return inline

    def _move_inline_to(self, loop: asyncio.AbstractEventLoop) -> Inline:
        with self._moving:  # Several threads may each have begun a loop.
            former = self._inline
            if self._journal_mode != "wal" or (former is not None and not former.loop.is_closed()):
                raise WouldBlockError
            self._inline = Inline(loop, self._lock, partial(self._connect, 0))
            if former is not None:
                former.close()
            return self._inline

    @contextmanager
    def _writing_to(self, db: Connection) -> Iterator[None]:
        self._lock.begin(db)
        try:
            yield
            if not db.driver.in_transaction:
                raise DatabaseUnavailableError("SQLite has rolled back everything.")
            db.driver.execute("COMMIT")
        finally:
            try:
                if db.driver.in_transaction:
                    db.driver.execute("ROLLBACK")
            finally:
                self._lock.end()

    @contextmanager
    def _lent(self) -> Iterator[Connection]:
        """Lend a connection, the one most recently used; there are as many as threads at once."""
        try:
            db = self._idle.pop()
        except IndexError:
            db = self._connect(PATIENCE)
        try:
            yield db
        except self._driver.Error:
            db.driver.close()  # a fault of the file may have left it in any state
            raise
        except BaseException:
            self._idle.append(db)
            raise
        self._idle.append(db)

    def _connect(self, patience: float) -> Connection:
        """Open and set up a connection that waits so long for other processes."""
        create_for_oneself(self._path)
        driver = self._driver.connect(
            self._path,
            timeout=patience or PATIENCE,  # changing the journal's mode may have to wait
            isolation_level=None,  # the driver begins no transactions by itself
            check_same_thread=False,
            cached_statements=512,
        )
        driver.execute("PRAGMA foreign_keys = ON")
        driver.execute("PRAGMA synchronous = FULL")
        # Deleted rows are overwritten, also in pages that become free. That is 2 % more to write
        # for an update or a deletion, and nothing for anything else.
        driver.execute("PRAGMA secure_delete = ON")
        # The mode is the file's, not the connection's: changing it needs the file for oneself.
        if driver.execute("PRAGMA journal_mode").fetchone()[0] != self._journal_mode:
            driver.execute(f"PRAGMA journal_mode = {self._journal_mode}")
        if not patience:
            driver.execute("PRAGMA busy_timeout = 0")
        return Connection(driver, DIALECT, self._driver.IntegrityError)
