"""What all formats share: how a file is written in parts, and what a reader finds in one."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple


class Writer(NamedTuple):
    """How a format writes a list of tasks: a head, any number of groups of tasks, a tail."""

    head: bytes
    tasks: Callable[[Iterable[Mapping[str, Any]]], bytes]
    tail: bytes
    suffix: str
    """The file name's extension, without the dot."""
    parameters: Mapping[str, str] = {}
    """The parameters of its media type."""


class Item(NamedTuple):
    """A value that a file holds, and the line it begins on."""

    line: int
    value: Any


class Unreadable(NamedTuple):
    """A line that could not be read."""

    line: int
    detail: str
    """A sentence that says why."""
    pointer: str | None = None


LONGEST = 256 * 1024
"""Bytes, or characters, that one task may take: more than any task needs, however it is written.

What is longer is not even looked into, because it could be made of a million pieces.
"""


def too_long(line: int, what: str) -> Unreadable:
    """Say that a line, or a row, is longer than a task can be."""
    return Unreadable(line, f"This {what} is longer than {LONGEST:,} characters, as no task is.")
