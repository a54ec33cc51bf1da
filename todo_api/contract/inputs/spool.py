"""Large bodies, kept in files until they are whole.

A client may send slowly. What it has sent so far takes up no memory, and no place among those that
are worked on.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Any

from todo_api.contract.http import Limits, Problem, Request, unavailable


class Spool:
    """The files of an operation."""

    def __init__(self, limits: Limits) -> None:
        """Begin without any; what all senders may have in files is one of the limits."""
        self._most_bytes = limits.spooled
        self._seconds = limits.large_body_seconds
        self._bytes = 0
        self._senders: set[Any] = set()

    @contextmanager
    def admission(self, sender: Any) -> Iterator[None]:  # noqa: ANN401 - the application's own type
        """Let a sender send one large body at a time; raise `Problem` 503 for another."""
        if sender in self._senders:
            raise unavailable("Another body of this size is being received from you: wait for it.")
        self._senders.add(sender)
        try:
            yield
        finally:
            self._senders.remove(sender)

    @contextmanager
    def room(self, limit: int) -> Iterator["Room"]:
        """Give room for a body until the end of the block."""
        with TemporaryFile() as file:
            room = Room(self, file, limit)
            try:
                yield room
            finally:
                self._bytes -= room.size

    async def receive(self, request: Request, room: "Room") -> None:
        """Receive a body.

        Raises:
            Problem: 413 beyond its limit, 503 if there is no room, 408 if it takes too long.
            ClientDisconnectedError: if the client went away first.

        """
        try:
            async with asyncio.timeout(self._seconds):
                await request.receive(room.write, room.limit)
        except TimeoutError:
            detail = f"The body has not arrived within {self._seconds} seconds."
            raise Problem(408, detail, headers={"Connection": "close"}) from None

    def take(self, size: int) -> None:
        """Count bytes that are about to be kept; raise `Problem` 503 if there is no room."""
        if self._bytes + size > self._most_bytes:
            raise unavailable("Too many bodies of this size are being received at the moment.")
        self._bytes += size


class Room:
    """A file with a body, as far as it has arrived."""

    def __init__(self, spool: Spool, file: Any, limit: int) -> None:  # noqa: ANN401 - its type depends on the system
        """Keep up to ``limit`` bytes in a file."""
        self._spool = spool
        self._file = file
        self.limit = limit
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Keep a part of the body."""
        self._spool.take(len(chunk))
        self.size += len(chunk)
        self._file.write(chunk)

    def read(self) -> bytes:
        """Return the body, which is whole."""
        self._file.seek(0)
        body: bytes = self._file.read()
        return body
