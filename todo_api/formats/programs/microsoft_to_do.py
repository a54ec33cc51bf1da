"""Microsoft To Do: its tasks as Microsoft Graph tells them, alone or within their lists."""

import html
import re
from collections.abc import Iterator

from todo_api.contract import Text
from todo_api.formats.file import LeftOut, Unreadable
from todo_api.formats.moments import day_at, due_at, placed, stored, zone_named
from todo_api.formats.programs.found import Found, checklist, losses, paragraphs
from todo_api.formats.programs.records import Record, read_document, records_of

_PRIORITIES = {"high": 3, "low": 1}
_FREQUENCIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "daily": ("DAILY", ()),
    "weekly": ("WEEKLY", ("daysOfWeek",)),
    "absoluteMonthly": ("MONTHLY", ("dayOfMonth",)),
    "relativeMonthly": ("MONTHLY", ("daysOfWeek", "nth")),
    "absoluteYearly": ("YEARLY", ("month", "dayOfMonth")),
    "relativeYearly": ("YEARLY", ("month", "daysOfWeek", "nth")),
}
"""By its type in Graph, the frequency of a pattern and what else it goes by."""
_NTHS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "last": "-1"}
_BREAK = re.compile(r"<br\s?/?>|</(?:p|div|li)>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_NO_CHARACTER = re.compile(r"&#\d{9,};?")
"""A number that no character has, and which may be too long to be read as one."""


def read(body: Text) -> Iterator[Found | LeftOut | Unreadable]:
    """Yield the tasks of ``{"value": [...]}`` or of an array: tasks, or lists with ``tasks``."""
    document = read_document(body)
    at = ""
    if isinstance(document, dict) and isinstance(document.get("value"), list):
        document, at = document["value"], "/value"
    if isinstance(document, Unreadable):
        yield document
    elif not isinstance(document, list):
        wanted = 'Tasks of Microsoft To Do are {"value": [...]}, as Microsoft Graph returns them.'
        yield Unreadable(None, wanted, at)
    else:
        for record in records_of(document, at):
            if "tasks" in record.value:
                yield from _list(record)
            else:
                yield from _task(record, "")


def _list(record: Record) -> Iterator[Found | LeftOut | Unreadable]:
    name = record.text("displayName")
    array = record.value["tasks"]
    if record.faults or not isinstance(array, list):
        yield from record.faults or [Unreadable(None, "This must be an array.", record.at)]
        return
    for task in records_of(array, f"{record.at}/tasks"):
        yield from _task(task, name)


def _task(record: Record, group: str) -> Iterator[Found | LeftOut]:
    body = record.record("body")
    is_html = body.text("contentType").lower() == "html"
    points = [
        (point.text("displayName"), point.truth("isChecked"))
        for point in record.records("checklistItems")
    ]
    status = record.text("status")
    created, changed = record.moment("createdDateTime"), record.moment("lastModifiedDateTime")
    task = {
        "title": record.text("title"),
        "description": paragraphs(_plain(body.text("content"), is_html=is_html), checklist(points)),
        "done": status == "completed",
        "priority": _PRIORITIES.get(record.text("importance"), 0),
        "labels": [*record.texts("categories"), group],
        "due": _day(record.record("dueDateTime")),
        "created_at": created and stored(created),
        "updated_at": changed and stored(changed),
        "repeat": _repeat(record.record("recurrence")) if record.has("recurrence") else None,
    }
    if task["done"]:
        task["completed_at"] = _instant(record.record("completedDateTime"))
    yield Found(task, None, record.at, record.text("id") or None, record.faults)
    yield from losses(
        (status in {"inProgress", "waitingOnOthers", "deferred"}, "degrees of completion"),
        (is_html and body.has("content"), "formatted texts (imported as plain text)"),
        (points, "checklists (the descriptions have them)"),
        (record.has("isReminderOn"), "reminders"),
        (record.has("startDateTime"), "start times"),
        (record.has("hasAttachments"), "attachments"),
        (record.has("linkedResources"), "web addresses"),
    )


def _repeat(record: Record) -> dict[str, str]:
    """Return how a task comes again; what is no rule here is none anywhere (`fitting`)."""
    pattern, end = record.record("pattern"), record.record("range")
    frequency, by = _FREQUENCIES.get(pattern.text("type"), ("", ()))
    nth = _NTHS.get(pattern.text("index"), "") if "nth" in by else ""
    days = ",".join(f"{nth}{day[:2].upper()}" for day in pattern.texts("daysOfWeek"))
    parts = {
        "FREQ": frequency,
        "INTERVAL": pattern.number("interval"),
        "BYMONTH": pattern.number("month") if "month" in by else 0,
        "BYMONTHDAY": pattern.number("dayOfMonth") if "dayOfMonth" in by else 0,
        "BYDAY": days if "daysOfWeek" in by else "",
        "UNTIL": end.text("endDate").replace("-", "") if end.text("type") == "endDate" else "",
        "COUNT": end.number("numberOfOccurrences") if end.text("type") == "numbered" else 0,
    }
    rule = ";".join(f"{name}={value}" for name, value in parts.items() if value)
    return {"rule": rule, "from": "due"}


def _plain(text: str, *, is_html: bool) -> str:
    if not is_html:
        return text
    plain = _NO_CHARACTER.sub("\ufffd", _TAG.sub("", _BREAK.sub("\n", text)))
    return html.unescape(plain).strip()


def _day(record: Record) -> str | None:
    """Return a due day, which is written as its midnight, there or in UTC."""
    moment = record.moment("dateTime")
    if moment is None:
        return None
    zone = zone_named(record.text("timeZone"))
    return due_at(moment.date() if zone not in {None, "UTC"} else day_at(moment))


def _instant(record: Record) -> str | None:
    moment = record.moment("dateTime")
    if moment is None:
        return None
    return stored(placed(moment, zone_named(record.text("timeZone"))))
