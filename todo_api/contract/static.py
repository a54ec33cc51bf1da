"""Endpoints that the document does not describe."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import blake2b
from http import HTTPStatus

from todo_api.contract.http import Limits, Request, Response, is_known
from todo_api.contract.uris import Origins


class _StaticResponse(Response):
    """An answer whose headers were all known at the start."""

    has_all_headers = True

    __slots__ = ()


class StaticEndpoint:
    """An answer that stays the same as long as the process runs."""

    def __init__(
        self,
        body: bytes,
        media_type: bytes,
        limits: Limits,
        *,
        status: int,
        headers: Mapping[str, str],
    ) -> None:
        """Take the answer with all of its headers, and the limits of requests for it."""
        self._limits = limits
        self._etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        if status == HTTPStatus.OK:
            headers = {**headers, "ETag": self._etag}
        self._fresh = _StaticResponse(status, headers, body, media_type)
        self._unchanged = _StaticResponse(HTTPStatus.NOT_MODIFIED, headers)

    async def respond(self, request: Request, path_arguments: Mapping[str, str]) -> Response:  # noqa: ARG002 - an endpoint's interface
        """Answer 304 to a client that has this very representation (RFC 9110, 13.1.2)."""
        request.check(self._limits)
        known = request.headers.get(b"if-none-match", b"").decode("latin-1")
        # A condition holds for what would succeed, not for a redirection (RFC 9110, 13.2.1).
        if self._fresh.status == HTTPStatus.OK and is_known(self._etag, known):
            return self._unchanged
        return self._fresh


class DocumentEndpoint:
    """The document, which names the server that it was asked from: a copy of it has no other."""

    def __init__(
        self,
        text_from: Callable[[str], bytes],
        media_type: bytes,
        limits: Limits,
        *,
        origins: Origins,
        headers: Mapping[str, str],
    ) -> None:
        """Take what writes the document for an origin, and which origins there are."""
        self._origins = origins

        def endpoint_at(origin: str) -> StaticEndpoint:
            return StaticEndpoint(
                text_from(origin), media_type, limits, status=HTTPStatus.OK, headers=headers
            )

        self._endpoint_at = lru_cache(maxsize=_MOST_ORIGINS)(endpoint_at)
        self._limits = limits

    async def respond(self, request: Request, path_arguments: Mapping[str, str]) -> Response:
        """Answer like any other file; raise `Problem` 400 for a host that is not the service's."""
        request.check(self._limits)
        endpoint = self._endpoint_at(self._origins.of(request))
        return await endpoint.respond(request, path_arguments)


_MOST_ORIGINS = 8
"""A service has one or two."""
