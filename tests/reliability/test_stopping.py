"""Signals: a stop loses no request and ends in time, and a reload kills nothing."""

import asyncio
import json
import logging
import signal
import sqlite3
import sys
import threading
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from threading import Event

import httpx2
import pytest
from starlette.types import Message

from tests.reliability.served import add_miguel
from tests.support.asgi import ask
from tests.support.clients import PASSWORD, settings_for
from tests.support.commands import run_command
from tests.support.databases import (
    Databases,
    PostgreSQLServer,
    SQLiteDatabases,
)
from tests.support.processes import API, Running, running
from todo_api.application import create_app

log = logging.getLogger(__name__)

CLIENTS = 8
JSON = {"Content-Type": "application/json"}
BATCH = b'{"operations": [{"create": {"title": "Rest"}}]}'
NEW_PASSWORD = json.dumps(
    {"current_password": PASSWORD, "password": "Pizza is not a fruit!"}
).encode()

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


@pytest.fixture
def url(sqlite_databases: SQLiteDatabases) -> str:
    """A database in a file."""
    return sqlite_databases.fresh()


def ask_until_told(client: HTTPConnection, warm: Event) -> int:
    """Ask again and again on one connection, until an answer says that it was the last one."""
    answered = 0
    while True:
        client.request("GET", f"{API}/tasks" if answered % 2 else "/healthz")
        response = client.getresponse()
        response.read()
        assert response.status in {200, 401}
        answered += 1
        if answered == 10:
            warm.set()
        if response.getheader("Connection") == "close":
            return answered


def test_no_client_with_a_connection_loses_a_request(databases: Databases, tmp_path: Path) -> None:
    with running(tmp_path / "log", databases.fresh()) as service:
        warm = [Event() for _ in range(CLIENTS)]
        with ThreadPoolExecutor(CLIENTS) as pool:
            clients = [pool.submit(ask_until_told, service.connect(), one) for one in warm]
            for one in warm:
                assert one.wait(30)
            service.signal(signal.SIGTERM)
            answered = [client.result(30) for client in clients]
        log.info("%d requests, each answered", sum(answered))
        assert min(answered) >= 10
        assert service.ended() == 0
        assert service.log.read_text() == ""


def test_a_request_that_was_arriving_is_answered(url: str, tmp_path: Path) -> None:
    body = b'{"username": "susan", "password": "Pizza is not a fruit!"}'
    settings = {"TODO_REGISTRATION": "open", "TODO_DRAIN_SECONDS": "0"}
    with running(tmp_path / "log", url, **settings) as service:
        client = service.connect()
        client.putrequest("POST", f"{API}/users")
        client.putheader("Content-Type", "application/json")
        client.putheader("Content-Length", str(len(body)))
        client.endheaders(body[:10])
        time.sleep(0.3)
        service.signal(signal.SIGTERM)
        time.sleep(1)
        client.send(body[10:])
        response = client.getresponse()
        assert (response.status, response.getheader("Connection")) == (201, "close")
        response.close()
        client.close()
        assert service.ended() == 0


def test_who_does_not_finish_is_cut_off_and_told_of_in_one_sentence(
    url: str, tmp_path: Path
) -> None:
    settings = {"TODO_BODY_SECONDS": "60", "TODO_GRACE_SECONDS": "2", "TODO_DRAIN_SECONDS": "0"}
    with running(tmp_path / "log", url, **settings) as service:
        slow = []
        for _ in range(3):
            client = service.connect()
            client.putrequest("POST", f"{API}/users")
            client.putheader("Content-Type", "application/json")
            client.putheader("Content-Length", "100")
            client.endheaders(b"{")
            slow.append(client)
        assert httpx2.get(f"{service.origin}/healthz").status_code == 200
        service.signal(signal.SIGTERM)
        begun = time.monotonic()
        assert service.ended(20) == 0
        log.info("ended in %.1f s", time.monotonic() - begun)
        for client in slow:
            client.close()
        (line,) = service.log.read_text().splitlines()
        assert "3 requests are still under way on 3 connections" in line


LONG_WORK = {
    "import": ("POST", "/tasks/import", "application/jsonl", b'{"title": "Rest"}\n' * 5000),
    "batch": ("POST", "/tasks/batch", "application/json", BATCH),
    "deletion of an account": ("DELETE", "/users/miguel", "application/json", b""),
    "change of a password": ("PUT", "/users/miguel", "application/json", NEW_PASSWORD),
}


