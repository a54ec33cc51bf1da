"""Transactions: how they begin, end and fail, in SQLite and in PostgreSQL.

- `database` is the way in: a URL becomes transactions and snapshots.
- `statement` compiles SQL, once; `connection` executes it.
- `backend` is what an engine has to offer; `sqlite` and `postgresql` are the two.
- `sqlite_driver` is which driver SQLite has and what its errors mean; `sqlite_file` is the file,
  whether it is still there and whose it is; `write_lock` is the right to
  write to its file; `inline` is what an event loop reads and writes it by.
- `unit` is the transaction that is open around a call on the event loop.
- `group_commit` lets SQLite's writers share a commit; `fair_lock` is the queue they wait in.
- `location` is what a database URL says to people.
- `errors` are the outages, and what stops a start.
"""

from todo_api.storage.engine.connection import Connection
from todo_api.storage.engine.database import Database, reason
from todo_api.storage.engine.errors import (
    ConstraintViolatedError,
    DatabaseError,
    DatabaseForeignError,
    DatabaseInUseError,
    DatabaseMissingError,
    DatabaseNewerError,
    DatabaseUnavailableError,
    DatabaseUnreachableError,
    DatabaseUnusableError,
    DatabaseUrlInvalidError,
    TransactionLostError,
    WouldBlockError,
)
from todo_api.storage.engine.location import file_of, files_beside, without_secrets
from todo_api.storage.engine.sqlite_file import OWN_TABLE
from todo_api.storage.engine.statement import Statement, compiled_once, insert_of

__all__ = [
    "OWN_TABLE",
    "Connection",
    "ConstraintViolatedError",
    "Database",
    "DatabaseError",
    "DatabaseForeignError",
    "DatabaseInUseError",
    "DatabaseMissingError",
    "DatabaseNewerError",
    "DatabaseUnavailableError",
    "DatabaseUnreachableError",
    "DatabaseUnusableError",
    "DatabaseUrlInvalidError",
    "Statement",
    "TransactionLostError",
    "WouldBlockError",
    "compiled_once",
    "file_of",
    "files_beside",
    "insert_of",
    "reason",
    "without_secrets",
]
