"""A server process on its core, from its start to its end."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self

from benchmarks.cases import raw_request
from benchmarks.contenders import Contender
from benchmarks.environment import ROOT
from benchmarks.machine import SERVER_CORE, pinned

START_SECONDS = 30
STOP_SECONDS = 15


class NotServingError(Exception):
    """A server did not start, or ended; the message holds what it said."""


class Server(NamedTuple):
    """A running server and how long it took to answer its first request, in seconds."""

    port: int
    start: float
    process: subprocess.Popen[bytes]

    def memory(self) -> float:
        """Return the MiB that its processes take, what they share counted once."""
        kib = 0
        for number in _family(self.process.pid):
            for line in Path(f"/proc/{number}/smaps_rollup").read_text("ascii").splitlines():
                if line.startswith("Pss:"):
                    kib += int(line.split()[1])
        return kib / 1024

    @classmethod
    @contextmanager
    def of(cls, contender: Contender, database: Path, folder: Path) -> Iterator[Self]:
        """Start a contender on a copy of a database and stop it at the end of the block.

        Raises:
            NotServingError: if it does not answer in time.

        """
        port = free_port()
        copy = folder / f"{contender.name}-{port}.db"
        shutil.copyfile(database, copy)
        log = folder / f"{contender.name}-{port}.log"
        started = time.perf_counter()
        with log.open("wb") as output:
            process = subprocess.Popen(
                pinned(SERVER_CORE, contender.command(port)),
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT), **contender.environment(port, copy)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            _await_answer(process, port, log)
            yield cls(port, time.perf_counter() - started, process)
        finally:
            _end(process)
            for path in folder.glob(f"{copy.name}*"):
                path.unlink()


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


def _await_answer(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    answer = b""
    while process.poll() is None and time.monotonic() < until:
        try:
            answer = ask(raw_request("GET", "/tasks/1", port), port)
        except OSError:
            time.sleep(0.005)
        else:
            if answer.startswith(b"HTTP/1.1 200"):
                return
            break
    raise NotServingError((log.read_bytes() + answer).decode(errors="replace")[-2000:])


def _family(number: int) -> list[int]:
    """Return a process and its descendants."""
    tasks = Path(f"/proc/{number}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text("ascii").split()]
    return [number, *(member for child in children for member in _family(child))]


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
