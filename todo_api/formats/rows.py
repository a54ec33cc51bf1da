"""The rows of a table in a text file, whatever separates their cells."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple

from todo_api.formats.file import LONGEST, Unreadable, too_long

SEPARATORS = ",;\t"
"""A comma, what stands for it where numbers have decimal commas, and what is copied from tables."""
_STATED = re.compile(r'"?sep=([,;\t|])"?', re.IGNORECASE)


class Row(NamedTuple):
    """The cells of a row, and the line it begins on."""

    line: int
    cells: list[str]


_WHY = {
    "unexpected end of data": (
        "This row is not CSV: a quotation mark opens one of its cells, and none closes it before"
        " the file ends."
    ),
    **{
        f"'{separator}' expected after '\"'": (
            "This row is not CSV: after the quotation mark that closes a cell, something other than"
            " a separator follows. Within such a cell, write each quotation mark twice."
        )
        for separator in (*SEPARATORS, "|")
    },
}
"""What the module `csv` means by its messages."""


def column_name(cell: str) -> str:
    """Return the name of a column, however it is capitalised and spaced."""
    return re.sub("[ -]", "_", cell.strip().lower())


class _RowTooLongError(Exception):
    """A row that goes on and on."""


class _Lines:
    """The lines of a text, as long as the rows that they make are no longer than a row may be."""

    def __init__(self, text: str) -> None:
        self._lines = io.StringIO(text, newline="")
        self.number = 0
        self.left = LONGEST
        """How long the rest of the present row may be."""

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.number += 1
            self.left -= len(line)
            if self.left < 0:
                raise _RowTooLongError
            yield line


def read_rows(text: str, count_known: Callable[[list[str]], int]) -> Iterator[Row | Unreadable]:
    """Yield the rows that are not empty, of which the first names the columns.

    What separates cells is what a line ``sep=;`` says; else whatever makes the most names of the
    first row known, as `count_known` tells. Reading ends at the first row that is not CSV.
    """
    lines = _Lines(text)
    line = 1
    try:
        first, separator = _beginning(lines, count_known)
        line = lines.number
        lines.left = LONGEST - len(first)
        for cells in csv.reader(chain([first], lines), delimiter=separator, strict=True):
            if any(cells):
                yield Row(line, cells)
            line = lines.number + 1
            lines.left = LONGEST
    except _RowTooLongError:
        yield too_long(line, "row")
    except csv.Error as fault:
        yield Unreadable(line, _WHY.get(str(fault), f"This row is not CSV: {fault}."))


def _beginning(lines: _Lines, count_known: Callable[[list[str]], int]) -> tuple[str, str]:
    """Return the first line with something in it, and what separates its cells."""
    for line in lines:
        lines.left = LONGEST
        content = line.strip("\r\n")
        if not content.strip(SEPARATORS + " "):
            continue
        if stated := _STATED.fullmatch(content):
            return next(iter(lines), ""), stated[1]
        return line, max(SEPARATORS, key=lambda one: _count(content, one, count_known))
    return "", SEPARATORS[0]


def _count(line: str, separator: str, count_known: Callable[[list[str]], int]) -> tuple[int, int]:
    """Return how many names are known, and how many there are."""
    try:
        cells = next(csv.reader([line], delimiter=separator, strict=True), [])
    except csv.Error:  # a line break within quotation marks
        return 0, 0
    return count_known(cells), len(cells)
