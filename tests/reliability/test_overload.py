"""More requests than the service can answer: it answers what it can, and refuses the rest."""

import asyncio
import base64
import json
import logging
import os
import re
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import mean, quantiles
from typing import NamedTuple

import httpx2
import pytest

from tests.support.clients import PASSWORD, PASSWORD_HASH
from tests.support.databases import SQLiteDatabases
from tests.support.processes import API, Running, running
from todo_api.storage import Database, insert_user

log = logging.getLogger(__name__)

USERS = [f"user{number}" for number in range(12)]
BATCH = {"operations": [{"create": {"title": "Read a book"}}]}
LARGE = {"operations": [{"create": {"title": f"Read book {n} of many"}} for n in range(60)]}

WHOLE = bool(os.environ.get("TEST_RELIABILITY"))
SECONDS = 30 if WHOLE else 6
LEAST, SLOWEST = (0.8, 1) if WHOLE else (0.3, 4)
"""What is left of the capacity, and the slowest of a hundred; less is asked among other tests."""
PATIENCE = 4
"""How long a client of the open loop waits for its answer."""


@pytest.fixture
def url(sqlite_databases: SQLiteDatabases) -> str:
    """A database in a file, with users."""
    url = sqlite_databases.fresh()
    database = Database(url)
    with database.transaction() as db:
        for username in USERS:
            insert_user(db, username=username, email=None, password_hash=PASSWORD_HASH)
    database.close()
    return url


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Hold the right to write, as another program may."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def log_in(service: Running, users: list[str] = USERS) -> None:
    """Have all passwords verified, so that no request has to wait for that."""
    for user in users:
        assert httpx2.get(f"{service.url}/tasks", auth=(user, PASSWORD)).status_code == 200


def write(service: Running, user: str, seconds: float = 30) -> int:
    """Send a batch, which takes a thread; return the status, 0 if there was no answer in time."""
    with suppress(httpx2.TimeoutException):
        return httpx2.post(
            f"{service.url}/tasks/batch", json=BATCH, auth=(user, PASSWORD), timeout=seconds
        ).status_code
    return 0


def test_reads_in_threads_do_not_wait_behind_writers(url: str, tmp_path: Path) -> None:
    with running(tmp_path / "log", url) as service, ThreadPoolExecutor(24) as pool:
        log_in(service)
        with locked(url):
            writers = [pool.submit(write, service, USERS[n % len(USERS)]) for n in range(24)]
            time.sleep(1)
            begun = time.monotonic()
            for path in ("/tasks/export", "/tasks", "/readyz"):
                response = httpx2.get(f"{service.url}{path}", auth=(USERS[0], PASSWORD), timeout=30)
                assert response.status_code == 200
            took = time.monotonic() - begun
            assert took < 10  # the lock is held to the end
        answered = Counter(writer.result() for writer in writers)
        log.info("three reads took %.2f s; the writers were answered %s", took, dict(answered))
        assert answered.keys() <= {200, 503}
        assert answered[200]


def test_what_nobody_waits_for_is_not_worked_on(url: str, tmp_path: Path) -> None:
    with running(tmp_path / "log", url, TODO_THREADS="1") as service, ThreadPoolExecutor(8) as pool:
        log_in(service)
        with locked(url):
            gone = [pool.submit(write, service, USERS[n], 0.4) for n in range(8)]
            assert {one.result() for one in gone} <= {0, 503}
        time.sleep(1)
        lists = [httpx2.get(f"{service.url}/tasks", auth=(user, PASSWORD)) for user in USERS[:8]]
        done = sum(len(one.json()["tasks"]) for one in lists)
        log.info("%d of %d changes were made", done, len(gone))
        assert done <= 1  # the one that was waiting in the thread goes on


class Load(NamedTuple):
    """What came of many requests."""

    useful: list[float]
    """How long each took that was answered as asked."""
    refused: list[float]
    """How long each took that was answered 503."""
    lost: int
    """Those without an answer in time."""
    seconds: float

    @property
    def rate(self) -> float:
        """Useful answers in a second."""
        return len(self.useful) / self.seconds


