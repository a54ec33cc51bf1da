"""Lists of tasks as files of text.

- `json_lines`: every member of each task, in a line.
- `comma_separated`: the same in a table, for spreadsheets.
- `icalendar`: for calendars, which are written to and not read from, under `uids`.

Each of them writes a list in parts: what stands before the tasks, some tasks, what stands behind.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple


class Writer(NamedTuple):
    """How a list of tasks becomes text."""

    head: bytes
    tasks: Callable[[Iterable[Mapping[str, Any]]], bytes]
    tail: bytes
    suffix: str
    """What the name of such a file ends with."""
    parameters: Mapping[str, str] = {}
    """What to tell of it beside its media type."""


class Item(NamedTuple):
    """What was read of a list at one place."""

    line: int
    value: Any


class Unreadable(NamedTuple):
    """What could not be read there."""

    line: int
    detail: str
    """A sentence that says why."""
    pointer: str | None = None
