"""One HTTP request, read once: its target, its headers and, when asked for, its body."""

import asyncio
import random
import re
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote

from starlette.types import Receive, Scope

from todo_api.contract.http.problem import Problem


class Limits(NamedTuple):
    """How much of a request is read."""

    url: int = 8 * 1024
    """Bytes of the target: path and query."""
    header_bytes: int = 16 * 1024
    """Bytes of all header fields together."""
    headers: int = 64
    """Header fields."""
    body: int = 128 * 1024
    """Bytes of the body, counted as they arrive; an operation may state another number."""
    large_bodies: int = 2
    """How many bodies larger than that an operation works on at once."""
    large_body_seconds: int = 120
    """How long such a body may take to arrive."""
    spooled: int = 64 * 1024 * 1024
    """Bytes of such bodies that an operation receives at once from all senders together."""
    json_depth: int = 32
    """Levels of nesting in a body of JSON."""
    json_digits: int = 20
    """Digits of a number in a body of JSON."""


class Caller(NamedTuple):
    """Where a request came from."""

    address: str
    """The client's address; empty if the server does not know it."""
    request_id: str


AWAITED_SINCE = "contract.awaited_since"
"""A scope has this, a time of the event loop, as soon as the service waits for the body."""
ABANDONED = "contract.abandoned"
"""A scope has this as soon as the server knows that nobody waits for the answer any more."""


class ClientDisconnectedError(Exception):
    """The client went away before its request was complete; nobody is left to answer."""


class Request:
    """A request, from which the arguments of a handler are made."""

    __slots__ = (
        "_receive",
        "_repeated",
        "_scope",
        "client",
        "headers",
        "id",
        "method",
        "operation",
        "path",
        "query",
        "scheme",
        "sender",
        "server",
        "size",
    )

    def __init__(self, scope: Scope, receive: Receive) -> None:
        """Read target and headers as they are; `check` validates them."""
        self.method: str = scope["method"]
        self.scheme: str = scope["scheme"]
        self.path: bytes = scope.get("raw_path") or quote(scope["path"]).encode()
        self.query: bytes = scope["query_string"]
        self.client: str = (scope.get("client") or ("", 0))[0]
        self.server: str = (scope.get("server") or ("", 0))[0]
        self._receive = receive
        self._scope = scope
        self.operation = ""
        """The name of the operation that it is for, as soon as that is known."""
        self.sender: Any = None
        """Who sent it, in the application's own type, as soon as that is known."""
        self.headers: dict[bytes, bytes] = {}
        self._repeated = None
        size = 0
        for name, value in scope["headers"]:
            size += len(name) + len(value)
            if name not in self.headers:
                self.headers[name] = value
            elif name in _SINGLETONS:
                self._repeated = name
            else:  # RFC 9110, 5.3
                self.headers[name] += b", " + value
        self.size = len(scope["headers"]), size
        self.id = self.headers.get(b"x-request-id", b"")
        if not _SANE_ID.fullmatch(self.id):
            self.id = new_request_id()

    def check(self, limits: Limits) -> None:
        """Check what every operation relies on.

        Raises:
            Problem: 414 or 431 beyond the limits, 400 for a header that may not be repeated
                or a ``Host`` that is missing or malformed (RFC 9112, 3.2).

        """
        fields, field_bytes = self.size
        if len(self.path) + len(self.query) > limits.url:
            raise too_long_url(limits)
        if fields > limits.headers:
            raise Problem(431, f"The request has more than {limits.headers} header fields.")
        if field_bytes > limits.header_bytes:
            raise too_large_fields(limits)
        if self._repeated is not None:
            raise Problem(400, f"The header {self._repeated.decode().title()} was sent twice.")
        if not _HOST.fullmatch(self.headers.get(b"host", b"")):
            raise Problem(400, "The request needs one Host header that names a host.")
        if not (self.path.isascii() and self.query.isascii()):
            raise Problem(400, "The URL must be percent-encoded.")
        if not _LENGTH.fullmatch(self.headers.get(b"content-length", b"0")):
            raise Problem(400, "The Content-Length is not a number.")

    @property
    def caller(self) -> Caller:
        """Where the request came from."""
        return Caller(self.client, self.id.decode())

    @property
    def accept(self) -> bytes | None:
        """The ``Accept`` header; one that is too long counts as absent."""
        accept = self.headers.get(b"accept")
        return accept if accept is None or len(accept) <= _LONGEST_ACCEPT else None

    @property
    def announces_body(self) -> bool:
        """Whether a body follows the headers (RFC 9112, 6.3)."""
        return self.headers.get(b"content-length", b"0") != b"0" or (
            b"transfer-encoding" in self.headers
        )

    def require_client(self) -> None:
        """Raise `ClientDisconnectedError` if the client is known to have gone."""
        if ABANDONED in self._scope:
            raise ClientDisconnectedError

    async def left(self) -> None:
        """Wait until the client has gone; only for use after the body has been read."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def body(self, limit: int) -> bytes:
        """Return the whole body. Raises what `receive` raises."""
        chunks: list[bytes] = []
        await self.receive(chunks.append, limit)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    async def receive(self, take: Callable[[bytes], object], limit: int) -> None:
        """Hand each part of the body over as it arrives.

        Raises:
            Problem: 413 as soon as more than ``limit`` bytes have arrived.
            ClientDisconnectedError: if the client went away first.

        """
        self._scope[AWAITED_SINCE] = asyncio.get_running_loop().time()
        size = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnectedError
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > limit:
                raise too_large(limit)
            take(chunk)
            if not message.get("more_body"):
                return


def new_request_id() -> bytes:
    """Make up an id for a request that brings none."""
    return b"%032x" % _CHANCE.getrandbits(128)


def too_long_url(limits: Limits) -> Problem:
    """Refuse a URL beyond its limit."""
    return Problem(414, f"The URL is longer than {limits.url:,} bytes.")


def too_large_fields(limits: Limits) -> Problem:
    """Refuse header fields beyond their limit."""
    return Problem(431, f"The header fields are larger than {limits.header_bytes:,} bytes.")


def too_large(limit: int) -> Problem:
    """Refuse a body of more than ``limit`` bytes; the rest of it is never read."""
    detail = f"The body is larger than {limit:,} bytes."
    return Problem(413, detail, headers={"Connection": "close"})


_CHANCE = random.Random()  # noqa: S311 - an id is no secret
_SINGLETONS = frozenset({b"authorization", b"content-length", b"content-type", b"host"})

_HOST = re.compile(rb"(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
"""A registered name or IP literal with a port (RFC 3986, 3.2.2), as far as DNS has such names."""

_LENGTH = re.compile(rb"[0-9]{1,18}")
_LONGEST_ACCEPT = 1024
_SANE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
