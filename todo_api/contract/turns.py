"""Turns: how many may do something at once, and who waits for it.

The threads of `Workers` serve whoever comes first. So that nobody takes all of them, each sender's
requests get a few at a time (`Shares`), and the others of the same sender wait for these. Whoever
has many accounts most often has few addresses, so all at one address have a part at the most
(`FairTurns`).
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from math import inf
from threading import Lock
from time import monotonic
from typing import Any, TypeVar, TypeVarTuple

from todo_api.contract.http import Problem, unavailable
from todo_api.contract.workers import OVERLOADED, WAITING_PER_THREAD, Workers

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


KEPT = 4
"""One of so many turns is kept for addresses that have none."""


class FairTurns:
    """Turns of all senders together, of which no address takes all.

    Of those who wait, the next one is of the address that has the fewest turns, and of several such
    addresses of the one that was let in least recently. When too many wait, one of the address for
    which most do gives way to another address.
    """

    def __init__(self, at_once: int, *, most_waiting: int, refusal: str) -> None:
        """Let ``at_once`` in; ``refusal`` is the sentence for whom there is no room to wait."""
        self._free = at_once
        self._kept = at_once // KEPT
        self._most_waiting = most_waiting
        self._refusal = refusal
        self._taken: Counter[str] = Counter()
        """By address, how many turns it has."""
        self._waiting: list[_Waiting] = []
        """In the order of arrival."""
        self._waits: Counter[str] = Counter()
        """By address, how many of them."""
        self._given = 0
        self._latest: dict[str, int] = {}
        """By address that has turns or waits for some, which of all turns it was given last."""
        # Event loops of several threads may share an application.
        self._guard = Lock()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def is_full(self, address: str) -> bool:
        """Tell whether whoever comes from an address now would be refused."""
        if len(self._waiting) < self._most_waiting:
            return False
        with self._guard:
            return not self._is_free_for(address) and self._last_of_most(address) is None

    @asynccontextmanager
    async def taken(
        self, address: str, latest: float = inf, *, patient: bool = False
    ) -> AsyncIterator[None]:
        """Wait for a turn until ``latest``, and have it for the length of the block.

        Raises `Problem` 503 if it has not come, or if there is no room to wait; whoever is
        ``patient`` waits however many do.
        """
        await self._enter(address, latest, patient=patient)
        try:
            yield
        finally:
            self._leave(address)

    async def _enter(self, address: str, latest: float, *, patient: bool) -> None:
        with self._guard:
            if self._is_free_for(address):
                self._take(address)
                return
            if not patient and len(self._waiting) >= self._most_waiting:
                last = self._last_of_most(address)
                if last is None:
                    raise unavailable(self._refusal)
                self._forget(last)
                last.tell(unavailable(self._refusal))
            waiting = _Waiting(address, is_patient=patient)
            self._waiting.append(waiting)
            self._waits[address] += 1
        try:
            async with asyncio.timeout(None if latest == inf else latest - monotonic()):
                await waiting.turn
        except BaseException as failure:
            with self._guard:
                if waiting in self._waiting:
                    self._forget(waiting)
            if waiting.has_turn:
                self._leave(address)
            if isinstance(failure, TimeoutError):
                raise unavailable(self._refusal) from None
            raise

    def _leave(self, address: str) -> None:
        """Give the turn to the next one."""
        with self._guard:
            self._give_back(address)
            while next_one := self._next():
                self._forget(next_one)
                next_one.has_turn = True
                self._take(next_one.address)
                if not next_one.tell():
                    self._give_back(next_one.address)  # the loop was closed: nobody waits any more

    def _take(self, address: str) -> None:
        self._free -= 1
        self._taken[address] += 1
        self._given += 1
        self._latest[address] = self._given

    def _give_back(self, address: str) -> None:
        self._free += 1
        _count_down(self._taken, address)
        self._forget_if_gone(address)

    def _forget(self, waiting: "_Waiting") -> None:
        self._waiting.remove(waiting)
        _count_down(self._waits, waiting.address)
        self._forget_if_gone(waiting.address)

    def _forget_if_gone(self, address: str) -> None:
        if address not in self._taken and address not in self._waits:
            self._latest.pop(address, None)

    def _is_free_for(self, address: str) -> bool:
        return self._free > self._kept or (self._free > 0 and address not in self._taken)

    def _next(self) -> "_Waiting | None":
        """Return who is to be let in now, if anybody can be."""
        if not self._free:
            return None
        able = [one for one in self._waiting if self._is_free_for(one.address)]
        return min(
            able,
            key=lambda one: (self._taken[one.address], self._latest.get(one.address, 0)),
            default=None,
        )

    def _last_of_most(self, address: str) -> "_Waiting | None":
        """Return who gives way to an address, if one has more who wait than it would have."""
        most = self._waits[address] + 1
        greedy = {one for one, waits in self._waits.items() if waits > most}
        if not greedy:
            return None
        candidates = (
            one for one in reversed(self._waiting) if one.address in greedy and not one.is_patient
        )
        return max(candidates, key=lambda one: self._waits[one.address], default=None)


class _Waiting:
    """Somebody who waits for a turn."""

    def __init__(self, address: str, *, is_patient: bool) -> None:
        self.address = address
        self.is_patient = is_patient
        self.turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.has_turn = False

    def tell(self, refusal: Problem | None = None) -> bool:
        """Let in, or refuse, whoever waits; tell whether anybody can hear it."""
        try:
            self.turn.get_loop().call_soon_threadsafe(_grant, self.turn, refusal)
        except RuntimeError:
            return False
        return True


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


class Crowd:
    """All whose requests are under way, whatever each of them waits for.

    It tells at the door who would wait in vain: nothing has to be done to refuse those.
    """

    def __init__(self, most: int) -> None:
        """Begin with nobody; ``most`` is how many there is room for."""
        self._most = most
        self._here: Counter[str] = Counter()
        # Event loops of several threads may share an application.
        self._guard = Lock()

    def is_full(self, address: str) -> bool:
        """Tell whether there is no room, and an address has its part of it."""
        with self._guard:
            if self._here.total() < self._most:
                return False
            return self._here[address] >= self._most // len(self._here)

    @contextmanager
    def joined(self, address: str) -> Iterator[None]:
        """Count somebody from an address for the length of the block, whether or not it is full."""
        with self._guard:
            self._here[address] += 1
        try:
            yield
        finally:
            with self._guard:
                _count_down(self._here, address)


class Shares:
    """Threads, of which each sender has a few at a time, and no address has all."""

    def __init__(self, workers: Workers, at_once: int, most_waiting: int) -> None:
        """Give a sender ``at_once`` threads; up to ``most_waiting`` of their calls wait."""
        self._workers = workers
        self._turns = SenderTurns(at_once, most_waiting=most_waiting)
        self._threads = FairTurns(
            workers.threads,
            most_waiting=workers.threads * WAITING_PER_THREAD,
            refusal=OVERLOADED,
        )

    @property
    def waiting(self) -> int:
        """How many calls wait for a thread, but for those that wait for another of their sender."""
        return self._threads.waiting + self._workers.waiting

    def is_full(self, address: str) -> bool:
        """Tell whether so many calls wait that no more from an address may."""
        return self._threads.is_full(address) or self._workers.is_full()

    async def run(
        self,
        sender: Any,  # noqa: ANN401 - the application's own type
        address: str,
        call: Callable[[*Ts], T],
        /,
        *args: *Ts,
        patient: bool = False,
        lane: FairTurns | None = None,
    ) -> T:
        """Run ``call`` in a thread and return or raise what it does; see `SenderTurns.taken`.

        What is ``patient`` is never refused. ``lane`` holds further turns, of all senders together,
        of which the call needs one.
        """
        latest = inf if patient else self._workers.latest()
        async with (
            self._turns.taken(sender, latest, patient=patient),
            nullcontext() if lane is None else lane.taken(address, latest),
            self._threads.taken(address, latest, patient=patient),
        ):
            return await self._workers.run_by(latest, call, *args)


def _count_down(counter: Counter[str], address: str) -> None:
    counter[address] -= 1
    if not counter[address]:
        del counter[address]


def _grant(turn: asyncio.Future[None], refusal: Problem | None = None) -> None:
    if turn.done():
        return  # whoever waited is about to pass it on
    if refusal is None:
        turn.set_result(None)
    else:
        turn.set_exception(refusal)
