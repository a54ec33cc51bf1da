"""Conditional requests (RFC 9110, section 13).

A resource's version is the number of its last change. An entity tag is how a version is written in
``ETag``, ``If-Match`` and ``If-None-Match``; all of ours are strong.
"""

import re
from hashlib import blake2b
from typing import Any

import orjson

from todo_api.contract import Problem, Reply, parse_entity_tags

CACHE_CONTROL = "private, no-cache"
"""Of an answer that only its user may cache, and that a cache has to revalidate each time."""

_VERSION = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


def entity_tag(version: int) -> str:
    """Return the entity tag of a resource in this version."""
    return f'"{version}"'


def entity_tag_of_list(version: int, *request: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the entity tag of the answer to a request for a list that is in this version."""
    described = orjson.dumps(request, option=orjson.OPT_SORT_KEYS)
    return f'"{version}-{blake2b(described, digest_size=9).hexdigest()}"'


def cache_headers(etag: str) -> dict[str, str]:
    """Return the headers of an answer that its user may cache, but has to revalidate each time."""
    return {"ETag": etag, "Cache-Control": CACHE_CONTROL, "Vary": "Authorization"}


def not_modified(etag: str) -> Reply:
    """Return the answer to a client whose copy is current."""
    return Reply(None, 304, cache_headers(etag))


def expected_versions(if_match: str | None) -> list[int] | None:
    """Return the versions that ``If-Match`` allows to be changed, or None if it allows all.

    The comparison is strong (RFC 9110, 13.1.1). A weak tag matches no version, and neither does
    one that the service never sent, or a header that is not a list of tags.
    """
    if if_match is None or if_match == "*":
        return None
    tags = parse_entity_tags(if_match)
    return [int(tag.text) for tag in tags if not tag.is_weak and _VERSION.fullmatch(tag.text)]


def precondition_failed(version: int) -> Problem:
    """Return the refusal to change a resource whose version ``If-Match`` does not name."""
    return Problem(
        412,
        "It has none of the entity tags in If-Match: read it again, and send its ETag as it came.",
        headers={"ETag": entity_tag(version)},
    )
