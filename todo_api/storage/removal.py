"""All that a user has, deleted in pieces.

To delete a user deletes all of it at once. For hundreds of thousands of tasks that holds up other
writers, and may outlast the time limit of a statement: so an administrator's program first deletes
what there is, piece by piece, each in a transaction of its own.
"""

from sqlalchemy import Table, bindparam, delete, func, select, tuple_

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.schema import deleted_tasks, idempotency_keys, task_labels, task_words, tasks

PIECE = 2000
"""The most rows that are deleted at once: a hundredth of a second's work."""

BELONGINGS = (task_words, task_labels, deleted_tasks, idempotency_keys, tasks)


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


def count_belongings(db: Connection, user_id: int) -> int:
    """Return how many rows there are that belong to a user."""
    return sum(db.scalar(statement, {"user_id": user_id}) for statement in COUNTS)


def delete_belongings(db: Connection, user_id: int) -> int:
    """Delete a piece of what belongs to a user; return how many rows, 0 when nothing is left."""
    for statement in DELETES:
        if deleted := db.execute(statement, {"user_id": user_id}):
            return deleted
    return 0
