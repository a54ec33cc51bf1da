"""SQL that SQLAlchemy writes once and the driver executes from then on.

SQLAlchemy's own execution costs several times as much as what most statements here do. So a
statement is compiled at its first use, once for each engine; what is left for each execution is to
put the values in order and to make rows of what the driver returns.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache, partial
from importlib import import_module
from operator import itemgetter
from typing import Any, NamedTuple, ParamSpec, cast

from sqlalchemy import Dialect, Table
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

Values = Mapping[str, Any]
"""By the name of a bound parameter, its value."""
Convert = Callable[[Any], Any]

P = ParamSpec("P")


class Compiled(NamedTuple):
    """A statement as one engine's driver takes it."""

    sql: str
    bind: Callable[[Values], Sequence[Any]]
    """Puts values in the order of their places, as the driver takes them."""
    make_row: Convert
    """Makes a row of the driver's tuple."""


class Statement:
    """A statement of SQLAlchemy's, and what its rows become.

    Build it once, at import or in a cached function: it is the object that remembers its SQL.
    """

    __slots__ = ("_clause", "_columns", "_row", "known")

    def __init__(
        self,
        clause: Any,  # noqa: ANN401 - no type of SQLAlchemy's covers all that can be compiled
        row: Callable[[Sequence[Any]], Any] = tuple,
        *,
        columns: Collection[str] | None = None,
    ) -> None:
        """Take the statement.

        Args:
            clause: what to execute, or a `partial` that builds it when it is compiled; its values
                are `bindparam`s.
            row: makes a row of the sequence of a row's values, such as a named tuple's ``_make``.
            columns: those that an INSERT or UPDATE sets to parameters of the same names.

        """
        self._clause = clause
        self._row = row
        self._columns = None if columns is None else list(columns)
        self.known: dict[str, Compiled] = {}
        """As the engines' drivers take it, as far as it is compiled, by the dialect's name."""

    @property
    def takes_long(self) -> bool:
        """Whether the clause is built when it is compiled, which may take 20 ms.

        The others are few, and are compiled once for all; these are as many as clients ask for.
        """
        return isinstance(self._clause, partial)

    def compiled(self, dialect: Dialect) -> Compiled:
        """Compile the statement for an engine, once."""
        known = self.known.get(dialect.name)
        if known is None:
            known = self.known[dialect.name] = self._compile(dialect)
        return known

    def _compile(self, dialect: Dialect) -> Compiled:
        clause = self._clause() if isinstance(self._clause, partial) else self._clause
        compiled: SQLCompiler = clause.compile(dialect=dialect, column_keys=self._columns)
        return Compiled(
            compiled.string, _binder(compiled, dialect), self._row_maker(compiled, dialect)
        )

    def _row_maker(self, compiled: SQLCompiler, dialect: Dialect) -> Convert:
        """Return what makes a row, once the values of types unknown to the driver are decoded."""
        make = self._row
        decoders = [
            (index, decode)
            for index, column in enumerate(compiled._result_columns)  # noqa: SLF001 - nothing public names their types
            if (decode := _decoder(column.type, dialect)) is not None
        ]
        if not decoders:
            return make

        def make_decoded(values: Sequence[Any]) -> Any:  # noqa: ANN401 - the statement's own row
            decoded = list(values)
            for index, decode in decoders:
                if decoded[index] is not None:
                    decoded[index] = decode(decoded[index])
            return make(decoded)

        return make_decoded


def compiled_once(build: Callable[P, Any]) -> Callable[P, Statement]:
    """Make a function that builds a clause return a `Statement`, the same for the same arguments.

    The clause is built when the statement is compiled, so that to have one costs nothing.
    """

    @lru_cache(maxsize=1024)
    def statement(*arguments: P.args, **options: P.kwargs) -> Statement:
        return Statement(partial(build, *arguments, **options))

    return cast("Callable[P, Statement]", statement)


def insert_of(dialect: str) -> Callable[[Table], Any]:
    """Return what makes an INSERT of an engine's own kind, which may say ON CONFLICT.

    The other engine's dialect is not even imported.
    """
    insert: Callable[[Table], Any] = import_module(f"sqlalchemy.dialects.{dialect}").insert
    return insert


def _binder(compiled: SQLCompiler, dialect: Dialect) -> Callable[[Values], Sequence[Any]]:
    """Return what puts values in the order of their places, with those that the statement brings.

    Those of types unknown to the driver are encoded.
    """
    names = compiled.positiontup or []
    binds = [compiled.binds[name] for name in names]
    constants = {
        name: bind.effective_value
        for name, bind in zip(names, binds, strict=True)
        if not bind.required
    }
    encoders = [
        (index, encode)
        for index, bind in enumerate(binds)
        if (encode := _encoder(bind.type, dialect)) is not None
    ]
    # It returns a tuple only for two names or more.
    in_order = itemgetter(*names) if len(names) > 1 else lambda values: [values[n] for n in names]
    if not constants and not encoders:
        return in_order

    def bind_encoded(values: Values) -> Sequence[Any]:
        bound = [*in_order({**constants, **values} if constants else values)]
        for index, encode in encoders:
            if bound[index] is not None:
                bound[index] = encode(bound[index])
        return bound

    return bind_encoded


def _encoder(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """Return what encodes a type's values but null; None if the driver takes them as they are."""
    own: Convert | None = getattr(kind, "encode", None)
    return own or kind.dialect_impl(dialect).bind_processor(dialect)


def _decoder(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """Return what decodes a type's values but null; None if they are right as they come."""
    own: Convert | None = getattr(kind, "decode", None)
    return own or kind.dialect_impl(dialect).result_processor(dialect, None)
