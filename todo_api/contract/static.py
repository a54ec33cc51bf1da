"""Endpoints that the document does not describe."""

import asyncio
import gzip
import re
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from hashlib import blake2b
from http import HTTPStatus
from threading import Lock

from todo_api.contract.http import Request, Response, is_known
from todo_api.contract.uris import Origins

Content = bytes | Callable[[], bytes]
"""What is sent, or what makes it when somebody asks."""


class _StaticResponse(Response):
    """An answer whose headers were all known at the start."""

    has_all_headers = True

    __slots__ = ()


class _Representation:
    """An answer in one encoding, and what a client gets that has this very one."""

    def __init__(
        self, status: int, headers: Mapping[str, str], body: bytes, *, media_type: bytes
    ) -> None:
        self.etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        if status == HTTPStatus.OK:
            headers = {**headers, "ETag": self.etag}
        self.fresh = _StaticResponse(status, headers, body, media_type)
        self.unchanged = _StaticResponse(HTTPStatus.NOT_MODIFIED, headers)


class StaticEndpoint:
    """An answer that stays the same as long as the process runs."""

    def __init__(
        self,
        content: Content,
        media_type: bytes,
        check: Callable[[Request], None],
        *,
        status: int,
        headers: Mapping[str, str],
        compresses: bool = False,
    ) -> None:
        """Take the answer with all of its headers, and what raises `Problem` for a bad request.

        It is made once, for the first client that asks for it. What ``compresses`` is compressed
        once, for the first client that takes gzip, if that is worth it.
        """
        self._check = check
        if compresses:
            headers = {**headers, "Vary": "Accept-Encoding"}
        self._make = partial(_Representation, status, media_type=media_type)
        self._content = content
        self._headers = headers
        self._compresses = compresses
        self._plain: _Representation | None = None
        self._packed: _Representation | None = None

    async def respond(self, request: Request, path_arguments: Mapping[str, str]) -> Response:  # noqa: ARG002 - an endpoint's interface
        """Answer 304 to a client that has this very representation (RFC 9110, 13.1.2)."""
        self._check(request)
        answer = self._plain
        if answer is None:
            answer = await asyncio.to_thread(self._unpacked)
        accepted = request.headers.get(b"accept-encoding", b"")
        if self._compresses and _TAKES_GZIP.search(accepted):
            answer = await self._pack(answer)
        known = request.headers.get(b"if-none-match", b"").decode("latin-1")
        # A condition holds for what would succeed, not for a redirection (RFC 9110, 13.2.1).
        if answer.fresh.status == HTTPStatus.OK and is_known(answer.etag, known):
            return answer.unchanged
        return answer.fresh

    def _unpacked(self) -> _Representation:
        """Return the answer as it is, made once however many ask for it first."""
        with _MAKING:
            plain = self._plain
            if plain is None:
                body = self._content if isinstance(self._content, bytes) else self._content()
                plain = self._plain = self._make(self._headers, body)
        return plain

    async def _pack(self, plain: _Representation) -> _Representation:
        """Return the compressed answer, if it is smaller; a thread makes it, as it takes long."""
        if self._packed is None:
            body = plain.fresh.body
            packed = await asyncio.to_thread(_packed, body)
            encoded = {**self._headers, "Content-Encoding": "gzip"}
            is_worth_it = len(packed) <= len(body) * _WORTH_IT
            self._packed = self._make(encoded, packed) if is_worth_it else plain
        return self._packed


_MAKING = Lock()


def _packed(body: bytes) -> bytes:
    """Compress a file, once however many ask for it first; one file at a time."""
    with _PACKING:
        return _compressed(body)


_PACKING = Lock()


@lru_cache(maxsize=64)
def _compressed(body: bytes) -> bytes:
    """Compress a file, once however many applications serve it."""
    return gzip.compress(body, mtime=0)


_WORTH_IT = 0.9
"""Compressed, it must be smaller than this part of what it was."""

_TAKES_GZIP = re.compile(rb"(?:^|[,\s])gzip\s*(?:,|$|;\s*q=(?:1|0\.0{0,2}[1-9]))", re.IGNORECASE)
"""An `Accept-Encoding` that has gzip, and not with the weight of what is refused."""


class RenderedEndpoint:
    """A page, rendered for the first client that asks for it; it stays the same from then on."""

    def __init__(self, render: Callable[[], StaticEndpoint]) -> None:
        """Take what renders the page: a thread calls it."""
        self._render = render
        self._page: StaticEndpoint | None = None

    async def respond(self, request: Request, path_arguments: Mapping[str, str]) -> Response:
        """Answer like a file."""
        if self._page is None:
            self._page = await asyncio.to_thread(self._render)
        return await self._page.respond(request, path_arguments)


class DocumentEndpoint:
    """The document, which names the server that it was asked from: a copy of it has no other."""

    def __init__(
        self,
        text_from: Callable[[str], bytes],
        media_type: bytes,
        check: Callable[[Request], None],
        *,
        origins: Origins,
        headers: Mapping[str, str],
    ) -> None:
        """Take what writes the document for an origin, and which origins there are."""
        self._origins = origins

        def endpoint_at(origin: str) -> StaticEndpoint:
            content = partial(text_from, origin)
            return StaticEndpoint(content, media_type, check, status=HTTPStatus.OK, headers=headers)

        self._endpoint_at = lru_cache(maxsize=_MOST_ORIGINS)(endpoint_at)
        self._check = check

    async def respond(self, request: Request, path_arguments: Mapping[str, str]) -> Response:
        """Answer like any other file; raise `Problem` 400 for a host that is not the service's."""
        self._check(request)
        endpoint = self._endpoint_at(self._origins.of(request))
        return await endpoint.respond(request, path_arguments)


_MOST_ORIGINS = 8
"""A service has one or two."""
