"""Litestream, set up as `deploy/litestream.yml` has it, follows a database while it is written."""

import logging
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import make_url

from tests.deploy.proxies import DEPLOY, substituted
from tests.reliability.served import MIGUEL, add_miguel, eventually, served
from tests.support.commands import run_command
from tests.support.databases import SQLiteDatabases, lack
from tests.support.serving import STOP_SECONDS

log = logging.getLogger(__name__)

WRITERS = 4
EACH = 25
SECONDS = 60


@pytest.fixture
def url(sqlite_databases: SQLiteDatabases) -> str:
    """A database in a file, with the user miguel."""
    url = sqlite_databases.fresh()
    add_miguel(url)
    return url


def test_a_replica_can_be_restored_and_holds_everything(url: str, tmp_path: Path) -> None:
    litestream = shutil.which("litestream", path=f"{Path(sys.executable).parent}:{os.defpath}")
    if litestream is None:
        lack("litestream")
    configuration = configured(Path(str(make_url(url).database)), tmp_path)
    attempts = count()

    def holds(titles: set[str]) -> bool:
        """Restore the replica, and tell whether all these tasks are in it."""
        restored = tmp_path / f"restored{next(attempts)}.db"
        restored_url = f"sqlite:///{restored}"
        command = [litestream, "restore", "-o", str(restored), f"file://{tmp_path}/replica"]
        if subprocess.run(command, check=False, capture_output=True).returncode != 0:
            return False
        assert run_command("check", TODO_DATABASE_URL=restored_url).status == 0
        with served(restored_url, tmp_path / "restored.log") as service:
            return titles <= titles_in(service.client)

    with served(url, tmp_path / "log") as service:

        def write(writer: int) -> None:
            with httpx2.Client(base_url=service.url, auth=MIGUEL, timeout=30) as client:
                for number in range(EACH):
                    answer = client.post("/tasks", json={"title": f"{writer} {number}"})
                    assert answer.status_code == 201

        with (tmp_path / "litestream.log").open("w") as output:
            program = subprocess.Popen(
                [litestream, "replicate", "-config", configuration], stdout=output, stderr=output
            )
        try:
            with ThreadPoolExecutor(WRITERS) as pool:
                list(pool.map(write, range(WRITERS)))
            written = titles_in(service.client)
            assert len(written) == WRITERS * EACH
            took = eventually(lambda: holds(written), SECONDS)
            log.info("%d tasks were restored %.1f s after the last one", len(written), took)
        finally:
            program.terminate()
            program.wait(STOP_SECONDS)
        assert service.client.post("/tasks", json={"title": "And on"}).status_code == 201
        assert service.log == ""


def configured(database: Path, folder: Path) -> Path:
    """Write the file that is shipped, with a database and a replica of the test's."""
    paths = {
        "/var/lib/todo-api/todo.db": str(database),
        "/mnt/backup/todo": str(folder / "replica"),
    }
    file = folder / "litestream.yml"
    file.write_text(substituted((DEPLOY / "litestream.yml").read_text("utf-8"), paths), "utf-8")
    return file


def titles_in(client: httpx2.Client) -> set[str]:
    """Return the titles of all tasks."""
    exported = client.get("/tasks/export", params={"format": "json"})
    return {task["title"] for task in exported.json()["tasks"]}
