"""``todo-api serve --workers``: several processes that share an address."""

import asyncio
import logging
import os
import resource
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import httpx2
import pytest
from sqlalchemy import text

from tests.support.clients import PASSWORD, PASSWORD_HASH
from tests.support.commands import run_command
from tests.support.databases import Databases, SQLiteDatabases
from tests.support.processes import API, Running, running
from todo_api.server.supervisor import Supervisor
from todo_api.storage import Database, insert_user

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are read from /proc")

log = logging.getLogger(__name__)

TWO = ("--workers", "2")
MIGUEL = ("miguel", PASSWORD)
CLIENTS = 6


@pytest.fixture
def url(sqlite_databases: SQLiteDatabases) -> str:
    """A database in a file."""
    return sqlite_databases.fresh()


def workers_of(service: Running) -> list[int]:
    """Return the ids of the workers."""
    children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children")
    return [int(pid) for pid in children.read_text().split()]


def wait_for_others(service: Running, before: list[int]) -> list[int]:
    """Wait until none of these workers is left, and there are two that answer."""
    until = time.monotonic() + 40
    while time.monotonic() < until:
        now = workers_of(service)
        if len(now) == 2 and not set(now) & set(before):
            return now
        time.sleep(0.1)
    pytest.fail(service.log.read_text())


