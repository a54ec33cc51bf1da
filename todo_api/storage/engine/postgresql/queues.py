"""Queues of those on the event loop who are about to change the same thing.

The server would let them wait, too: each in a session, which nobody else can use meanwhile, and in
a queue that costs it more than the changes do. Here they wait without a session, and the next one
comes as soon as the one before has sent its commit.
"""

import time
from collections import deque
from collections.abc import Hashable

from todo_api.storage.engine.postgresql.greenlets import Fiber

PATIENCE = 0.2
"""Seconds after which one goes on without its turn, and waits on the server with the others."""


class Queues:
    """The queues of one event loop, by what is to be changed.

    They keep nobody from anything, the server's locks do: so a turn may be given up, or come too
    late, at any time.
    """

    def __init__(self) -> None:
        """Begin with nobody."""
        self._queues: dict[Hashable, deque[Fiber]] = {}

    def enter(self, what: Hashable, fiber: Fiber) -> bool:
        """Wait for one's turn; tell whether it has come, and so is to be left."""
        queue = self._queues.setdefault(what, deque())
        queue.append(fiber)
        deadline = time.monotonic() + PATIENCE
        try:
            while queue[0] is not fiber:
                fiber.hub.wait(fiber, deadline)
        except BaseException as interruption:
            self.leave(what, fiber)
            if isinstance(interruption, TimeoutError):
                return False
            raise
        return True

    def leave(self, what: Hashable, fiber: Fiber) -> None:
        """Let the next one go on, if this one had its turn; it waits no more."""
        queue = self._queues[what]
        was_first = queue[0] is fiber
        queue.remove(fiber)
        if not queue:
            del self._queues[what]
        elif was_first:
            queue[0].hub.wake(queue[0])
