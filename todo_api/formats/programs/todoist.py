"""Todoist: the CSV of a project, from its menu or from a backup.

Each row is a task, a section, or a note: a comment on the task above it, if there is one.
"""

import re
from collections.abc import Generator, Iterator
from typing import Any

from todo_api.contract import Text
from todo_api.formats.file import LeftOut, Unreadable
from todo_api.formats.moments import WITHOUT_ZONE, due_at, placed, read_moment, zone_named
from todo_api.formats.programs.found import Found, losses, paragraphs
from todo_api.formats.programs.tables import Cells, Columns, read_table
from todo_api.formats.programs.tags import tagged

_COLUMNS = Columns(
    ["TYPE", "CONTENT", "PRIORITY", "INDENT"],
    [
        *("DESCRIPTION", "AUTHOR", "RESPONSIBLE", "DATE", "DATE_LANG", "TIMEZONE", "DURATION"),
        *("DURATION_UNIT", "DEADLINE", "DEADLINE_LANG", "IS_COLLAPSED"),
    ],
    "Todoist",
)
_LABEL = re.compile(r"@(\S+)")
_PRIORITIES = {"": 0, "1": 3, "2": 2, "3": 1, "4": 0}
_INDENT = re.compile("[0-9]{1,9}")
_DAY_LENGTH = len("2026-11-30")


def read(body: Text) -> Iterator[Found | LeftOut | Unreadable]:
    """Yield the tasks of a project, each when its notes are known."""
    task: Found | None = None
    above: list[tuple[int, str]] = []
    notes: list[str] = []
    section = ""
    for row in read_table(body, _COLUMNS):
        kind = row.text("type").lower() if isinstance(row, Cells) else ""
        if isinstance(row, Cells) and kind == "note" and task:
            notes.append(row.text("content"))
            continue
        yield from _noted(task, notes)
        task = None
        if not isinstance(row, Cells):
            yield row
        elif kind == "note":
            yield LeftOut("comments on the project or a section")
        elif kind == "section":
            section = row.text("content")
        elif kind == "task":
            task = yield from _task(row, section)
            task = task and _below(task, row, above)
        elif kind not in {"", "meta"}:
            yield row.wrong("type", "write task, section or note")
    yield from _noted(task, notes)


def _noted(task: Found | None, notes: list[str]) -> Iterator[Found]:
    """Yield a task with its notes, which are then gone."""
    if task:
        task.task["description"] = paragraphs(task.task["description"], *notes)
        yield task
    notes.clear()


def _task(row: Cells, section: str) -> Generator[LeftOut | Unreadable, None, Found | None]:
    """Yield what a task has no place for, and return the task."""
    title, labels = tagged(row.text("content"), _LABEL)
    priority = _PRIORITIES.get(row.text("priority"))
    if priority is None:
        yield row.wrong("priority", "write a number from 1, the highest, to 4")
        return None
    due, words, has_zone = _due(row)
    yield from losses(
        (not has_zone, WITHOUT_ZONE),
        (words, "due dates in words (the descriptions have them)"),
        (row.text("date") and row.text("deadline"), "deadlines of tasks that have a date"),
        (row.text("responsible"), "assignments"),
        (row.text("duration"), "durations"),
    )
    task: dict[str, Any] = {
        "title": title,
        "description": paragraphs(row.text("description"), words),
        "priority": priority,
        "labels": [*labels, section],
        "due": due,
    }
    return Found(task, row.line)


def _below(task: Found, row: Cells, above: list[tuple[int, str]]) -> Found:
    """Return a task under the last one that is indented less.

    `above` has the indents and keys of those that it may be under, and then its own.
    """
    indent = int(written) if _INDENT.fullmatch(written := row.text("indent")) else 1
    while above and above[-1][0] >= indent:
        above.pop()
    parent = above[-1][1] if above else None
    above.append((indent, str(row.line)))
    return task._replace(key=str(row.line), parent=parent)


def _due(row: Cells) -> tuple[str | None, str, bool]:
    """Return when a task is due, what only Todoist understands of it, and if its zone is known."""
    written = row.text("date") or row.text("deadline")
    moment = read_moment(written)
    if moment is None:
        return None, written, True
    zone = zone_named(row.text("timezone"))
    has_zone = moment.tzinfo is not None or zone is not None
    if len(written) == _DAY_LENGTH or not has_zone:
        return due_at(moment.date()), "", len(written) == _DAY_LENGTH
    return due_at(placed(moment, zone)), "", True
