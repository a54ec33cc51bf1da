"""``todo-api serve`` in a process of its own, with its log at hand."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.support.clients import PASSWORD, PASSWORD_HASH
from tests.support.commands import environment_with, installed_command
from todo_api.storage import Database, insert_user

STOP_SECONDS = 30
MIGUEL = ("miguel", PASSWORD)


class Served:
    """A service that runs, and a client of it who is logged in."""

    def __init__(self, process: subprocess.Popen[str], url: str, log: Path) -> None:
        self.process = process
        self.url = url
        self._log = log
        self.client = httpx2.Client(base_url=url, auth=MIGUEL, timeout=30)

    @property
    def log(self) -> str:
        """What it has written to standard error so far."""
        return self._log.read_text()

    def status(self, method: str = "GET", path: str = "/tasks") -> int:
        """Send a request that is always valid, and return the answer's status."""
        body = {"title": "Buy groceries"} if method == "POST" else None
        return self.client.request(method, path, json=body).status_code


@contextmanager
def served(database_url: str, log: Path, **settings: str) -> Iterator[Served]:
    """Serve on a free port, with the user miguel if the database is migrated."""
    with log.open("a") as errors:
        process = subprocess.Popen(
            [installed_command(), "serve"],
            env=environment_with(
                TODO_PORT="0",
                TODO_DATABASE_URL=database_url,
                TODO_SECURITY_LOG="off",
                PYTHONUNBUFFERED="1",
                **settings,
            ),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    try:
        announced = re.match(r"Serving (\S+)/\n", process.stdout.readline())
        assert announced, log.read_text()
        service = Served(process, announced[1], log)
        with service.client:
            yield service
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)
        process.stdout.close()


def add_miguel(database_url: str) -> int:
    """Add the user whom `Served` logs in; return the id."""
    database = Database(database_url)
    with database.transaction() as db:
        user = insert_user(db, username="miguel", email=None, password_hash=PASSWORD_HASH)
    database.close()
    return user.id


def eventually(is_so: Callable[[], bool], seconds: float = 10) -> float:
    """Wait until something is so; return how long that took."""
    begun = time.monotonic()
    while not is_so():
        assert time.monotonic() - begun < seconds, "It has not come about in time."
        time.sleep(0.02)
    return time.monotonic() - begun
