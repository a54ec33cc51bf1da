"""Conditional requests (RFC 9110, 13): what a client has already, and changes of what it saw.

A version is the number of a resource's last change; its entity tag is strong.
"""

import re
from hashlib import blake2b
from typing import Any

import orjson

from todo_api.contract import Problem, Reply, parse_entity_tags

CACHE_CONTROL = "private, no-cache"
"""Of an answer that its user alone may keep, and has to ask about each time."""

_VERSION = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


def entity_tag(version: int) -> str:
    """Return the tag of a version."""
    return f'"{version}"'


def entity_tag_of_list(version: int, *request: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the tag of what a request gets from a list that is in this version."""
    described = orjson.dumps(request, option=orjson.OPT_SORT_KEYS)
    return f'"{version}-{blake2b(described, digest_size=9).hexdigest()}"'


def cache_headers(etag: str) -> dict[str, str]:
    """Return the headers of an answer that a client may keep, and has to ask about each time."""
    return {"ETag": etag, "Cache-Control": CACHE_CONTROL, "Vary": "Authorization"}


def not_modified(etag: str) -> Reply:
    """Answer a client that has just what it asks for."""
    return Reply(None, 304, cache_headers(etag))


def expected_versions(if_match: str | None) -> list[int] | None:
    """Return the versions in which ``If-Match`` lets a resource be changed; None if in any.

    Tags are compared strongly (RFC 9110, 13.1.1): a weak one matches nothing, nor does one that
    was never given out, nor anything in what is no list of tags.
    """
    if if_match is None or if_match == "*":
        return None
    tags = parse_entity_tags(if_match)
    return [int(tag.text) for tag in tags if not tag.is_weak and _VERSION.fullmatch(tag.text)]


def changed_since(version: int) -> Problem:
    """Refuse to change what is not as the client last saw it; say which version it is in now."""
    return Problem(
        412,
        "It has none of the entity tags in If-Match: read it again, and send its ETag as it came.",
        headers={"ETag": entity_tag(version)},
    )
