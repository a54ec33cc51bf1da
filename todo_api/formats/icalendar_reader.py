"""iCalendar (RFC 5545) of any program: its VTODOs are tasks, and all else is named as left out.

Lines are taken apart here, at a cost that is known, and only what a task is made of is looked into;
the package `icalendar` reads dates and knows time zones by all their names.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from todo_api.contract import Text
from todo_api.formats.components import BadCalendarError, Line, read_todos
from todo_api.formats.encodings import decoded
from todo_api.formats.file import Item, LeftOut, Unreadable
from todo_api.formats.fitting import fitted
from todo_api.formats.icalendar import PROGRAM, REPEAT_FROM
from todo_api.formats.moments import WITHOUT_ZONE, due_at, stored, zone_named
from todo_api.recurrence import COMPLETION

_PARAMETER = r';([\w-]++)=((?:"[^"]*+"|[^";:,]*+)(?:,(?:"[^"]*+"|[^";:,]*+))*+)'
_CONTENT_LINE = re.compile(rf"([\w-]++)((?:{_PARAMETER})*+):(.*)", re.ASCII | re.DOTALL)
_PARAMETERS = re.compile(_PARAMETER, re.ASCII)
_NAME_END = re.compile("[;:]")
_FOLD = re.compile(rb"\r?\n[ \t]")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_COMMA = re.compile(r"(?<!\\)((?:\\\\)*),")

_PROPERTIES = {
    "ATTACH": "attachments",
    "ATTENDEE": "attendees",
    "ORGANIZER": "organizers",
    "RDATE": "recurrences",
    "EXDATE": "days that are left out of recurrences",
    "DURATION": "durations",
    "LOCATION": "locations",
    "GEO": "locations",
    "COMMENT": "comments",
    "CONTACT": "contacts",
    "RESOURCES": "resources",
}
"""What a task here has no place for, by property."""
_MOMENTS = {"CREATED": "created_at", "LAST-MODIFIED": "updated_at", "COMPLETED": "completed_at"}
_SINGLE = frozenset(
    (
        "UID",
        "RELATED-TO",
        "RECURRENCE-ID",
        "SUMMARY",
        "DESCRIPTION",
        "DUE",
        "DTSTART",
        "PRIORITY",
        "URL",
        "RRULE",
        REPEAT_FROM,
        *_MOMENTS,
    )
) | {"STATUS", "PERCENT-COMPLETE"}

_READ = _SINGLE | {"CATEGORIES"}
_PASSED_OVER = frozenset(("DTSTAMP", "SEQUENCE", "CLASS", "TRANSP", "REQUEST-STATUS"))
"""What says nothing that a list would show."""
_UNKNOWN = "lines that are no known properties"
_WHOLE = 100


class _Property(NamedTuple):
    line: int
    parameters: Mapping[str, str]
    value: str


def read(body: Text) -> Iterator[Item | Unreadable | LeftOut]:
    """Yield the tasks of calendars, with their UIDs, and what is left out of them."""
    text = decoded(body)
    if isinstance(text, Unreadable):
        # Some programs fold lines within a character (RFC 5545, 3.1).
        text = decoded(body._replace(content=_FOLD.sub(b"", body.content)))
    if isinstance(text, Unreadable):
        yield text
        return
    uids: set[str] = set()
    is_own = False
    try:
        for part in read_todos(text):
            if isinstance(part, LeftOut):
                yield part
            elif isinstance(part, Line):
                is_own = part.text.partition(":")[2].strip() == PROGRAM
            else:
                yield from _task(part, uids, is_own=is_own)
    except BadCalendarError as fault:
        yield Unreadable(*fault.args)


def _task(lines: list[Line], uids: set[str], *, is_own: bool) -> Iterator[Item | LeftOut]:
    """Yield the task of a VTODO, and what it has no place for; our own URLs lead to tasks."""
    found: dict[str, _Property] = {}
    labels: list[str] = []
    for line in lines[1:]:
        name = _NAME_END.split(line.text, maxsplit=1)[0].upper()
        if what := _lost(line, name, found):
            yield LeftOut(what)
        elif name == "CATEGORIES":
            written = _property(line).value
            labels += map(_text, _COMMA.sub("\\1\n", written).split("\n"))
        elif name in _SINGLE:
            found.setdefault(name, _property(line))
    value = {name: _plain(name, one.value) for name, one in found.items()}
    uid = value.get("UID") or None
    if "RECURRENCE-ID" in value or uid in uids:
        yield LeftOut("changed occurrences of recurring tasks")
        return
    uids.add(uid or "")
    task = _members(value) | {"labels": labels}
    yield from _losses(value, is_done=task["done"])
    if not is_own:
        yield from _losses_of_others(value)
    task |= _moments(found, is_done=task["done"])
    if told := _due_by(value):
        task["due"], lost = _due(found[told])
        yield from lost
    for one in fitted(task):
        if isinstance(one, LeftOut):
            yield one
        else:
            address = value.get("URL")
            parent = value.get("RELATED-TO")
            yield Item(lines[0].number, one, uid=uid, address=address, key=uid, parent=parent)


def _lost(line: Line, name: str, found: Mapping[str, _Property]) -> str | None:
    """Return what a line has that a task has no place for."""
    if name != "RELATED-TO":
        is_known = name in _READ or name in _PASSED_OVER or name.startswith("X-")
        return None if is_known else _PROPERTIES.get(name, _UNKNOWN)
    # It is to the parent unless it says otherwise (3.2.15).
    kind = _property(line).parameters.get("RELTYPE", "PARENT").upper()
    return "relations between tasks" if kind != "PARENT" or name in found else None


def _property(line: Line) -> _Property:
    matched = _CONTENT_LINE.fullmatch(line.text)
    if matched is None:
        raise BadCalendarError(line.number, "This line is not a property and its value.")
    parameters = {name.upper(): text.strip('"') for name, text in _PARAMETERS.findall(matched[2])}
    return _Property(line.number, parameters, matched[5])


def _members(value: Mapping[str, str]) -> dict[str, Any]:
    """Return the members of a task that no time zone matters to."""
    is_complete = "COMPLETED" in value or _percent(value) == _WHOLE
    status = value.get("STATUS", "COMPLETED" if is_complete else "").upper()
    return {
        "title": _text(value.get("SUMMARY", "")),
        "description": _text(value.get("DESCRIPTION", "")),
        "done": status in {"COMPLETED", "CANCELLED"},
        "priority": _priority(value.get("PRIORITY", "0")),
        "repeat": _repeat(value),
    }


def _repeat(value: Mapping[str, str]) -> dict[str, str] | None:
    counted = value.get(REPEAT_FROM, "").lower()
    if "RRULE" not in value:
        return None
    return {"rule": value["RRULE"], "from": counted if counted == COMPLETION else "due"}


def _moments(found: Mapping[str, _Property], *, is_done: bool) -> dict[str, str | None]:
    moments = {name: _moment(found[name]) for name in _MOMENTS if name in found}
    return {
        _MOMENTS[name]: stored(moment)
        for name, moment in moments.items()
        if isinstance(moment, datetime) and (is_done or name != "COMPLETED")
    }


def _due_by(value: Mapping[str, str]) -> str | None:
    """Return the property that tells when a task is due; of a series, its begin may be all."""
    if "DUE" in value:
        return "DUE"
    return "DTSTART" if "DTSTART" in value and "RRULE" in value else None


def _due(found: _Property) -> tuple[str, list[LeftOut]]:
    """Return a due time, and what of it is lost: a time of day needs a zone."""
    due = _moment(found)
    if isinstance(due, datetime) and due.tzinfo is None:
        return due_at(due.date()), [LeftOut(WITHOUT_ZONE)]
    return due_at(due), []


def _losses(value: Mapping[str, str], *, is_done: bool) -> Iterator[LeftOut]:
    status = value.get("STATUS", "").upper()
    if status == "CANCELLED":
        yield LeftOut("cancellations (the tasks are done)")
    if not is_done and (status == "IN-PROCESS" or _percent(value)):
        yield LeftOut("degrees of completion")


def _losses_of_others(value: Mapping[str, str]) -> Iterator[LeftOut]:
    """Yield what is lost of other programs' tasks; ours have their address, and begin when due."""
    if "URL" in value:
        yield LeftOut("web addresses")
    if "DTSTART" in value and _due_by(value) != "DTSTART":
        yield LeftOut("start times")


