"""SQLite: a file, its connections and its pragmas."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import Any, TypeVar

import sqlalchemy
from sqlalchemy import URL

from todo_api.storage.engine.connection import Connection, lend_to_sqlalchemy
from todo_api.storage.engine.errors import (
    DatabaseDamagedError,
    DatabaseUnavailableError,
    DatabaseUnusableError,
    WouldBlockError,
)
from todo_api.storage.engine.inline import Inline
from todo_api.storage.engine.location import files_beside
from todo_api.storage.engine.sqlite_driver import (
    BUSY,
    DIALECT,
    INTERRUPTED,
    NO_DATABASE,
    OUTAGES,
    UNUSABLE,
    can_corrupt_wal,
    is_damage,
    load_driver,
    path_of,
    result_code,
    said,
)
from todo_api.storage.engine.sqlite_file import FileConnection, SQLiteFile
from todo_api.storage.engine.statistics import Statistics
from todo_api.storage.engine.unit import UNIT, Unit
from todo_api.storage.engine.write_lock import PATIENCE, WriteLock, execute_patiently

T = TypeVar("T")

log = logging.getLogger(__name__)

_MOST_MILLISECONDS_FOR_READERS = 100
_PAGES_OF_LOG = 4000
"""After so many pages, 16 MiB, a commit empties the write-ahead log into the file: a page that is
changed again and again is copied once. In a list of 100,000 tasks that saves a tenth of a change
against SQLite's own 1000 pages; in up to 4062, a page is found as fast as in any log."""
_PAGES_AT_ONCE = 1000
_PATIENCE_OF_MIGRATIONS = 3600.0
"""Another process may be migrating a large database."""


