"""JSON text as RFC 8259 and I-JSON (RFC 7493) define it, and nothing else.

Refused, so that every reader of the text sees the same value and both databases can hold it:
names written twice, NaN and infinities, numbers beyond a double or of too many digits, lone
surrogates, NUL characters, a byte order mark, anything but UTF-8, and deep nesting.
"""

import json
import re
from typing import Any

import orjson

_BRACKETS_AND_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


class JSONTextError(ValueError):
    """The text is not acceptable JSON. The message completes a sentence such as "The body ..."."""


class StrictJSON:
    """A JSON parser with limits."""

    def __init__(self, *, depth: int, digits: int) -> None:
        """Take up to ``depth`` levels of nesting, and numbers of up to ``digits`` digits."""
        self._depth = depth
        self._digits = digits
        # orjson is strict about the text but keeps the last of two equal names; the standard
        # library's decoder sees both, and each number's literal.
        self._decoder = json.JSONDecoder(
            object_pairs_hook=_unique, parse_int=self._integer, parse_float=self._number
        )

    def loads(self, text: bytes) -> Any:  # noqa: ANN401 - JSON is any value
        """Parse UTF-8 JSON text; raise `JSONTextError` if it is not acceptable."""
        if text.count(b"[") + text.count(b"{") > self._depth:
            self._refuse_deep(text)
        try:
            orjson.loads(text)
        except orjson.JSONDecodeError as fault:
            place = fault.pos + 1
            raise JSONTextError(f"is not JSON: {fault.msg} at character {place}.") from None
        value = self._decoder.decode(text.decode())
        if b"\\u0000" in text:
            _refuse_nul(value)
        return value

    def _refuse_deep(self, text: bytes) -> None:
        depth = 0
        for token in _BRACKETS_AND_STRINGS.finditer(text):
            depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(token[0], 0)
            if depth > self._depth:
                raise JSONTextError(f"is nested deeper than {self._depth} levels.")

    def _integer(self, literal: str) -> int:
        self._refuse_long(literal)
        return int(literal)

    def _number(self, literal: str) -> float:
        self._refuse_long(literal)
        return float(literal)

    def _refuse_long(self, literal: str) -> None:
        if sum(map(str.isdigit, literal)) > self._digits:
            raise JSONTextError(f"holds a number of more than {self._digits} digits.")


def _refuse_nul(value: Any) -> None:  # noqa: ANN401 - JSON is any value
    if isinstance(value, str) and "\0" in value:
        raise JSONTextError("holds a NUL character (\\u0000), which no text may.")
    if isinstance(value, dict):
        for name, member in value.items():
            _refuse_nul(name)
            _refuse_nul(member)
    elif isinstance(value, list):
        for member in value:
            _refuse_nul(member)


def _unique(members: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(members)
    if len(value) < len(members):
        raise JSONTextError("writes a member's name twice in one object.")
    return value
