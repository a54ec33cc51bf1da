"""A client's connection: uvicorn's HTTP protocol, with deadlines, bounds and one error shape.

uvicorn waits for a request for ever, keeps as many header bytes as come, and refuses in plain
text what it cannot parse. Here each part of a request has its time and its bounds, and a refusal
is an answer like any other: it takes its turn, and it can be read before the connection ends.
"""

import asyncio
import secrets
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Any, NamedTuple

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade
from httptools.parser.errors import HttpParserInvalidMethodError
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from todo_api.contract import Limits, Problem

LINGER_SECONDS = 2
"""How long a client may go on sending a request that has been refused."""


class Deadlines(NamedTuple):
    """How long a client may take, in seconds."""

    idle: float = 10
    """To begin a request, the first one or another."""
    head: float = 10
    """To send all of a request's head once it has begun."""
    body: float = 10
    """To send all of the body after the head; or to take more of an answer."""


class _Awaits(Enum):
    """What is to come from the client next."""

    REQUEST = "request"
    HEAD = "head"
    BODY = "body"


class Connection(HttpToolsProtocol):
    """An HTTP/1.1 connection on which nobody keeps the service waiting, or fills its memory."""

    def __init__(self, *, limits: Limits, deadlines: Deadlines, **uvicorns: Any) -> None:  # noqa: ANN401
        """Take the rules; the rest is uvicorn's."""
        super().__init__(**uvicorns)
        self._limits = limits
        self._most_head_bytes = limits.url + limits.header_bytes + 4 * limits.headers + 64
        self._deadlines = deadlines
        self._look_after = min(deadlines)
        self._awaits = _Awaits.REQUEST
        self._idle_bytes = 0  # received since a request began or brought some of its body
        self._keep_alive = False
        self._unsent = 0
        self._expect(deadlines.idle)
