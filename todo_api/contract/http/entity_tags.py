"""Entity tags, and the lists of them that requests send (RFC 9110, 8.8.3)."""

import re
from typing import NamedTuple

_ENTITY_TAG = re.compile(r'(W/)?"([^"]*)"')
_TAG = r'(?:W/)?"[!#-~\x80-\xff]*"'
_ENTITY_TAGS = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")


class EntityTag(NamedTuple):
    """The version that a client says it has."""

    is_weak: bool
    text: str
    """The text in quotation marks."""


def parse_entity_tags(field: str) -> list[EntityTag]:
    """Read an ``If-Match`` or ``If-None-Match``; one that is not a list of tags has none."""
    if not _ENTITY_TAGS.fullmatch(field):
        return []
    return [EntityTag(bool(weak), text) for weak, text in _ENTITY_TAG.findall(field)]


def is_known(etag: str, if_none_match: str | None) -> bool:
    """Tell by its ``If-None-Match`` whether a client already has what it asks for.

    Tags are compared weakly (RFC 9110, 13.1.2): a proxy that compresses answers weakens them.
    """
    if if_none_match is None:
        return False
    tags = parse_entity_tags(if_none_match)
    return if_none_match == "*" or any(etag == f'"{tag.text}"' for tag in tags)
