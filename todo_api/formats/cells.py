"""The cells of a table: how each column is written, and read as spreadsheets change it.

What spreadsheets do to a cell is undone where only one thing can be meant. Otherwise `UnclearError`
says what is wanted, because a guess would be in somebody's list for good.

A spreadsheet treats a cell that begins with, say, ``=`` as a formula, and a formula that somebody
else wrote can do harm (https://owasp.org/www-community/attacks/CSV_Injection). Such a text is
therefore written with an apostrophe before it, which is removed when it is read.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

_FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_DIGITS = re.compile(r"(-?[0-9]{1,18})(?:[.,]0{1,6})?", re.ASCII)
_LOSES_AS_NUMBER = re.compile(r"[0-9]{16,}|[0-9]+e[0-9]+", re.ASCII)
"""What a spreadsheet takes for a number that it cannot hold exactly."""
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]{1,15})?E\+?[0-9]{1,2}", re.ASCII | re.IGNORECASE)
_MOST_SHOWN = 10**11 - 1
"""The greatest number that Excel shows, and saves, by all of its digits."""
_LINE_END = re.compile(r"\r\n?|\n")
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d([Tt].*)?", re.ASCII | re.DOTALL)
_DOTTED = re.compile(r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})/(?P<month>\d\d?)/(?P<day>\d\d?)", re.ASCII)
_NAMED = re.compile(
    r"(?:[A-Z]+, )?(?:(?P<day>\d\d?)[ -](?P<month>[A-Z]{3,9})[ -]"
    r"|(?P<month_first>[A-Z]{3,9}) (?P<day_second>\d\d?), )(?P<year>\d{4})",
    re.ASCII | re.IGNORECASE,
)
_MIDNIGHT = re.compile(r" 0?0:00(?::00)?\Z", re.ASCII)
"""What spreadsheets add to a day that they write as a time; no time of day was meant."""
_SLASHED = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})", re.ASCII)
_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_MONTHS = len(_NAMES)


class UnclearError(Exception):
    """A cell can be read in no way, or in several. The message says what is wanted."""


class Column(NamedTuple):
    """How the cells of a column are read and written."""

    read: Callable[[str], Any] = str
    write: Callable[[Any], Any] = lambda value: value


def _read_text(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _write_text(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _read_integer(cell: str) -> int:
    if not (written := _DIGITS.fullmatch(cell.strip())):
        raise UnclearError("write a whole number, such as 2")
    return int(written[1])


def _read_id(cell: str) -> int:
    """Read an id, unless a spreadsheet has kept only the first of its digits."""
    if _ROUNDED.fullmatch(cell.strip()):
        raise UnclearError(
            "a spreadsheet has rounded it: export a table for Excel, with bom=true, or make this"
            " column one of texts before the table is opened"
        )
    return _read_integer(cell.strip().removeprefix("'"))


def written_for_spreadsheets(column: str, value: Any) -> Any:  # noqa: ANN401 - what the column has
    """Return the value of a column, an id as a text if a spreadsheet would round the number."""
    is_long = column in IDS and value is not None and value > _MOST_SHOWN
    return f"'{value}" if is_long else value


def _read_boolean(cell: str) -> bool:
    value = {"true": True, "false": False}.get(cell.strip().lower())
    if value is None:
        raise UnclearError("write true or false")
    return value


def _write_boolean(value: object) -> str:
    return "true" if value else "false"


def _read_labels(cell: str) -> list[str]:
    """Read labels, which stand one a line; the schema allows no line breaks in one.

    One line with commas might be several labels, as in other programs.
    """
    lines = _LINE_END.split(_read_text(cell))
    if len(lines) == 1 and re.search("[,;]", cell):
        raise UnclearError(
            "write each label on a line of its own within the cell; a single label with a comma or"
            " a semicolon needs a line break at its end"
        )
    while len(lines) > 1 and not lines[-1]:
        lines.pop()
    return lines


def _write_labels(labels: Sequence[str]) -> str:
    alone = len(labels) == 1 and re.search("[,;]", labels[0])
    return _write_text("\n".join(labels) + ("\n" if alone else ""))


def _read_due(cell: str) -> str:
    """Read a day or an instant, and a day as spreadsheets write it, if its month is certain."""
    cell = cell.strip()
    if _RFC_3339.fullmatch(cell):
        return cell
    cell = _MIDNIGHT.sub("", cell)
    if _RFC_3339.fullmatch(cell):
        return cell
    if named := _NAMED.fullmatch(cell):
        month = _month(named["month"] or named["month_first"])
        return _day(int(named["year"]), month, int(named["day"] or named["day_second"]))
    if written := _DOTTED.fullmatch(cell) or _YEAR_FIRST.fullmatch(cell):
        return _day(*map(int, written.group("year", "month", "day")))
    if written := _SLASHED.fullmatch(cell):
        first, second, year = map(int, written.groups())
        if first == second or second > _MONTHS:
            return _day(year, first, second)
        if first > _MONTHS:
            return _day(year, second, first)
        either = f"{year:04}-{first:02}-{second:02} or {year:04}-{second:02}-{first:02}"
        raise UnclearError(f"it may be a day of either of two months: write {either}")
    raise UnclearError("write a day as 2026-11-30, or an instant as 2026-11-30T17:00:00+01:00")


def _month(name: str) -> int:
    """Return the number of a month by its English name, or the first three letters of it."""
    name = name.lower()
    for number, month in enumerate(_NAMES, 1):
        if name in {month, month[:3]}:
            return number
    raise UnclearError("there is no such month: write a day as 2026-11-30")


def _day(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        raise UnclearError("there is no such day: write one as 2026-11-30") from None


def _read_instant(cell: str) -> str:
    if not _RFC_3339.fullmatch(cell.strip()):
        raise UnclearError("write an instant, such as 2026-11-30T17:00:00Z")
    return cell.strip()


def _read_repeat(cell: str) -> dict[str, str]:
    """Read a rule, and behind it from which day its days are counted, if not from the due day."""
    rule, _, counted = _read_text(cell).strip().partition(" from ")
    return {"rule": rule.strip(), "from": counted.strip() or "due"}


def _write_repeat(repeat: Mapping[str, str] | None) -> str:
    if repeat is None:
        return ""
    return repeat["rule"] if repeat["from"] == "due" else f"{repeat['rule']} from {repeat['from']}"


def _read_position(cell: str) -> str:
    cell = cell.strip().removeprefix("'")
    written = _DIGITS.fullmatch(cell)
    return cell if written is None else written[1]


def _write_position(position: str) -> str:
    return f"'{position}" if _LOSES_AS_NUMBER.fullmatch(position) else position


_VERBATIM = Column()
_TEXT = Column(_read_text, _write_text)
_INTEGER = Column(_read_integer)
_ID = Column(_read_id)
_BOOLEAN = Column(_read_boolean, _write_boolean)
_LABELS = Column(_read_labels, _write_labels)
_DUE = Column(_read_due)
_INSTANT = Column(_read_instant)
_REPEAT = Column(_read_repeat, _write_repeat)

COLUMNS = {
    "id": _ID,
    "uri": _VERBATIM,
    "list_id": _ID,
    "parent_id": _ID,
    "title": _TEXT,
    "description": _TEXT,
    "done": _BOOLEAN,
    "due": _DUE,
    "priority": _INTEGER,
    "labels": _LABELS,
    "created_at": _INSTANT,
    "updated_at": _INSTANT,
    "completed_at": _INSTANT,
    "created_by": _VERBATIM,
    "completed_by": _VERBATIM,
    "assigned_to": _VERBATIM,
    "repeat": _REPEAT,
    "previous_id": _ID,
    "next_id": _ID,
    "position": Column(_read_position, _write_position),
}
"""The columns of a file, in their order."""

IDS = tuple(name for name, column in COLUMNS.items() if column is _ID)
"""Those of the columns that hold ids."""
