"""All that a user has, deleted in pieces.

To delete a user deletes all of it at once. For hundreds of thousands of tasks that holds up other
writers, and may outlast the time limit of a statement: so an administrator's program first deletes
what there is, piece by piece, each in a transaction of its own.
"""

from sqlalchemy import Table, bindparam, delete, func, literal, select, tuple_

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.idempotency_keys import SIZE
from todo_api.storage.schema import deleted_tasks, idempotency_keys, task_labels, task_words, tasks
from todo_api.storage.usage import TEXT_SIZE, count_answers, count_tasks

PIECE = 1000
"""The most rows that are deleted at once: some ten milliseconds' work."""

BELONGINGS = (task_words, task_labels, deleted_tasks, idempotency_keys, tasks)


def _count_of(table: Table) -> Statement:
    own = table.c.user_id == bindparam("user_id")
    return Statement(select(func.count()).select_from(table).where(own))


def _delete_of(table: Table) -> Statement:
    own = table.c.user_id == bindparam("user_id")
    key = tuple_(*table.primary_key)
    piece = select(*table.primary_key).where(own).limit(PIECE)
    size = {tasks: TEXT_SIZE, idempotency_keys: SIZE}.get(table, literal(0))
    return Statement(delete(table).where(own, key.in_(piece)).returning(size))


COUNTS = tuple(map(_count_of, BELONGINGS))
DELETES = {table: _delete_of(table) for table in BELONGINGS}


def count_belongings(db: Connection, user_id: int) -> int:
    """Return how many rows there are that belong to a user."""
    return sum(db.scalar(statement, {"user_id": user_id}) for statement in COUNTS)


def delete_belongings(db: Connection, user_id: int) -> int:
    """Delete a piece of what belongs to a user; return how many rows, 0 when nothing is left."""
    for table, statement in DELETES.items():
        if sizes := [size for (size,) in db.all(statement, {"user_id": user_id})]:
            if table is tasks:
                count_tasks(db, user_id, -len(sizes), -sum(sizes))
            if table is idempotency_keys:
                count_answers(db, user_id, -len(sizes), -sum(sizes))
            return len(sizes)
    return 0
