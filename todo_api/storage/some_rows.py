"""Statements on some of many rows, which read little more than those.

PostgreSQL would look at far more where it is left to choose: so the rows are named by their whole
key, or by the place where they end.
"""

from typing import Any

from sqlalchemy import ColumnElement, Delete, Select, Table, delete, select, tuple_


def last_of(rows: Select[Any]) -> Select[Any]:
    """Read the last of the rows that a statement reads in the order of all its columns."""
    found = rows.subquery()
    return select(found).order_by(*(column.desc() for column in found.c)).limit(1)


def delete_some(table: Table, condition: ColumnElement[bool], most: int) -> Delete:
    """Delete so many of the rows for which a condition holds, or all if they are fewer."""
    key = table.primary_key
    some = select(*key).where(condition).limit(most)
    return delete(table).where(tuple_(*key).in_(some))
