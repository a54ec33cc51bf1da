"""A list of tasks as a file: how its parts are written, and what is found in one that is read."""

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
