"""Fibers: functions that wait on an event loop without holding it up."""

import subprocess
import sys

WATCHING_FROM_FIBERS = """
import asyncio
import socket
import time
from functools import partial

import uvloop

from todo_api.storage.engine.postgresql.greenlets import Hub, current_fiber

ROUNDS, SOCKETS = 60, 20


def at_depth(depth, function):
    # More of the stack of the processor, not of the interpreter alone.
    max([0], key=lambda _: (at_depth(depth - 1, function) if depth else function()) or 0)


async def main():
    loop = asyncio.get_running_loop()
    hub = Hub(loop)

    def wait_for_news(ours):
        fiber = current_fiber()
        for number in range(ROUNDS):
            hub.watch(partial(loop.add_reader, ours, partial(hub.resume, fiber)))
            hub.wait(fiber, time.monotonic() + 60)
            ours.recv(1)
            at_depth(number, partial(hub.watch, partial(loop.remove_reader, ours)))

    pairs = [socket.socketpair() for _ in range(SOCKETS)]
    tasks = [asyncio.create_task(hub.run(partial(wait_for_news, ours))) for ours, _ in pairs]
    for _ in range(ROUNDS):
        await asyncio.sleep(0)
        for _, theirs in pairs:
            theirs.send(b"x")
        await asyncio.sleep(0.01)
    await asyncio.gather(*tasks)


uvloop.run(main())
print("whole")
"""


def test_what_the_loop_watches_can_be_changed_from_fibers() -> None:
    # In a process of its own, which would crash: libuv would find a fiber's stack at its own place.
    done = subprocess.run(
        [sys.executable, "-c", WATCHING_FROM_FIBERS], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "whole\n"), done.stderr
