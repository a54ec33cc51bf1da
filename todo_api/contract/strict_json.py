"""JSON text as RFC 8259 and I-JSON (RFC 7493) have it, and nothing beyond.

Refused, so that every reader of the text sees the same value and both databases can hold it:
names written twice, NaN and infinities, numbers beyond a double or of too many digits, lone
surrogates, NUL characters, a byte order mark, anything but UTF-8, and deep nesting.
"""

import json
import re
from typing import Any

import orjson

MOST_DEPTH = 32
MOST_DIGITS = 20

_BRACKETS_AND_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


class JSONTextError(ValueError):
    """The text is not acceptable JSON; the message is a sentence that says why."""


def loads(text: bytes) -> Any:  # noqa: ANN401 - JSON is any value
    """Parse UTF-8 JSON text; raise `JSONTextError` with a sentence if it is not acceptable."""
    if text.count(b"[") + text.count(b"{") > MOST_DEPTH:
        _refuse_deep(text)
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as fault:
        raise JSONTextError(
            f"The body is not JSON: {fault.msg} at character {fault.pos + 1}."
        ) from None
    # orjson is strict about the text but keeps the last of two equal names; the standard
    # library's decoder sees both, and each number's literal.
    value = _DECODER.decode(text.decode())
    if b"\\u0000" in text:
        _refuse_nul(value)
    return value


def _refuse_deep(text: bytes) -> None:
    depth = 0
    for token in _BRACKETS_AND_STRINGS.finditer(text):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(token[0], 0)
        if depth > MOST_DEPTH:
            raise JSONTextError(f"The body is nested deeper than {MOST_DEPTH} levels.")


def _refuse_nul(value: Any) -> None:  # noqa: ANN401 - JSON is any value
    if isinstance(value, str) and "\0" in value:
        raise JSONTextError("The body holds a NUL character (\\u0000), which no text may.")
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
        raise JSONTextError("The body writes a member's name twice in one object.")
    return value


def _refuse_long(literal: str) -> None:
    if sum(map(str.isdigit, literal)) > MOST_DIGITS:
        raise JSONTextError(f"The body holds a number of more than {MOST_DIGITS} digits.")


def _integer(literal: str) -> int:
    _refuse_long(literal)
    return int(literal)


def _number(literal: str) -> float:
    _refuse_long(literal)
    return float(literal)


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_int=_integer, parse_float=_number)
