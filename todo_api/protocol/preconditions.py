"""Conditional requests (RFC 9110, 13): what a client has already, and changes of what it saw.

A version is the number of a resource's last change; its entity tag is strong.
"""

import re
from hashlib import blake2b
from typing import Any

import orjson

from todo_api.contract import Problem

_ENTITY_TAG = re.compile(r'(W/)?"([^"]*)"')
_TAG = r'(?:W/)?"[!#-~\x80-\xff]*"'
_ENTITY_TAGS = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")
_VERSION = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


def entity_tag(version: int) -> str:
    """Return the tag of a version."""
    return f'"{version}"'


def entity_tag_of_list(version: int, *request: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the tag of what a request gets from a list that is in this version."""
    described = orjson.dumps(request, option=orjson.OPT_SORT_KEYS)
    return f'"{version}-{blake2b(described, digest_size=9).hexdigest()}"'


def to_keep(etag: str) -> dict[str, str]:
    """Return the headers of an answer that a client may keep, and has to ask about each time."""
    return {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}


def is_known(etag: str, if_none_match: str | None) -> bool:
    """Tell whether a client has just what it asks for, by its ``If-None-Match``.

    Tags are compared weakly (RFC 9110, 13.1.2): a proxy that compresses answers weakens them.
    """
    if if_none_match is None:
        return False
    return if_none_match == "*" or etag in {f'"{tag}"' for _, tag in _entity_tags(if_none_match)}


def expected_versions(if_match: str | None) -> list[int] | None:
    """Return the versions in which ``If-Match`` lets a resource be changed; None if in any.

    Tags are compared strongly (RFC 9110, 13.1.1): a weak one matches nothing, nor does one that
    was never given out, nor anything in what is no list of tags.
    """
    if if_match is None or if_match == "*":
        return None
    tags = _entity_tags(if_match)
    return [int(tag) for weak, tag in tags if not weak and _VERSION.fullmatch(tag)]


def changed_since(version: int) -> Problem:
    """Refuse to change what is not as the client last saw it; say which version it is in now."""
    return Problem(
        412,
        "It has none of the entity tags in If-Match: read it again, and send its ETag as it came.",
        headers={"ETag": entity_tag(version)},
    )


def _entity_tags(field: str) -> list[tuple[str, str]]:
    """Return what stands in quotation marks in a list of entity tags, each after its ``W/``."""
    return _ENTITY_TAG.findall(field) if _ENTITY_TAGS.fullmatch(field) else []
