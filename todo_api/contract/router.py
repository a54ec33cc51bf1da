"""From a request's path and method to the endpoint that answers it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol
from urllib.parse import unquote_to_bytes

from todo_api.contract.document import BrokenDocumentError
from todo_api.contract.http import Request, Response


class Endpoint(Protocol):
    """Whatever answers one method of one path."""

    async def respond(self, request: Request, path_arguments: Mapping[str, str]) -> Response:
        """Check the request and answer it; raise `Problem` for an answer that is an error."""


class Resource:
    """One path of the document with the endpoints of its methods."""

    def __init__(self) -> None:
        """Start without methods."""
        self.endpoints: dict[str, Endpoint] = {}

    def add(self, method: str, endpoint: Endpoint) -> None:
        """Let ``endpoint`` answer ``method``; GET answers HEAD too (RFC 9110, 9.3.2)."""
        self.endpoints[method] = endpoint
        if method == "GET":
            self.endpoints.setdefault("HEAD", endpoint)

    @property
    def allow(self) -> str:
        """The value of ``Allow``: every method of the path."""
        return ", ".join(sorted({*self.endpoints, "OPTIONS"}))


LONGEST_REMEMBERED = 128
"""Bytes of a path up to which it is remembered where it leads, if it was asked for lately."""


class Router:
    """A tree of path segments: a look-up costs the length of the path, not of the document."""

    def __init__(self) -> None:
        """Start empty."""
        self._root = _Node()
        self._recent = lru_cache(maxsize=1024)(self._find)

    def add(self, template: str) -> Resource:
        """Find or make the resource of a path template such as ``/entries/{entry_id}``."""
        self._recent.cache_clear()
        node = self._root
        names = []
        for segment in template.split("/")[1:]:
            if segment.startswith("{") and segment.endswith("}"):
                names.append(segment[1:-1])
                node.any = node.any or _Node()
                node = node.any
            elif "{" in segment:
                raise BrokenDocumentError(f"{template}: a parameter must be a whole segment.")
            else:
                node = node.literal.setdefault(segment, _Node())
        if node.resource is not None and node.parameters != tuple(names):
            raise BrokenDocumentError(f"{template} is the same path as one with other names.")
        node.parameters = tuple(names)
        node.resource = node.resource or Resource()
        return node.resource

    def find(self, path: bytes) -> "Found | None":
        """Match a path as it was sent, percent-encoded; None if the document has no such path.

        Each segment is decoded on its own, so that ``%2F`` never becomes a separator
        (RFC 3986, 2.2) while ``%31`` is the ``1`` it stands for. A path written out in the
        document goes before a template that matches as well (OpenAPI 3.0, Paths Object).
        """
        return self._recent(path) if len(path) <= LONGEST_REMEMBERED else self._find(path)

    def _find(self, path: bytes) -> "Found | None":
        try:
            if b"%" in path:
                segments = [unquote_to_bytes(part).decode() for part in path.split(b"/")[1:]]
            else:
                segments = path.decode().split("/")[1:]
        except UnicodeDecodeError:
            return None
        if b"%00" in path:
            return None
        return self._root.walk(segments)


Found = tuple[Resource, Mapping[str, str]]
"""A resource, and the path's parameters by name."""


class _Node:
    """One segment of the tree."""

    __slots__ = ("any", "literal", "parameters", "resource")

    def __init__(self) -> None:
        self.literal: dict[str, _Node] = {}
        self.any: _Node | None = None
        self.resource: Resource | None = None
        self.parameters: tuple[str, ...] = ()

    def walk(self, segments: list[str]) -> "Found | None":
        """Find the resource; backtrack only where a literal and a parameter both match."""
        node = self
        values = []
        for segment in segments:
            literal = node.literal.get(segment)
            if literal is None:
                if node.any is None or not segment:
                    return None
                node = node.any
                values.append(segment)
            elif node.any is None:
                node = literal
            else:
                return self.find(segments, 0, [])
        if node.resource is None:
            return None
        return node.resource, dict(zip(node.parameters, values, strict=True))

    def find(self, segments: list[str], at: int, values: list[str]) -> "Found | None":
        if at == len(segments):
            if self.resource is None:
                return None
            return self.resource, dict(zip(self.parameters, values, strict=True))
        segment = segments[at]
        literal = self.literal.get(segment)
        found = literal.find(segments, at + 1, values) if literal is not None else None
        if found is None and self.any is not None and segment:
            found = self.any.find(segments, at + 1, [*values, segment])
        return found
