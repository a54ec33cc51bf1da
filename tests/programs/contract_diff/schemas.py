"""The changes of a schema that break clients, by allowing fewer values or more.

What a client may send must go on being accepted: there a schema must not become narrower. What a
client receives must go on being what it was promised: there a schema must not become wider.
Of two patterns, or two unions, nobody here knows the wider one: such a change counts as both.

An answer may gain properties, even where it has ``additionalProperties: false``: clients ignore
what they do not know, and so does what openapi-python-client, openapi-generator and
openapi-typescript write. Limits are another matter: openapi-generator's Python client checks them
in answers, too.
"""

import math
from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import Any

Schema = dict[str, Any]
Pairs = frozenset[tuple[int, int]]


class Way(Enum):
    """The direction in which a value travels, as the client sees it."""

    SENT = auto()
    RECEIVED = auto()


def _maximum(limit: float | None) -> float:
    return math.inf if limit is None else limit


def _minimum(limit: float | None) -> float:
    return math.inf if limit is None else -limit


def _minimal_count(limit: int | None) -> float:
    return -(limit or 0)


def _types(name: str | None) -> list[str] | None:
    return ["number", "integer"] if name == "number" else _just(name)


def _just(value: object) -> list[Any] | None:
    return None if value is None else [value]


# What a keyword leaves to be allowed: as a number that grows with it ...
ROOM: dict[str, Callable[[Any], float]] = {
    "nullable": bool,
    "maximum": _maximum,
    "maxLength": _maximum,
    "maxItems": _maximum,
    "maxProperties": _maximum,
    "minimum": _minimum,
    "minLength": _minimal_count,
    "minItems": _minimal_count,
    "minProperties": _minimal_count,
    "exclusiveMaximum": lambda excluded: not excluded,
    "exclusiveMinimum": lambda excluded: not excluded,
    "uniqueItems": lambda unique: not unique,
}
# ... or as a list of alternatives, None for everything.
ALTERNATIVES: dict[str, Callable[[Any], list[Any] | None]] = {
    "type": _types,
    "enum": lambda values: values,
    "pattern": _just,
    "format": _just,
    "multipleOf": _just,
    "allOf": _just,
    "anyOf": _just,
    "oneOf": _just,
    "not": _just,
    "discriminator": _just,
}


def breaking_changes(
    old: Schema, new: Schema, way: Way, place: str, within: Pairs = frozenset()
) -> Iterator[str]:
    """Yield a sentence for each change that breaks a client.

    ``place`` is where the value stands; ``within`` are the pairs of schemas that this one is a
    part of, since a schema may be a part of itself.
    """
    if (id(old), id(new)) in within:
        return
    within |= {(id(old), id(new))}
    outer, inner = (new, old) if way is Way.SENT else (old, new)
    for keyword in ROOM | ALTERNATIVES:
        if not covers(keyword, outer.get(keyword), inner.get(keyword)):
            yield f"{place}: {keyword} was {old.get(keyword)!r} and is {new.get(keyword)!r}"
    removed = old.get("properties", {}).keys() - new.get("properties", {}).keys()
    for name in sorted(removed):
        yield f"{place}/{name} is gone"
    for name in sorted({*outer.get("required", ())} - {*inner.get("required", ())} - removed):
        yield f"{place}/{name} {'has to be sent' if way is Way.SENT else 'may be missing'} now"
    if way is Way.SENT:
        yield from _broken_habits(old, new, place)
    for part, was, now in _common_parts(old, new):
        yield from breaking_changes(was, now, way, place + part, within)


def covers(keyword: str, outer: Any, inner: Any) -> bool:  # noqa: ANN401 - any JSON
    """Tell whether a keyword's outer value allows all that its inner value allows."""
    if keyword in ROOM:
        return ROOM[keyword](outer) >= ROOM[keyword](inner)
    all_outer, all_inner = ALTERNATIVES[keyword](outer), ALTERNATIVES[keyword](inner)
    if all_outer is None or all_inner is None:
        return all_outer is None
    return all(value in all_outer for value in all_inner)


def _broken_habits(old: Schema, new: Schema, place: str) -> Iterator[str]:
    """Yield what a client could send or leave out, by rules that do not apply to responses."""
    if new.get("additionalProperties") is False and old.get("additionalProperties") is not False:
        yield f"{place} takes no other properties any more"
    if "default" in old and old["default"] != new.get("default"):
        yield f"{place}: default was {old['default']!r} and is {new.get('default')!r}"


def _common_parts(old: Schema, new: Schema) -> Iterator[tuple[str, Schema, Schema]]:
    """Yield each schema that both contain: its part of the place, the old one and the new one."""
    properties = new.get("properties", {})
    for name, was in old.get("properties", {}).items():
        if name in properties:
            yield f"/{name}", was, properties[name]
    for keyword in ("items", "additionalProperties"):
        was, now = old.get(keyword), new.get(keyword)
        if isinstance(was, dict) and isinstance(now, dict):
            yield "/*", was, now
