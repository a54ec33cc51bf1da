"""Tables that a step goes through piece by piece, and tells how far it is."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

PIECE = 20_000
"""Rows that are changed by one statement: about a second's work."""


def reflected(name: str) -> sa.Table:
    """Return a table as the database has it: its columns, and its key in order."""
    return sa.Table(name, sa.MetaData(), autoload_with=op.get_bind(), resolve_fks=False)


def pieces(table: sa.Table, done: str) -> Iterator[sa.ColumnElement[bool]]:
    """Yield conditions that, one after the other, are true of all rows in the order of the key.

    ``done`` is what has been done to the rows of those before, as the end of a sentence.
    """
    db = op.get_bind()
    tell: Callable[[str], None] = op.get_context().opts["tell"]
    total = db.scalar(sa.select(sa.func.count()).select_from(table)) or 0
    key = list(table.primary_key)
    behind: sa.ColumnElement[bool] = sa.true()
    for number in range(PIECE, total, PIECE):
        last = sa.select(*key).where(behind).order_by(*key).limit(1).offset(PIECE - 1)
        until = _values_of(key, db.execute(last).one())
        yield sa.and_(behind, sa.tuple_(*key) <= until)
        tell(f"{number:,} of {total:,} {done}.")
        behind = sa.tuple_(*key) > until
    yield behind


def _values_of(key: Sequence[sa.Column[Any]], values: Sequence[Any]) -> sa.Tuple:
    """Return the values of a key, to be compared with it."""
    pairs = zip(key, values, strict=True)
    return sa.tuple_(*(sa.literal(value, column.type) for column, value in pairs))
