"""The file of an SQLite database: whether it is there, whose it is, whether it is still the same.

SQLite goes on with a file that somebody has removed or replaced, and what is written then is lost.
So whoever begins a transaction looks whether the path still leads to the file that was opened,
unless somebody has just looked, and always looks before anybody is told that something is stored.
"""

import os
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from types import ModuleType
from typing import Any, TypeAlias

from todo_api.storage.engine.connection import Connection
from todo_api.storage.engine.errors import DatabaseUnavailableError, DatabaseUnusableError
from todo_api.storage.engine.sqlite_driver import said

OWN_TABLE = "todo_api_revision"
"""What tells a database of this program from those of others."""

_BEGINNING = b"SQLite format 3\0"
"""The first bytes of every database of SQLite."""
_SELECT_OWN = f"SELECT 1 FROM sqlite_master WHERE name = '{OWN_TABLE}'"  # noqa: S608 - a constant


LOOK_SECONDS = 0.01
"""How long a look counts for transactions that begin: a look takes as long as reading a task."""

Identity: TypeAlias = tuple[int, int]
"""Device and inode: what tells one file from another at the same path."""


class FileConnection(Connection):
    """A connection to the file that was there when it was opened."""

    __slots__ = ("generation", "log")

    generation: int
    """Which of the files that were seen at the path it is."""
    log: Identity | None
    """The write-ahead log, once it has been written to: it stays the same while this is open."""


class SQLiteFile:
    """What is found at the path of a database."""

    def __init__(self, path: Path, name: str) -> None:
        """Take the path, and what a person calls the database. Nothing is looked at yet."""
        self.path = path
        self._name = name
        self._path = str(path)
        self._log_path = f"{path}-wal"
        self._found: Identity | None = None
        self._generation = 0
        self._looked_until = 0.0
        self._guard = Lock()

    def look(self) -> int:
        """Return the generation of the file that is there now: another one for another file.

        Raises `DatabaseUnavailableError` if there is none.
        """
        found = self._identity_of(self._path)
        if found != self._found:
            with self._guard:
                if found != self._found:
                    self._found = found
                    self._generation += 1
        if found is None:
            raise self.outage("there is no such file")
        self._looked_until = time.monotonic() + LOOK_SECONDS
        return self._generation

    def is_stale(self, db: FileConnection) -> bool:
        """Tell whether a connection is to a file that is no longer there, but another one is.

        Raises `DatabaseUnavailableError` if there is none.
        """
        if time.monotonic() > self._looked_until:
            self.look()
        return self._generation != db.generation

    def require_stored(self, db: FileConnection) -> None:
        """See that what was committed went into the files that are there.

        Raises `DatabaseUnavailableError`.
        """
        log = self._identity_of(self._log_path)
        if db.log is None:
            db.log = log
        if log != db.log:
            with self._guard:
                self._generation += 1  # all connections have the lost log open
            raise self.outage("its write-ahead log was removed while it was in use")
        if self.look() != db.generation:
            raise self.outage("the file was replaced while it was in use")

    def require_ours(self, driver: Any) -> None:  # noqa: ANN401 - the driver's own
        """See that a connection is to a database of this program's.

        Raises `DatabaseUnavailableError`, and what the driver raises.
        """
        if driver.execute(_SELECT_OWN).fetchone() is None:
            empty = driver.execute("SELECT 1 FROM sqlite_master").fetchone() is None
            raise self.outage("it is empty" if empty else "it is another program's")

    def outage(self, reason: str) -> DatabaseUnavailableError:
        """Return what to raise while the database cannot be used."""
        return DatabaseUnavailableError(f"{self._name} is unavailable: {reason}.")

    def is_absent(self) -> bool:
        """Tell whether there is no file, or one without a single byte."""
        try:
            return self.path.stat().st_size == 0
        except FileNotFoundError:
            return True
        except OSError as fault:
            raise self.outage(f"the file cannot be looked at ({said(fault)})") from None

    def is_foreign(self) -> bool:
        """Tell whether the file does not even begin like a database."""
        try:
            with self.path.open("rb") as file:
                return file.read(len(_BEGINNING)) != _BEGINNING
        except OSError:
            return False

    def obstacle(self) -> str | None:
        """Return what keeps the file from being read and written, as the system tells it."""
        try:
            with TemporaryFile(dir=self.path.parent):
                pass
        except OSError as fault:
            return (
                f"the directory {self.path.parent} cannot be written to ({said(fault)}), but SQLite"
                " keeps its log there: give the user of the service the right to"
            )
        try:
            with self.path.open("r+b"):
                pass
        except FileNotFoundError:
            pass
        except OSError as fault:
            return (
                f"{self.path} cannot be written to ({said(fault)}): give the user of the service"
                " the right to"
            )
        return None

    def require_alone(self) -> None:
        """See that no log or journal is left of a file that was here before.

        SQLite would write what is in it over another file that comes in the same place.

        Raises:
            DatabaseUnusableError: if there is one.

        """
        for left in (Path(f"{self.path}-wal"), Path(f"{self.path}-journal")):
            if left.exists():
                raise DatabaseUnusableError(
                    f"{left} is left of another database, and would damage this one: move it away,"
                    " together with the file that it belongs to."
                )

    def create(self) -> None:
        """Make a file that nobody else can read; SQLite gives those beside it the same rights."""
        with suppress(OSError):  # SQLite will say what is wrong
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

    def open_untouched(self, driver: ModuleType) -> Any:  # noqa: ANN401 - the driver's own
        """Open the file in such a way that nothing of it, or beside it, is changed if possible.

        To read a write-ahead log, SQLite has to keep an index of it beside it; without one, there
        is nothing that has to be kept.
        """
        uri = self.path.as_uri()
        if not any(os.path.exists(f"{self.path}{end}") for end in ("-wal", "-journal")):  # noqa: PTH110 - as often as it looks
            return driver.connect(f"{uri}?mode=ro&immutable=1", uri=True, isolation_level=None)
        try:
            db = driver.connect(f"{uri}?mode=ro", uri=True, isolation_level=None)
            db.execute(_SELECT_OWN).fetchone()
        except driver.OperationalError:  # a transaction that a crash has left is to be ended first
            return driver.connect(f"{uri}?mode=rw", uri=True, isolation_level=None)
        return db

    @staticmethod
    def _identity_of(path: str) -> Identity | None:
        try:
            found = os.stat(path)  # noqa: PTH116 - after each commit, and a third of the time
        except OSError:
            return None
        return found.st_dev, found.st_ino