@pytest.mark.parametrize("work", LONG_WORK)
def test_long_work_that_is_cut_off_is_told_of_in_one_sentence_and_leaves_nothing_half_done(
    url: str, tmp_path: Path, work: str
) -> None:
    """Another program holds the lock of the file, so that the work goes on until the stop."""
    add_miguel(url)
    file = url.removeprefix("sqlite:///")
    method, path, kind, body = LONG_WORK[work]
    settings = {"TODO_GRACE_SECONDS": "2", "TODO_DRAIN_SECONDS": "0"}
    with running(tmp_path / "log", url, **settings) as service:
        login = {"Authorization": f"Basic {b64encode(f'miguel:{PASSWORD}'.encode()).decode()}"}
        client = service.connect()
        client.request("POST", f"{API}/tasks", b'{"title": "Rest"}', login | JSON)
        assert client.getresponse().status == 201
        client.close()
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        client = service.connect()
        client.request(method, API + path, body, login | {"Content-Type": kind})
        assert httpx2.get(f"{service.origin}/healthz").status_code == 200
        service.signal(signal.SIGTERM)
        begun = time.monotonic()
        assert service.ended() == 0
        log.info("ended in %.1f s", time.monotonic() - begun)
        client.close()
        (line,) = service.log.read_text().splitlines()
        assert "1 requests are still under way on 1 connections" in line
    other.execute("ROLLBACK")
    other.close()
    assert run_command("check", TODO_DATABASE_URL=url).status == 0
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("SELECT count(*) FROM tasks").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM users WHERE username = 'miguel'").fetchone() == (1,)


def test_a_paused_database_does_not_hold_up_a_stop(
    server: PostgreSQLServer, tmp_path: Path
) -> None:
    grace = 3
    with running(tmp_path / "log", server.url, TODO_GRACE_SECONDS=str(grace)) as service:
        assert httpx2.get(f"{service.origin}/readyz").status_code == 200
        with server.paused(), ThreadPoolExecutor(CLIENTS) as pool:
            for number in range(CLIENTS):
                pool.submit(ask_in_vain, service, number)
            time.sleep(0.5)
            service.signal(signal.SIGTERM)
            begun = time.monotonic()
            assert service.ended() == 0
            took = time.monotonic() - begun
            log.info("ended in %.1f s, with a grace time of %d s", took, grace)
            assert took < grace + 5
        assert "Traceback" not in service.log.read_text()


def test_a_stop_that_is_cut_short_still_ends_everything(url: str) -> None:
    """As where the grace time has passed, because the database is silent."""
    before = set(threading.enumerate())
    app = create_app(settings_for(url))
    messages: list[Message] = [{"type": "lifespan.startup"}]
    sent: asyncio.Queue[str] = asyncio.Queue()

    async def receive() -> Message:
        return messages.pop() if messages else await asyncio.Future()

    async def send(message: Message) -> None:
        await sent.put(message["type"])

    async def story() -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        life = asyncio.create_task(app(scope, receive, send))
        assert await sent.get() == "lifespan.startup.complete"
        body = b'{"username": "susan", "password": "Pizza is not a fruit!"}'
        kind = [("Content-Type", "application/json")]
        assert (await ask(app, "POST", f"{API}/users", kind, body)).status_code == 201
        assert set(threading.enumerate()) - before
        life.cancel()
        await asyncio.wait([life])

    asyncio.run(story())
    left = {one.name for one in set(threading.enumerate()) - before}
    log.info("left are the threads %s", sorted(left))
    assert not {name for name in left if name.startswith(("worker-", "argon2", "sweeping"))}


def ask_in_vain(service: Running, number: int) -> None:
    """Ask for what needs the database, on the event loop or in a thread."""
    miguel = ("miguel", "python")
    with suppress(httpx2.HTTPError):
        if number % 2:
            httpx2.get(f"{service.url}/tasks", auth=miguel, timeout=30)
        else:
            httpx2.post(f"{service.url}/tasks/batch", json={}, auth=miguel, timeout=30)


def test_a_reload_without_a_certificate_kills_nothing(url: str, tmp_path: Path) -> None:
    with running(tmp_path / "log", url) as service:
        client = service.connect()
        for _ in range(3):
            client.request("GET", "/healthz")
            assert client.getresponse().read() == b'{"status":"ok"}\n'
            service.signal(signal.SIGHUP)
            time.sleep(0.1)
        client.close()
        service.signal(signal.SIGTERM)
        assert service.ended() == 0