def is_running(pid: int) -> bool:
    """Tell whether there is such a process, and it has not ended."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def test_writers_of_all_processes_write_one_list(databases: Databases, tmp_path: Path) -> None:
    url = databases.fresh()
    database = Database(url)
    with database.transaction() as db:
        insert_user(db, username="miguel", email=None, password_hash=PASSWORD_HASH)
    database.close()

    def write(client: int) -> None:
        for number in range(10):
            answer = httpx2.post(
                f"{service.url}/tasks", auth=MIGUEL, json={"title": f"{client} {number}"}
            )
            assert answer.status_code == 201

    with running(tmp_path / "log", url, *TWO) as service, ThreadPoolExecutor(CLIENTS) as pool:
        assert len(workers_of(service)) == 2
        list(pool.map(write, range(CLIENTS)))
        tasks = httpx2.get(f"{service.url}/tasks?limit=100", auth=MIGUEL).json()["tasks"]
        assert len({task["id"] for task in tasks}) == 10 * CLIENTS
        assert {task["title"] for task in tasks} == {
            f"{client} {number}" for client in range(CLIENTS) for number in range(10)
        }
        log.info("%d tasks by %d clients, each there once", len(tasks), CLIENTS)


def test_a_dead_one_is_replaced_and_that_is_told(url: str, tmp_path: Path) -> None:
    with running(tmp_path / "log", url, *TWO, TODO_LOG_FORMAT="text") as service:
        first, second = workers_of(service)
        os.kill(first, signal.SIGKILL)
        asked, begun = 0, time.monotonic()
        while len(now := workers_of(service)) < 2 or first in now:
            assert time.monotonic() - begun < 40
            assert httpx2.get(f"{service.origin}/healthz").status_code == 200
            asked += 1
        log.info("replaced in %.1f s, %d requests meanwhile", time.monotonic() - begun, asked)
        assert second in now
        assert "has ended with status -9: another one starts in 0.5 seconds." in (
            service.log.read_text()
        )


def test_one_that_finds_no_database_says_so_in_a_sentence(url: str, tmp_path: Path) -> None:
    file, away = Path(url.removeprefix("sqlite:///")), tmp_path / "away"
    with running(tmp_path / "log", url, *TWO, TODO_LOG_FORMAT="text") as service:
        first, _ = workers_of(service)
        file.rename(away)
        os.kill(first, signal.SIGKILL)
        until = time.monotonic() + 40
        while f"Error: There is no SQLite database {file}: " not in service.log.read_text():
            assert time.monotonic() < until, service.log.read_text()
            time.sleep(0.1)
        away.rename(file)
        while len(workers_of(service)) < 2:
            assert time.monotonic() < until, service.log.read_text()
            time.sleep(0.1)
        assert "Traceback" not in service.log.read_text()


def test_one_that_cannot_be_started_is_tried_again(url: str, tmp_path: Path) -> None:
    with running(tmp_path / "log", url, *TWO, TODO_LOG_FORMAT="text") as service:
        pid = service.process.pid
        _, most = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (3, most))  # not even a pipe can be opened
        first, second = workers_of(service)
        os.kill(first, signal.SIGKILL)
        until = time.monotonic() + 40
        while "The next attempt is in 1.0 seconds." not in service.log.read_text():
            assert time.monotonic() < until, service.log.read_text()
            time.sleep(0.1)
        assert "Worker 0 cannot be started: too many open files." in service.log.read_text()
        assert second in workers_of(service)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (most, most))
        begun = time.monotonic()
        while len(workers_of(service)) < 2:
            assert time.monotonic() < until, service.log.read_text()
            time.sleep(0.1)
        log.info("started %.1f s after it could be", time.monotonic() - begun)
        service.signal(signal.SIGTERM)
        assert service.ended() == 0
        assert "Traceback" not in service.log.read_text()


def test_a_second_sigint_waits_for_nothing_more(url: str, tmp_path: Path) -> None:
    patient = {"TODO_DRAIN_SECONDS": "0", "TODO_GRACE_SECONDS": "600", "TODO_BODY_SECONDS": "600"}
    with running(tmp_path / "log", url, *TWO, **patient) as service:
        client = service.connect()
        client.putrequest("POST", f"{API}/users")
        client.putheader("Content-Type", "application/json")
        client.putheader("Content-Length", "100")
        client.endheaders(b"{")
        assert httpx2.get(f"{service.origin}/healthz").status_code == 200
        service.signal(signal.SIGINT)
        until = time.monotonic() + 40
        while len(workers_of(service)) > 1:  # one has nothing to wait for
            assert time.monotonic() < until
            time.sleep(0.1)
        service.signal(signal.SIGINT)
        begun = time.monotonic()
        assert service.ended(40) == 0
        log.info("ended %.1f s after the second signal", time.monotonic() - begun)
        client.close()


def test_a_stop_while_they_start_waits_for_none_of_them() -> None:
    async def supervise() -> bool:
        supervisor = Supervisor(lambda _: ["sleep", "600"], 0, workers=2, patience=60)
        asyncio.get_running_loop().call_later(0.5, os.kill, os.getpid(), signal.SIGTERM)
        return await supervisor.run(lambda _: None)

    begun = time.monotonic()
    assert asyncio.run(supervise())
    took = time.monotonic() - begun
    log.info("ended %.1f s after the signal", took - 0.5)
    assert took < 40


def test_each_of_them_needs_a_port_for_its_metrics(url: str) -> None:
    refused = run_command(
        "serve", *TWO, TODO_DATABASE_URL=url, TODO_PORT="0", TODO_METRICS_PORT="65535"
    )
    assert (refused.status, refused.stdout) == (1, "")
    assert refused.stderr == (
        "Error: 2 workers give out metrics on as many ports from 65535 on, but the last port is"
        " 65535: set TODO_METRICS_PORT to 65534 or less.\n"
    )


def test_a_reload_replaces_all_and_loses_no_request(url: str, tmp_path: Path) -> None:
    over = Event()

    def ask(_: int) -> int:
        answered = 0
        while not over.is_set():
            client = service.connect()
            told = False
            while not (told or over.is_set()):
                client.request("GET", f"{API}/tasks")
                response = client.getresponse()
                response.read()
                assert response.status == 401
                told = response.getheader("Connection") == "close"
                answered += 1
            client.close()
        return answered

    with running(tmp_path / "log", url, *TWO) as service, ThreadPoolExecutor(CLIENTS) as pool:
        before = workers_of(service)
        asking = [pool.submit(ask, number) for number in range(CLIENTS)]
        try:
            time.sleep(0.5)
            service.signal(signal.SIGHUP)
            begun = time.monotonic()
            wait_for_others(service, before)
            took = time.monotonic() - begun
        finally:
            over.set()
        answered = [one.result(30) for one in asking]
        log.info("both replaced in %.1f s, %d requests meanwhile", took, sum(answered))
        assert all(answered)


def test_of_a_reload_that_fails_some_go_on(url: str, tmp_path: Path) -> None:
    with running(tmp_path / "log", url, *TWO) as service:
        database = Database(url)
        with database.transaction() as db:
            db.execute(text("UPDATE todo_api_revision SET version_num = '9999'"))
        database.close()
        before = workers_of(service)
        service.signal(signal.SIGHUP)
        until = time.monotonic() + 20
        while "has ended with status" not in service.log.read_text():
            assert time.monotonic() < until, service.log.read_text()
            time.sleep(0.1)
        time.sleep(1)
        assert before[1] in workers_of(service)
        assert httpx2.get(f"{service.url}/healthz").status_code == 200


def test_a_stop_ends_all(url: str, tmp_path: Path) -> None:
    with running(tmp_path / "log", url, *TWO) as service:
        workers = workers_of(service)
        service.signal(signal.SIGTERM)
        begun = time.monotonic()
        assert service.ended() == 0
        log.info("ended %.1f s after the signal", time.monotonic() - begun)
        assert not [pid for pid in workers if is_running(pid)]
        assert service.log.read_text() == ""


def test_workers_end_with_the_process_that_looks_after_them(url: str, tmp_path: Path) -> None:
    with running(tmp_path / "log", url, *TWO) as service:
        workers = workers_of(service)
        service.signal(signal.SIGKILL)
        service.ended()
        begun = time.monotonic()
        while [pid for pid in workers if is_running(pid)]:
            assert time.monotonic() - begun < 20
            time.sleep(0.1)
        log.info("ended %.1f s after it", time.monotonic() - begun)


def test_workers_that_cannot_start_are_a_failure(url: str, tmp_path: Path) -> None:
    settings = {"TODO_METRICS_HOST": "192.0.2.1", "TODO_METRICS_PORT": "9100"}
    with (
        pytest.raises(AssertionError, match=r"Cannot give out metrics on 192\.0\.2\.1"),
        running(tmp_path / "log", url, *TWO, **settings),
    ):
        pass
