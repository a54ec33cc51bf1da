"""A server process, from its start to its end."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self

from benchmarks import processes
from benchmarks.cases import raw_request
from benchmarks.contenders import Contender
from benchmarks.environment import ROOT
from benchmarks.machine import Placement

START_SECONDS = 30
STOP_SECONDS = 15


class NotServingError(Exception):
    """A server did not start, or ended; the message holds what it said."""


class Server(NamedTuple):
    """A running server, and the seconds from its start until it listened, and until it answered."""

    port: int
    listening: float
    start: float
    process: subprocess.Popen[bytes]

    def memory(self) -> float:
        """Return the MiB that its processes take, what they share counted once."""
        return processes.memory(self.process.pid)

    def cpu_seconds(self) -> float:
        """Return the CPU time that its processes have used so far."""
        return processes.cpu_seconds(self.process.pid)

    @classmethod
    @contextmanager
    def of(
        cls,
        contender: Contender,
        url: str,
        folder: Path,
        placement: Placement = Placement.FREE,
        status: int = 200,
    ) -> Iterator[Self]:
        """Start a contender on a database and stop it at the end of the block.

        It has started when it answers a request for the first task with ``status``.

        Raises:
            NotServingError: if it does not answer so, or not in time.

        """
        port = free_port()
        log = folder / f"{contender.name}-{port}.log"
        # Nothing that somebody has set for programs of their own reaches this one, such as not to
        # keep what Python has compiled.
        foreign = ("TODO_", "PYTHON")
        own = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        started = time.perf_counter()
        with log.open("wb") as output:
            process = subprocess.Popen(
                placement.server(contender.command(port)),
                cwd=ROOT,
                env={**own, **contender.environment(port, url)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            listening = _await_answer(process, port, log, status) - started
            yield cls(port, listening, time.perf_counter() - started, process)
        finally:
            _end(process)


def free_port() -> int:
    """Return a port on which nobody listens on loopback."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def ask(request: bytes, port: int) -> bytes:
    """Return the complete answer to one request, sent on a connection of its own."""
    head, _, rest = request.partition(b"\r\n")
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"%b\r\nConnection: close\r\n%b" % (head, rest))
        return b"".join(iter(lambda: connection.recv(65536), b""))


def _await_answer(process: subprocess.Popen[bytes], port: int, log: Path, status: int) -> float:
    """Return since when the server has listened, by `time.perf_counter`."""
    until = time.monotonic() + START_SECONDS
    answer = b""
    while process.poll() is None and time.monotonic() < until:
        asked = time.perf_counter()
        try:
            answer = ask(raw_request("GET", "/tasks/1", port), port)
        except OSError:
            time.sleep(0.005)
        else:
            if answer.startswith(b"HTTP/1.1 %d" % status):
                return asked
            break
    raise NotServingError((log.read_bytes() + answer).decode(errors="replace")[-2000:])


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
