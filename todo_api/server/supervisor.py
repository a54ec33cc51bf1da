"""Several processes that share one listening socket, and the process that looks after them."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from time import monotonic
from typing import TypeVar

logger = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
"""Seconds before a worker that has ended by itself is replaced: twice as many each time."""
WELL_SECONDS = 60
"""A worker that has run for so long was well: the next pause is the first again."""
KILLED_AFTER = 5
"""Seconds that a worker has to end beyond those that it was given."""

T = TypeVar("T")

Command = Callable[[int], Sequence[str]]
"""What starts the worker of a number; it prints a line when it is ready."""


class Supervisor:
    """Keeps a number of workers running, until it is told to stop."""

    def __init__(self, command: Command, listener: int, *, workers: int, patience: float) -> None:
        """Take the listening socket's descriptor, and how long a worker may take to stop."""
        self._command = command
        self._listener = listener
        self._patience = patience + KILLED_AFTER
        self._workers: list[_Worker] = []
        self._count = workers
        self._ready = [asyncio.Event() for _ in range(workers)]
        self._told_to_stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._reload_wanted = asyncio.Event()

    async def run(self, announce: Callable[[str], None]) -> bool:
        """Run until SIGTERM or SIGINT; ``announce`` what the workers say when all are ready.

        SIGHUP replaces one worker after the other, and a second SIGINT ends all waiting. Returns
        False if one could not start at first.
        """
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._told_to_stop.set)
        loop.add_signal_handler(signal.SIGINT, self._interrupt)
        loop.add_signal_handler(signal.SIGHUP, self._reload_wanted.set)
        keeping: list[asyncio.Task[None]] = []
        said = await self._unless_told_to_stop(self._start_all())
        if said is not None and all(said):
            announce(said[0])
            keeping = [asyncio.create_task(self._keep(number)) for number in range(self._count)]
            keeping.append(asyncio.create_task(self._reload()))
            await self._told_to_stop.wait()
        for task in keeping:
            task.cancel()
        await asyncio.gather(*keeping, return_exceptions=True)
        hurrying = asyncio.create_task(self._hurry_all())
        await asyncio.gather(*(worker.stop(self._patience) for worker in self._workers))
        hurrying.cancel()
        return said is None or all(said)

    def _interrupt(self) -> None:
        (self._hurry if self._told_to_stop.is_set() else self._told_to_stop).set()

    async def _unless_told_to_stop(self, starting: Awaitable[T]) -> T | None:
        """Return what the start comes to; None if it is to be given up."""
        start = asyncio.ensure_future(starting)
        told = asyncio.create_task(self._told_to_stop.wait())
        await asyncio.wait({start, told}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if not start.done():
            start.cancel()
            with suppress(asyncio.CancelledError):
                await start
            return None
        return start.result()

    async def _start_all(self) -> list[str]:
        """Start the workers; return what each says when it is ready, nothing if it never was."""
        try:
            for number in range(self._count):
                self._workers.append(await self._start(number))
        except OSError as fault:
            logger.error("A worker cannot be started: %s.", _reason(fault))  # noqa: TRY400 - it says all
            return [""]
        return [await worker.said() for worker in self._workers]

    async def _hurry_all(self) -> None:
        """Have the workers wait for nothing more, if that is wanted before they have ended."""
        await self._hurry.wait()
        for worker in self._workers:
            worker.hurry()

    async def _start(self, number: int) -> "_Worker":
        process = await asyncio.create_subprocess_exec(
            *self._command(number),
            # It is closed when this process ends, however that happens: then the worker ends, too.
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=[self._listener],
        )
        return _Worker(process)

    async def _keep(self, number: int) -> None:
        """Replace a worker whenever it has ended."""
        pause = FIRST_PAUSE
        while True:
            worker = self._workers[number]
            status = await worker.process.wait()
            if not worker.was_told:
                if worker.age > WELL_SECONDS:
                    pause = FIRST_PAUSE
                logger.error(
                    "Worker %d has ended with status %d: another one starts in %.1f seconds.",
                    number,
                    status,
                    pause,
                )
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            self._workers[number] = await self._start_patiently(number)
            if await self._workers[number].said():
                self._ready[number].set()

    async def _start_patiently(self, number: int) -> "_Worker":
        """Start a worker, however often that fails, as where memory or descriptors are short."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await self._start(number)
            except OSError as fault:
                logger.error(  # noqa: TRY400 - it says all
                    "Worker %d cannot be started: %s. The next attempt is in %.1f seconds.",
                    number,
                    _reason(fault),
                    pause,
                )
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _reload(self) -> None:
        """Replace all workers at each SIGHUP; one that does not start again is the last."""
        while await self._reload_wanted.wait():
            self._reload_wanted.clear()
            for number in range(self._count):
                self._ready[number].clear()
                await self._workers[number].stop(self._patience)
                await self._ready[number].wait()
            logger.warning("All workers have been replaced.")


class _Worker:
    """One process that serves."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.was_told = False
        """Whether it has been told to stop."""
        self._begun = monotonic()

    @property
    def age(self) -> float:
        """How many seconds ago it was started."""
        return monotonic() - self._begun

    async def said(self) -> str:
        """Wait until it is ready, and return what it says then; nothing if it has ended instead."""
        assert self.process.stdout is not None  # noqa: S101 - it is a pipe
        return (await self.process.stdout.readline()).decode().rstrip("\n")

    def hurry(self) -> None:
        """Have it stop at once, if it has been told to stop."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)

    async def stop(self, patience: float) -> None:
        """Tell it to stop, and end it if it does not."""
        self.was_told = True
        with suppress(ProcessLookupError):
            self.process.terminate()
        try:
            async with asyncio.timeout(patience):
                await self.process.wait()
        except TimeoutError:
            logger.error("A worker did not stop in time, and was killed.")  # noqa: TRY400 - it says all
            self.process.kill()
            await self.process.wait()


def _reason(fault: OSError) -> str:
    return (fault.strerror or str(fault)).lower()
