"""Storage: the only place that knows SQL.

Module by module, from the outside in:

- `database`: `Database`, where a URL becomes transactions; `errors`: what it raises.
- `tasks`, `users`: one function for each statement, named by its verb (`select_task`,
  `insert_user`). The connection comes first, the owner always takes part in the WHERE clause.
- `schema`: the tables; `migration` and `migrations/`: how a database gets them.
- `sqlite`, `postgresql`: what differs between the two engines, each behind `backend.Backend`;
  `groupcommit`: how writers to SQLite share a commit; `turnstile`: the queue they stand in.

The transaction stands where it matters, in the calling code:

    with database.transaction() as db:
        task = insert_task(db, user.id, title="Buy groceries", description="", done=False)
"""

from sqlalchemy import Connection

from todo_api.storage.database import Database
from todo_api.storage.errors import (
    DatabaseError,
    DatabaseForeign,
    DatabaseNewer,
    DatabaseUnreachable,
    DatabaseUnusable,
    DatabaseUrlInvalid,
    TransactionLost,
    Unavailable,
    UserGone,
    UsernameTaken,
)
from todo_api.storage.migration import is_current, migrate

__all__ = [
    "Connection",
    "Database",
    "DatabaseError",
    "DatabaseForeign",
    "DatabaseNewer",
    "DatabaseUnreachable",
    "DatabaseUnusable",
    "DatabaseUrlInvalid",
    "TransactionLost",
    "Unavailable",
    "UserGone",
    "UsernameTaken",
    "is_current",
    "migrate",
]
