"""What all formats share: how a file is written in parts, and what a reader finds in one."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple


class Writer(NamedTuple):
    """How a format writes a list of tasks: a head, any number of groups of tasks, a tail."""

    head: bytes
    tasks: Callable[[Iterable[Mapping[str, Any]], str], bytes]
    """Writes tasks of a list, which has a time zone."""
    tail: bytes
    suffix: str
    """The file name's extension, without the dot."""
    parameters: Mapping[str, str] = {}
    """The parameters of its media type."""


class Item(NamedTuple):
    """A value that a file holds, and where: the line it begins on, or its place in a document."""

    line: int | None
    value: Any
    at: str = ""
    """A JSON pointer, in one document of JSON."""
    uid: str | None = None
    """What the program that it comes from calls it."""
    address: str | None = None
    """Where it says that it can be read."""
    key: str | None = None
    """By what other tasks of the file name it as their parent, if not by the member `id`."""
    parent: str | None = None
    """The key of its parent, if not the member `parent_id`."""


class LeftOut(NamedTuple):
    """Something in a file that a list has no place for."""

    what: str
    """In the plural, such as ``alarms``."""


class Unreadable(NamedTuple):
    """Something in a file that could not be read."""

    line: int | None
    detail: str
    """A sentence that says why."""
    pointer: str | None = None


MOST_SHOWN = 60
"""Characters of a file that a message repeats."""

LONGEST = 256 * 1024
"""Bytes, or characters, that one task may take: more than any task needs, however it is written.

What is longer is not even looked into, because it could be made of a million pieces.
"""


def shown(text: str) -> str:
    """Return what was found, in quotation marks, as much of it as a message should repeat."""
    return f'"{text}"' if len(text) <= MOST_SHOWN else f'"{text[:MOST_SHOWN]}..."'


def too_long(line: int, what: str) -> Unreadable:
    """Say that a line, or a row, is longer than a task can be."""
    return Unreadable(line, f"This {what} is longer than {LONGEST:,} characters, as no task is.")
