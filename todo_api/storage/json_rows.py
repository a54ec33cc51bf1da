"""Any number of values sent to the database as one, an array of JSON."""

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Items(FunctionElement[Any]):
    """The items of an array of JSON, as a table with the one column `value`."""

    name = "items"
    inherit_cache = True


@compiles(Items, "sqlite")
def _in_sqlite(items: Items, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    return f"json_each({compiler.process(items.clauses, **options)})"


@compiles(Items, "postgresql")
def _in_postgresql(items: Items, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    return f"json_array_elements(CAST({compiler.process(items.clauses, **options)} AS json))"
