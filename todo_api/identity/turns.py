"""Turns at something that only a few can do at once."""

import asyncio
from bisect import insort
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple


class OverloadedError(Exception):
    """More passwords wait to be checked than can be checked soon; the same call may work later."""


class _Waiting(NamedTuple):
    rank: int
    arrival: int
    turn: asyncio.Future[None]


class Turns:
    """Lets a few in at once; of those who wait, the one with the lowest rank comes first.

    Of equals, the last one to come is the first: where more come than can be let in, those who are
    let in at all are let in soon, and clients who have given up hold up nobody. If too many wait,
    the last in this order has to go. It belongs to the event loop.
    """

    def __init__(self, at_once: int, *, most_waiting: int) -> None:
        """Take how many are let in, and how many may wait."""
        self._free = at_once
        self._most_waiting = most_waiting
        self._waiting: list[_Waiting] = []
        self._arrivals = 0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @asynccontextmanager
    async def taken(self, rank: int) -> AsyncIterator[None]:
        """Wait for a turn, and have it for the length of the block. Raises `OverloadedError`."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(rank)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, rank: int) -> None:
        self._arrivals += 1
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(rank, self._arrivals, turn)
        insort(self._waiting, waiting, key=lambda one: (one.rank, -one.arrival))
        if len(self._waiting) > self._most_waiting:
            self._waiting.pop().turn.set_exception(OverloadedError)
        try:
            await turn
        except asyncio.CancelledError:
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            elif turn.done() and not turn.cancelled() and turn.exception() is None:
                self._pass_on()  # It came too late.
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            turn = self._waiting.pop(0).turn
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
