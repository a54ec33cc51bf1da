"""SQLite's driver: which one, what its errors mean, and the file that it opens."""

import importlib
import re
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from todo_api.storage.engine.errors import DatabaseUnreachableError, DatabaseUrlInvalidError


class _Compiler(SQLiteCompiler):
    """Compiles statements that are planned once."""

    def limit_clause(self, select: Any, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
        """Return the limit and the offset as calculations.

        SQLite plans a statement anew for each value of a parameter that is the whole limit, which
        takes longer than to read most pages.
        """
        clause: str = super().limit_clause(select, **options)  # type: ignore[no-untyped-call]
        return re.sub("(LIMIT|OFFSET) ", r"\1 +", clause)


DIALECT = SQLiteDialect_pysqlite()
DIALECT.statement_compiler = _Compiler

# Result codes (https://www.sqlite.org/rescode.html) that speak of the file, the disk or the
# moment rather than of the statement.
BUSY = 5
NO_DATABASE = 26  # SQLITE_NOTADB
DAMAGE = frozenset({11, NO_DATABASE})  # SQLITE_CORRUPT
UNUSABLE = frozenset({8, 10, 14})
"""SQLITE_READONLY, SQLITE_IOERR and SQLITE_CANTOPEN, of which the system knows the reason."""
INTERRUPTED = 9
OUTAGES = frozenset(
    {
        BUSY,
        6,  # SQLITE_LOCKED
        7,  # SQLITE_NOMEM
        8,  # SQLITE_READONLY
        10,  # SQLITE_IOERR
        13,  # SQLITE_FULL
        14,  # SQLITE_CANTOPEN
        15,  # SQLITE_PROTOCOL
        22,  # SQLITE_NOLFS
        23,  # SQLITE_AUTH
        *DAMAGE,
    }
)


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
    3.51.2, except for the two older branches that were fixed as well.
    """
    fixed_branch = (3, 44, 6) <= version < (3, 45) or (3, 50, 7) <= version < (3, 51)
    return (3, 7, 0) <= version < (3, 51, 3) and not fixed_branch


def is_damage(error: BaseException) -> bool:
    """Tell whether an error says that the contents of the file are no longer what was written."""
    # For text that is none any more, the driver has no code of SQLite's.
    return result_code(error) in DAMAGE or str(error).startswith("Could not decode to UTF-8")


def result_code(error: BaseException) -> int:
    """Return the primary result code, the low byte of the extended one; 0 if there is none."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def path_of(url: URL) -> Path:
    """Return the file that a URL names.

    Raises `DatabaseUrlInvalidError`, and `DatabaseUnreachableError` for a missing directory.
    """
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
    if not _is_directory(path.parent):
        raise DatabaseUnreachableError(
            f"The directory {path.parent} of the SQLite database does not exist: make it, or name"
            " another one by TODO_DATABASE_URL."
        )
    if _is_directory(path):
        raise DatabaseUnreachableError(
            f"The SQLite database {path} is a directory: name a file in it by TODO_DATABASE_URL."
        )
    return path


def _is_directory(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as fault:
        raise DatabaseUnreachableError(
            f"The SQLite database cannot be looked for at {path}: {said(fault)}."
        ) from None


def said(fault: OSError) -> str:
    """Return what the system says of a file, without its number and the path."""
    return (fault.strerror or str(fault)).lower()
