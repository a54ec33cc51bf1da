"""Closing a connection on which the client may still be sending."""

import asyncio
from collections.abc import Callable
from math import inf

_TOO_MANY = (
    b'{"error":"Service unavailable","code":"service_unavailable",'
    b'"detail":"There are too many connections."}\n'
)
FULL = b"\r\n".join(
    [
        b"HTTP/1.1 503 Service Unavailable",
        b"connection: close",
        b"content-type: application/json",
        b"content-length: %d" % len(_TOO_MANY),
        b"cache-control: no-store",
        b"x-content-type-options: nosniff",
        b"retry-after: 5",
        b"",
        _TOO_MANY,
    ]
)
"""The answer to a connection for which there is no room: cheap, and heard by most."""


class Wire:
    """A transport that closes in stages while the client may be sending (RFC 9112, 9.6).

    The kernel resets a socket that is closed with unread bytes, and the reset may overtake the
    answer. So only the writing side closes at first, which leaves the client a moment to read the
    answer and to close its own side.
    """

    def __init__(self, transport: asyncio.Transport, farewell: float) -> None:
        """Wrap an open transport; ``farewell`` is that moment, in seconds."""
        self.may_bring_more = False
        self.write: Callable[[bytes], object] = transport.write
        self.abort = transport.abort
        self.get_extra_info = transport.get_extra_info
        self.get_write_buffer_size = transport.get_write_buffer_size
        self.pause_reading = transport.pause_reading
        self.resume_reading = transport.resume_reading
        self._transport = transport
        self._farewell = farewell
        self.is_ending = False
        self.ended_at = inf
        """Since when `awaits_close`, by the event loop's clock."""

    def fall_silent(self) -> None:
        """Discard all further writes, because the connection is lost."""
        self.write = lambda _: None

    @property
    def awaits_close(self) -> bool:
        """Whether all that is left is for the client to close."""
        return self.is_ending and not self._transport.is_closing()

    def is_closing(self) -> bool:
        """Tell whether it is too late to write."""
        return self.is_ending or self._transport.is_closing()

    def close(self) -> None:
        """Close at once, or in stages if the client may be sending."""
        if self.is_closing():
            return
        if not self.may_bring_more:
            self._transport.close()
            return
        self.is_ending = True
        loop = asyncio.get_running_loop()
        self.ended_at = loop.time()
        if self._transport.can_write_eof():  # TLS has no such thing
            self._transport.write_eof()
        self._transport.resume_reading()
        loop.call_later(self._farewell, self._transport.abort)
