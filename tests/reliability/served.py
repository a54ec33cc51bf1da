"""``todo-api serve`` in a process of its own, with its log at hand."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.support.clients import PASSWORD, PASSWORD_HASH
from tests.support.processes import Running, running
from todo_api.storage import Database, insert_user

MIGUEL = ("miguel", PASSWORD)


class Served:
    """A service that runs, and a client of it who is logged in."""

    def __init__(self, running: Running) -> None:
        self.process = running.process
        self.url = running.url
        self._log = running.log
        self.client = httpx2.Client(base_url=self.url, auth=MIGUEL, timeout=30)

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
    with running(log, database_url, **settings) as process:
        service = Served(process)
        with service.client:
            yield service


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
