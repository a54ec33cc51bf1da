"""Plain functions on the event loop that wait without holding it up.

A function is run in a greenlet, which has a stack of its own. Where it has to wait, it switches
back to the event loop, which answers others meanwhile and switches to it again when there is news.
So the function reads as if it blocked, and needs no thread.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from typing import Any, TypeVar, cast

from greenlet import getcurrent, greenlet

T = TypeVar("T")

LOOKING_SECONDS = 0.1
"""How often deadlines are looked at: a timer for each wait would cost more than most waits."""


class Fiber(greenlet):
    """A greenlet of a hub, which runs one function after the other.

    To make one takes ten times as long as to switch to one.
    """

    def __init__(self, hub: "Hub") -> None:
        """Belong to a hub, whose loop runs in the present greenlet."""
        super().__init__(self._work)
        self.hub = hub
        self.function: Callable[[], Any] = bool
        self.is_running = False
        self.ended: asyncio.Future[None] | None = None
        """What the function's caller waits for, if the function has to wait itself."""
        self.outcome: Any = None
        self.failure: BaseException | None = None
        self.switch_to_loop = getcurrent().switch

    def _work(self) -> None:
        while True:
            try:
                self.outcome = self.function()
            except BaseException as error:  # noqa: BLE001 - it is raised where the call was asked for
                self.failure = error
            self.is_running = False
            if self.ended is not None and not self.ended.done():
                self.ended.set_result(None)
            self.switch_to_loop()


class Hub:
    """The functions of one event loop. Only `wake` and `call_soon` are for other threads."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take the loop."""
        self.loop = loop
        self._idle: list[Fiber] = []
        self._waiting: dict[Fiber, float] = {}
        self._is_looking = False

    async def run(self, function: Callable[[], T]) -> T:
        """Return what a function returns, or raise what it raises.

        When the caller is cancelled, so is the function: it finds `asyncio.CancelledError` where it
        waits.
        """
        fiber = self._idle.pop() if self._idle else Fiber(self)
        fiber.function, fiber.is_running = function, True
        fiber.gr_context = copy_context()
        try:
            self._go_on(fiber)
            if fiber.is_running:
                fiber.ended = self.loop.create_future()
                await fiber.ended
        finally:
            while fiber.is_running:
                self._waiting.pop(fiber, None)
                self._go_on(fiber, asyncio.CancelledError)
            outcome, failure = fiber.outcome, fiber.failure
            fiber.outcome = fiber.failure = fiber.ended = None
            fiber.function = bool
            self._idle.append(fiber)
        if failure is None:
            return cast("T", outcome)
        try:
            raise failure
        finally:
            del failure  # whose traceback leads back to here

    def wait(self, fiber: Fiber, deadline: float) -> None:
        """Let the loop go on until the present fiber is resumed, which may be for no reason.

        Raises `TimeoutError` soon after the deadline, by the monotonic clock.
        """
        self._waiting[fiber] = deadline
        if not self._is_looking:
            self._is_looking = True
            self.loop.call_later(LOOKING_SECONDS, self._look)
        fiber.switch_to_loop()

    def sleep(self, fiber: Fiber, seconds: float) -> None:
        """Let the loop go on for so long; this is for the present fiber."""
        until = time.monotonic() + seconds
        self.loop.call_later(seconds, self.resume, fiber)
        while time.monotonic() < until - 0.001:  # some loops count milliseconds
            self.wait(fiber, until + 1)

    def resume(self, fiber: Fiber) -> None:
        """Go on with a fiber if it waits; this is for callbacks of the loop, not for fibers."""
        if self._waiting.pop(fiber, None) is not None:
            self._go_on(fiber)

    def wake(self, fiber: Fiber) -> None:
        """Have a fiber resumed soon."""
        self.call_soon(lambda: self.resume(fiber))

    def call_soon(self, function: Callable[[], object]) -> None:
        """Have a function called on the loop; after the loop was closed, nobody waits for it."""
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(function)

    def watch(self, change: Callable[[], object]) -> None:
        """Change which sockets the loop watches: it may be told on its own stack alone.

        While it calls back, libuv keeps a pointer to its stack, which it follows when a socket is
        added or removed. A fiber's stack may lie there, for as long as the fiber runs.
        """
        fiber = current_fiber()
        if fiber is None:
            change()
        else:
            fiber.switch_to_loop(change)

    def _go_on(self, fiber: Fiber, interruption: type[BaseException] | None = None) -> None:
        """Go on with a fiber, or interrupt it, until it waits or ends; make changes for it."""
        change = fiber.switch() if interruption is None else fiber.throw(interruption)
        while change:
            try:
                change()
            except Exception as error:  # noqa: BLE001 - it is raised where the change was asked for
                change = fiber.throw(error)
            else:
                change = fiber.switch()

    def _look(self) -> None:
        """Interrupt those whose deadline has passed."""
        now = time.monotonic()
        for fiber, deadline in list(self._waiting.items()):
            if deadline <= now and self._waiting.pop(fiber, None) is not None:
                self._go_on(fiber, TimeoutError)
        self._is_looking = bool(self._waiting)
        if self._is_looking:
            self.loop.call_later(LOOKING_SECONDS, self._look)


def current_fiber() -> Fiber | None:
    """Return the fiber that this function runs in; None in a thread as any other."""
    current = getcurrent()
    return current if type(current) is Fiber else None
