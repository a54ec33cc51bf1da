"""One JSON document with all tasks, for clients that take nothing but JSON."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any
from uuid import UUID

import orjson

from todo_api.formats.file import Writer


class _Tasks:
    """Writes tasks, with a comma before each but the first."""

    def __init__(self) -> None:
        self._separator = b"\n"

    def write(self, tasks: Iterable[Mapping[str, Any]]) -> bytes:
        """Write some tasks, one a line."""
        parts = list(chain.from_iterable((b",\n", orjson.dumps(task)) for task in tasks))
        if parts:
            parts[0], self._separator = self._separator, b",\n"
        return b"".join(parts)


def writer(_namespace: UUID) -> Writer:
    """Return a writer of one file, which holds no UIDs."""
    return Writer(b'{"tasks":[', _Tasks().write, b"\n]}\n", "json")
