"""JSON Lines (https://jsonlines.org): one JSON text a line, each line ended by LF.

Unicode knows other line ends, at which many readers of text would cut a line: they are written as
escapes.
"""

import codecs
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from todo_api.contract import JSONTextError, Text
from todo_api.formats import json_document
from todo_api.formats.file import LONGEST, Item, Unreadable, Writer, too_long
from todo_api.formats.uids import Uids

_PRETTY = (
    "This line begins an object that goes on in the next line, but in JSON Lines each task stands"
    " in one line. Send one JSON document as application/json."
)


def read(body: Text) -> Iterator[Item | Unreadable]:
    """Yield the value of each line, blank lines left out.

    A file that begins like an array is read as one JSON document.
    """
    content = body.content.removeprefix(codecs.BOM_UTF8)
    begin = content[:LONGEST].lstrip()
    if begin.startswith(b"["):
        yield from json_document.read_array(body)
        return
    if re.match(rb"\{\s*\n", begin):
        yield Unreadable(content[: content.index(b"{")].count(b"\n") + 1, _PRETTY)
        return
    for number, line in enumerate(io.BytesIO(content), 1):
        if line.isspace():
            continue
        if len(line) > LONGEST:
            yield too_long(number, "line")
            continue
        try:
            yield Item(number, body.json.loads(line.removesuffix(b"\n")))
        except JSONTextError as fault:
            yield Unreadable(number, f"This line {fault}")


_OTHER_LINE_ENDS = {
    character.encode(): f"\\u{ord(character):04x}".encode() for character in "\x85\u2028\u2029"
}


def _write(tasks: Iterable[Mapping[str, Any]], _zone: str) -> bytes:
    lines = b"".join(orjson.dumps(task, option=orjson.OPT_APPEND_NEWLINE) for task in tasks)
    for raw, escaped in _OTHER_LINE_ENDS.items():
        lines = lines.replace(raw, escaped)
    return lines


_WRITER = Writer(b"", _write, b"", "jsonl")


def writer(_uids: Uids) -> Writer:
    """Return the writer of these files, which hold no UIDs."""
    return _WRITER
