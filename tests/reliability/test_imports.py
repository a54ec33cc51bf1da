"""A large import is whole, whatever happens while its tasks are inserted piece by piece."""

import logging
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import func, select

from tests.reliability.served import Served, add_miguel, eventually, served
from todo_api.storage import Database, select_last_task_id, select_states
from todo_api.storage.schema import tasks

log = logging.getLogger(__name__)

MANY = 10_000
FILE = "".join(f'{{"title":"Read page {number}"}}\n' for number in range(MANY)).encode()
HEADERS = {"Content-Type": "application/jsonl", "Idempotency-Key": "4f7c9f14-8f07-4b1d-9d57-1d4b"}

COUNT = select(func.count()).select_from(tasks)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


def bring(service: Served) -> httpx2.Response:
    return service.client.post("/tasks/import", content=FILE, headers=HEADERS)


def stored(database_url: str, user_id: int) -> int:
    """Count the tasks that can be read; so many are counted as the user's from the first on."""
    database = Database(database_url)
    try:
        with database.snapshot() as db:
            [state] = select_states(db, user_id)
            assert state.tasks in {0, MANY}
            assert select_last_task_id(db, state.id) in {0, MANY}
            found: int = db.scalar(COUNT)
            return found
    finally:
        database.close()


@pytest.fixture
def interrupted(database_url: str, tmp_path: Path) -> int:
    """Kill a service that has inserted some of an import; return the id of its user."""
    user_id = add_miguel(database_url)

    def bring_in_vain() -> None:
        with suppress(httpx2.HTTPError):
            bring(service)

    with served(database_url, tmp_path / "log") as service:
        importing = threading.Thread(target=bring_in_vain)
        importing.start()
        eventually(lambda: stored(database_url, user_id) > 0, 30)
        service.process.send_signal(signal.SIGKILL)
        service.process.wait()
        importing.join()
    found = stored(database_url, user_id)
    log.info("%d of %d tasks were there when it was killed", found, MANY)
    assert 0 < found < MANY
    return user_id


def test_it_is_finished_after_the_next_start(
    interrupted: int, database_url: str, tmp_path: Path
) -> None:
    with served(database_url, tmp_path / "log"):
        took = eventually(lambda: stored(database_url, interrupted) == MANY, 60)
        log.info("whole %.1f s after the start", took)


def test_whoever_asks_again_finds_it_whole(
    interrupted: int, database_url: str, tmp_path: Path
) -> None:
    with served(database_url, tmp_path / "log") as service:
        again = bring(service)
        assert (again.status_code, again.json()) == (200, {"imported": MANY})
        assert again.headers["Idempotency-Replayed"] == "true"
        assert stored(database_url, interrupted) == MANY
