"""Endpoints that the document does not describe."""

from collections.abc import Mapping
from hashlib import blake2b

from todo_api.contract.http import Limits, Request, Response, is_known


class StaticEndpoint:
    """A representation that stays the same as long as the process runs."""

    def __init__(self, body: bytes, media_type: bytes, limits: Limits) -> None:
        """Take the representation, and the limits of requests for it."""
        self._limits = limits
        headers = {
            "ETag": f'"{blake2b(body, digest_size=12).hexdigest()}"',
            "Cache-Control": "no-cache",
        }
        self._fresh = Response(200, headers, body, media_type)
        self._unchanged = Response(304, headers)

    async def respond(self, request: Request, path_arguments: Mapping[str, str]) -> Response:  # noqa: ARG002 - an endpoint's interface
        """Answer 304 to a client that has this very representation (RFC 9110, 13.1.2)."""
        request.check(self._limits)
        known = request.headers.get(b"if-none-match", b"").decode("latin-1")
        return self._unchanged if is_known(self._fresh.headers["ETag"], known) else self._fresh
