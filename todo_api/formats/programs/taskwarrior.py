"""Taskwarrior: what ``task export`` writes, an array or an object a line."""

from collections.abc import Iterator

from todo_api.contract import Text
from todo_api.formats import json_lines
from todo_api.formats.encodings import decoded
from todo_api.formats.file import LeftOut, Unreadable
from todo_api.formats.moments import due_at, stored
from todo_api.formats.programs.found import Found, losses, paragraphs
from todo_api.formats.programs.records import Record

_PRIORITIES = {"H": 3, "M": 2, "L": 1}
_TEMPLATE = {"deleted": "deleted tasks", "recurring": "recurrences"}
_KNOWN = frozenset(
    (
        *("id", "uuid", "description", "status", "project", "tags", "priority", "urgency"),
        *("entry", "modified", "end", "due", "annotations", "depends", "recur", "rtype"),
        *("parent", "mask", "imask", "last", "template", "wait", "scheduled", "start", "until"),
    )
)


def read(body: Text) -> Iterator[Found | LeftOut | Unreadable]:
    """Yield the tasks of a list."""
    text = decoded(body)
    if isinstance(text, Unreadable):
        yield text
        return
    for item in json_lines.read(body._replace(content=text.encode())):
        if isinstance(item, Unreadable):
            yield item
        elif isinstance(item.value, dict):
            yield from _task(Record(item.value, item.at, line=item.line))
        else:
            yield Unreadable(item.line, "This must be an object.", item.at or None)


def _task(record: Record) -> Iterator[Found | LeftOut]:
    status = record.text("status")
    if status in _TEMPLATE:
        yield LeftOut(_TEMPLATE[status])
        return
    due, created = record.moment("due"), record.moment("entry")
    changed, completed = record.moment("modified"), record.moment("end")
    task = {
        "title": record.text("description"),
        "description": paragraphs(*(one.text("description") for one in _notes(record))),
        "done": status == "completed",
        "priority": _PRIORITIES.get(record.text("priority"), 0),
        "labels": [*record.texts("tags"), record.text("project")],
        "due": due and due_at(due),
        "created_at": created and stored(created),
        "updated_at": changed and stored(changed),
    }
    if task["done"]:
        task["completed_at"] = completed and stored(completed)
    yield Found(task, record.line, record.at, record.text("uuid") or None, record.faults)
    has = record.has
    yield from losses(
        (has("depends"), "relations between tasks"),
        (has("recur"), "recurrences"),
        (has("wait") or has("scheduled") or has("start"), "start times"),
        (has("until"), "times of expiry"),
        (record.value.keys() - _KNOWN, "attributes of the user's own"),
    )


def _notes(record: Record) -> Iterator[Record]:
    return record.records("annotations")
