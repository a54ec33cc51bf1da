"""An answer on its way to the wire: the bytes that uvicorn writes, in one piece if it is whole."""

import asyncio
import gc
import logging
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple, cast

import pytest
from starlette.types import Message
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from tests.support.transports import Transport
from todo_api.server.answers import Answer

Fields = list[tuple[bytes, bytes]]
JSON = [(b"content-type", b"application/json"), (b"content-length", b"2")]


def start(status: int = 200, headers: Fields = JSON) -> Message:
    """Return the message that an answer begins with."""
    return {"type": "http.response.start", "status": status, "headers": headers}


def content(body: bytes, *, more: bool = False) -> Message:
    """Return a message with some of the content."""
    return {"type": "http.response.body", "body": body, "more_body": more}


WHOLE = {
    "of JSON": [start(), content(b"{}")],
    "of an error": [start(404, [*JSON, (b"x-request-id", b"7")]), content(b"{}")],
    "without content": [start(304, [(b"etag", b'"7"')]), content(b"")],
    "after a deletion": [start(204, []), {"type": "http.response.body"}],
    "to HEAD": [start(), content(b"")],
}
IN_PARTS = {
    "of unknown length": [start(200, JSON[:1]), content(b"[", more=True), content(b"]")],
    "of unknown length, at once": [start(200, JSON[:1]), content(b"[]")],
    "of known length": [start(), content(b"[", more=True), content(b"]")],
    "that is the last": [start(200, [*JSON, (b"connection", b"close")]), content(b"{}")],
    "that says how it is coded": [
        start(200, [(b"transfer-encoding", b"chunked")]),
        content(b"{}"),
    ],
}
WRONG = {
    "with content where there is none": [start(204, []), content(b"{}")],
    "with content where it is known": [start(304, [(b"etag", b'"7"')]), content(b"{}")],
    "too short": [start(), content(b"{")],
    "too long": [start(), content(b"{ }")],
    "with a line break in a value": [start(200, [*JSON, (b"x", b"1\r\ny: 2")]), content(b"{}")],
    "with a line feed in a value": [start(200, [*JSON, (b"x", b"1\ny: 2")]), content(b"{}")],
    "with a NUL in a value": [start(200, [*JSON, (b"x", b"1\0")]), content(b"{}")],
    "with a line break in a name": [start(200, [*JSON, (b"x: 1\r\ny", b"2")]), content(b"{}")],
    "that does not start": [content(b"{}")],
    "that starts twice": [start(), content(b"{}"), start()],
}


class Sent(NamedTuple):
    """What has become of an answer."""

    written: list[bytes]
    error: str
    is_complete: bool
    is_closed: bool
    responses: int
    """How often uvicorn was told of its end."""


def cycle_on(
    transport: Transport,
    on_response: Callable[[], object],
    *,
    method: str = "GET",
    keep_alive: bool = True,
) -> RequestResponseCycle:
    """Return uvicorn's side of a request."""
    return RequestResponseCycle(
        scope=cast("Any", {"method": method, "http_version": "1.1"}),
        transport=transport,
        flow=FlowControl(transport),
        logger=logging.getLogger("test"),
        access_logger=logging.getLogger("test"),
        access_log=False,
        default_headers=[(b"date", b"Fri, 27 Nov 2026 12:00:00 GMT")],
        message_event=asyncio.Event(),
        expect_100_continue=False,
        keep_alive=keep_alive,
        on_response=cast("Callable[..., None]", on_response),
    )


def sent(
    messages: list[Message],
    *,
    method: str = "GET",
    keep_alive: bool = True,
    by_uvicorn: bool = False,
) -> Sent:
    """Send an answer, and tell what was written."""

    async def send() -> Sent:
        transport = Transport()
        responses: list[None] = []
        cycle = cycle_on(
            transport, lambda: responses.append(None), method=method, keep_alive=keep_alive
        )
        if not by_uvicorn:
            cycle.send = cast("Any", Answer(cycle).send)  # type: ignore[method-assign]
        send_it = cast("Any", cycle.send)
        error = ""
        try:
            for message in messages:
                await send_it(message)
        except RuntimeError as failure:
            error = str(failure)
        return Sent(
            transport.written, error, cycle.response_complete, transport.is_closed, len(responses)
        )

    return asyncio.run(send())


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("keep_alive", [True, False])
@pytest.mark.parametrize("answer", [*WHOLE, *IN_PARTS, *WRONG])
def test_an_answer_has_the_bytes_that_uvicorn_would_write(
    answer: str, method: str, *, keep_alive: bool
) -> None:
    messages = {**WHOLE, **IN_PARTS, **WRONG}[answer]
    ours = sent(messages, method=method, keep_alive=keep_alive)
    theirs = sent(messages, method=method, keep_alive=keep_alive, by_uvicorn=True)
    if answer in WRONG and theirs.error:
        assert ours.error == theirs.error
        assert not ours.is_complete or theirs.is_complete
    else:
        assert b"".join(ours.written) == b"".join(theirs.written)
        assert ours[1:] == theirs[1:]


@pytest.mark.parametrize("answer", WHOLE)
def test_a_whole_answer_is_written_at_once(answer: str) -> None:
    method = "HEAD" if answer == "to HEAD" else "GET"
    assert len(sent(WHOLE[answer], method=method).written) == 1


def test_no_trace_of_an_answer_is_left_to_be_collected() -> None:
    async def send() -> weakref.ref[RequestResponseCycle]:
        cycle = cycle_on(Transport(), lambda: None)
        send_it = cycle.send = cast("Any", Answer(cycle).send)  # type: ignore[method-assign]
        for message in WHOLE["of JSON"]:
            await send_it(message)
        return weakref.ref(cycle)

    gc.disable()
    try:
        assert asyncio.run(send())() is None
    finally:
        gc.enable()


def test_nothing_is_written_before_the_content_has_begun() -> None:
    assert not sent([start()]).written


def test_the_last_start_counts_when_the_one_before_had_no_content() -> None:
    """As when the application fails between the two, and uvicorn answers for it."""
    (written,) = sent([start(), start(500), content(b"{}")]).written
    assert written.startswith(b"HTTP/1.1 500 ")
