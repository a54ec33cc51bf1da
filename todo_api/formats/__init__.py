"""Lists of tasks as text files.

- `media_types` names the reader and the writer of each media type.
- `json_lines` has every member of each task, one task a line; `json_document` has all tasks in one
  piece.
- `comma_separated` has the same as a table, for spreadsheets; `rows` and `cells` know their ways,
  `encodings` what their bytes stand for.
- `icalendar` is for calendars, and `icalendar_reader` reads those of any program. `uids` identifies
  the tasks in it.
- `programs` reads what other programs export, `moments` the days and times of theirs, and `fitting`
  makes their tasks fit. `signs` tell which form a file has that was sent as another.
- `file` is what the formats have in common: a writer, and what a reader finds.

A writer makes a file in parts: a head, the tasks in groups of any size, a tail.
"""

from todo_api.formats.comma_separated import with_byte_order_mark
from todo_api.formats.file import Item, LeftOut, Unreadable, Writer
from todo_api.formats.media_types import NAMED_READERS, NAMES, READERS, WRITERS, Reader
from todo_api.formats.signs import form_of
from todo_api.formats.uids import Uids

__all__ = [
    "NAMED_READERS",
    "NAMES",
    "READERS",
    "WRITERS",
    "Item",
    "LeftOut",
    "Reader",
    "Uids",
    "Unreadable",
    "Writer",
    "form_of",
    "with_byte_order_mark",
]
