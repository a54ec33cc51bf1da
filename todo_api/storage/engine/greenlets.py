"""Functions that wait for a socket, run on an event loop that goes on meanwhile.

A function that `run` calls has a stack of its own, a greenlet. Where it would block, it calls
`wait_for`: that puts the stack aside until what it waits for is there, and lets the event loop do
other work. So code that is written for threads, and the handlers that call it, run without any.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context, copy_context
from typing import Any, TypeVar, cast

from greenlet import getcurrent, greenlet

T = TypeVar("T")

READ, WRITE = 1, 2
"""What a socket is waited for, as flags."""


class _Stack(greenlet):
    """The stack of a function that `run` has called."""


def is_on_event_loop() -> bool:
    """Tell whether the caller is a function that `run` has called."""
    return isinstance(getcurrent(), _Stack)


def wait_for(awaitable: Awaitable[T]) -> T:
    """Return what comes of an awaitable, to a function that `run` has called."""
    event_loop = cast("greenlet", getcurrent().parent)
    return cast("T", event_loop.switch(awaitable))


async def run(call: Callable[[], T]) -> T:
    """Return what a call returns; whenever it waits, the event loop goes on.

    If the task is cancelled meanwhile, so is the call: `asyncio.CancelledError` is raised in it.
    """
    stack = _Stack(call)
    context: Context = copy_context()
    stack.gr_context = context
    outcome: Any = stack.switch()
    while not stack.dead:
        try:
            found = await outcome
        except BaseException as error:  # noqa: BLE001 - the call has to know
            outcome = stack.throw(error)
        else:
            outcome = stack.switch(found)
    return cast("T", outcome)


async def readiness(fileno: int, events: int, seconds: float) -> int:
    """Return for what a socket is ready when it is, or 0 if that takes more than ``seconds``."""
    loop = asyncio.get_running_loop()
    found: asyncio.Future[int] = loop.create_future()

    def tell(event: int) -> None:
        if not found.done():
            found.set_result(event)

    if events & READ:
        loop.add_reader(fileno, tell, READ)
    if events & WRITE:
        loop.add_writer(fileno, tell, WRITE)
    timer = loop.call_later(seconds, tell, 0)
    try:
        return await found
    finally:
        timer.cancel()
        if events & READ:
            loop.remove_reader(fileno)
        if events & WRITE:
            loop.remove_writer(fileno)
