"""A response that is complete before its first byte is sent; `stream` has the other kind."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from starlette.types import Message, Send

Fields = tuple[tuple[bytes, bytes], ...]
"""Headers as ASGI wants them."""


class Response:
    """A status, headers by name, and a body with its media type."""

    is_whole = True
    """Whether `body` is all of the content."""
    has_all_headers = False
    """Whether it has even those that other answers are sent with."""

    __slots__ = ("_fields", "body", "headers", "media_type", "status", "then")

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str],
        body: bytes = b"",
        media_type: bytes | None = None,
    ) -> None:
        """Take the parts; ``media_type`` is None for an answer without content."""
        self.status = status
        self.headers = headers
        self._fields = [(_name(name), _value(text)) for name, text in headers.items()]
        self.body = body
        self.media_type = media_type
        self.then: Callable[[], object] | None = None
        """What to call as soon as that which the answer tells of is stored."""

    async def send(self, send: Send, *, request_id: bytes, head: bool, also: Fields = ()) -> None:
        """Send by ASGI, with more headers that are encoded already.

        ``head`` leaves out the body, as HEAD asks (RFC 9110, 9.3.2).
        """
        await send(self._start(request_id, also))
        await send({"type": "http.response.body", "body": b"" if head else self.body})

    def _start(self, request_id: bytes, also: Fields) -> Message:
        """Return status and headers as ASGI's first message."""
        headers = [(b"x-request-id", request_id), *also]
        if self.media_type is not None:
            headers.append((b"content-type", self.media_type))
        if self.is_whole and self.status not in WITHOUT_CONTENT:
            headers.append((b"content-length", b"%d" % len(self.body)))
        headers += self._fields
        return {"type": "http.response.start", "status": self.status, "headers": headers}


WITHOUT_CONTENT = frozenset({204, 304})
"""Statuses whose answers carry neither content nor its length (RFC 9110, 8.6)."""


@lru_cache(maxsize=256)
def _name(name: str) -> bytes:
    """Encode a header's name as ASGI wants it."""
    return name.lower().encode("ascii")


def _value(text: str) -> bytes:
    """Encode a header's value; raise ValueError for line breaks and other control characters."""
    if not text.isprintable():
        raise ValueError(f"A header cannot hold {text!r}.")
    return text.encode("latin-1")
