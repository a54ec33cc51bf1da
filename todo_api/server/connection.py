"""A client's connection: uvicorn's HTTP protocol, with deadlines, bounds and one error shape.

uvicorn waits for a request for ever, keeps as many header bytes as come, and refuses in plain
text what it cannot parse. Here each part of a request has its time and its bounds, and a refusal
is an answer like any other: it waits for its turn, and can be read before the connection ends.
"""

import asyncio
import re
from enum import Enum
from functools import partial
from math import inf
from typing import Any, NamedTuple, cast

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from todo_api.contract import Limits, Problem, new_request_id, too_large_fields, too_long_url
from todo_api.server.wire import Wire

MOST_PIPELINED = 32
"""Requests that may wait on a connection while another is answered."""


class Deadlines(NamedTuple):
    """How long a client may take, in seconds."""

    idle: float = 10
    """To begin a request, the first one or another."""
    head: float = 10
    """To send a request's head, once it has begun."""
    body: float = 10
    """To send the body, once the head is there; of a long one, as much as is in most bodies."""
    answer: float = 60
    """To take some more of an answer; the kernel tells by the megabyte."""
    farewell: float = 2
    """To read the answer to half a request before the other half is cut off."""


class _Awaits(Enum):
    """What the client has to send next."""

    REQUEST = "request"
    HEAD = "head"
    BODY = "body"


