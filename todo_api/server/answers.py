"""How an answer reaches the wire: in one piece, if all of it is there.

uvicorn writes the head of an answer, after looking into each of its fields, and then the content.
Most answers are whole when they are sent, and their fields have been looked into when they were
made: to join and send these takes a third of the time.
"""

from typing import Any, cast

from starlette.types import Message, Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

UNCOMMON = frozenset({b"connection", b"transfer-encoding"})
"""Fields by which more changes than the head."""


class Answer:
    """What ASGI's ``send`` is for one request: uvicorn's, but for whole answers."""

    __slots__ = ("_cycle", "_send", "_start")

    def __init__(self, cycle: RequestResponseCycle) -> None:
        """Take uvicorn's side of the request."""
        self._cycle = cycle
        self._send: Send = cast("Any", cycle.send)  # uvicorn's names for the same types are private
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        """Take a message; the start of an answer is held back until what follows it."""
        if message["type"] == "http.response.start" and not self._cycle.response_started:
            self._start = message
            return
        cycle, start = self._cycle, self._start
        self._start = None
        if start is not None:
            if cycle.flow.write_paused and not cycle.disconnected:
                await cycle.flow.drain()
            if not message.get("more_body") and self._is_sent(start, message.get("body", b"")):
                return
            await self._send(start)
        await self._send(message)

    def _is_sent(self, start: Message, body: bytes) -> bool:
        """Send a whole answer; tell whether that was done, or it is for uvicorn after all."""
        cycle = self._cycle
        if cycle.disconnected:
            return True
        fields = [*cycle.default_headers, *start["headers"]]
        names = dict(fields)
        if not UNCOMMON.isdisjoint(names):
            return False
        if cycle.scope["method"] == "HEAD" or start["status"] in {204, 304}:
            if body:
                return False
        elif names.get(b"content-length") != b"%d" % len(body):
            return False
        if not cycle.keep_alive:
            fields.append((b"connection", b"close"))
        head = b"".join([b"%b: %b\r\n" % field for field in fields])
        if head.count(b"\n") != len(fields) or head.count(b"\r") != len(fields) or b"\0" in head:
            return False  # uvicorn says what is wrong
        cycle.response_started = cycle.response_complete = True
        cycle.waiting_for_100_continue = False
        cycle.transport.write(STATUS_LINE[start["status"]] + head + b"\r\n" + body)
        cycle.message_event.set()
        del cycle.__dict__["send"]  # which leads back to the cycle
        if not cycle.keep_alive:
            cycle.transport.close()
        cycle.on_response()
        return True
