"""A bounded number of sessions, shared by the event loop and the threads.

Who finds none idle, and no place for another, queues for the next one that is given back. That an
idle one has ended is noticed without asking the server: the operating system tells.
"""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread

import psycopg

from todo_api.storage.engine.postgresql.greenlets import Fiber, Hub, current_fiber
from todo_api.storage.engine.postgresql.session import Session, SessionLostError
from todo_api.storage.engine.statistics import Statistics

# Seconds to wait for a session, and then for each of its answers. The server itself gives a
# statement up before that, so that only a silent server is given up: sooner still if it does not
# even take up a connection (`pulse`). Commands that serve nobody wait longer for a session: several
# servers may have to be tried.
PATIENCE, PATIENCE_OF_COMMANDS = 1.6, 4.0
ANSWER_PATIENCE, ANSWER_PATIENCE_IN_THREAD = 1.8, 8.0

# On the event loop a session that is idle has so long to be used again: then the end of one
# transaction goes to the server together with the beginning of the next.
SETTLING_SECONDS = 0.01

# A statement that takes longer than this on the event loop is run again in a thread. It is more
# than the second after which the server looks for a deadlock. Where the server can limit a whole
# transaction (from PostgreSQL 17 on), it does not wait for a process that was stopped in one.
QUICK = """\
SELECT set_config(name, CASE name WHEN 'statement_timeout' THEN '1500' ELSE '20000' END, false)
FROM pg_settings
WHERE name = 'statement_timeout' AND setting::bigint NOT BETWEEN 1 AND 1500
OR name = 'transaction_timeout' AND setting = '0'"""
AS_CONNECTED = """\
SELECT set_config(name, reset_val, false) FROM pg_settings
WHERE name IN ('statement_timeout', 'transaction_timeout')"""