def _percent(value: Mapping[str, str]) -> int:
    """Return how much of a task is complete; 0 if it does not tell (3.8.1.8)."""
    told = value.get("PERCENT-COMPLETE", "")
    return int(told) if re.fullmatch("[0-9]{1,9}", told) else 0


def _plain(name: str, value: str) -> str:
    """Return a value without blanks around it, unless they belong to a text."""
    return value if name in {"SUMMARY", "DESCRIPTION"} else value.strip()


def _priority(text: str) -> int:
    """Return ours: 1 to 4 are high, 5 is medium, 6 to 9 are low (3.8.1.9)."""
    if not re.fullmatch("[1-9]", text):
        return 0
    return (int(text) < 5) + (int(text) < 6) + 1  # noqa: PLR2004 - as above


def _text(value: str) -> str:
    """Return the text of a TEXT (3.3.11)."""
    return _ESCAPE.sub(lambda escape: "\n" if escape[1] in "nN" else escape[1], value)


def _moment(found: _Property) -> date | datetime:
    """Return a day or a time, with its zone if that is known."""
    from icalendar.prop import vDDDTypes  # noqa: PLC0415 - few requests need it

    value = found.value.strip()
    try:
        zone = zone_named(found.parameters.get("TZID", ""))
        moment = vDDDTypes.from_ical(value, zone)  # type: ignore[no-untyped-call]
    except (ValueError, OverflowError):
        moment = None
    if not isinstance(moment, date):
        wanted = "a day, as in 20261130, or a time, as in 20261130T160000Z"
        raise BadCalendarError(found.line, f"This date cannot be read: write {wanted}.")
    return moment
