"""How a transaction is had.

- `database` is the way in: a URL becomes transactions and snapshots.
- `backend` is what an engine has to offer; `sqlite` and `postgresql` are the two.
- `group_commit` lets SQLite's writers share a commit; `fair_lock` is the queue they stand in.
- `errors` are the outages, and what stops a start.
"""

from todo_api.storage.engine.database import (
    Database,
    reason,
)
from todo_api.storage.engine.errors import (
    DatabaseError,
    DatabaseForeignError,
    DatabaseNewerError,
    DatabaseUnavailableError,
    DatabaseUnreachableError,
    DatabaseUnusableError,
    DatabaseUrlInvalidError,
    TransactionLostError,
)

__all__ = [
    "Database",
    "DatabaseError",
    "DatabaseForeignError",
    "DatabaseNewerError",
    "DatabaseUnavailableError",
    "DatabaseUnreachableError",
    "DatabaseUnusableError",
    "DatabaseUrlInvalidError",
    "TransactionLostError",
    "reason",
]
