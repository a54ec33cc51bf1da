"""The end of a connection, which its client may still be sending on."""

import asyncio
from collections.abc import Callable


class Wire:
    """The transport, closed in stages while the client may be sending (RFC 9112, 9.6).

    A socket that is closed with bytes unread is reset, and the reset may overtake the answer:
    so writing ends first, and the client has a moment to read the answer and to end as well.
    """

    def __init__(self, transport: asyncio.Transport, farewell: float) -> None:
        """Stand for a transport that is open; ``farewell`` is the moment, in seconds."""
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

    def fall_silent(self) -> None:
        """Write nothing any more: there is no connection."""
        self.write = lambda _: None

    def is_closing(self) -> bool:
        """Tell whether nothing can be written any more."""
        return self.is_ending or self._transport.is_closing()

    def close(self) -> None:
        """Close, at once or after a moment."""
        if self.is_closing():
            return
        if not self.may_bring_more:
            self._transport.close()
            return
        self.is_ending = True
        self._transport.write_eof()
        self._transport.resume_reading()
        asyncio.get_running_loop().call_later(self._farewell, self._transport.abort)
