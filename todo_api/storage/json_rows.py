"""Any number of values sent to the database as one, an array of JSON."""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import BigInteger, Select, Text, bindparam, cast, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class JSONRows(FunctionElement[Any]):
    """The items of an array of JSON, as a table with the one column `value`."""

    name = "json_rows"
    inherit_cache = True


@compiles(JSONRows, "sqlite")
def _in_sqlite(rows: JSONRows, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    return f"json_each({compiler.process(rows.clauses, **options)})"


@compiles(JSONRows, "postgresql")
def _in_postgresql(rows: JSONRows, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    return f"json_array_elements(CAST({compiler.process(rows.clauses, **options)} AS json))"


def given_ids() -> Select[Any]:
    """Return a query of the ids in the parameter ``ids``, which `json_of` writes."""
    item = JSONRows(bindparam("ids", type_=Text)).table_valued("value").c.value
    return select(cast(cast(item, Text), BigInteger))


def json_of(ids: Iterable[int]) -> str:
    """Return ids as an array, each once, the smallest first."""
    return orjson.dumps(sorted({*ids})).decode()
