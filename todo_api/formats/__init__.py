"""Lists of tasks as files of text.

- `json_lines`: every member of each task, in a line.
- `comma_separated`: the same in a table, for spreadsheets.
- `icalendar`: for calendars, which are written to and not read from, under `uids`.

Each of them writes a list in parts: what stands before the tasks, some tasks, what stands behind.
"""

from todo_api.formats import comma_separated, icalendar, json_lines
from todo_api.formats.file import Item, Unreadable, Writer
from todo_api.formats.uids import Uids

__all__ = ["Item", "Uids", "Unreadable", "Writer", "comma_separated", "icalendar", "json_lines"]
