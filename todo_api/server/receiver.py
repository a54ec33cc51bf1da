"""Receiving into one small buffer, whatever a client sends at once."""

import asyncio

_BUFFER = memoryview(bytearray(16 * 1024))
"""Where all connections receive: what is in it is handled before the event loop goes on."""


class Receiver(asyncio.BufferedProtocol):
    """Passes on to a protocol what arrives, in pieces of at most 16 KiB.

    A plain protocol is given up to 256 KiB at once, from each of a thousand strangers perhaps,
    before it can say that it wants no more.
    """

    def __init__(self, protocol: asyncio.Protocol) -> None:
        """Receive for this protocol."""
        self._take = protocol.data_received
        self.connection_made = protocol.connection_made  # type: ignore[method-assign]
        self.connection_lost = protocol.connection_lost  # type: ignore[method-assign]
        self.eof_received = protocol.eof_received  # type: ignore[method-assign]
        self.pause_writing = protocol.pause_writing  # type: ignore[method-assign]
        self.resume_writing = protocol.resume_writing  # type: ignore[method-assign]

    def get_buffer(self, _sizehint: int) -> memoryview:
        """Return where to put what arrives."""
        return _BUFFER

    def buffer_updated(self, nbytes: int) -> None:
        """Pass on what has arrived there."""
        self._take(bytes(_BUFFER[:nbytes]))
