"""Tables of other programs: a header row that says which program it was, and cells by name."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from todo_api.contract import Text, json_pointer
from todo_api.formats.encodings import decoded
from todo_api.formats.file import LeftOut, Unreadable, shown
from todo_api.formats.rows import Row, column_name, read_rows

MOST_BEFORE = 10
"""Rows that a program may write before the header row."""


class Columns(NamedTuple):
    """The columns of a program's table, as it writes them."""

    needed: Collection[str]
    """By these its header row is known."""
    others: Collection[str]
    """Those that it may have, or that say nothing about a task."""
    program: str


class Cells(NamedTuple):
    """A row, its cells by the names of their columns."""

    line: int
    cells: Mapping[str, str]
    header: Mapping[str, str]
    """The names, as the header row has them."""

    def text(self, name: str) -> str:
        """Return a cell without blanks around it; it is empty if there is none."""
        return self.cells.get(name, "").strip()

    def wrong(self, name: str, wanted: str) -> Unreadable:
        """Say what is wanted instead of what a cell has."""
        detail = f"The column {self.header[name]} has {shown(self.text(name))}: {wanted}."
        return Unreadable(self.line, detail, json_pointer([self.header[name]]))


def read_table(body: Text, columns: Columns) -> Iterator[Cells | LeftOut | Unreadable]:
    """Yield the rows below the header row."""
    text = decoded(body)
    if isinstance(text, Unreadable):
        yield text
        return
    needed = set(map(column_name, columns.needed))
    known = {*needed, *map(column_name, columns.others)}
    header: dict[str, str] = {}
    names: list[str] = []
    passed = 0
    for row in read_rows(text, lambda cells: sum(column_name(cell) in known for cell in cells)):
        if isinstance(row, Unreadable):
            yield row
        elif names:
            yield _cells(row, names, header)
        elif needed <= {*map(column_name, row.cells)}:
            names = list(map(column_name, row.cells))
            header = dict(zip(names, map(str.strip, row.cells), strict=True))
            yield from [LeftOut("unknown columns")] * len({*names} - known - {""})
        elif (passed := passed + 1) > MOST_BEFORE:
            break
    if not names:
        wanted = ", ".join(columns.needed)
        yield Unreadable(1, f"A table of {columns.program} has the columns {wanted}.")


def _cells(row: Row, names: list[str], header: Mapping[str, str]) -> Cells | Unreadable:
    if any(row.cells[len(names) :]):
        counts = f"{len(row.cells)} cells, but the header row names {len(names)} columns"
        return Unreadable(row.line, f"This row has {counts}.")
    return Cells(row.line, dict(zip(names, row.cells, strict=False)), header)
