"""TickTick: the CSV of a backup, with some lines about itself before the header row."""

from collections.abc import Iterator
from datetime import datetime

from todo_api.contract import Text
from todo_api.formats.file import LeftOut, Unreadable
from todo_api.formats.moments import day_at, due_at, read_moment, stored, within, zone_named
from todo_api.formats.programs.found import Found, losses
from todo_api.formats.programs.tables import Cells, Columns, read_table

_COLUMNS = Columns(
    ["List Name", "Title", "Due Date", "Priority", "Status"],
    [
        *("Folder Name", "Kind", "Tags", "Content", "Is Check list", "Start Date", "Reminder"),
        *("Repeat", "Created Time", "Completed Time", "Order", "Timezone", "Is All Day"),
        *("Is Floating", "Column Name", "Column Order", "View Mode", "taskId", "parentId"),
        "projectKind",
    ],
    "TickTick",
)
_PRIORITIES = {"": 0, "0": 0, "1": 1, "3": 2, "5": 3}
_GIVEN_UP = "-1"
_STATES = {"": False, "0": False, "1": True, "2": True, _GIVEN_UP: True}


def read(body: Text) -> Iterator[Found | LeftOut | Unreadable]:
    """Yield the tasks of a backup."""
    for row in read_table(body, _COLUMNS):
        if isinstance(row, Cells):
            yield from _task(row)
        else:
            yield row


def _task(row: Cells) -> Iterator[Found | LeftOut]:
    faults = []
    if row.text("priority") not in _PRIORITIES:
        faults.append(row.wrong("priority", "write 0, 1, 3 or 5"))
    if row.text("status") not in _STATES:
        faults.append(row.wrong("status", "write 0, 1, 2 or -1"))
    moments: dict[str, datetime | None] = {}
    for name in ("due_date", "created_time", "completed_time"):
        moments[name] = read_moment(row.text(name))
        if row.text(name) and moments[name] is None:
            faults.append(row.wrong(name, "write a time, such as 2026-11-30T16:00:00+0000"))
    due, created, completed = moments.values()
    group = row.text("list_name")
    task = {
        "title": row.text("title"),
        "description": row.cells.get("content", ""),
        "priority": _PRIORITIES.get(row.text("priority"), 0),
        "done": _STATES.get(row.text("status"), False),
        "labels": [
            *row.text("tags").split(","),
            "" if group == "Inbox" else group,
            row.text("column_name"),
        ],
        "due": due and _due(row, due),
        "created_at": created and stored(created),
        "repeat": {"rule": row.text("repeat"), "from": "due"} if row.text("repeat") else None,
    }
    if task["done"]:
        task["completed_at"] = completed and stored(completed)
    key, parent = row.text("taskid") or None, row.text("parentid") or None
    yield Found(task, row.line, id=_id(row), key=key, parent=parent, faults=faults)
    yield from losses(
        (row.text("status") == _GIVEN_UP, "cancellations (the tasks are done)"),
        (row.text("kind") == "NOTE", "notes (imported as tasks)"),
        (row.text("folder_name"), "folders"),
        (row.text("start_date") not in {"", row.text("due_date")}, "start times"),
        (row.text("reminder"), "reminders"),
    )


def _due(row: Cells, due: datetime) -> str:
    """Return when a task is due, on its clocks; a day is written as its midnight there."""
    zone = zone_named(row.text("timezone"))
    if row.text("is_all_day").lower() == "true":
        return due_at(within(due, zone).date() if zone else day_at(due))
    return due_at(within(due, zone))


def _id(row: Cells) -> str | None:
    """Return what tells a task from others: its number alone may be another's in a later backup."""
    number = row.text("taskid")
    return "\n".join((number, row.text("created_time"), row.text("title"))) if number else None
