"""iCalendar (RFC 5545): each task is a VTODO."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from todo_api import times
from todo_api.formats.file import Writer
from todo_api.formats.time_zones import lines_of
from todo_api.formats.uids import Uids
from todo_api.recurrence import COMPLETION, read_rule

_LONGEST_LINE = 75
"""In octets, not counting the line break (3.1)."""
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_LINE_BREAKS = re.compile("\r\n?|[\x85\u2028\u2029]")
"""Whatever ends a line for readers of text by Unicode's rules, beside LF."""
_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f]")
_PRIORITIES = {1: 9, 2: 5, 3: 1}
"""Our priorities low, medium and high as iCalendar's (3.8.1.9)."""
PROGRAM = "-//To-do list//To-do list 1.0//EN"
"""What these calendars say who made them (3.7.3)."""
REPEAT_FROM = "X-TODO-REPEAT-FROM"
"""A property of these calendars alone: that the days of a rule are counted from the completion."""
_HEAD = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    f"PRODID:{PROGRAM}",
)


def writer(uids: Uids) -> Writer:
    """Return a writer of calendars."""
    head, tail = (b"".join(map(_fold, lines)) for lines in (_HEAD, ["END:VCALENDAR"]))
    return Writer(head, partial(_write, uids, set()), tail, "ics")


def _write(uids: Uids, known: set[str], tasks: Iterable[Mapping[str, Any]], zone: str) -> bytes:
    """Write the VTODOs of tasks, with their time zone if it is needed and not `known` yet."""
    lines: list[str] = []
    for task in tasks:
        if zone not in known and _local_due(task, zone):
            known.add(zone)
            lines += lines_of(zone, datetime.now(UTC).year - 1)
        lines += _lines(uids, task, zone)
    return b"".join(map(_fold, lines))


def _comes_again(task: Mapping[str, Any]) -> bool:
    """Tell whether a VTODO has a rule: of a series, that which is not done is left to come."""
    return bool(task["repeat"] and task["due"] and not task["done"])


def _local_due(task: Mapping[str, Any], zone: str) -> datetime | None:
    """Return what clocks in its list's zone show when a task is due, if its rule goes by them."""
    if not _comes_again(task) or times.is_day(task["due"]) or zone == times.UTC_NAME:
        return None
    return _shown(datetime.fromisoformat(times.instant(task["due"])), zone)


def _shown(moment: datetime, zone: str) -> datetime | None:
    """Return what clocks in a zone show at a time; None in the years 0 and 10000."""
    try:
        return moment.astimezone(times.zone_of(zone)).replace(tzinfo=None)
    except OverflowError:
        return None


def _lines(uids: Uids, task: Mapping[str, Any], zone: str) -> Iterator[str]:
    """Yield the content lines of a VTODO (3.6.2), not yet folded."""
    yield "BEGIN:VTODO"
    yield f"UID:{uids.of_task(task['id'])}"
    yield f"URL:{task['uri']}"
    yield f"DTSTAMP:{_basic(task['updated_at'])}"
    yield f"CREATED:{_basic(task['created_at'])}"
    yield f"LAST-MODIFIED:{_basic(task['updated_at'])}"
    yield f"SUMMARY:{_escape(task['title'])}"
    if task["description"]:
        yield f"DESCRIPTION:{_escape(task['description'])}"
    if task["parent_id"]:
        yield f"RELATED-TO:{uids.of_task(task['parent_id'])}"
    if task["due"]:
        yield f"DUE{_due(task, zone)}"
    if _comes_again(task):
        yield f"DTSTART{_due(task, zone)}"
        yield f"RRULE:{_rule(task, zone)}"
        if task["repeat"]["from"] == COMPLETION:
            yield f"{REPEAT_FROM}:{COMPLETION.upper()}"
    if task["priority"]:
        yield f"PRIORITY:{_PRIORITIES[task['priority']]}"
    if task["labels"]:
        yield "CATEGORIES:" + ",".join(map(_escape, task["labels"]))
    if task["done"]:
        yield "STATUS:COMPLETED"
        yield "PERCENT-COMPLETE:100"
        yield f"COMPLETED:{_basic(task['completed_at'])}"
    else:
        yield "STATUS:NEEDS-ACTION"
    yield "END:VTODO"


def _due(task: Mapping[str, Any], zone: str) -> str:
    """Return when a task is due, with the parameters of that (3.8.2.3)."""
    due: str = task["due"]
    if times.is_day(due):
        return f";VALUE=DATE:{_basic(due)}"
    if local := _local_due(task, zone):
        return f";TZID={zone}:{_basic(local.isoformat())}"
    return f":{_basic(times.instant(due))}"


def _rule(task: Mapping[str, Any], zone: str) -> str:
    """Return a rule whose end is a day or a time, as the due time is (3.3.10)."""
    rule = read_rule(task["repeat"]["rule"])
    if rule.until is None:
        return str(rule)
    end = datetime.fromisoformat(rule.until)
    if times.is_day(task["due"]) and end.tzinfo is not None:
        day = (_shown(end, zone) or end).date()
        return str(rule._replace(until=_basic(day.isoformat())))
    if not times.is_day(task["due"]) and end.tzinfo is None:
        last = times.due_end(end.date().isoformat(), zone)
        return str(rule._replace(until=_basic(last)))
    return str(rule)


def _basic(time: str) -> str:
    """Return a time as DATE-TIME (3.3.5), which has no fractions of a second, or a day as DATE."""
    return re.sub(r"[-:]|\.[0-9]+", "", time)


def _escape(text: str) -> str:
    """Return text as TEXT (3.3.11), which allows no control characters but the tab."""
    unified = _CONTROL.sub("", _LINE_BREAKS.sub("\n", text))
    return unified.translate(_ESCAPES)


def _fold(line: str) -> bytes:
    """Encode a content line, folded where it is too long but never within a character (3.1)."""
    octets = line.encode()
    parts = []
    start, end = 0, _LONGEST_LINE
    while end < len(octets):
        while octets[end] & 0xC0 == 0x80:  # noqa: PLR2004 - a UTF-8 continuation byte
            end -= 1
        parts.append(octets[start:end])
        start, end = end, end + _LONGEST_LINE - 1  # the leading space counts
    return b"\r\n ".join([*parts, octets[start:]]) + b"\r\n"
