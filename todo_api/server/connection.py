"""A client's connection: uvicorn's HTTP protocol, with deadlines, bounds and one error shape.

uvicorn waits for a request for ever, buffers any number of header bytes, and refuses in plain text
what it cannot parse. Here each part of a request has a deadline and a limit, and a refusal is an
answer like any other: it waits for its turn, and the client can read it before the connection
closes.
"""

import asyncio
import re
from enum import Enum
from math import inf
from typing import Any, NamedTuple, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from todo_api.contract import (
    ABANDONED,
    AWAITED_SINCE,
    REFUSED,
    Limits,
    Problem,
    Proxies,
    too_large_fields,
    too_long_url,
)
from todo_api.server.answers import Answer
from todo_api.server.bounds import STALLED_SECONDS, Bounds, Client, whose
from todo_api.server.refusals import other_version, unparsable
from todo_api.server.wire import FULL, Wire
from todo_api.stopping import Stopping

MOST_PIPELINED = 32
"""Requests that may wait on a connection while an earlier one is answered."""
NO_METHOD = "?"
"""The method of a request that could not be read so far."""

MOST_UNNOTICED = 16 * 1024
"""Bytes of an answer that may wait for a client before it counts as slow."""


AT_ONCE_SECONDS = 0.1
"""Who sends no more this soon after a request has said all, and waits for the answer; who ends the
connection later has given up."""


class Deadlines(NamedTuple):
    """How long a client may take, in seconds."""

    idle: float = 10
    """To begin a request, the first one or another."""
    head: float = 10
    """To send a request's head, once it has begun."""
    body: float = 10
    """To send the body, once it is awaited; of a long one, as much as one may have by default."""
    answer: float = 60
    """To receive some more of an answer; with the kernel's buffers, that can mean megabytes."""
    farewell: float = 2
    """To read the answer to half a request before the other half is cut off."""


class _Awaits(Enum):
    """What the client is to send next."""

    REQUEST = "request"
    HEAD = "head"
    BODY = "body"


