"""Conditional requests (RFC 9110, section 13).

A resource's version is the number of its last change. An entity tag is how a version is written in
``ETag``, ``If-Match`` and ``If-None-Match``; all of ours are strong.
"""

import re
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, Protocol

import orjson

from todo_api.contract import Problem, Reply, parse_entity_tags
from todo_api.storage import ChangedError

CACHE_CONTROL = "private, no-cache, no-transform"
"""Of an answer that only its user may cache, and that a cache has to revalidate each time.

A proxy that compressed it would weaken its tag, which ``If-Match`` then could not match.
"""

_VERSION = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


class VersionedList(Protocol):
    """A list with the number of its last change."""

    @property
    def id(self) -> int:
        """Return its id."""

    @property
    def version(self) -> int:
        """Return the number."""


def entity_tag(version: int) -> str:
    """Return the entity tag of a resource in this version."""
    return f'"{version}"'


def entity_tag_of_lists(lists: Iterable[VersionedList], *request: Any) -> str:  # noqa: ANN401 - any JSON
    """Return the entity tag of the answer to a request about lists that are in these versions."""
    versions = [(one.id, one.version) for one in lists]
    described = orjson.dumps((versions, request), option=orjson.OPT_SORT_KEYS)
    return f'"{blake2b(described, digest_size=18).hexdigest()}"'


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


class Precondition:
    """A ``with`` block that is given the versions that ``If-Match`` allows to be changed.

    Raises:
        Problem: 412 with the current tag, if a version in the block is none of them.

    """

    def __init__(self, if_match: str | None) -> None:
        """Take the header."""
        self._if_match = if_match

    def __enter__(self) -> list[int] | None:
        return expected_versions(self._if_match)

    def __exit__(self, _: object, failure: BaseException | None, __: object) -> None:
        if isinstance(failure, ChangedError):
            weak = any(tag.is_weak for tag in parse_entity_tags(self._if_match or ""))
            headers = {"ETag": entity_tag(failure.version)}
            raise Problem(412, WEAK if weak else STALE, headers=headers) from None


STALE = (
    "None of the entity tags in If-Match is current: read it again, and send its ETag unchanged."
)
WEAK = (
    "If-Match has a weak entity tag (W/), which never matches: a proxy has compressed the answer"
    " that it comes from. Have the proxy leave answers with Cache-Control: no-transform as they"
    " are, or ask for them with Accept-Encoding: identity."
)
"""What is said of tags that are out of date, and of such as no version has."""
