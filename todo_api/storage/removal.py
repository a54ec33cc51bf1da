"""What users who were deleted have left, removed in pieces.

A user is deleted by a mark (`users.delete_user`), and is gone for everybody from then on. To delete
all that they had takes as long as there is of it: so that is done piece by piece, each in a
transaction of its own that holds nobody up for long, and goes on where it was interrupted.
"""

from sqlalchemy import Table, bindparam, delete, func, select, tuple_

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.schema import (
    deleted_tasks,
    idempotency_keys,
    task_labels,
    task_words,
    tasks,
    tokens,
    users,
)

PIECE = 1000
"""The most rows that are deleted at once: some ten milliseconds' work."""

BELONGINGS = (task_words, task_labels, deleted_tasks, idempotency_keys, tokens, tasks)


def _count_of(table: Table) -> Statement:
    own = table.c.user_id == bindparam("user_id")
    return Statement(select(func.count()).select_from(table).where(own))


def _delete_of(table: Table) -> Statement:
    own = table.c.user_id == bindparam("user_id")
    key = tuple_(*table.primary_key)
    piece = select(*table.primary_key).where(own).limit(PIECE)
    return Statement(delete(table).where(own, key.in_(piece)))


COUNTS = tuple(map(_count_of, BELONGINGS))
DELETES = tuple(map(_delete_of, BELONGINGS))
SELECT_DELETED = Statement(
    select(users.c.id).where(users.c.deleted_at.is_not(None)).order_by(users.c.deleted_at).limit(1)
)
DELETE_ROW = Statement(
    delete(users).where(users.c.id == bindparam("user_id"), users.c.deleted_at.is_not(None))
)


def count_belongings(db: Connection, user_id: int) -> int:
    """Return how many rows there are that belong to a user."""
    return sum(db.scalar(statement, {"user_id": user_id}) for statement in COUNTS)


def remove_piece(db: Connection, user_id: int) -> int:
    """Delete a piece of what a deleted user has left; return how many rows, 0 at the end."""
    values = {"user_id": user_id}
    for statement in (*DELETES, DELETE_ROW):
        if deleted := db.execute(statement, values):
            return deleted
    return 0


def remove_some_piece(db: Connection) -> int:
    """Delete a piece of what any deleted user has left; return how many rows, 0 at the end."""
    user_id = db.scalar(SELECT_DELETED)
    return 0 if user_id is None else remove_piece(db, user_id)
