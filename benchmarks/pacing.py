"""Requests at a given rate, whether or not the server keeps up: wrk cannot do that.

A request that is due while all connections are busy waits, and its wait counts: latency runs from
the moment when it was due. (Otherwise a slow server would be asked less, and look better.)
Run as a program of its own, it has a core to spin on, so that no timer blurs what it measures.
"""

import select
import socket
import statistics
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import orjson

from benchmarks.machine import LOAD_CORE, pinned

CONNECTIONS = 16


def measure(
    requests: Sequence[bytes], port: int, rate: float, seconds: float, folder: Path
) -> list[float]:
    """Return the p50 and p99 latency, in milliseconds, of requests sent at ``rate`` a second."""
    texts = folder / "requests"
    texts.write_bytes(b"\0".join(requests))
    command = [sys.executable, "-m", "benchmarks.pacing", str(texts)]
    ended = subprocess.run(
        pinned(LOAD_CORE, [*command, str(port), str(rate), str(seconds)]),
        capture_output=True,
        check=True,
        timeout=4 * seconds + 30,
    )
    p50, p99 = orjson.loads(ended.stdout)
    return [p50, p99]


def paced(requests: Sequence[bytes], port: int, rate: float, seconds: float) -> list[float]:
    """Send the requests in turn and return every latency in seconds.

    It ends when all are answered, or at three times the time that it should take; what is
    unanswered then counts with the time that it has waited.
    """
    answered: list[float] = []
    waiting: deque[tuple[float, bytes]] = deque()
    asked: dict[int, float] = {}
    sockets = {s.fileno(): s for s in (_connect(port) for _ in range(CONNECTIONS))}
    free = list(sockets.values())
    poll = select.epoll()
    for number in sockets:
        poll.register(number, select.EPOLLIN)
    total = int(rate * seconds)
    start = time.perf_counter()
    sent = 0
    while len(answered) < total and time.perf_counter() - start < 3 * seconds:
        now = time.perf_counter()
        while sent < total and (due := start + sent / rate) <= now:
            waiting.append((due, requests[sent % len(requests)]))
            sent += 1
        while waiting and free:
            due, request = waiting.popleft()
            connection = free.pop()
            asked[connection.fileno()] = due
            connection.sendall(request)
        for number, _ in poll.poll(0):
            if is_complete(sockets[number].recv(65536)):
                answered.append(time.perf_counter() - asked.pop(number))
                free.append(sockets[number])
    now = time.perf_counter()
    answered += [now - due for due in asked.values()]
    answered += [now - due for due, _ in waiting]
    for connection in sockets.values():
        connection.close()
    return answered


def is_complete(answer: bytes) -> bool:
    """Tell whether a read ended an answer; refuse, by an exception, anything but success.

    Servers here write head and body at once or the body last; a body that came in further reads
    ends with the closing brace of its JSON.
    """
    if answer.startswith(b"HTTP/1.") and not answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
        raise ConnectionError(answer[:200])
    if not answer:
        raise ConnectionError("The server closed a connection.")
    return answer.rstrip(b"\n").endswith(b"}")


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def main(texts: str, port: str, rate: str, seconds: str) -> None:
    """Print the p50 and p99 latency in milliseconds."""
    requests = Path(texts).read_bytes().split(b"\0")
    latencies = paced(requests, int(port), float(rate), float(seconds))
    percentiles = statistics.quantiles(latencies, n=100)
    sys.stdout.write(f"[{percentiles[49] * 1e3}, {percentiles[98] * 1e3}]")


if __name__ == "__main__":
    main(*sys.argv[1:])
