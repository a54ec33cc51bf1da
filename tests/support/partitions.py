"""A database that is divided by the list, and which parts of it a statement touches."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import MetaData, Table
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement

from todo_api.storage import Connection, Database
from todo_api.storage.schema import lists, metadata

PARTITIONS = 8
_PARTITION = re.compile(r"(\w+)_part_(\d)")
_ONE_ID = re.compile(r"'?\d+'?(::bigint)?")


class Sent(NamedTuple):
    """A statement as the driver is given it."""

    sql: str
    values: tuple[Any, ...]


def _key_of(table: Table) -> str | None:
    if table.name == lists.name:
        return "id"
    return "list_id" if "list_id" in table.primary_key.columns else None


DIVIDED = {table.name: key for table in metadata.sorted_tables if (key := _key_of(table))}
"""By the name of a table of lists, or of their things, the column that tells the list."""


def divide(database: Database) -> None:
    """Put tables with the same columns, keys and indexes, but in parts, in place of empty ones."""
    divided = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.sorted_tables:
        options = table.to_metadata(divided).dialect_options["postgresql"]
        if table.name in DIVIDED:
            options["partition_by"] = f"HASH ({DIVIDED[table.name]})"
    with database.transaction() as db:
        for name in reversed([*DIVIDED]):
            db.driver.execute(f"DROP TABLE {name}")
        for name in DIVIDED:
            _make(db, CreateTable(divided.tables[name]))
            for number in range(PARTITIONS):
                db.driver.execute(
                    f"CREATE TABLE {name}_part_{number} PARTITION OF {name}"
                    f" FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
                )
            for index in divided.tables[name].indexes:
                _make(db, CreateIndex(index))


def touched(db: Connection, sent: Sent) -> dict[str, int]:
    """Return of each divided table how many parts a statement reads or writes.

    They are those that the plan for its values has, whether it would come to read them or not.
    """
    rows = db.driver.execute(f"EXPLAIN (VERBOSE, FORMAT JSON) {sent.sql}", sent.values)
    (found,) = rows.fetchone()
    (plan,) = json.loads(found) if isinstance(found, str) else found
    parts: dict[str, set[str]] = defaultdict(set)
    for node in _nodes(plan["Plan"]):
        for named in (node, *node.get("Target Tables", ())):
            name = named.get("Relation Name", "")
            if part := _PARTITION.fullmatch(name):
                parts[part[1]].add(part[2])
            elif name in DIVIDED and node.get("Operation") == "Insert":
                parts[name] |= _inserted_into(node)
    return {table: len(numbers) for table, numbers in parts.items()}


def _inserted_into(insert: dict[str, Any]) -> set[str]:
    """Return the parts for new rows: one for one row, or where all are in one list."""
    (rows,) = insert["Plans"]
    is_one = rows["Node Type"] == "Result" or _ONE_ID.fullmatch(rows.get("Output", [""])[0])
    return {"one"} if is_one else {*map(str, range(PARTITIONS))}


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _make(db: Connection, what: DDLElement) -> None:
    db.driver.execute(str(what.compile(dialect=db.dialect)))
