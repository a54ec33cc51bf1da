"""What an SQLite file is read and written by on an event loop."""

import asyncio
import math
import time
from collections.abc import Callable
from typing import TypeVar

from todo_api.storage.engine.connection import Connection
from todo_api.storage.engine.group_commit import GroupCommit
from todo_api.storage.engine.sqlite_file import FileConnection
from todo_api.storage.engine.write_lock import WriteLock

T = TypeVar("T")
C = TypeVar("C", bound=Connection)

# How many steps of SQLite's virtual machine are taken between two looks at the clock. A step of a
# search may take a hundred times as long as one of a calculation. A page of twenty tasks takes 600.
STRIDE = 250
MOST_SECONDS = 0.0005
"""By the clock, what the statements of a call on the event loop may take, all together; then, once
more as much of the processor's time. A thread may not have the processor while the clock goes on;
but to ask for the thread's time takes seven microseconds, which most calls are spared."""


class Inline:
    """What belongs to one event loop: a connection that reads, and the group of its writers."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        lock: WriteLock,
        connect: Callable[[], FileConnection],
    ) -> None:
        """Take what opens a connection to the file."""
        self.loop = loop
        self._file = lock.file
        self._connect = connect
        self.bounds = Bounds()
        self._reader: FileConnection | None = None
        # Bounds of their own: what interrupts a read must not strike a commit in the thread.
        bounds = Bounds()
        self.writers = GroupCommit(loop, lock, lambda: bounds.set_on(connect()), bounds.run)

    def reader(self) -> FileConnection:
        """Return the connection that reads, to the file that is there now.

        Raises `DatabaseUnavailableError` if there is none.
        """
        if self._reader is None or self._file.is_stale(self._reader):
            self.drop_reader()
            self._reader = self.bounds.set_on(self._connect())
        return self._reader

    def drop_reader(self) -> None:
        """Close the connection: a fault of the file may have left it in any state."""
        if self._reader is not None:
            self._reader.driver.close()
            self._reader = None

    def close(self) -> None:
        """Close the connections."""
        self.writers.close()
        self.drop_reader()


class Bounds:
    """Interrupts calls whose statements, all together, take too much."""

    def __init__(self) -> None:
        """Bound nothing while no call runs."""
        self._clock = time.monotonic
        self._end = math.inf

    def set_on(self, db: C) -> C:
        """Bound what calls do with a connection."""
        db.driver.set_progress_handler(self._is_exceeded, STRIDE)
        db.is_inline = True
        return db

    def run(self, call: Callable[[], T]) -> T:
        """Return what a call returns."""
        self._count_by(time.monotonic)
        try:
            return call()
        finally:
            self._end = math.inf  # what begins and ends a transaction is never interrupted

    def _count_by(self, clock: Callable[[], float]) -> None:
        self._clock, self._end = clock, clock() + MOST_SECONDS

    def _is_exceeded(self) -> bool:
        if self._clock() <= self._end:
            return False
        if self._clock is time.thread_time:
            return True
        self._count_by(time.thread_time)
        return False
