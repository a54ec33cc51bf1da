"""Turns: how many may do something at once, and who waits for it.

The threads of `Workers` serve whoever comes first. So that nobody takes all of them, each sender's
requests get a few at a time (`Shares`), and the others of the same sender wait for these.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from math import inf
from threading import Lock
from time import monotonic
from typing import Any, TypeVar, TypeVarTuple

from todo_api.contract.http import unavailable
from todo_api.contract.workers import Workers

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Turns:
    """Lets a few in at once; the others wait, first come, first served."""

    def __init__(self, at_once: int, *, most_waiting: int, refusal: str) -> None:
        """Let ``at_once`` in; ``refusal`` is the sentence for whom more than that wait before."""
        self._free = at_once
        self._at_once = at_once
        self._most_waiting = most_waiting
        self._refusal = refusal
        self._waiting: deque[asyncio.Future[None]] = deque()
        # Event loops of several threads may share an application.
        self._guard = Lock()

    @property
    def is_idle(self) -> bool:
        """Whether nobody is in."""
        return self._free == self._at_once

    def is_full(self) -> bool:
        """Tell whether nobody can enter, and so many wait that no more may."""
        return not self._free and len(self._waiting) >= self._most_waiting

    async def enter(self, latest: float = inf, *, patient: bool = False) -> None:
        """Wait for one's turn until ``latest``, by the monotonic clock.

        Raises `Problem` 503 if it has not come, or if too many wait already; ``patient`` waits
        however many do.
        """
        with self._guard:
            if self._free:
                self._free -= 1
                return
            if not patient and self.is_full():
                raise unavailable(self._refusal)
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
        try:
            async with asyncio.timeout(None if latest == inf else latest - monotonic()):
                await turn
        except BaseException as failure:
            with self._guard:
                is_ours = turn not in self._waiting
                if not is_ours:
                    self._waiting.remove(turn)
            if is_ours:
                self.leave()
            if isinstance(failure, TimeoutError):
                raise unavailable(self._refusal) from None
            raise

    def leave(self) -> None:
        """Give the turn to the next one."""
        with self._guard:
            while self._waiting:
                turn = self._waiting.popleft()
                try:
                    turn.get_loop().call_soon_threadsafe(_grant, turn)
                except RuntimeError:
                    continue  # the loop was closed: whoever waited has gone with it
                return
            self._free += 1


class SenderTurns:
    """Turns of each sender's own, for senders who are there."""

    def __init__(self, at_once: int, *, most_waiting: int) -> None:
        """Let ``at_once`` of a sender in; up to ``most_waiting`` more wait."""
        self._at_once = at_once
        self._most_waiting = most_waiting
        self._turns: dict[Any, Turns] = {}

    @asynccontextmanager
    async def taken(
        self,
        sender: Any,  # noqa: ANN401 - the application's own type
        latest: float = inf,
        *,
        patient: bool = False,
    ) -> AsyncIterator[None]:
        """Wait for a turn until ``latest``, and have it for the length of the block.

        The sender None is anybody, and shares with nobody. Whoever is ``patient`` is never refused
        because others wait.

        Raises:
            Problem: 503 if too many of the sender's wait, or the turn has not come.

        """
        if sender is None:
            yield
            return
        turns = self._turns.get(sender)
        if turns is None:
            turns = self._turns[sender] = Turns(
                self._at_once,
                most_waiting=self._most_waiting,
                refusal="Too many of your requests are under way: wait for their answers.",
            )
        try:
            await turns.enter(latest, patient=patient)
            try:
                yield
            finally:
                turns.leave()
        finally:
            if turns.is_idle:
                self._turns.pop(sender, None)


class Shares:
    """Threads, of which each sender has a few at a time."""

    def __init__(self, workers: Workers, at_once: int, most_waiting: int) -> None:
        """Give a sender ``at_once`` threads; up to ``most_waiting`` of their calls wait."""
        self._workers = workers
        self._turns = SenderTurns(at_once, most_waiting=most_waiting)

    async def run(
        self,
        sender: Any,  # noqa: ANN401 - the application's own type
        call: Callable[[*Ts], T],
        /,
        *args: *Ts,
        patient: bool = False,
        lane: Turns | None = None,
    ) -> T:
        """Run ``call`` in a thread and return or raise what it does; see `SenderTurns.taken`.

        What is ``patient`` is never refused. ``lane`` holds further turns, of all senders together,
        of which the call needs one.
        """
        latest = inf if patient else self._workers.latest()
        async with self._turns.taken(sender, latest, patient=patient):
            if lane is None:
                return await self._workers.run_by(latest, call, *args)
            await lane.enter(latest)
            try:
                return await self._workers.run_by(latest, call, *args)
            finally:
                lane.leave()


def _grant(turn: asyncio.Future[None]) -> None:
    if not turn.done():  # otherwise whoever waited is about to pass it on
        turn.set_result(None)
