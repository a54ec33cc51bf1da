"""Large bodies, kept in files until they are whole.

A client may send slowly. What it has sent so far takes up no memory, and no place among those that
are worked on. If all of them have sent as much as there is room for, one gives way: of the address
that sends most bodies, the slowest. So nobody fills the room and keeps others out.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import Any

from todo_api.contract.http import Limits, Problem, Request, unavailable

logger = logging.getLogger(__name__)

NEW_SECONDS = 2.0
"""A body is not called slow before that."""


class Spool:
    """The files of an operation."""

    def __init__(self, limits: Limits) -> None:
        """Begin without any; what all senders may have in files is one of the limits."""
        self._most_bytes = limits.spooled
        self._seconds = limits.large_body_seconds
        self._bytes = 0
        self._senders: set[Any] = set()
        self._arriving: set[Room] = set()

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
    def room(self, limit: int, address: str) -> Iterator["Room"]:
        """Give room for a body from an address until the end of the block.

        Raises `Problem` 503 if the system has none.
        """
        try:
            file = TemporaryFile()  # noqa: SIM115 - it is one, a line below
        except OSError as fault:
            raise _unkept(fault) from None
        with file:
            room = Room(self, file, limit, address)
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
        self._arriving.add(room)
        try:
            async with asyncio.timeout(self._seconds) as room.deadline:
                await request.receive(room.write, room.limit)
        except TimeoutError:
            if room.gave_way:
                raise _full() from None
            detail = f"The body has not arrived within {self._seconds} seconds."
            raise Problem(408, detail, headers={"Connection": "close"}) from None
        finally:
            self._arriving.discard(room)

    def take(self, room: "Room", size: int) -> None:
        """Count bytes that a room is about to keep; raise `Problem` 503 if there is no room."""
        if room.gave_way:
            raise _full()
        room.size += size
        self._bytes += size
        while self._bytes > self._most_bytes:
            last = self._last()
            if last is None or last is room:
                raise _full()
            self._arriving.remove(last)
            self._bytes -= last.size
            last.give_way()

    def _last(self) -> "Room | None":
        """Return whose body has to go first, if one that has yet to arrive does."""
        bodies = Counter(room.address for room in self._arriving)
        return max(
            self._arriving,
            key=lambda room: (bodies[room.address], *room.slowness()),
            default=None,
        )


def _full() -> Problem:
    return unavailable("Too many bodies of this size are being received at the moment.")


def _unkept(fault: OSError) -> Problem:
    """Tell the log why a body cannot be kept, and the client that it cannot."""
    logger.warning(
        "A large body cannot be kept in the folder for temporary files (TMPDIR): %s.",
        (fault.strerror or str(fault)).lower(),
    )
    return unavailable("There is no room for bodies of this size at the moment.")


class Room:
    """A file with a body, as far as it has arrived."""

    def __init__(self, spool: Spool, file: Any, limit: int, address: str) -> None:  # noqa: ANN401 - its type depends on the system
        """Keep up to ``limit`` bytes from an address in a file."""
        self._spool = spool
        self._file = file
        self._begun = time.monotonic()
        self.address = address
        self.limit = limit
        self.size = 0
        self.gave_way = False
        self.deadline = asyncio.timeout(None)
        """Until when the body has to arrive."""

    def write(self, chunk: bytes) -> None:
        """Keep a part of the body."""
        self._spool.take(self, len(chunk))
        try:
            self._file.write(chunk)
        except OSError as fault:
            raise _unkept(fault) from None

    def slowness(self) -> tuple[bool, float]:
        """Return what is larger the slower the body arrives; of new ones, the newest is slowest."""
        seconds = time.monotonic() - self._begun
        if seconds < NEW_SECONDS:
            return False, self._begun
        return True, -self.size / seconds

    def give_way(self) -> None:
        """Receive no more, since there is no room for all."""
        self.gave_way = True
        self.size = 0
        self.deadline.reschedule(asyncio.get_running_loop().time())

    def read(self) -> bytes:
        """Return the body, which is whole."""
        try:
            self._file.seek(0)  # which writes what is left to be written
            body: bytes = self._file.read()
        except OSError as fault:
            raise _unkept(fault) from None
        return body
