"""Requests at a given rate, whether or not the server keeps up: wrk cannot do that.

A request that is due while all connections are busy waits, and its wait counts: latency runs from
the moment when it was due. (Otherwise a slow server would be asked less, and look better.)
It runs as a program of its own, which sleeps while there is nothing to do: spinning would take a
core away from the servers.
"""

import gc
import math
import re
import select
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import orjson

CONNECTIONS = 16
PERCENTILES = (50, 99, 99.9)
LEAD_SECONDS = 0.5
"""Before what is measured: whoever was idle while others had their turns has to get going again."""
LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)


class UnpacedError(Exception):
    """A server refused a request or broke off; the message holds what it said."""


class Latencies(NamedTuple):
    """Percentiles in milliseconds."""

    p50: float
    p99: float
    p999: float


def measure(
    requests: Sequence[bytes], port: int, rate: float, seconds: float, folder: Path
) -> Latencies:
    """Return the latencies of requests sent at ``rate`` a second.

    Raises:
        UnpacedError: if any answer was an error, or did not come.

    """
    texts = folder / f"requests-{port}"
    texts.write_bytes(b"\0".join(requests))
    command = [sys.executable, "-m", "benchmarks.pacing", str(texts)]
    ended = subprocess.run(
        [*command, str(port), str(rate), str(seconds)],
        capture_output=True,
        check=False,
        timeout=4 * (LEAD_SECONDS + seconds) + 30,
    )
    if ended.returncode:
        raise UnpacedError(ended.stderr.decode(errors="replace")[-500:])
    return Latencies(*orjson.loads(ended.stdout))


def paced(requests: Sequence[bytes], port: int, rate: float, seconds: float) -> list[float]:
    """Send the requests in turn and return every latency in seconds.

    It ends when all are answered, or at three times the time that it should take; what is
    unanswered then counts with the time that it has waited.
    """
    answered: list[float] = []
    waiting: deque[tuple[float, bytes]] = deque()
    free = [_connect(port) for _ in range(CONNECTIONS)]
    asked: dict[socket.socket, float] = {}
    received: dict[socket.socket, bytes] = {}
    total = int(rate * seconds)
    sent = 0
    start = now = time.perf_counter()
    end = start + 3 * seconds
    while len(answered) < total and now < end:
        while sent < total and (due := start + sent / rate) <= now:
            waiting.append((due, requests[sent % len(requests)]))
            sent += 1
        while waiting and free:
            due, request = waiting.popleft()
            connection = free.pop()
            asked[connection] = due
            connection.sendall(request)
        next_due = start + sent / rate if sent < total and free else end
        pause = max(0, next_due - time.perf_counter())
        for connection in select.select([*asked], [], [], pause)[0]:
            answer = received.pop(connection, b"") + connection.recv(65536)
            if is_complete(answer):
                answered.append(time.perf_counter() - asked.pop(connection))
                free.append(connection)
            else:
                received[connection] = answer
        now = time.perf_counter()
    answered += [now - due for due in asked.values()]
    answered += [now - due for due, _ in waiting]
    for connection in (*free, *asked):
        connection.close()
    return answered


def is_complete(answer: bytes) -> bool:
    """Tell whether an answer is all there. Raises `UnpacedError` for anything but success."""
    head, blank, body = answer.partition(b"\r\n\r\n")
    if not answer or (blank and head.split(maxsplit=2)[1] not in {b"200", b"201"}):
        raise UnpacedError(answer[:500].decode(errors="replace") or "A connection was closed.")
    length = LENGTH.search(head)
    if blank and length is None:
        raise UnpacedError(f"An answer did not say how long it is: {head!r}")
    return length is not None and bool(blank) and len(body) == int(length[1])


def percentiles(latencies: Sequence[float]) -> Latencies:
    """Return percentiles by nearest rank; of few latencies, the highest one is the longest."""
    ordered = sorted(latencies)
    ranks = (math.ceil(len(ordered) * percentile / 100) for percentile in PERCENTILES)
    return Latencies(*(ordered[rank - 1] * 1e3 for rank in ranks))


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def main(texts: str, port: str, rate: str, seconds: str) -> None:
    """Print the percentiles in milliseconds."""
    requests = Path(texts).read_bytes().split(b"\0")
    gc.disable()  # a collection would be measured
    paced(requests, int(port), float(rate), LEAD_SECONDS)
    latencies = paced(requests, int(port), float(rate), float(seconds))
    sys.stdout.buffer.write(orjson.dumps([*percentiles(latencies)]))


if __name__ == "__main__":
    main(*sys.argv[1:])