class Generator:
    """Clients that send batches, each on a connection of its own."""

    def __init__(self, service: Running) -> None:
        self._port = service.port
        body = json.dumps(LARGE).encode()
        self._requests = [self._request(user, body) for user in USERS]
        self._next = 0
        self._load = Load([], [], 0, 0)

    @staticmethod
    def _request(user: str, body: bytes) -> bytes:
        credentials = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
        head = (
            f"POST {API}/tasks/batch HTTP/1.1",
            "Host: localhost",
            f"Authorization: Basic {credentials}",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            "Connection: close",
        )
        return "\r\n".join((*head, "", "")).encode() + body

    async def closed_loop(self, clients: int, seconds: float) -> Load:
        """Have clients who each ask again as soon as they are answered."""
        until = time.monotonic() + seconds

        async def ask_again_and_again() -> None:
            while time.monotonic() < until:
                await self._ask()

        return await self._measured(
            seconds, asyncio.gather(*(ask_again_and_again() for _ in range(clients)))
        )

    async def open_loop(self, rate: float, seconds: float) -> Load:
        """Have clients come at a rate, whether others are answered or not."""

        async def send() -> None:
            begun = time.monotonic()
            asking = []
            for number in range(int(rate * seconds)):
                await asyncio.sleep(begun + number / rate - time.monotonic())
                asking.append(asyncio.ensure_future(self._ask()))
            await asyncio.gather(*asking)

        return await self._measured(seconds, send())

    async def _measured(self, seconds: float, sending: object) -> Load:
        self._load = Load([], [], 0, seconds)
        await sending  # type: ignore[misc]
        return self._load

    async def _ask(self) -> None:
        self._next += 1
        request = self._requests[self._next % len(self._requests)]
        begun = time.monotonic()
        status = 0
        with suppress(OSError, TimeoutError, IndexError):
            async with asyncio.timeout(PATIENCE):
                status = await self._answer(request)
        took = time.monotonic() - begun
        if status == 200:
            self._load.useful.append(took)
        elif status == 503:
            self._load.refused.append(took)
        else:
            self._load = self._load._replace(lost=self._load.lost + 1)

    async def _answer(self, request: bytes) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            writer.write(request)
            answer = await reader.read()
            if b" 503 " in answer[:20]:
                assert b"retry-after: " in answer
            return int(answer.split()[1])
        finally:
            writer.close()


def memory(service: Running) -> int:
    """Return how many bytes of memory the process has."""
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_at_three_times_its_capacity_it_answers_what_it_can(url: str, tmp_path: Path) -> None:
    settings = {"TODO_MAX_TASKS": "0", "TODO_CONNECTIONS_PER_ADDRESS": "1000"}
    with running(tmp_path / "log", url, **settings) as service:
        log_in(service)
        generator = Generator(service)

        async def story() -> tuple[list[float], Load, Load, int]:
            await generator.closed_loop(16, 1)  # warms up
            first = await generator.closed_loop(16, SECONDS / 2)
            before = memory(service)
            overload = await generator.open_loop(3 * first.rate, SECONDS)
            grown = memory(service) - before
            await asyncio.sleep(5)
            after = await generator.closed_loop(4, 1)
            # The lists have grown, and each change takes longer than before.
            last = await generator.closed_loop(16, SECONDS / 2)
            return [first.rate, last.rate], overload, after, grown

        capacities, overload, after, grown = asyncio.run(story())
    p99 = quantiles(overload.useful, n=100)[98]
    told = (
        f"capacity {capacities[0]:.0f}/s, then {capacities[1]:.0f}/s; at three times the first"
        f" {overload.rate:.0f}/s useful,"
        f" p99 {p99:.2f} s; {len(overload.refused)} refused,"
        f" slowest {max(overload.refused, default=0):.2f} s; {overload.lost} lost;"
        f" {grown / 2**20:.0f} MiB more"
    )
    log.info("%s", told)
    assert overload.lost == 0, told
    assert overload.refused
    assert overload.rate > LEAST * mean(capacities), told
    assert p99 < SLOWEST, told
    assert grown < 64 * 2**20
    assert not after.refused
    assert max(after.useful) < SLOWEST
