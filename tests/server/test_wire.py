"""What is written to a connection: an answer in one piece, and nothing kept back for long."""

import asyncio
from collections.abc import Callable

import pytest

from todo_api.server.wire import Wire

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Transport(asyncio.Transport):
    """A transport that notes what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.is_aborted = False

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
        """Do nothing: the wire decides when."""


@pytest.fixture
def transport() -> Transport:
    """A transport to which nothing has been written."""
    return Transport()


@pytest.fixture
def wire(transport: Transport) -> Wire:
    """A wire around it."""
    return Wire(transport, farewell=2)


def test_an_answer_is_written_at_once(wire: Wire, transport: Transport) -> None:
    for _ in range(2):
        wire.write(HEAD)
        assert HEAD not in transport.written
        wire.write(b"{}")
    assert transport.written == [HEAD + b"{}"] * 2


@pytest.mark.parametrize("end", [Wire.flush, Wire.close])
def test_a_head_that_nothing_follows_is_written_at_the_end(
    wire: Wire, transport: Transport, end: Callable[[Wire], object]
) -> None:
    wire.write(HEAD)
    end(wire)
    end(wire)
    assert transport.written == [HEAD]


def test_an_interim_answer_is_written_at_once(wire: Wire, transport: Transport) -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    wire.write(interim)
    assert transport.written == [interim]


def test_a_body_that_looks_like_a_head_is_whole(wire: Wire, transport: Transport) -> None:
    for data in (HEAD, HEAD, HEAD, b"{}"):
        wire.write(data)
    assert transport.written == [HEAD * 2, HEAD + b"{}"]


def test_an_answer_to_half_a_request_leaves_it_to_the_client_to_close() -> None:
    async def story() -> None:
        transport = Transport()
        wire = Wire(transport, farewell=2)
        wire.may_bring_more = True
        wire.write(HEAD + b"{}")
        found = [wire.awaits_close]
        wire.close()
        found.append(wire.awaits_close)
        assert wire.is_closing()
        assert wire.ended_at <= asyncio.get_running_loop().time()
        wire.abort()
        assert [*found, wire.awaits_close] == [False, True, False]

    asyncio.run(story())


def test_nothing_is_written_to_a_connection_that_is_lost(wire: Wire, transport: Transport) -> None:
    wire.write(HEAD)
    wire.fall_silent()
    wire.write(b"{}")
    wire.flush()
    assert not transport.written