class Connection(HttpToolsProtocol):
    """An HTTP/1.1 connection on which nobody holds the service up or fills its memory.

    Time is kept by one timer that looks at `_deadline` when the soonest deadline could have
    passed, so that a request costs no timers.
    """

    def __init__(self, *, limits: Limits, deadlines: Deadlines, **of_uvicorn: Any) -> None:  # noqa: ANN401
        """Take the rules; the rest is uvicorn's."""
        super().__init__(**of_uvicorn)
        self.url = b""
        self._limits = limits
        # What separates fields is not in the limit on them, nor is the rest of the request line.
        self._most_head_bytes = limits.url + limits.header_bytes + 4 * limits.headers + 64
        self._deadlines = deadlines
        self._look_after = min(deadlines[:-1])
        self._deadline = inf
        self._timer: asyncio.TimerHandle | None = None
        self._awaits = _Awaits.REQUEST
        self._barren_bytes = 0  # since a request began or brought some of its body
        self._body_bytes = 0  # since its deadline was set
        self._unsent_bytes = 0
        self._keep_alive = False
        self._refused = False

    # The transport's calls.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        self._wire = Wire(transport, self._deadlines.farewell)
        super().connection_made(cast("asyncio.Transport", self._wire))
        self._expect(self._deadlines.idle)
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock, and let requests under way end unheard."""
        super().connection_lost(exc)
        self._wire.fall_silent()
        if self._timer:
            self._timer.cancel()

    def resume_writing(self) -> None:
        """Note that the client takes its answer."""
        super().resume_writing()
        self._unsent_bytes = -1  # It will have changed when it is looked at.

    def data_received(self, data: bytes) -> None:
        """Parse what has come; refuse what is not HTTP/1.1, and heads without an end."""
        if self._refused or self._wire.is_ending:
            return
        self._barren_bytes += len(data)
        try:
            self._parse(data)
        except HttpParserError as fault:
            self._refuse(_problem(fault))
        else:
            if self._barren_bytes > self._most_head_bytes:
                self._refuse(self._too_large())

    # The parser's calls.

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._awaits = _Awaits.HEAD
        self._wire.may_bring_more = True
        self._barren_bytes = 0
        self._expect(self._deadlines.head)

    def on_headers_complete(self) -> None:
        """Check what the application relies on, then let it begin.

        Raises:
            Problem: 501 for CONNECT, 503 for too many requests at once.

        """
        if self.parser.should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                raise Problem(501, "CONNECT is for proxies.")
            return  # `_parse` lets it come once more, as a plain request.
        if len(self.pipeline) == MOST_PIPELINED:
            raise Problem(503, f"More than {MOST_PIPELINED} requests wait on this connection.")
        if not self.url.startswith(b"/"):
            self._take_absolute_form()
        super().on_headers_complete()
        self.headers = []  # Trailers come here (RFC 9110, 6.5.1), not into the scope's headers.
        self._awaits = _Awaits.BODY
        self._body_bytes = 0
        self._expect(self._deadlines.body)
        # An answer to half a request ends the connection: the other half is not worth reading.
        self._keep_alive, self.cycle.keep_alive = self.cycle.keep_alive, False

    def on_chunk_header(self) -> None:
        """Refuse any coding but chunked, and any at all before HTTP/1.1 (RFC 9112, 6.1).

        Raises:
            Problem: 400 or 501.

        """
        if self.scope["http_version"] != "1.1":
            raise Problem(400, "Transfer-Encoding came with HTTP/1.1.")
        for name, value in self.scope["headers"]:
            if name == b"transfer-encoding" and value.lower() != b"chunked":
                raise Problem(501, "The only transfer coding that is understood is chunked.")

    def on_body(self, body: bytes) -> None:
        """Take some of the body; one that is larger than others has more time."""
        self._barren_bytes = 0
        self._body_bytes += len(body)
        if self._body_bytes > self._limits.body:
            self._body_bytes = 0
            self._expect(self._deadlines.body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request, unless it is one that comes once more."""
        if self._awaits is not _Awaits.BODY:
            return
        super().on_message_complete()
        self._awaits = _Awaits.REQUEST
        self._wire.may_bring_more = False
        if not self.cycle.response_started:
            self.cycle.keep_alive = self._keep_alive

    # uvicorn's calls.

    def on_response_complete(self) -> None:
        """Wait for the next request; uvicorn's own timer for that is not needed."""
        super().on_response_complete()
        self._unset_keepalive_if_required()
        if self._awaits is _Awaits.REQUEST:
            self._expect(self._deadlines.idle)

    def shutdown(self) -> None:
        """Close after the answer under way, as the server is about to stop."""
        self._keep_alive = False
        super().shutdown()

    # Time.

    def _expect(self, seconds: float) -> None:
        self._deadline = self.loop.time() + seconds

    def _look(self) -> None:
        """See whether the client is overdue, now and when it could next be."""
        now = self.loop.time()
        unsent = self.transport.get_write_buffer_size()
        if unsent != self._unsent_bytes:
            self._unsent_bytes = unsent
            self._expect(self._deadlines.answer if unsent else self._deadlines.idle)
        elif now >= self._deadline:
            self._end_overdue()
        self._timer = self.loop.call_at(min(self._deadline, now + self._look_after), self._look)

    def _end_overdue(self) -> None:
        """End a connection whose client did not send or take what it had to in time."""
        if self._unsent_bytes:
            self.transport.abort()
        elif self._is_at_work() or self.transport.is_closing():
            self._expect(self._deadlines.idle)
        elif self._awaits is _Awaits.REQUEST:
            self.transport.close()
        else:
            self._refuse(Problem(408, f"The {self._awaits.value} took too long to arrive."))

    def _is_at_work(self) -> bool:
        """Tell whether the client waits for the service, not the service for the client."""
        answering = not getattr(self.cycle, "response_complete", True)  # None, to begin with
        return self.flow.read_paused or (answering and self._awaits is _Awaits.REQUEST)

    # What is refused, and what is put right.

    def _refuse(self, problem: Problem) -> None:
        """Answer when it is this request's turn, then close; read no more of it."""
        if self._awaits is _Awaits.REQUEST:
            self.on_message_begin()
        elif self._awaits is _Awaits.BODY:
            if self.cycle.response_started:
                self.transport.close()
                return
            self._withdraw()
        self._refused = True
        self._deadline = inf
        self.url = b"/"
        self.app = partial(_answer, problem)
        super().on_headers_complete()
        self.cycle.keep_alive = False

    def _withdraw(self) -> None:
        """Take the request that is being received back from the application."""
        if self.pipeline:  # It waits behind others.
            self.pipeline.popleft()
        else:
            self.cycle.disconnected = self.cycle.response_complete = True
            self.cycle.message_event.set()

    def _too_large(self) -> Problem:
        if len(self.url) > self._limits.url:
            return too_long_url(self._limits)
        return too_large_fields(self._limits)

    def _parse(self, data: bytes) -> None:
        """Feed the parser; a wish to upgrade is ignored, as a server may (RFC 9110, 7.8).

        The parser takes what follows such a wish for another protocol, even the request's body.

        Raises:
            HttpParserError: for what is not HTTP/1.1.

        """
        while data:
            try:
                self.parser.feed_data(data)
            except HttpParserUpgrade as wish:
                data = self._head_without_upgrade() + data[wish.args[0] :]
            else:
                return

    def _head_without_upgrade(self) -> bytes:
        version = self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, version)]
        lines += [b"%b: %b" % field for field in self.headers if field[0] != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])

    def _take_absolute_form(self) -> None:
        """Let the host in a target such as http://host/path replace Host (RFC 9112, 3.2.2)."""
        absolute = _ABSOLUTE_FORM.fullmatch(self.url)
        if absolute:
            host, target = absolute.groups()
            self.url = target if target.startswith(b"/") else b"/" + target
            self.headers[:] = [
                (name, host if name == b"host" else value) for name, value in self.headers
            ]


_ABSOLUTE_FORM = re.compile(rb"[^/?]+://([^/?]*)(.*)")


def _problem(fault: HttpParserError) -> Problem:
    """Say why a request could not be parsed."""
    if isinstance(fault.__context__, Problem):
        return fault.__context__
    if isinstance(fault, HttpParserCallbackError):
        return Problem(400, "The target of the request is neither a path nor a URL.")
    return Problem(400, f"The request is not HTTP/1.1 ({fault}).")


async def _answer(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
    """Answer a request that the application does not get to see."""
    response = problem.render(accept=None, explained_at="")
    await response.send(send, request_id=new_request_id(), head=False)
