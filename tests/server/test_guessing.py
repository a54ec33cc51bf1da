"""Guessing passwords, at a served process: whoever guesses is slowed down, and nobody else."""

import base64
import http.client
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles

import pytest

from tests.support.databases import Databases
from todo_api.identity import password_hasher
from todo_api.settings import Settings
from todo_api.storage import Database, insert_user

ATTACKERS = 64
SECONDS = 6
PER_CENT = 99 if os.environ.get("TEST_RELIABILITY") else 50
"""Of the requests, how many are compared; among other tests, the slowest tell of the machine."""
PASSWORD = "correct horse battery"
TASKS = "/todo/api/v1.0/tasks"

SERVICE = """
import os
from todo_api.application import create_app
from todo_api.server import serve
from todo_api.settings import read_settings

settings = read_settings(os.environ)
serve(create_app(settings), settings, lambda url: print(url, flush=True))
"""


@contextmanager
def served(database_url: str, **settings: str) -> Iterator[int]:
    """Serve in a process of its own, with passwords as dear as usual; give the port."""
    environment = {**os.environ, "TODO_PORT": "0", "TODO_DATABASE_URL": database_url, **settings}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVICE], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        yield int(process.stdout.readline().rpartition(":")[2])
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


def add_users(database_url: str, *names: str) -> None:
    database = Database(database_url)
    password_hash = password_hasher(Settings()).hash(PASSWORD)
    for name in names:
        with database.transaction() as db:
            insert_user(db, username=name, email=None, password_hash=password_hash)
    database.close()


class Client:
    """A connection from one of this machine's own addresses."""

    def __init__(self, port: int, address: str) -> None:
        source = (address, 0)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, 20, source)

    def get(self, username: str, password: str) -> http.client.HTTPResponse:
        credentials = base64.b64encode(f"{username}:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "Host": "localhost"}
        self._connection.request("GET", TASKS, headers=headers)
        response = self._connection.getresponse()
        response.read()
        return response

    def close(self) -> None:
        self._connection.close()


@contextmanager
def attack(port: int, answers: Counter[int]) -> Iterator[None]:
    """Guess on 64 connections, each from an address of its own, at accounts that exist or not."""
    ended = threading.Event()

    def guess(number: int) -> None:
        client = Client(port, f"127.0.1.{number + 1}")
        guesses = 0
        while not ended.is_set():
            username = "susan" if guesses % 2 else f"nobody-{guesses}"
            answer = client.get(username, f"guess {number} {guesses}")
            answers[answer.status] += 1
            guesses += 1
            # A client that is told to wait and does not. Python's threads are all one processor's.
            time.sleep(0.1 if answer.status != 401 else 0)
        client.close()

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(ATTACKERS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def times_of_requests(client: Client, username: str, seconds: float) -> list[float]:
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        started = time.monotonic()
        assert client.get(username, PASSWORD).status == 200
        times.append(time.monotonic() - started)
        time.sleep(0.01)
    return times


def most(times: list[float]) -> float:
    """Return what most of the requests took at the most."""
    return quantiles(times, n=100)[PER_CENT - 1]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")
def test_64_who_guess_keep_nobody_out(databases: Databases) -> None:
    database_url = databases.fresh()
    newcomers = [f"newcomer-{number}" for number in range(6)]
    add_users(database_url, "susan", "david", *newcomers)
    answers = Counter[int]()
    logins = []
    with served(database_url) as port:
        david = Client(port, "127.0.0.1")
        assert david.get("david", PASSWORD).status == 200
        idle = times_of_requests(david, "david", 2)
        with attack(port, answers):
            for number, newcomer in enumerate(newcomers):
                client = Client(port, f"127.0.2.{number + 1}")
                started = time.monotonic()
                assert client.get(newcomer, PASSWORD).status == 200
                logins.append(time.monotonic() - started)
                client.close()
            busy = times_of_requests(david, "david", SECONDS)
            # Not even where the guesses are aimed, and from a new address.
            susan = Client(port, "127.0.3.1")
            started = time.monotonic()
            assert susan.get("susan", PASSWORD).status == 200
            logins.append(time.monotonic() - started)
            susan.close()
        david.close()
    databases.discard(database_url)
    assert max(logins) < 2, logins
    assert most(busy) < most(idle) + 0.05, (most(idle), most(busy))
    assert answers[401] <= ATTACKERS * 20
    assert answers.keys() <= {401, 429, 503}, answers