class Connection(HttpToolsProtocol):
    """An HTTP/1.1 connection on which no client can hold up the service or fill its memory.

    A single timer checks `_deadline` whenever the shortest deadline could have passed, so that
    requests need no timers of their own.
    """

    def __init__(
        self,
        *,
        limits: Limits,
        deadlines: Deadlines,
        bounds: Bounds,
        proxies: Proxies,
        stopping: Stopping,
        handshake: Client | None = None,
        **of_uvicorn: Any,  # noqa: ANN401
    ) -> None:
        """Enforce these limits, deadlines and bounds; the other arguments are uvicorn's.

        ``proxies`` are those whose connections are many clients'; ``stopping`` tells when each
        answer has to be a connection's last. ``handshake`` is what has kept a
        place for the connection, if it is encrypted.
        """
        super().__init__(**of_uvicorn)
        self.address = ""
        self.is_exempt = False
        self._handshake = handshake
        self._bounds = bounds
        self._proxies = proxies
        self._stopping = stopping
        self.url = b""
        self._limits = limits
        # The limits leave out separators and what surrounds the URL in the request line.
        self._max_head_bytes = limits.url + limits.header_bytes + 4 * limits.headers + 64
        self._deadlines = deadlines
        self._look_after = min(deadlines[:-1])
        self._deadline = inf
        self._timer: asyncio.TimerHandle | None = None
        self._awaits = _Awaits.REQUEST
        self._bytes_without_body = 0  # received since a request began or since the last of its body
        self._body_bytes = 0  # received since its deadline was set
        self._unsent_bytes = 0
        self._keep_alive = False
        self._refused = False
        self._in_body = False
        self._said_at = 0.0  # when a request was complete, or others behind it could be received
        self._has_said_all = False
        self._answer_waits = False  # for the client to take the one before

    # The transport's calls.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start to wait for a request, if there is room for another connection."""
        self._wire = Wire(transport, self._deadlines.farewell)
        super().connection_made(cast("asyncio.Transport", self._wire))
        transport.set_write_buffer_limits(high=MOST_UNNOTICED)
        peer = self.client[0] if self.client else ""
        self.address, self.is_exempt = whose(peer), self._proxies.trusts(peer)
        if self._handshake is not None:
            self._bounds.forget(self._handshake)
        if self._bounds.admit(self):
            self._expect(self._deadlines.idle)
            self._look()
        else:
            self._refused = True
            self._wire.write(FULL)
            self._wire.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer, and discard what running requests still write."""
        super().connection_lost(exc)
        if self._is_answering():
            cast("dict[str, object]", self.cycle.scope)[ABANDONED] = True
        self._bounds.forget(self)
        self._wire.fall_silent()
        if self._timer:
            self._timer.cancel()

    def pause_writing(self) -> None:
        """Note that the client is slow to receive its answer."""
        super().pause_writing()
        self._bounds.slow_down(self)

    def resume_writing(self) -> None:
        """Note that the client is receiving its answer."""
        super().resume_writing()
        self._bounds.catch_up(self)
        self._unsent_bytes = -1  # differs from any size, so `_look` sees progress
        if self._answer_waits:
            self._answer_waits = False
            self.on_response_complete()

    def data_received(self, data: bytes) -> None:
        """Parse what arrives; refuse what is not HTTP/1.1, and heads that do not end.

        More of a body is received when the application has taken what there is.
        """
        if self._refused or self._wire.is_ending:
            return
        self._bytes_without_body += len(data)
        try:
            self._parse(data)
        except HttpParserError as fault:
            self._refuse(unparsable(fault, self.parser.get_http_version()))
        else:
            if self._bytes_without_body > self._max_head_bytes:
                self._refuse(self._too_large())
        if self._in_body and self.cycle.body and not self._refused:
            self.flow.pause_reading()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Tell whether to keep the connection for answers, since the client sends no more.

        A client may close its own side only (RFC 9293, 3.6), but its kernel says no more of one
        that has closed both. TLS knows no half of a connection.
        """
        is_at_once = self.loop.time() - self._said_at < AT_ONCE_SECONDS
        waits = self._is_answering() and is_at_once and not self._in_body
        if not waits or self.scheme == "https":
            return False
        self._has_said_all = True
        self._awaits = _Awaits.REQUEST  # of another one, no more than its beginning has come
        self._wire.may_bring_more = False
        self.announce_end()
        return True

    # The parser's calls.

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._awaits = _Awaits.HEAD
        self._wire.may_bring_more = True
        self._bytes_without_body = 0
        self._expect(self._deadlines.head)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header field without the blanks behind it (RFC 9112, 5.1)."""
        super().on_header(name, value.rstrip(b" \t"))

    def on_headers_complete(self) -> None:
        """Check what the application relies on, then start it.

        Raises:
            Problem: 400 for HTTP/0.9 and for a fragment in the target, 501 for CONNECT, 503 for too
                many requests at once, 505 for HTTP/2.0.

        """
        if (version := self.parser.get_http_version()) not in _VERSIONS:
            raise other_version(version)
        if b"#" in self.url:
            raise Problem(400, "The target of the request has a fragment, which no server is sent.")
        if self.parser.should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                raise Problem(501, "CONNECT is for proxies.")
            return  # `_parse` feeds it to the parser again, as a plain request.
        if len(self.pipeline) == MOST_PIPELINED:
            raise Problem(503, f"More than {MOST_PIPELINED} requests wait on this connection.")
        if not self.url.startswith(b"/"):
            self._take_absolute_form()
        super().on_headers_complete()
        self.headers = []  # Keeps trailers (RFC 9110, 6.5.1) out of the scope's headers.
        self._awaits = _Awaits.BODY
        self._in_body = True
        self._body_bytes = 0
        self._expect(self._deadlines.body)
        # An early answer ends the connection: the rest of the request is not worth reading.
        self._keep_alive = self.cycle.keep_alive and not self._stopping.has_begun
        self.cycle.keep_alive = False

    def on_chunk_header(self) -> None:
        """Refuse all transfer codings but chunked, and chunked before HTTP/1.1 (RFC 9112, 6.1).

        Raises:
            Problem: 400 or 501.

        """
        if self.scope["http_version"] != "1.1":
            raise Problem(400, "Transfer-Encoding needs HTTP/1.1.")
        for name, value in self.scope["headers"]:
            if name == b"transfer-encoding" and value.lower() != b"chunked":
                raise Problem(501, "The only transfer coding that is understood is chunked.")

    def on_body(self, body: bytes) -> None:
        """Take a part of the body; a long body gets more time."""
        self._bytes_without_body = 0
        self._body_bytes += len(body)
        if self._body_bytes > self._limits.body:
            self._body_bytes = 0
            self._expect(self._deadlines.body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request, unless `_parse` is about to feed it again."""
        if self._awaits is not _Awaits.BODY:
            return
        self._in_body = False
        self._said_at = self.loop.time()
        super().on_message_complete()
        self._awaits = _Awaits.REQUEST
        self._wire.may_bring_more = False
        if not self.cycle.response_started:
            self.cycle.keep_alive = self._keep_alive

    # uvicorn's calls.

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ANN401 - ASGI's
        cycle.send = Answer(cycle).send  # type: ignore[assignment, method-assign]
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Wait for the next request, without uvicorn's own timer.

        The next answer is not made before the client has taken this one, nearly.
        """
        if self.flow.write_paused and not self.transport.is_closing():
            self._answer_waits = True
            self.flow.pause_reading()
            return
        self.server_state.total_requests += 1
        if not self.transport.is_closing():
            self.flow.resume_reading()
            if self.pipeline:
                self._said_at = self.loop.time()
                self._start_asgi_task(*self.pipeline.pop())
            elif self._has_said_all:
                self.transport.close()
        if self._awaits is _Awaits.REQUEST:
            self._expect(self._deadlines.idle)

    def announce_end(self) -> None:
        """Let the answer to the latest request be the last, and say so, if it can still be said."""
        self._keep_alive = False
        if not getattr(self.cycle, "response_started", True):  # it is None at first
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """Close after the current answer, because the server is about to stop.

        The answer to a request that is just arriving will be the last one anyway.
        """
        self._keep_alive = False
        if self._awaits is not _Awaits.HEAD:
            super().shutdown()

    # What `Bounds` asks for.

    def idle_since(self) -> float | None:
        """Return when the service began to wait for the client, None if it does not.

        A client that takes nothing of its answer for some seconds is waited for as well, and so is
        one that has it, and is to close.
        """
        if self._wire.awaits_close and not self.unsent_bytes():
            return self._wire.ended_at
        if self.transport.is_closing() or self._refused:
            return None
        if self.unsent_bytes():
            taken_at = self._deadline - self._deadlines.answer
            stalls = self._unsent_bytes and self.loop.time() - taken_at > STALLED_SECONDS
            return taken_at if stalls else None
        if self._is_at_work():
            return None
        waits = {
            _Awaits.REQUEST: self._deadlines.idle,
            _Awaits.HEAD: self._deadlines.head,
            _Awaits.BODY: self._deadlines.body,
        }
        return self._deadline - waits[self._awaits]

    def unsent_bytes(self) -> int:
        """Return how much of its answers the client has yet to take."""
        return self.transport.get_write_buffer_size()

    def cut_off(self) -> None:
        """Close at once."""
        self.transport.abort()

    # Time.

    def _expect(self, seconds: float) -> None:
        self._deadline = self.loop.time() + seconds

    def _look(self) -> None:
        """Check whether the client is overdue, and schedule the next check."""
        now = self.loop.time()
        unsent = self.transport.get_write_buffer_size()
        if unsent != self._unsent_bytes:
            self._unsent_bytes = unsent
            self._expect(self._deadlines.answer if unsent else self._deadlines.idle)
        elif now >= self._deadline:
            self._end_overdue()
        self._timer = self.loop.call_at(min(self._deadline, now + self._look_after), self._look)

    def _end_overdue(self) -> None:
        """End a connection whose client has missed its deadline for sending or receiving."""
        if self._unsent_bytes:
            self.transport.abort()
        elif self._is_at_work() or self.transport.is_closing():
            self._expect(self._deadlines.idle)
        elif self._awaits is _Awaits.REQUEST:
            self.transport.close()
        elif self._awaits is _Awaits.BODY and self.loop.time() < self._body_deadline():
            self._deadline = self._body_deadline()
        else:
            self._refuse(Problem(408, f"The {self._awaits.value} took too long to arrive."))

    def _is_at_work(self) -> bool:
        """Tell whether the client is waiting for the service, and not the other way round."""
        paused = self.flow.read_paused and not self._in_body
        return paused or (self._is_answering() and self._awaits is _Awaits.REQUEST)

    def _is_answering(self) -> bool:
        """Tell whether the latest request has yet to be answered, or the rest of it."""
        return not getattr(self.cycle, "response_complete", True)  # it is None at first

    def _body_deadline(self) -> float:
        """Return until when the body may arrive at the least.

        It is not awaited before the service knows who sends it, where it has to know that.
        """
        scope = cast("dict[str, float]", self.cycle.scope)
        return scope.get(AWAITED_SINCE, self.loop.time()) + self._deadlines.body

    # Refusals and corrections.

    def _refuse(self, problem: Problem) -> None:
        """Send the problem when it is this request's turn, then close without reading the rest."""
        if self._awaits is _Awaits.REQUEST:
            self.on_message_begin()
        elif self._awaits is _Awaits.BODY:
            if self.cycle.response_started:
                self.transport.close()
                return
            self._withdraw()
        self._refused = True
        self._in_body = False
        self._said_at = self.loop.time()
        self._deadline = inf
        is_read = bool(self.url)  # with the method, which comes first
        self.url = b"/"
        scope = cast("dict[str, object]", self.scope)
        scope[REFUSED] = problem
        super().on_headers_complete()
        if not is_read:  # the parser has the method that is first in its table
            scope["method"] = NO_METHOD
        self.cycle.keep_alive = False

    def _withdraw(self) -> None:
        """Withdraw the request that is being received from the application."""
        if self.pipeline:  # it waits behind others
            self.pipeline.popleft()
        else:
            self.cycle.disconnected = self.cycle.response_complete = True
            self.cycle.message_event.set()

    def _too_large(self) -> Problem:
        if len(self.url) > self._limits.url:
            return too_long_url(self._limits)
        return too_large_fields(self._limits)

    def _parse(self, data: bytes) -> None:
        """Feed the parser, ignoring requests to upgrade, as a server may (RFC 9110, 7.8).

        The parser takes all that follows an Upgrade for another protocol, even the request's body.

        Raises:
            HttpParserError: if the data is not HTTP/1.1.

        """
        while data:
            try:
                self.parser.feed_data(data)
            except HttpParserUpgrade as upgrade:
                data = self._head_without_upgrade() + data[upgrade.args[0] :]
                # After `Connection: close, Upgrade` the old one ignores whatever it is fed.
                self.parser = HttpRequestParser(self)
                self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
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


_VERSIONS = frozenset({"1.0", "1.1"})
