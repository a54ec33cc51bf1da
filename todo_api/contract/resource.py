"""Endpoints that the document does not describe."""

from collections.abc import Mapping
from hashlib import blake2b

from todo_api.contract.request import Request
from todo_api.contract.response import Response


class StaticEndpoint:
    """A representation that stays the same as long as the process runs."""

    def __init__(self, body: bytes, media_type: bytes) -> None:
        """Take the representation."""
        headers = {
            "ETag": f'"{blake2b(body, digest_size=12).hexdigest()}"',
            "Cache-Control": "no-cache",
        }
        self._etag = headers["ETag"].encode()
        self._fresh = Response(200, headers, body, media_type)
        self._unchanged = Response(304, headers)

    async def respond(self, request: Request, path_arguments: Mapping[str, str]) -> Response:  # noqa: ARG002 - an endpoint's interface
        """Answer 304 to a client that has this very representation (RFC 9110, 13.1.2)."""
        known = request.headers.get(b"if-none-match", b"")
        return self._unchanged if self._etag in known else self._fresh
