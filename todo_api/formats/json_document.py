"""One JSON document with all tasks, for clients that take nothing but JSON."""

import codecs
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import orjson

from todo_api.contract import JSONTextError, Text
from todo_api.formats.file import Item, Unreadable, Writer
from todo_api.formats.uids import Uids

MOST_PARTS = 250_000
"""Members and elements of a document: more than 10,000 tasks have, and little memory."""
MOST_MEMBERS = 100
"""What has more is not even looked into."""


def read(body: Text) -> Iterator[Item | Unreadable]:
    """Yield the tasks of ``{"tasks": [...]}``, with their places."""
    document = loaded(body)
    if isinstance(document, Unreadable):
        yield document
    elif isinstance(document, dict) and document.keys() == {"tasks"}:
        yield from _tasks(document["tasks"], "/tasks")
    else:
        how = "An array of tasks can be sent as application/jsonl."
        yield Unreadable(None, f'The document must be {{"tasks": [...]}}. {how}', "")


def read_array(body: Text) -> Iterator[Item | Unreadable]:
    """Yield the tasks of an array, with their places."""
    array = loaded(body)
    if isinstance(array, Unreadable):
        yield array
    else:
        yield from _tasks(array, "")


def _tasks(array: object, at: str) -> Iterator[Item | Unreadable]:
    if not isinstance(array, list):
        yield Unreadable(None, "This must be an array of tasks.", at)
        return
    for number, task in enumerate(array):
        place = f"{at}/{number}"
        if isinstance(task, dict) and len(task) > MOST_MEMBERS:
            yield Unreadable(None, f"No task has as many as {len(task):,} members.", place)
        else:
            yield Item(None, task, place)


def loaded(body: Text) -> Any:  # noqa: ANN401 - JSON is any value
    """Return the value of a document, or an `Unreadable`."""
    content = body.content.removeprefix(codecs.BOM_UTF8)
    if sum(map(content.count, (b",", b"[", b"{"))) > MOST_PARTS:
        return Unreadable(None, f"The document has more than {MOST_PARTS:,} members and elements.")
    try:
        return body.json.loads(content)
    except JSONTextError as fault:
        return Unreadable(None, f"The document {fault}")


class _Tasks:
    """Writes tasks, with a comma before each but the first."""

    def __init__(self) -> None:
        self._separator = b"\n"

    def write(self, tasks: Iterable[Mapping[str, Any]], _zone: str) -> bytes:
        """Write some tasks, one a line."""
        parts = list(chain.from_iterable((b",\n", orjson.dumps(task)) for task in tasks))
        if parts:
            parts[0], self._separator = self._separator, b",\n"
        return b"".join(parts)


def writer(_uids: Uids) -> Writer:
    """Return a writer of one file, which holds no UIDs."""
    return Writer(b'{"tasks":[', _Tasks().write, b"\n]}\n", "json")
