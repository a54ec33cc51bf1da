"""A transport without a socket."""

import asyncio


class Transport(asyncio.Transport):
    """A transport that notes what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.is_aborted = self.is_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Note some bytes."""
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        """Tell whether it was aborted."""
        return self.is_aborted

    def can_write_eof(self) -> bool:
        """Close one side alone, as TLS cannot."""
        return False

    def resume_reading(self) -> None:
        """Read on."""

    def abort(self) -> None:
        """Close both sides."""
        self.is_aborted = True

    def close(self) -> None:
        """Note it."""
        self.is_closed = True
