"""Google Tasks: ``Tasks.json`` of Google Takeout, which has all lists, or one list of the API."""

from collections.abc import Iterator

from todo_api.contract import Text
from todo_api.formats.file import LeftOut, Unreadable
from todo_api.formats.moments import due_at, stored
from todo_api.formats.programs.found import Found, losses
from todo_api.formats.programs.records import Record, read_document, records_of

_LISTS, _LIST = "tasks#taskLists", "tasks#tasks"


def read(body: Text) -> Iterator[Found | LeftOut | Unreadable]:
    """Yield the tasks of all lists."""
    document = read_document(body)
    if isinstance(document, Unreadable):
        yield document
        return
    kind = document.get("kind") if isinstance(document, dict) else None
    items = document.get("items", []) if kind in (_LISTS, _LIST) else None
    if not isinstance(items, list):
        wanted = f'Tasks of Google are {{"kind": "{_LISTS}", "items": [...]}}.'
        yield Unreadable(None, wanted, "")
    elif kind == _LIST:
        yield from _list(Record(document, ""))
    else:
        for record in records_of(items, "/items"):
            yield from _list(record)


def _list(record: Record) -> Iterator[Found | LeftOut | Unreadable]:
    name = record.text("title")
    items = record.value.get("items", [])
    if record.faults or not isinstance(items, list):
        yield from record.faults or [Unreadable(None, "This must be an array.", record.at)]
        return
    for task in records_of(items, f"{record.at}/items"):
        yield from _task(task, name)


def _task(record: Record, group: str) -> Iterator[Found | LeftOut]:
    if record.truth("deleted"):
        yield LeftOut("deleted tasks")
        return
    due, created = record.moment("due"), record.moment("created")
    changed, completed = record.moment("updated"), record.moment("completed")
    task = {
        "title": record.text("title"),
        "description": record.text("notes"),
        "done": record.text("status") == "completed",
        "labels": [group],
        "due": due and due_at(due.date()),
        "created_at": created and stored(created),
        "updated_at": changed and stored(changed),
    }
    if task["done"]:
        task["completed_at"] = completed and stored(completed)
    id_, parent = record.text("id") or None, record.text("parent") or None
    yield Found(task, None, record.at, id_, parent=parent, faults=record.faults)
    yield from losses(
        (record.has("links"), "web addresses"),
        (record.has("assignmentInfo"), "assignments"),
        (record.has("task_recurrence_id") or record.has("recurrence"), "recurrences"),
    )
