"""Which format a media type names. A new format is a module, and a line here for each way."""

from collections.abc import Callable, Iterator, Mapping

from todo_api.contract import Text
from todo_api.formats import (
    comma_separated,
    icalendar,
    icalendar_reader,
    json_document,
    json_lines,
)
from todo_api.formats.file import Item, LeftOut, Unreadable, Writer
from todo_api.formats.programs import READERS as PROGRAMS
from todo_api.formats.uids import Uids

Reader = Callable[[Text], Iterator[Item | Unreadable | LeftOut]]

READERS: Mapping[str, Reader] = {
    "application/jsonl": json_lines.read,
    "application/x-ndjson": json_lines.read,
    "application/json": json_document.read,
    "text/csv": comma_separated.read,
    "text/calendar": icalendar_reader.read,
}
"""What reads a body of each type."""

WRITERS: Mapping[str, Callable[[Uids], Writer]] = {
    "application/jsonl": json_lines.writer,
    "application/x-ndjson": json_lines.writer,
    "text/csv": comma_separated.writer,
    "text/calendar": icalendar.writer,
    "application/json": json_document.writer,
}
"""What writes a file of each type."""

NAMES: Mapping[str, str] = {
    # Some clients take application/jsonl for JSON, by the beginning of its name.
    "jsonl": "application/x-ndjson",
    "json": "application/json",
    "csv": "text/csv",
    "ics": "text/calendar",
}
"""The media type of each form that a request can name."""

NAMED_READERS: Mapping[str, Reader] = {
    **{name: READERS[media_type] for name, media_type in NAMES.items()},
    **PROGRAMS,
}
"""What reads a file of each form, or program, that a request can name."""
