"""The bounded pool of threads in which functions run."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from math import inf
from queue import Empty, SimpleQueue
from threading import Thread, local
from time import monotonic
from typing import Any, NamedTuple, TypeVar, TypeVarTuple

from todo_api.contract.http import unavailable

PATIENCE = 0.5
"""Seconds that a request waits for a thread: its answer is to be there within one."""
WAITING_PER_THREAD = 4
"""Requests that may wait for each thread."""
OVERLOADED = "The service has more to do than it can at the moment."

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


_MOST_SECONDS = 5
"""The event loop may be about to end, and wait for the thread that waits for it."""

_here = local()
"""Of a worker: the event loop that its call comes from."""


def wait_for(question: Coroutine[Any, Any, T]) -> T:
    """Ask something that belongs to the event loop, from a function that a worker runs.

    Raises `Problem` 503 if there is no answer.
    """
    loop: asyncio.AbstractEventLoop = _here.loop
    try:
        return asyncio.run_coroutine_threadsafe(question, loop).result(_MOST_SECONDS)
    except TimeoutError:
        raise unavailable("The service is about to end.") from None


class Workers:
    """Threads for plain functions that may block; the event loop never does.

    A ThreadPoolExecutor would do the same: for each call it makes two futures, a lock and a
    condition, which together take longer than reading a row.
    """

    def __init__(self, threads: int) -> None:
        """Allow up to ``threads`` calls at once; more wait in the order they came."""
        self._most_waiting = threads * WAITING_PER_THREAD
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._threads = [
            Thread(target=self._work, name=f"worker-{number}", daemon=True)
            for number in range(threads)
        ]
        self._started = False
        self.at_work = 0
        """About how many calls run; a look at it costs nothing."""
        self._closed = False

    @property
    def threads(self) -> int:
        """How many calls can run at once."""
        return len(self._threads)

    @property
    def waiting(self) -> int:
        """How many calls wait for a thread."""
        return self._calls.qsize()

    def is_full(self) -> bool:
        """Tell whether so many calls wait that no more may."""
        return self._calls.qsize() >= self._most_waiting

    def latest(self) -> float:
        """Return until when a request that comes now may wait, by the monotonic clock."""
        return monotonic() + PATIENCE

    async def run(self, call: Callable[[*Ts], T], /, *args: *Ts) -> T:
        """Run ``call`` in a thread, however late, and return or raise what it does."""
        return await self.run_by(inf, call, *args)

    async def run_soon(self, call: Callable[[*Ts], T], /, *args: *Ts) -> T:
        """Do the same for a request that comes now; raise what `run_by` does."""
        return await self.run_by(self.latest(), call, *args)

    async def run_by(self, latest: float, call: Callable[[*Ts], T], /, *args: *Ts) -> T:
        """Do the same, unless too many wait already, or some still do after ``latest``.

        Raises:
            Problem: 503.

        """
        if latest < inf and self.is_full():
            raise unavailable(OVERLOADED)
        if self._closed:
            raise RuntimeError("The workers are closed.")
        if not self._started:
            self._started = True
            for thread in self._threads:
                thread.start()
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()
        self._calls.put(_Call(loop, outcome, latest, call, args))
        return await outcome

    def close(self, patience: float = 0.5) -> None:
        """Accept no more calls, drop those that wait, and wait a while for those under way."""
        self._closed = True
        if not self._started:
            return
        with suppress(Empty):
            while (item := self._calls.get_nowait()) is not None:
                _tell(item.loop, item.outcome, None, RuntimeError("The workers are closed."))
        for _ in self._threads:
            self._calls.put(None)
        until = monotonic() + patience
        for thread in self._threads:
            thread.join(max(0, until - monotonic()))

    def _work(self) -> None:
        while (item := self._calls.get()) is not None:
            loop, outcome, latest, call, args = item
            if outcome.done():  # whoever asked has gone
                continue
            _here.loop = loop
            try:
                # Whoever is late because all was slow for a moment keeps nobody waiting.
                if monotonic() > latest and not self._calls.empty():
                    raise unavailable(OVERLOADED)  # noqa: TRY301 - it is told like any failure
                self.at_work += 1
                try:
                    value = call(*args)
                finally:
                    self.at_work -= 1
            except BaseException as failure:  # noqa: BLE001 - it is raised where the call was asked for
                _tell(loop, outcome, None, failure)
            else:
                _tell(loop, outcome, value, None)
                del value
            # Nothing of a call must live on while the thread waits for the next one.
            del item, outcome, call, args


class _Call(NamedTuple):
    """A call that waits for a thread."""

    loop: asyncio.AbstractEventLoop
    outcome: asyncio.Future[Any]
    latest: float
    """When it is too late to begin while others wait."""
    call: Callable[..., Any]
    args: tuple[Any, ...]


def _tell(
    loop: asyncio.AbstractEventLoop,
    outcome: asyncio.Future[Any],
    value: object,
    failure: BaseException | None,
) -> None:
    with suppress(RuntimeError):  # the loop was closed: whoever asked has gone with it
        loop.call_soon_threadsafe(_settle, outcome, value, failure)


def _settle(outcome: asyncio.Future[Any], value: object, failure: BaseException | None) -> None:
    """Hand over the outcome, unless whoever asked has gone."""
    if outcome.done():
        return
    if isinstance(failure, StopIteration):
        # No future takes it (before Python 3.12): its caller would wait forever.
        outcome.set_exception(RuntimeError(f"A function raised {failure!r}."))
    elif failure is None:
        outcome.set_result(value)
    else:
        outcome.set_exception(failure)
