"""What an SQLite file is read and written by on an event loop."""

import asyncio
import math
from collections.abc import Callable
from typing import TypeVar

from todo_api.storage.engine.connection import Connection
from todo_api.storage.engine.group_commit import GroupCommit
from todo_api.storage.engine.write_lock import WriteLock

T = TypeVar("T")

# What a call on the event loop may ask of SQLite's virtual machine: MOST_STRIDES times STRIDE
# steps, about a millisecond's work. A page of twenty tasks takes a fiftieth of that.
MOST_STRIDES = 30
STRIDE = 1000  # steps


class Inline:
    """What belongs to one event loop: a connection that reads, and the group of its writers."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        lock: WriteLock,
        connect: Callable[[], Connection],
    ) -> None:
        """Take what opens a connection to the file."""
        self.loop = loop
        self._connect = connect
        self.bounds = Bounds()
        self.reader = self.bounds.set_on(connect())
        # Bounds of their own: what interrupts a read must not strike a commit in the thread.
        bounds = Bounds()
        self.writers = GroupCommit(loop, lock, lambda: bounds.set_on(connect()), bounds.run)

    def renew(self) -> None:
        """Replace the connection: a fault of the file may have left it in any state."""
        self.reader.driver.close()
        self.reader = self.bounds.set_on(self._connect())

    def close(self) -> None:
        """Close the connections."""
        self.writers.close()
        self.reader.driver.close()


class Bounds:
    """Interrupts calls whose statements, all together, take too much."""

    def __init__(self) -> None:
        """Bound nothing while no call runs."""
        self._strides = math.inf

    def set_on(self, db: Connection) -> Connection:
        """Bound what calls do with a connection."""
        db.driver.set_progress_handler(self._is_exceeded, STRIDE)
        return db

    def run(self, call: Callable[[], T]) -> T:
        """Return what a call returns."""
        self._strides = MOST_STRIDES
        try:
            return call()
        finally:
            self._strides = math.inf  # what begins and ends a transaction is never interrupted

    def _is_exceeded(self) -> bool:
        self._strides -= 1
        return self._strides < 0
