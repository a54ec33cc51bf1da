"""CSV (RFC 4180) with a header row: a table that spreadsheets open, and save in their own ways."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from todo_api.contract import MOST_FAULTS, Text, json_pointer
from todo_api.formats.cells import COLUMNS, UnclearError, written_for_spreadsheets
from todo_api.formats.encodings import decoded
from todo_api.formats.file import Item, Unreadable, Writer, shown
from todo_api.formats.rows import Row, column_name, read_rows
from todo_api.formats.uids import Uids

_NAMES = ", ".join(COLUMNS)


def read(body: Text) -> Iterator[Item | Unreadable]:
    """Yield an object for each row, with the line it begins on; an empty cell makes no member.

    The header row may name the columns in any order and leave out optional ones.
    """
    text = decoded(body)
    if isinstance(text, Unreadable):
        yield text
        return
    names: list[str] = []
    for row in read_rows(text, lambda cells: sum(column_name(cell) in COLUMNS for cell in cells)):
        if isinstance(row, Unreadable):
            yield row
        elif names:
            yield from _read_row(row, names)
        else:
            names = list(map(column_name, row.cells))
            while names and not names[-1]:  # as spreadsheets pad rows
                names.pop()
            if faults := list(islice(_header_faults(names, row), MOST_FAULTS)):
                yield from faults
                return


def _read_row(row: Row, names: list[str]) -> Iterator[Item | Unreadable]:
    """Yield the object of a row, or what is wrong with each of its cells."""
    cells = row.cells
    if len(cells) < len(names) or any(cells[len(names) :]):
        counts = f"{len(cells)} cells, but the header row names {len(names)} columns"
        yield Unreadable(row.line, f"This row has {counts}.")
        return
    task = {}
    is_clear = True
    for name, cell in zip(names, cells, strict=False):
        try:
            if cell:
                task[name] = COLUMNS[name].read(cell)
        except UnclearError as wanted:
            is_clear = False
            place = json_pointer([name])
            yield Unreadable(row.line, f"The column {name} has {shown(cell)}: {wanted}.", place)
    if is_clear:
        yield Item(row.line, task)


def _header_faults(names: list[str], row: Row) -> Iterator[Unreadable]:
    written = {column_name(cell): cell.strip() for cell in row.cells}
    for name in dict.fromkeys(names):
        found = shown(written[name])
        place = json_pointer([written[name]]) or None
        if name not in COLUMNS:
            known = f"The columns are {_NAMES}, separated by commas, semicolons or tabs."
            yield Unreadable(row.line, f"There is no column {found}. {known}", place)
        elif names.count(name) > 1:
            yield Unreadable(row.line, f"The column {found} appears twice.", place)


def _write(tasks: Iterable[Mapping[str, Any]], _zone: str) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    for task in tasks:
        rows.writerow([column.write(task[name]) for name, column in COLUMNS.items()])
    return text.getvalue().encode()


def _write_for_spreadsheets(tasks: Iterable[Mapping[str, Any]], zone: str) -> bytes:
    return _write(
        ({name: written_for_spreadsheets(name, task[name]) for name in COLUMNS} for task in tasks),
        zone,
    )


_HEAD = ",".join(COLUMNS).encode() + b"\r\n"
_WRITER = Writer(_HEAD, _write, b"", "csv", parameters={"header": "present"})


def writer(_uids: Uids) -> Writer:
    """Return the writer of these files, which hold no UIDs."""
    return _WRITER


def with_byte_order_mark(writer: Writer) -> Writer:
    """Return a writer of files that Excel knows to be UTF-8, and in which it rounds no id."""
    return writer._replace(head=codecs.BOM_UTF8 + writer.head, tasks=_write_for_spreadsheets)
