"""Outages of PostgreSQL: answered in time, and over when the server is back."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.reliability.served import Served, add_miguel, eventually, served
from tests.support.commands import environment_with, installed_command, run_command
from tests.support.databases import PostgreSQLServer, postgresql_server
from todo_api.storage import Database, migrate

RECOVERY_SECONDS = 5


@pytest.fixture
def server(server: PostgreSQLServer) -> PostgreSQLServer:
    """A server that no other test uses, with a database of ours and the user miguel."""
    add_miguel(server.url)
    return server


def timed(service: Served, method: str) -> tuple[int, float, str]:
    """Send a request; return its status, how long it took, and when to try again."""
    begun = time.monotonic()
    body = {"title": "Buy milk"} if method == "POST" else None
    answer = service.client.request(method, "/tasks", json=body)
    return answer.status_code, time.monotonic() - begun, answer.headers.get("Retry-After", "")


def test_a_paused_server_is_answered_within_two_seconds_and_found_again_within_five(
    server: PostgreSQLServer, tmp_path: Path
) -> None:
    with served(server.url, tmp_path / "log") as service:
        assert [service.status(method) for method in ("GET", "POST")] == [200, 201]
        with server.paused(), ThreadPoolExecutor(8) as clients:
            for method in ("GET", "POST", "GET"):
                for status, seconds, retry in clients.map(
                    lambda method: timed(service, method), [method] * 8
                ):
                    assert status == 503
                    assert int(retry) >= 1
                    assert seconds < 2.5  # two seconds, on a machine that has time
        assert eventually(lambda: service.status() == 200, 30) < RECOVERY_SECONDS
        assert service.status("POST") == 201
        assert "The PostgreSQL database postgres on 127.0.0.1:" in service.log
        assert "Traceback" not in service.log


def test_a_stop_while_the_server_is_paused_ends_quietly(
    server: PostgreSQLServer, tmp_path: Path
) -> None:
    with served(server.url, tmp_path / "log") as service:
        assert service.status() == 200
        with server.paused():
            assert service.status() == 503
            begun = time.monotonic()
            service.process.terminate()
            service.process.wait(30)
            assert time.monotonic() - begun < 15
        assert "Traceback" not in service.log


def test_of_several_hosts_the_one_that_takes_writes_is_used(
    server: PostgreSQLServer, tmp_path: Path
) -> None:
    one = make_url(server.url)
    with postgresql_server() as other:
        two = make_url(other.url)
        database = Database(other.url)
        migrate(database)
        database.close()
        add_miguel(other.url)
        url = (
            f"postgresql://postgres@/postgres?host={one.host},{two.host}&port={one.port},{two.port}"
        )
        with served(url, tmp_path / "log") as service:
            assert service.status("POST") == 201
            become_read_only(server)
            assert eventually(lambda: service.status("POST") == 201, 30) < RECOVERY_SECONDS
            assert [service.status(method) for method in ["POST", "GET"] * 8] == [201, 200] * 8
            server.stop()
            assert eventually(lambda: service.status("POST") == 201, 30) < RECOVERY_SECONDS
            assert "Traceback" not in service.log


def become_read_only(server: PostgreSQLServer) -> None:
    """Let a server take no more writes, as if another one had become the primary."""
    url = make_url(server.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        connection.execute("SELECT pg_reload_conf()")
    assert eventually(lambda: refuses_writes(url), 30) < RECOVERY_SECONDS


def refuses_writes(url: str) -> bool:
    """Tell whether a new session could change nothing."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SHOW transaction_read_only").fetchone()
    return found == ("on",)


def test_a_start_waits_for_its_server_and_says_so(server: PostgreSQLServer) -> None:
    server.stop()
    with subprocess.Popen(
        [installed_command(), "migrate"],
        env=environment_with(TODO_DATABASE_URL=server.url, TODO_DATABASE_WAIT_SECONDS="60"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        told = process.stderr.readline()
        assert told.startswith("Waiting for 60 seconds at most. The PostgreSQL database postgres")
        server.start()
        assert process.wait(60) == 0
    server.stop()
    refused = run_command("migrate", TODO_DATABASE_URL=server.url, TODO_DATABASE_WAIT_SECONDS="1")
    assert refused.status == 1
    assert "Error: The PostgreSQL database postgres" in refused.stderr


CLOSED_LOOP = """
import asyncio, sys, threading
from todo_api.storage import Database
database = Database(sys.argv[1], connections=1)

async def run():
    await database.read_inline(lambda: None)
    for _ in range(20):
        asyncio.ensure_future(database.read_inline(database.check))
    await asyncio.sleep(0)

asyncio.run(run())
database.check()
database.close()
"""


def test_a_loop_that_is_closed_while_others_wait_ends_quietly(server: PostgreSQLServer) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", CLOSED_LOOP, server.url],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "RuntimeError" not in done.stderr