class SQLite:
    """A database in a file."""

    def __init__(self, url: URL) -> None:
        """Check the URL; nothing is opened before it is used.

        Raises `DatabaseUrlInvalidError`, and `DatabaseUnreachableError` for a missing directory.
        """
        self.file: Path | None = path_of(url)
        self.name = f"The SQLite database {self.file}"
        self._file = SQLiteFile(self.file, self.name)
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
        self._lock = WriteLock(self._file, self.diagnose)
        self._idle: deque[FileConnection] = deque()
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
        with self._lent() as db:
            self._lock.begin(db)
            with self._committing(db):
                yield db

    @contextmanager
    def looking(self) -> Iterator[Connection | None]:
        """Open the file as it is, whoever made it."""
        if self._file.is_absent():
            yield None
            return
        driver = self._file.open_untouched(self._driver)
        try:
            yield Connection(driver, DIALECT, self._driver.IntegrityError)
        finally:
            driver.close()

    def prepare(self, *, create: bool) -> None:
        """Make the file, and give it its journal."""
        if create:
            self._file.create()
        driver = self._open(PATIENCE)
        try:
            self._set_journal_mode(driver, _PATIENCE_OF_MIGRATIONS)
        finally:
            driver.close()

    def back_up(self, target: Path, tell: Callable[[int, int], None]) -> None:
        """Copy the state of the moment, page by page; a snapshot keeps it while others write."""
        db = self._connect(PATIENCE)
        try:
            db.driver.execute("BEGIN")
            self._file.require_ours(db.driver)  # which fixes the state
            self._copy(db.driver, target, tell)
        finally:
            db.driver.close()

    def restore(self, source: Path, tell: Callable[[int, int], None]) -> None:
        """Make the file from a copy, beside its place, and put it there when it is whole."""
        self._file.require_alone()
        copy = SQLiteFile(source.absolute(), f"The copy {source}")
        if copy.is_foreign():
            raise DatabaseUnusableError(
                f"{source} cannot be restored: it is not a database of SQLite, as `todo-api backup`"
                " makes from one."
            )
        partial = self._file.path.with_name(f".{self._file.path.name}.{token_hex(4)}.partial")
        SQLiteFile(partial, self.name).create()
        driver = copy.open_untouched(self._driver)
        try:
            copy.require_ours(driver)
            self._copy(driver, partial, tell)
            if self._file.is_absent():
                self._file.path.unlink(missing_ok=True)
            self._file.path.hardlink_to(partial)  # unless something has come there meanwhile
        except OSError as fault:
            raise DatabaseUnusableError(f"{self.name} cannot be made: {said(fault)}.") from fault
        finally:
            driver.close()
            partial.unlink(missing_ok=True)

    def _copy(self, driver: Any, target: Path, tell: Callable[[int, int], None]) -> None:  # noqa: ANN401 - the driver's own
        copy = self._driver.connect(target, isolation_level=None)
        try:
            driver.backup(
                copy,
                pages=_PAGES_AT_ONCE,
                progress=lambda _, left, total: tell(total - left, total),
            )
            # One file, which any program can read: without a log beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
            (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            if found != "ok":
                raise DatabaseDamagedError(f"{self.name} is damaged: {found}.")
        finally:
            copy.close()
            for left in files_beside(target):  # by a copy that was stopped
                left.unlink(missing_ok=True)

    @contextmanager
    def migrating(
        self, tell: Callable[[str], None]
    ) -> Iterator[tuple[sqlalchemy.Connection, Connection]]:
        """Open an immediate transaction: it excludes every other writer already."""
        db = self._connect(PATIENCE, is_ours=False)
        try:
            # Before the transaction: SQLAlchemy's first look at a connection ends with a rollback.
            connection = lend_to_sqlalchemy("sqlite://", db.driver)
            db.driver.execute("PRAGMA busy_timeout = 0")  # or it would wait before it tells
            if not self._lock.try_begin(db):
                tell(f"{self.name} is being written to by another process: waiting for its end.")
                self._lock.begin(db, _PATIENCE_OF_MIGRATIONS)
            with self._committing(db):
                yield connection, db
        finally:
            db.driver.close()

    async def read_inline(self, call: Callable[[], T]) -> T:
        """Run a call in a snapshot; a statement that takes too long is interrupted."""
        inline = self._inline_here()
        db = inline.reader()
        driver = db.driver
        is_faulty = False
        unit = UNIT.set(Unit(db, writes=False))
        try:
            driver.execute("BEGIN")
            return inline.bounds.run(call)
        except self._driver.Error as error:
            if result_code(error) in {BUSY, INTERRUPTED}:
                raise WouldBlockError from error
            is_faulty = True
            raise
        finally:
            UNIT.reset(unit)
            if is_faulty:
                inline.drop_reader()
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
        if is_damage(error) and not (result_code(error) == NO_DATABASE and self._file.is_foreign()):
            return DatabaseDamagedError
        return DatabaseUnavailableError if result_code(error) in OUTAGES else None

    def hint(self, error: Exception) -> str | None:
        """Look at the file for what SQLite only has a number for."""
        code = result_code(error)
        if code in UNUSABLE:
            return self._file.obstacle()
        if code == NO_DATABASE and self._file.is_foreign():
            return (
                "the file is not a database of SQLite, or not any more: name another one by"
                " TODO_DATABASE_URL, or put a backup in its place"
            )
        return None

    def forget_deleted(self) -> None:
        """Empty the write-ahead log, in which pages stand as they were before a deletion."""
        with suppress(self._driver.Error, DatabaseUnavailableError), self._lent() as db:
            # Writers wait meanwhile, so readers are not waited for long.
            db.driver.execute(f"PRAGMA busy_timeout = {_MOST_MILLISECONDS_FOR_READERS}")
            try:
                db.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                db.driver.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000:.0f}")

    def statistics(self) -> Statistics:
        """Tell how often writers have shared a commit."""
        inline = self._inline
        if inline is None:
            return Statistics()
        writers = inline.writers
        return Statistics(group_commits=writers.commits, grouped_writes=writers.committed)

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
    def _committing(self, db: FileConnection) -> Iterator[None]:
        """Commit at the end what has begun, or roll it back, and let others write."""
        try:
            yield
            if not db.driver.in_transaction:
                raise self._file.outage("SQLite has rolled back everything")
            self._lock.commit(db)
        finally:
            try:
                if db.driver.in_transaction:
                    db.driver.execute("ROLLBACK")
            finally:
                self._lock.end()

    @contextmanager
    def _lent(self) -> Iterator[FileConnection]:
        """Lend a connection, the one most recently used; there are as many as threads at once."""
        db = self._idle_connection() or self._connect(PATIENCE)
        try:
            yield db
        except self._driver.Error:
            db.driver.close()  # a fault of the file may have left it in any state
            raise
        except BaseException:
            self._idle.append(db)
            raise
        self._idle.append(db)

    def _idle_connection(self) -> FileConnection | None:
        """Return an idle connection to the file that is there; those to former ones are closed."""
        generation = self._file.look()
        with suppress(IndexError):
            while (db := self._idle.pop()).generation != generation:
                db.driver.close()
            return db
        return None

    def _connect(self, patience: float, *, is_ours: bool = True) -> FileConnection:
        """Open a connection that waits so long for other processes.

        Raises `DatabaseUnavailableError` unless the file is there, and holds our tables if
        `is_ours`.
        """
        generation = self._file.look()
        driver = self._open(patience or PATIENCE)
        try:
            driver.execute("PRAGMA foreign_keys = ON")
            driver.execute("PRAGMA synchronous = FULL")
            driver.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_OF_LOG}")
            # Deleted rows are overwritten, also in pages that become free. That is 2 % more to
            # write for an update or a deletion, and nothing for anything else.
            driver.execute("PRAGMA secure_delete = ON")
            if is_ours:
                self._file.require_ours(driver)
                self._set_journal_mode(driver, patience)
            if not patience:
                driver.execute("PRAGMA busy_timeout = 0")
        except BaseException:
            driver.close()
            raise
        db = FileConnection(driver, DIALECT, self._driver.IntegrityError)
        db.generation, db.log = generation, None
        return db

    def _set_journal_mode(self, driver: Any, patience: float) -> None:  # noqa: ANN401 - the driver's own
        """Give the file its journal, which is the file's own and not a connection's.

        To change it, one needs the file for oneself.
        """
        if driver.execute("PRAGMA journal_mode").fetchone()[0] != self._journal_mode:
            execute_patiently(driver, f"PRAGMA journal_mode = {self._journal_mode}", patience)

    def _open(self, patience: float) -> Any:  # noqa: ANN401 - the driver's own
        """Open the file, which has to be there."""
        return self._driver.connect(
            f"{self._file.path.as_uri()}?mode=rw",
            uri=True,
            timeout=patience,
            isolation_level=None,  # the driver begins no transactions by itself
            check_same_thread=False,
            cached_statements=512,
        )
