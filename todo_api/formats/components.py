"""The components of iCalendar (RFC 5545, 3.4): lines between BEGIN and END, within each other."""

import io
from collections.abc import Iterator
from typing import NamedTuple

from todo_api.formats.file import LONGEST, LeftOut, too_long

DEEPEST = 8
"""Components within components: a calendar, a task, an alarm."""
MOST_LINES = 1000
"""Content lines of one task."""
_CALENDAR = ["VCALENDAR"]
_TASK = [*_CALENDAR, "VTODO"]
_OTHERS = {
    "VEVENT": "events",
    "VJOURNAL": "journal entries",
    "VFREEBUSY": "free and busy times",
    "VALARM": "alarms",
}


class BadCalendarError(Exception):
    """A calendar that cannot be read further: a line, and a sentence."""


class Line(NamedTuple):
    """A content line, unfolded, and the number of the line that it begins on."""

    number: int
    text: str


def read_todos(text: str) -> Iterator[Line | list[Line] | LeftOut]:
    """Yield the line of each calendar that tells its program, the lines of each VTODO, and others.

    Raises `BadCalendarError`.
    """
    nesting: list[str] = []
    todo: list[Line] = []
    line = Line(1, "")
    for line in _content_lines(text):
        name, _, value = line.text.partition(":")
        name, value = name.upper(), value.strip().upper()
        if name == "BEGIN":
            _begin(nesting, value, line.number)
            if what := _OTHERS.get(value):
                yield LeftOut(what)
            elif nesting == _TASK:
                todo = [line]
        elif name == "END" and nesting:
            if nesting == _TASK:
                yield todo
            _end(nesting, value, line.number)
        elif name == "PRODID" and nesting == _CALENDAR:
            yield line
        else:
            _keep(nesting, todo, line)
    if nesting:
        raise BadCalendarError(line.number, f"The file ends within a {nesting[-1][:20]}.")


def _begin(nesting: list[str], name: str, number: int) -> None:
    if not nesting and name != "VCALENDAR":
        raise _no_calendar(number)
    nesting.append(name)
    if len(nesting) > DEEPEST:
        raise BadCalendarError(number, f"Components are nested deeper than {DEEPEST} levels.")


def _end(nesting: list[str], name: str, number: int) -> None:
    if name != nesting.pop():
        raise BadCalendarError(number, "This END does not match its BEGIN.")


def _keep(nesting: list[str], todo: list[Line], line: Line) -> None:
    """Add a line to the task that it is of."""
    if not nesting:
        raise _no_calendar(line.number)
    if nesting == _TASK:
        todo.append(line)
        if len(todo) > MOST_LINES:
            raise BadCalendarError(todo[0].number, f"This task has over {MOST_LINES:,} lines.")


def _no_calendar(number: int) -> BadCalendarError:
    return BadCalendarError(number, "This is no iCalendar, which begins with BEGIN:VCALENDAR.")


def _content_lines(text: str) -> Iterator[Line]:
    """Yield content lines, unfolded (3.1), with the number of the line that each begins on."""
    parts: list[str] = []
    begun = size = 0
    for number, raw in enumerate(io.StringIO(text), 1):
        line = raw.rstrip("\r\n")
        if line[:1] in {" ", "\t"} and parts:
            parts.append(line[1:])
            size += len(line)
            if size > LONGEST:
                raise BadCalendarError(*too_long(begun, "line")[:2])
        elif line:
            if parts:
                yield Line(begun, "".join(parts))
            parts, begun, size = [line], number, len(line)
            if size > LONGEST:
                raise BadCalendarError(*too_long(begun, "line")[:2])
    if parts:
        yield Line(begun, "".join(parts))
