"""JSON Lines (https://jsonlines.org): a JSON text in each line, the line ended by LF."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from todo_api.contract import JSONTextError, StrictJSON
from todo_api.formats import Item, Unreadable, Writer

_JSON = StrictJSON(depth=8, digits=20)


def read(text: bytes) -> Iterator[Item | Unreadable]:
    """Yield the value of each line; a line of nothing but space is none."""
    for number, line in enumerate(text.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            yield Item(number, _JSON.loads(line))
        except JSONTextError as fault:
            yield Unreadable(number, f"This line {fault}")


def _write(tasks: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(task, option=orjson.OPT_APPEND_NEWLINE) for task in tasks)


WRITER = Writer(b"", _write, b"", "jsonl")
