"""Any number of values sent to the database as one, an array of JSON."""

from typing import Any

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
