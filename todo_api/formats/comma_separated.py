"""CSV (RFC 4180) with a header row: a table that spreadsheets open.

A spreadsheet takes a cell that begins with, say, ``=`` for a formula, and somebody else's formula
may do harm (https://owasp.org/www-community/attacks/CSV_Injection). So such a text is written
behind an apostrophe, and read without it.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from todo_api.contract import Text, json_pointer
from todo_api.formats.file import Item, Unreadable, Writer

_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)


def _read_text(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _write_text(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _read_integer(cell: str) -> int | str:
    return int(cell) if _INTEGER.fullmatch(cell) else cell


def _read_boolean(cell: str) -> bool | str:
    return {"true": True, "false": False}.get(cell.lower(), cell)


_COLUMNS: dict[str, Callable[[str], Any]] = {
    "id": _read_integer,
    "uri": str,
    "title": _read_text,
    "description": _read_text,
    "done": _read_boolean,
    "due": str,
    "priority": _read_integer,
    # No label has a line break.
    "labels": lambda cell: _read_text(cell).split("\n"),
    "created_at": str,
    "updated_at": str,
    "completed_at": str,
}
"""How a cell of each column is read; what cannot be stays text, and fits no schema."""


def read(body: Text) -> Iterator[Item | Unreadable]:
    """Yield an object for each row, at the line where it begins; an empty cell is no member.

    The header row may name the columns in any order, and leave out those that a task need not
    have. What cannot be read as CSV ends the reading.
    """
    rows = csv.reader(io.StringIO(body.content.decode("utf-8-sig"), newline=""), strict=True)
    names: list[str] = []
    line = 1
    try:
        for cells in rows:
            if not names:
                names = cells
                if faults := list(_header_faults(names, line)):
                    yield from faults
                    return
            elif len(cells) == len(names):
                named = zip(names, cells, strict=True)
                yield Item(line, {name: _COLUMNS[name](cell) for name, cell in named if cell})
            elif cells:
                counts = f"{len(cells)} cells, but the header row {len(names)}"
                yield Unreadable(line, f"This row has {counts}.")
            line = rows.line_num + 1
    except csv.Error as fault:
        yield Unreadable(line, f"This row is not CSV: {fault}.")


def _header_faults(names: list[str], line: int) -> Iterator[Unreadable]:
    for name in dict.fromkeys(names):
        place = json_pointer([name]) or None
        if name not in _COLUMNS:
            yield Unreadable(line, "There is no such column.", place)
        elif names.count(name) > 1:
            yield Unreadable(line, "This column is there twice.", place)


def _write(tasks: Iterable[Mapping[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    for task in tasks:
        row = {
            **task,
            "title": _write_text(task["title"]),
            "description": _write_text(task["description"]),
            "done": "true" if task["done"] else "false",
            "labels": _write_text("\n".join(task["labels"])),
        }
        rows.writerow([row[name] for name in _COLUMNS])
    return text.getvalue().encode()


WRITER = Writer(
    ",".join(_COLUMNS).encode() + b"\r\n", _write, b"", "csv", parameters={"header": "present"}
)
