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
