"""CSV (RFC 4180) with a header row: a table that spreadsheets open.

A spreadsheet treats a cell that begins with, say, ``=`` as a formula, and a formula that somebody
else wrote can do harm (https://owasp.org/www-community/attacks/CSV_Injection). Such a text is
therefore written with an apostrophe before it, which is removed when it is read.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from todo_api.contract import MOST_FAULTS, Text, json_pointer
from todo_api.formats.file import LONGEST, Item, Unreadable, Writer, too_long

_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_DIGITS = re.compile(r"-?[0-9]{1,18}", re.ASCII)


class _Column(NamedTuple):
    """How the cells of a column are read and written; what cannot be read stays text."""

    read: Callable[[str], Any] = str
    write: Callable[[Any], Any] = lambda value: value


def _read_text(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _write_text(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _read_integer(cell: str) -> int | str:
    return int(cell) if _DIGITS.fullmatch(cell) else cell


def _read_boolean(cell: str) -> bool | str:
    return {"true": True, "false": False}.get(cell.lower(), cell)


def _write_boolean(value: object) -> str:
    return "true" if value else "false"


_VERBATIM = _Column()
_TEXT = _Column(_read_text, _write_text)
_INTEGER = _Column(_read_integer)
_BOOLEAN = _Column(_read_boolean, _write_boolean)
# The schema allows no line breaks in labels.
_LINES = _Column(
    lambda cell: _read_text(cell).split("\n"), lambda lines: _write_text("\n".join(lines))
)

_COLUMNS = {
    "id": _INTEGER,
    "uri": _VERBATIM,
    "title": _TEXT,
    "description": _TEXT,
    "done": _BOOLEAN,
    "due": _VERBATIM,
    "priority": _INTEGER,
    "labels": _LINES,
    "created_at": _VERBATIM,
    "updated_at": _VERBATIM,
    "completed_at": _VERBATIM,
}
"""The columns of a file, in their order. A cell that cannot be read is refused by its schema."""


def read(body: Text) -> Iterator[Item | Unreadable]:
    """Yield an object for each row, with the line it begins on; an empty cell makes no member.

    The header row may name the columns in any order and leave out optional ones. Reading ends at
    the first row that is not CSV.
    """
    lines = _Lines(body.content.decode("utf-8-sig"))
    rows = csv.reader(lines, strict=True)
    names: list[str] = []
    line = 1
    try:
        for cells in rows:
            if not cells:
                pass  # an empty line
            elif not names:
                names = cells
                if faults := list(islice(_header_faults(names, line), MOST_FAULTS)):
                    yield from faults
                    return
            elif len(cells) == len(names):
                named = zip(names, cells, strict=True)
                yield Item(line, {name: _COLUMNS[name].read(cell) for name, cell in named if cell})
            else:
                counts = f"{len(cells)} cells, but the header row has {len(names)}"
                yield Unreadable(line, f"This row has {counts}.")
            line = rows.line_num + 1
            lines.left = LONGEST
    except _RowTooLongError:
        yield too_long(line, "row")
    except csv.Error as fault:
        yield Unreadable(line, f"This row is not CSV: {fault}.")


class _RowTooLongError(Exception):
    """A row that goes on and on."""


class _Lines:
    """The lines of a text, as long as the rows that they make are no longer than a row may be."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self.left = LONGEST
        """How long the rest of the present row may be."""

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.left -= len(line)
            if self.left < 0:
                raise _RowTooLongError
            yield line


def _header_faults(names: list[str], line: int) -> Iterator[Unreadable]:
    for name in dict.fromkeys(names):
        place = json_pointer([name]) or None
        if name not in _COLUMNS:
            yield Unreadable(line, "There is no such column.", place)
        elif names.count(name) > 1:
            yield Unreadable(line, "This column appears twice.", place)


def _write(tasks: Iterable[Mapping[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    for task in tasks:
        rows.writerow([column.write(task[name]) for name, column in _COLUMNS.items()])
    return text.getvalue().encode()


_HEAD = ",".join(_COLUMNS).encode() + b"\r\n"
_WRITER = Writer(_HEAD, _write, b"", "csv", parameters={"header": "present"})


def writer(_namespace: UUID) -> Writer:
    """Return the writer of these files, which hold no UIDs."""
    return _WRITER


def with_byte_order_mark(writer: Writer) -> Writer:
    """Return a writer of files that Excel knows to be UTF-8."""
    return writer._replace(head=codecs.BOM_UTF8 + writer.head)
