"""JSON Lines (https://jsonlines.org): one JSON text a line, each line ended by LF."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import orjson

from todo_api.contract import JSONTextError, Text
from todo_api.formats.file import Item, Unreadable, Writer


def read(body: Text) -> Iterator[Item | Unreadable]:
    """Yield the value of each line, blank lines left out."""
    for number, line in enumerate(body.content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            yield Item(number, body.json.loads(line))
        except JSONTextError as fault:
            yield Unreadable(number, f"This line {fault}")


def _write(tasks: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(task, option=orjson.OPT_APPEND_NEWLINE) for task in tasks)


_WRITER = Writer(b"", _write, b"", "jsonl")


def writer(_namespace: UUID) -> Writer:
    """Return the writer of these files, which hold no UIDs."""
    return _WRITER
