"""What users and lists that were deleted have left, removed in pieces.

They are deleted by a mark (`users.delete_user`, `lists.delete_list`), and are gone for everybody
from then on. To delete all that they had takes as long as there is of it: so that is done piece by
piece, each in a transaction of its own that holds nobody up for long, and goes on where it was
interrupted.
"""

from collections.abc import Iterable

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    tuple_,
)

from todo_api.storage.engine import Connection, Statement
from todo_api.storage.schema import (
    deleted_tasks,
    idempotency_keys,
    list_invitations,
    list_members,
    lists,
    staged_imports,
    task_labels,
    task_words,
    tasks,
    tokens,
    trash,
    users,
)

PIECE = 1000
"""The most rows that are deleted at once: some ten milliseconds' work."""

IN_A_LIST = (
    staged_imports,
    task_words,
    task_labels,
    trash,
    deleted_tasks,
    list_invitations,
    list_members,
    tasks,
)
OF_A_USER = (idempotency_keys, tokens)

OF_LISTS = select(lists.c.id).where(lists.c.owner_id == bindparam("owner")).scalar_subquery()


def _count_of(table: Table, own: ColumnElement[bool]) -> Statement:
    return Statement(select(func.count()).select_from(table).where(own))


def _delete_of(table: Table, owner: Column[int]) -> Statement:
    own = owner == bindparam("owner")
    key = tuple_(*table.primary_key)
    # PostgreSQL would read all that there is for each piece. The key's order keeps it to the index,
    # and the number, in the statement itself, to so few rows: as a parameter it is planned for any.
    piece = (
        select(*table.primary_key)
        .where(own)
        .order_by(*table.primary_key)
        .limit(literal_column(str(PIECE)))
    )
    return Statement(delete(table).where(own, key.in_(piece)))


COUNTS = (
    *(_count_of(table, table.c.list_id.in_(OF_LISTS)) for table in IN_A_LIST),
    *(_count_of(table, table.c.user_id == bindparam("owner")) for table in OF_A_USER),
)
DELETES_IN_LIST = tuple(_delete_of(table, table.c.list_id) for table in IN_A_LIST)
DELETES_OF_USER = tuple(_delete_of(table, table.c.user_id) for table in OF_A_USER)
SELECT_DELETED_LIST = Statement(
    select(lists.c.id).where(lists.c.deleted_at.is_not(None)).order_by(lists.c.deleted_at).limit(1)
)
SELECT_DELETED_LIST_OF = Statement(
    select(lists.c.id)
    .where(lists.c.owner_id == bindparam("owner"), lists.c.deleted_at.is_not(None))
    .limit(1)
)
DELETE_LIST = Statement(
    delete(lists).where(lists.c.id == bindparam("owner"), lists.c.deleted_at.is_not(None))
)
SELECT_DELETED_USER = Statement(
    select(users.c.id).where(users.c.deleted_at.is_not(None)).order_by(users.c.deleted_at).limit(1)
)
DELETE_USER = Statement(
    delete(users).where(users.c.id == bindparam("owner"), users.c.deleted_at.is_not(None))
)


def count_belongings(db: Connection, user_id: int) -> int:
    """Return how many rows there are that belong to a user, but for those of the lists alone."""
    return sum(db.scalar(statement, {"owner": user_id}) for statement in COUNTS)


def remove_piece(db: Connection, user_id: int) -> int:
    """Delete a piece of what a deleted user has left; return how many rows, 0 at the end."""
    list_id = db.scalar(SELECT_DELETED_LIST_OF, {"owner": user_id})
    if list_id is not None:
        return _delete_some(db, list_id, (*DELETES_IN_LIST, DELETE_LIST))
    return _delete_some(db, user_id, (*DELETES_OF_USER, DELETE_USER))


def remove_some_piece(db: Connection) -> int:
    """Delete a piece of what any deleted list or user has left; return how many rows that are."""
    list_id = db.scalar(SELECT_DELETED_LIST)
    if list_id is not None:
        return _delete_some(db, list_id, (*DELETES_IN_LIST, DELETE_LIST))
    user_id = db.scalar(SELECT_DELETED_USER)
    return 0 if user_id is None else remove_piece(db, user_id)


def _delete_some(db: Connection, owner: int, statements: Iterable[Statement]) -> int:
    """Execute the first of some statements that deletes anything; return how many rows it does."""
    for statement in statements:
        if deleted := db.execute(statement, {"owner": owner}):
            return deleted
    return 0
