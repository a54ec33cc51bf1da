"""JSON of other programs: objects whose members are what they should be, or a fault."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from todo_api.contract import MOST_FAULTS, Text, json_pointer
from todo_api.formats.encodings import decoded
from todo_api.formats.file import Unreadable, shown
from todo_api.formats.json_document import loaded
from todo_api.formats.moments import read_moment

MOST_WITHIN = 10_000
"""Objects within an object: as many as a file may have tasks."""


class Record:
    """An object of JSON, with its place, and the faults that were met in it and below it.

    A member that is missing or null is empty.
    """

    __slots__ = ("at", "faults", "line", "value")

    def __init__(
        self,
        value: Mapping[str, Any],
        at: str,
        faults: list[Unreadable] | None = None,
        *,
        line: int | None = None,
    ) -> None:
        """Take what was read; objects within another share its list of faults."""
        self.value = value
        self.at = at
        self.line = line
        self.faults: list[Unreadable] = [] if faults is None else faults

    def has(self, name: str) -> bool:
        """Tell whether there is something in a member."""
        return bool(self.value.get(name))

    def text(self, name: str) -> str:
        """Return a text."""
        return self._member(name, str, "a text") or ""

    def number(self, name: str) -> int:
        """Return a whole number."""
        return self._member(name, int, "a whole number") or 0

    def truth(self, name: str) -> bool:
        """Return whether something is so."""
        return self._member(name, bool, "true or false") or False

    def texts(self, name: str) -> list[str]:
        """Return the texts of an array."""
        found = self._member(name, list, "an array of texts") or []
        if not all(isinstance(one, str) for one in found):
            self._fault(name, "an array of texts")
            return []
        return found

    def moment(self, name: str) -> datetime | None:
        """Return a time."""
        if not (text := self.text(name)):
            return None
        if (moment := read_moment(text)) is None:
            wanted = f"a time, such as 2026-11-30T17:00:00Z, and not {shown(text)}"
            self._fault(name, wanted)
        return moment

    def record(self, name: str) -> "Record":
        """Return an object within this one."""
        found = self._member(name, dict, "an object") or {}
        return Record(found, self._place(name), self.faults, line=self.line)

    def records(self, name: str) -> Iterator["Record"]:
        """Yield the objects of an array, which share the faults of this one."""
        found = self._member(name, list, "an array of objects") or []
        if len(found) > MOST_WITHIN:
            self._fault(name, f"an array of at most {MOST_WITHIN:,} objects")
            found = []
        return records_of(found, self._place(name), self.faults)

    def _member(self, name: str, kind: type, wanted: str) -> Any:  # noqa: ANN401 - of this kind
        value = self.value.get(name)
        if value is None or isinstance(value, kind):
            return value
        self._fault(name, wanted)
        return None

    def _fault(self, name: str, wanted: str) -> None:
        fault = Unreadable(self.line, f"This must be {wanted}.", self._place(name))
        self.faults.append(fault)

    def _place(self, name: str) -> str:
        return self.at + json_pointer([name])


def records_of(
    array: list[Any], at: str, faults: list[Unreadable] | None = None
) -> Iterator[Record]:
    """Yield the objects of an array; without `faults`, each has its own."""
    for number, value in enumerate(array):
        if faults and len(faults) >= MOST_FAULTS:
            return
        place = f"{at}/{number}"
        if isinstance(value, dict):
            yield Record(value, place, faults)
        else:
            found = Record({}, place, faults)
            found.faults.append(Unreadable(None, "This must be an object.", place))
            yield found


def read_document(body: Text) -> Any:  # noqa: ANN401 - JSON is any value
    """Return the JSON of a file in any encoding that is marked, or an `Unreadable`."""
    text = decoded(body)
    if isinstance(text, Unreadable):
        return text
    return loaded(body._replace(content=text.encode()))
