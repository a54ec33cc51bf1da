"""Storage: the only place that knows SQL.

Module by module, from the outside in:

- `database`: `Database`, where a URL becomes transactions; `errors`: what it raises.
- `tasks`, `users`: one function for each statement, named by its verb (`select_task`,
  `insert_user`). The connection comes first, the owner always takes part in the WHERE clause.
- `pages`: one page of a user's tasks, in the order of one of its `SORTS`; `filters`: the filters.
  A new one of either is a line there, and an index.
- `changes`: what happened to a user's tasks since some point, and how long that is known.
- `transfer`: many tasks of a user at once, inserted together.
- `idempotency_keys`: the answers to what may be asked for again.
- `finding`: what tasks are found by; `items`: any number of values, sent to the database as one.
- `text`, `times`: what texts and times are compared by, so that both engines agree.
- `secrets`: the key that all processes of the service share.
- `schema`: the tables; `migration` and `migrations/`: how a database gets them.
- `sqlite`, `postgresql`: what differs between the two engines, each behind `backend.Backend`;
  `groupcommit`: how writers to SQLite share a commit; `turnstile`: the queue they stand in.

The transaction stands where it matters, in the calling code:

    with database.transaction() as db:
        task = insert_task(db, user.id, title="Buy groceries")
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
    DeletionsForgotten,
    TaskChanged,
    TaskMissing,
    TransactionLost,
    Unavailable,
    UserGone,
    UsernameTaken,
    ValuesDiffer,
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
    "DeletionsForgotten",
    "TaskChanged",
    "TaskMissing",
    "TransactionLost",
    "Unavailable",
    "UserGone",
    "UsernameTaken",
    "ValuesDiffer",
    "is_current",
    "migrate",
]
