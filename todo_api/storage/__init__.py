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

from todo_api.storage.changes import (
    Deletion,
    Point,
    delete_and_forget,
    select_changes,
    select_history,
)
from todo_api.storage.engine import (
    Database,
    DatabaseError,
    DatabaseForeignError,
    DatabaseNewerError,
    DatabaseUnavailableError,
    DatabaseUnreachableError,
    DatabaseUnusableError,
    DatabaseUrlInvalidError,
    TransactionLostError,
)
from todo_api.storage.errors import (
    DeletionsForgottenError,
    TaskChangedError,
    TaskMissingError,
    UserGoneError,
    UsernameTakenError,
    ValuesDifferError,
)
from todo_api.storage.idempotency_keys import (
    AnswerRow,
    insert_answer,
    select_answer,
    try_lock_key,
)
from todo_api.storage.listing import (
    Position,
    select_page,
)
from todo_api.storage.migration import is_current, migrate
from todo_api.storage.secrets import (
    TOKENS,
    select_secret,
)
from todo_api.storage.tasks import (
    TaskRow,
    insert_task,
    select_last_change,
    select_task,
    update_task,
)
from todo_api.storage.transfer import (
    NewTasks,
    insert_tasks,
    prepare_tasks,
    select_last_task_id,
)
from todo_api.storage.users import (
    UserRow,
    delete_user,
    insert_user,
    select_user,
    select_user_by_id,
    update_user,
)

__all__ = [
    "TOKENS",
    "AnswerRow",
    "Connection",
    "Database",
    "DatabaseError",
    "DatabaseForeignError",
    "DatabaseNewerError",
    "DatabaseUnavailableError",
    "DatabaseUnreachableError",
    "DatabaseUnusableError",
    "DatabaseUrlInvalidError",
    "Deletion",
    "DeletionsForgottenError",
    "NewTasks",
    "Point",
    "Position",
    "TaskChangedError",
    "TaskMissingError",
    "TaskRow",
    "TransactionLostError",
    "UserGoneError",
    "UserRow",
    "UsernameTakenError",
    "ValuesDifferError",
    "delete_and_forget",
    "delete_user",
    "insert_answer",
    "insert_task",
    "insert_tasks",
    "insert_user",
    "is_current",
    "migrate",
    "prepare_tasks",
    "select_answer",
    "select_changes",
    "select_history",
    "select_last_change",
    "select_last_task_id",
    "select_page",
    "select_secret",
    "select_task",
    "select_user",
    "select_user_by_id",
    "try_lock_key",
    "update_task",
    "update_user",
]
