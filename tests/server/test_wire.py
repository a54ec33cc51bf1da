"""How a connection ends."""

import asyncio

import pytest

from tests.support.transports import Transport
from todo_api.server.wire import Wire

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


@pytest.fixture
def transport() -> Transport:
    """A transport to which nothing has been written."""
    return Transport()


@pytest.fixture
def wire(transport: Transport) -> Wire:
    """A wire around it."""
    return Wire(transport, farewell=2)


def test_an_answer_to_half_a_request_leaves_it_to_the_client_to_close() -> None:
    async def story() -> None:
        transport = Transport()
        wire = Wire(transport, farewell=2)
        wire.may_bring_more = True
        wire.write(ANSWER)
        found = [wire.awaits_close]
        wire.close()
        found.append(wire.awaits_close)
        assert wire.is_closing()
        assert wire.ended_at <= asyncio.get_running_loop().time()
        wire.abort()
        assert [*found, wire.awaits_close] == [False, True, False]

    asyncio.run(story())


def test_nothing_is_written_to_a_connection_that_is_lost(wire: Wire, transport: Transport) -> None:
    wire.fall_silent()
    wire.write(ANSWER)
    assert not transport.written
