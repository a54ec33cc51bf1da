"""Media types: what a ``Content-Type`` says and what an ``Accept`` allows (RFC 9110, 8.3, 12.5)."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

JSON = b"application/json"
PROBLEM_JSON = b"application/problem+json"

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"  # noqa: S105 - RFC 9110's word, not a secret
_PARAMETER = rf'[ \t]*+;[ \t]*+(?:({_TOKEN})=({_TOKEN}|"(?:[^"\\]|\\.)*+"))?'
_MEDIA_TYPE = re.compile(rf"[ \t]*+({_TOKEN}/{_TOKEN})((?:{_PARAMETER})*+)[ \t]*+")
_PARAMETERS = re.compile(_PARAMETER)
_ELEMENT = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*+"?)++')
_MANY = 256


class MediaType(NamedTuple):
    """A media type or range in lower case, with its parameters."""

    name: str
    parameters: dict[str, str]


@lru_cache(maxsize=_MANY)
def parse_media_type(value: bytes) -> MediaType | None:
    """Read a ``Content-Type`` or one element of an ``Accept``; None if it is malformed."""
    matched = _MEDIA_TYPE.fullmatch(value.decode("latin-1"))
    if matched is None:
        return None
    parameters = {
        name.lower(): re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text
        for name, text in _PARAMETERS.findall(matched[2])
        if name
    }
    return MediaType(matched[1].lower(), parameters)


@lru_cache(maxsize=_MANY)
def quality(accept: bytes | None, media_type: str) -> float:
    """Weigh ``media_type`` by an ``Accept``: the most specific range that matches decides.

    0 means not acceptable; an absent or unreadable header accepts everything.
    """
    ranges = _ranges(accept)
    if not ranges:
        return 1.0
    for pattern in (media_type, media_type.partition("/")[0] + "/*", "*/*"):
        if pattern in ranges:
            return ranges[pattern]
    return 0.0


@lru_cache(maxsize=_MANY)
def preferred(accept: bytes | None, media_types: tuple[str, ...]) -> str | None:
    """Return what an ``Accept`` gives the greatest weight, or None.

    Of equals, it is one that the ``Accept`` names in full, else the first: whoever sends
    ``application/json, */*`` means JSON.
    """
    named = _ranges(accept)
    best = max(media_types, key=lambda one: (quality(accept, one), one in named))
    return best if quality(accept, best) > 0 else None


def is_json(media_type: str) -> bool:
    """Tell whether content of this media type is JSON text (RFC 6839, 3.1)."""
    return media_type == "application/json" or media_type.endswith("+json")


def is_json_lines(media_type: str) -> bool:
    """Tell whether each line of such content is JSON text (https://jsonlines.org)."""
    return media_type in {"application/jsonl", "application/x-ndjson"}


def content_type(media_type: str, parameters: Mapping[str, str]) -> bytes:
    """Return a ``Content-Type``; text/* declares UTF-8, which is not its default."""
    if media_type.startswith("text/"):
        parameters = {"charset": "utf-8", **parameters}
    return "; ".join([media_type, *map("=".join, parameters.items())]).encode()


def prefers_problem_json(accept: bytes | None) -> bool:
    """Tell whether ``Accept`` names ``application/problem+json`` before plain JSON."""
    ranges = _ranges(accept)
    problem = ranges.get(PROBLEM_JSON.decode(), 0.0)
    return problem > 0 and problem > ranges.get(JSON.decode(), 0.0)


@lru_cache(maxsize=_MANY)
def _ranges(accept: bytes | None) -> dict[str, float]:
    """Map each media range to its weight."""
    ranges = {}
    for element in _ELEMENT.findall((accept or b"").decode("latin-1")):
        media_range = parse_media_type(element.encode("latin-1"))
        if media_range is not None:
            ranges[media_range.name] = _weight(media_range.parameters.get("q", "1"))
    return ranges


def _weight(text: str) -> float:
    return float(text) if re.fullmatch(r"0(\.\d{0,3})?|1(\.0{0,3})?", text) else 1.0
