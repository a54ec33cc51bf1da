"""Whether the server lives at all: what a session asks that has waited for an answer for a while.

A statement may take long, and a server may be stopped, paused or out of reach: on its session both
look the same. So another connection is made. If that is answered, in whatever way, the session goes
on waiting; otherwise it is given up long before a statement would be.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread

SILENCE_SECONDS = 0.8
"""How long an answer may take before anybody asks whether there is somebody."""
PROBE_SECONDS = 0.8
"""How long the server has to take up a connection."""
LOOKING_SECONDS = 0.1
"""How often those who wait look whether it has."""
FRESH_SECONDS = 1.0
"""How long the server counts as alive after it was."""


class Pulse:
    """Asks one question at a time, for all sessions."""

    def __init__(self, connect: Callable[[], object]) -> None:
        """Take what makes a connection and closes it; it may block, and may fail."""
        self._connect = connect
        self._guard = Lock()
        self._asked_at: float | None = None
        self._alive_at = 0.0

    def is_missing(self) -> bool:
        """Tell whether the server has let the question pass; ask, unless the answer is fresh."""
        with self._guard:
            now = time.monotonic()
            if self._asked_at is not None:
                return now - self._asked_at > PROBE_SECONDS
            if now - self._alive_at > FRESH_SECONDS:
                self._asked_at = now
                Thread(target=self._ask, name="pulse", daemon=True).start()
        return False

    def _ask(self) -> None:
        begun = time.monotonic()
        # A refusal is an answer, too: the session itself tells of its end.
        with suppress(Exception):
            self._connect()
        with self._guard:
            self._asked_at = None
            if time.monotonic() - begun < PROBE_SECONDS:
                self._alive_at = time.monotonic()
