"""What users and lists that were deleted have left, removed in pieces.

They are deleted by a mark (`users.delete_user`, `lists.delete_list`), and are gone for everybody
from then on. To delete all that they had takes as long as there is of it: so that is done piece by
piece, each in a transaction of its own that holds nobody up for long, and goes on where it was
interrupted.

A server keeps a deleted row, and its places in the indexes, until no transaction can see it any
more and somebody clears it away. Whoever looks for the first row that is left passes all of these,
more of them each time. So a `Removal` goes on behind the last row that it has deleted.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    Tuple,
    bindparam,
    delete,
    func,
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
from todo_api.storage.some_rows import last_of

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

Place = tuple[Any, ...]
"""The values of a key but for the owner's: a place in the order of the rows."""

OF_LISTS = select(lists.c.id).where(lists.c.owner_id == bindparam("owner")).scalar_subquery()


def _count_of(table: Table, own: ColumnElement[bool]) -> Statement:
    return Statement(select(func.count()).select_from(table).where(own))


def _place(name: str, key: Sequence[Column[Any]]) -> Tuple:
    """Return the parameters that are a place in the order of a key."""
    return tuple_(*(bindparam(f"{name}_{n}", type_=one.type) for n, one in enumerate(key)))


class Part(NamedTuple):
    """The rows of one table that belong to a list, or to a user."""

    least: Place
    """None of them comes before it: the empty text, and zero."""
    select_last: Statement
    """Finds the last row of the piece that begins at a place."""
    delete: Statement
    """Deletes what is from one place to another, both included."""

    @classmethod
    def of(cls, table: Table, owner: Column[int]) -> "Part":
        """Make the statements on a table by its key, of which the owner is a column."""
        key = [column for column in table.primary_key if column is not owner]
        there = owner == bindparam("owner"), tuple_(*key) >= _place("from", key)
        rows = select(*key).where(*there).order_by(*key)
        return cls(
            tuple(column.type.python_type() for column in key),
            Statement(last_of(rows.limit(PIECE))),
            Statement(delete(table).where(*there, tuple_(*key) <= _place("to", key))),
        )


COUNTS = (
    *(_count_of(table, table.c.list_id.in_(OF_LISTS)) for table in IN_A_LIST),
    *(_count_of(table, table.c.user_id == bindparam("owner")) for table in OF_A_USER),
)
PARTS_OF_LIST = tuple(Part.of(table, table.c.list_id) for table in IN_A_LIST)
PARTS_OF_USER = tuple(Part.of(table, table.c.user_id) for table in OF_A_USER)
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


class Removal:
    """Removes piece after piece, and remembers how far it has come.

    That may be forgotten at any time, and others may remove the same meanwhile: nothing is lost.
    """

    def __init__(self) -> None:
        """Begin at the beginning."""
        self._owner: tuple[Statement, int] | None = None
        self._reached: dict[Part, Place] = {}

    def remove_piece(self, db: Connection, user_id: int) -> int:
        """Delete a piece of what a deleted user has left; return how many rows, 0 at the end."""
        while (list_id := db.scalar(SELECT_DELETED_LIST_OF, {"owner": user_id})) is not None:
            if deleted := self._remove(db, list_id, PARTS_OF_LIST, DELETE_LIST):
                return deleted
        return self._remove(db, user_id, PARTS_OF_USER, DELETE_USER)

    def remove_some_piece(self, db: Connection) -> int:
        """Delete a piece of what any deleted list or user has left; return how many rows."""
        while (list_id := db.scalar(SELECT_DELETED_LIST)) is not None:
            if deleted := self._remove(db, list_id, PARTS_OF_LIST, DELETE_LIST):
                return deleted
        while (user_id := db.scalar(SELECT_DELETED_USER)) is not None:
            if deleted := self.remove_piece(db, user_id):
                return deleted
        return 0

    def _remove(
        self, db: Connection, owner: int, parts: Sequence[Part], delete_owner: Statement
    ) -> int:
        """Delete a piece of what an owner has left, or the owner if nothing is left.

        Returns how many rows: 0 if others have just deleted the owner.
        """
        if self._owner != (delete_owner, owner):
            self._owner, self._reached = (delete_owner, owner), {}
        db.keep_to_indexes()
        for part in parts:
            if deleted := self._remove_from(db, part, owner):
                return deleted
        if not self._reached:
            return db.execute(delete_owner, {"owner": owner})
        # A piece whose transaction was lost is still there, before what has been reached.
        self._reached = {}
        return self._remove(db, owner, parts, delete_owner)

    def _remove_from(self, db: Connection, part: Part, owner: int) -> int:
        first = self._reached.get(part, part.least)
        while (last := db.one(part.select_last, values_of(owner, first))) is not None:
            self._reached[part] = last
            if deleted := db.execute(part.delete, values_of(owner, first, last)):
                return deleted
            first = last  # others have just deleted these
        return 0


def values_of(owner: int, first: Place, last: Place = ()) -> dict[str, Any]:
    """Return the values of a part's statements: whose rows, from where and to where."""
    return {
        "owner": owner,
        **{f"from_{n}": value for n, value in enumerate(first)},
        **{f"to_{n}": value for n, value in enumerate(last)},
    }