class Pool:
    """The sessions with one server."""

    def __init__(self, connect: Callable[[], Session], most: int) -> None:
        """Take what makes a session, which may block, and how many there may be."""
        self._connect = connect
        self._most = most
        self._lock = Lock()
        self._idle_on_loop: deque[Session] = deque()
        self._idle: deque[Session] = deque()
        self._queue: deque[_Seeker] = deque()
        self._sessions = 0
        self._connecting = 0
        self._generation = 0
        self._hub: Hub | None = None
        self._will_settle = False

    def belong_to(self, hub: Hub) -> None:
        """Serve the functions of a hub, after the loop of the former one was closed."""
        self._reclaim()
        self._hub = hub
        self._will_settle = False

    def take(self) -> Session:
        """Return a session for the present fiber or thread, the one most recently used.

        Raises `psycopg.OperationalError`.
        """
        fiber = current_fiber()
        if fiber is not None:
            while self._idle_on_loop:
                session = self._idle_on_loop.pop()
                if session.generation == self._generation and not session.is_closed:
                    return session
                self._drop(session)
        elif self._hub is not None and self._hub.loop.is_closed():
            self._reclaim()
        while self._idle:
            with suppress(IndexError):  # another thread was quicker
                session = self._idle.pop()
                if session.generation == self._generation and session.is_usable():
                    return self._set_up(session, fiber)
                self._drop(session)
        return self._set_up(self._seek(_Seeker(fiber)), fiber)

    def give_back(self, session: Session) -> None:
        """Let another one have a session; it is in no transaction, or closed."""
        on_loop = session.hub is not None
        if not (on_loop or session.is_settled or session.is_closed):
            session.sync()
        if session.is_closed or session.generation != self._generation:
            self._drop(session)
            return
        with self._lock:
            seeker = self._queue.popleft() if self._queue else None
            if seeker is None:
                (self._idle_on_loop if on_loop else self._idle).append(session)
            else:
                if seeker.fiber is None:
                    _let_go(session)
                seeker.session = session
        if seeker is not None:
            seeker.wake()
        elif on_loop and not self._will_settle:
            self._settle_soon()

    def renew(self, generation: int) -> None:
        """Use none of the sessions again that were made in a generation, or before."""
        with self._lock:
            if generation == self._generation:
                self._generation += 1

    def statistics(self) -> Statistics:
        """Tell how many sessions there are, how many are idle, and how many are sought."""
        idle = len(self._idle) + len(self._idle_on_loop)
        return Statistics(self._sessions, idle, len(self._queue))

    def close(self) -> None:
        """Close the idle sessions; those in use follow when they are given back."""
        self.renew(self._generation)
        for idle in (self._idle_on_loop, self._idle):
            while idle:
                self._drop(idle.pop())

    def _set_up(self, session: Session, fiber: Fiber | None) -> Session:
        """Make a session its taker's; one that cannot be is dropped."""
        try:
            return self._handed_over(session, fiber)
        except BaseException:
            self._drop(session)
            raise

    def _handed_over(self, session: Session, fiber: Fiber | None) -> Session:
        if session.is_closed:
            raise SessionLostError("the session has ended while it was handed over")
        if fiber is None:
            session.patience = ANSWER_PATIENCE_IN_THREAD
        elif session.hub is not fiber.hub:
            session.join(fiber.hub, self._lose)
            session.patience = ANSWER_PATIENCE
            session.send(QUICK)
            session.sync()
        return session

    def _seek(self, seeker: "_Seeker") -> Session:
        """Queue, after seeing to it that a session will come."""
        with self._lock:
            self._queue.append(seeker)
            idle = self._idle.pop() if self._idle else None  # given back a moment ago
            grows = idle is None and self._has_room()
        if idle is not None:
            self.give_back(idle)
        elif grows and self._hub is None:
            self._grow()
        elif grows:
            Thread(target=self._grow, name="connecting", daemon=True).start()
        elif seeker.fiber is None and self._hub is not None and self._idle_on_loop:
            self._hub.call_soon(self._share)
        try:
            seeker.wait_for_news(PATIENCE if self._hub else PATIENCE_OF_COMMANDS)
        except BaseException:  # whoever asked has gone
            self._leave_queue(seeker)
            if seeker.session is not None:
                self.give_back(seeker.session)
            raise
        self._leave_queue(seeker)
        if seeker.session is None:
            raise seeker.error or psycopg.OperationalError(
                "all connections are in use" if self._connecting < self._sessions else "no answer"
            )
        return seeker.session

    def _leave_queue(self, seeker: "_Seeker") -> None:
        with self._lock, suppress(ValueError):
            self._queue.remove(seeker)

    def _has_room(self) -> bool:
        """Take a place for a session that somebody needs, if there is one."""
        if self._sessions >= self._most or self._connecting >= len(self._queue):
            return False
        self._sessions += 1
        self._connecting += 1
        return True

    def _grow(self) -> None:
        """Make a session for which a place was taken."""
        generation = self._generation
        begun = time.monotonic()
        try:
            session = self._connect()
        except Exception as error:  # noqa: BLE001 - it is raised where a session was sought
            self._fail(error, begun)
            return
        session.generation = generation
        with self._lock:
            self._connecting -= 1
        self.give_back(session)

    def _fail(self, error: Exception, begun: float) -> None:
        """Disappoint whoever has queued since before, unless there are sessions to wait for."""
        failed: list[_Seeker] = []
        with self._lock:
            self._sessions -= 1
            self._connecting -= 1
            if self._sessions == self._connecting:
                while self._queue and self._queue[0].since <= begun:
                    failed.append(self._queue.popleft())
            grows = not self._sessions and self._has_room()
            shares = bool(self._queue and self._idle_on_loop)
        if shares and self._hub is not None:
            self._hub.call_soon(self._share)
        for seeker in failed:
            seeker.error = error
            seeker.wake()
        if grows:
            Thread(target=self._grow, name="connecting", daemon=True).start()

    def _drop(self, session: Session) -> None:
        session.close()
        with self._lock:
            self._sessions -= 1
            grows = self._has_room()
        if grows:
            Thread(target=self._grow, name="connecting", daemon=True).start()

    def _lose(self, session: Session) -> None:
        """Forget an idle session that has ended; one in use is given back."""
        if session in self._idle_on_loop:
            self._idle_on_loop.remove(session)
            self._drop(session)

    def _reclaim(self) -> None:
        """Take back what belonged to a loop that was closed."""
        while self._idle_on_loop:
            session = self._idle_on_loop.pop()
            _let_go(session)
            self._idle.append(session)

    def _settle_soon(self) -> None:
        if self._hub is not None:
            self._will_settle = True
            self._hub.loop.call_later(SETTLING_SECONDS, self._settle)

    def _settle(self) -> None:
        """Send what idle sessions were going to send with their next statements."""
        self._will_settle = False
        for session in self._idle_on_loop:
            if not session.is_settled:
                session.sync()

    def _share(self) -> None:
        """Give those who queue what the loop has no use for at the moment."""
        while self._queue and self._idle_on_loop:
            self.give_back(self._idle_on_loop.pop())


class _Seeker:
    """Who waits for a session: a fiber on the event loop, or a thread."""

    def __init__(self, fiber: Fiber | None) -> None:
        self.fiber = fiber
        self.since = time.monotonic()
        self.session: Session | None = None
        self.error: Exception | None = None
        self._event = Event()

    def wait_for_news(self, patience: float) -> None:
        """Wait for a session or an error, in vain if it takes too long."""
        if self.fiber is None:
            self._event.wait(patience)
            return
        deadline = time.monotonic() + patience
        with suppress(TimeoutError):
            while self.session is None and self.error is None:
                self.fiber.hub.wait(self.fiber, deadline)

    def wake(self) -> None:
        self._event.set()
        if self.fiber is not None:
            self.fiber.hub.wake(self.fiber)


def _let_go(session: Session) -> None:
    """Take a session from the loop, for a thread."""
    if session.hub is not None:
        session.leave()
        session.send(AS_CONNECTED)
        session.sync()
