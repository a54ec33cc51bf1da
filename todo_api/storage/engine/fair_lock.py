"""A lock that serves its waiters in the order of their arrival."""

from collections import deque
from threading import Lock


class FairLock:
    """A lock for one holder at a time, first come, first served.

    SQLite's own queue is a polling one: a writer that finds the file locked sleeps and tries
    again, so the unlucky wait long and the lucky overtake. A `threading.Lock` does not promise
    any order either.
    """

    def __init__(self) -> None:
        """Begin unlocked."""
        self._guard = Lock()
        self._waiting: deque[Lock] = deque()
        self._taken = False

    def try_enter(self) -> bool:
        """Take the lock if nobody has it, without waiting; tell whether it was taken."""
        with self._guard:
            if self._taken:
                return False
            self._taken = True
            return True

    def enter(self, patience: float) -> bool:
        """Wait for one's turn, at most `patience` seconds; tell whether it came."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=patience):
            return True
        with self._guard:
            if turn not in self._waiting:  # our turn came just after our patience had ended
                return True
            self._waiting.remove(turn)
            return False

    def leave(self) -> None:
        """Hand the lock to the one who has waited longest, or leave it open."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
