"""Several processes that share one listening socket, and the process that looks after them."""

import asyncio
import logging
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import monotonic

logger = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
"""Seconds before a worker that has ended by itself is replaced: twice as many each time."""
WELL_SECONDS = 60
"""A worker that has run for so long was well: the next pause is the first again."""
KILLED_AFTER = 5
"""Seconds that a worker has to end beyond those that it was given."""

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
        self._reload_wanted = asyncio.Event()

    async def run(self, announce: Callable[[str], None]) -> bool:
        """Run until SIGTERM or SIGINT; ``announce`` what the workers say when all are ready.

        SIGHUP replaces one worker after the other. Returns False if one could not start at first.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told_to_stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload_wanted.set)
        self._workers = [await self._start(number) for number in range(self._count)]
        said = [await worker.said() for worker in self._workers]
        are_ready = all(said)
        if are_ready:
            announce(said[0])
            keeping = [asyncio.create_task(self._keep(number)) for number in range(self._count)]
            reloading = asyncio.create_task(self._reload())
            await self._told_to_stop.wait()
            for task in (reloading, *keeping):
                task.cancel()
            await asyncio.gather(reloading, *keeping, return_exceptions=True)
        await asyncio.gather(*(worker.stop(self._patience) for worker in self._workers))
        return are_ready

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
            self._workers[number] = await self._start(number)
            if await self._workers[number].said():
                self._ready[number].set()

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
