"""Database files: made only when somebody says so, never confused, and missed when gone."""

import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.reliability.served import Served, add_miguel, eventually, served
from tests.support.commands import (
    Ended,
    environment_with,
    installed_command,
    run_command,
    run_within,
)
from tests.support.databases import SQLiteDatabases
from todo_api.storage import Database, migrate
from todo_api.storage.migration import revisions, upgrade

log = logging.getLogger(__name__)

NEW = "There is no SQLite database {}: run `todo-api init` to make one."


@pytest.fixture
def file(sqlite_databases: SQLiteDatabases, tmp_path: Path) -> Path:
    """Give a database with the user miguel in a folder of its own."""
    path = tmp_path / "data" / "todo.db"
    path.parent.mkdir()
    fresh = sqlite_databases.fresh()
    shutil.copyfile(fresh.removeprefix("sqlite:///"), path)
    add_miguel(f"sqlite:///{path}")
    return path


@pytest.fixture
def service(file: Path, tmp_path: Path) -> Iterator[Served]:
    with served(f"sqlite:///{file}", tmp_path / "log") as service:
        assert service.status("POST") == 201
        yield service


def run(*arguments: str, **settings: str) -> Ended:
    """Run a command; one that would go on if it were not refused, in a process of its own."""
    run_it = run_command if arguments == ("serve",) else run_within
    return run_it(*arguments, stdin=b"", **settings)


class TestMaking:
    """A file is made by those who are told to."""

    @pytest.mark.parametrize("command", ["serve", "migrate", "check"])
    @pytest.mark.parametrize("is_there", [False, True], ids=["absent", "empty"])
    def test_no_other_command_makes_or_fills_one(
        self, tmp_path: Path, command: str, *, is_there: bool
    ) -> None:
        path = tmp_path / "todo.db"
        if is_there:
            path.touch()
        refused = run(command, TODO_DATABASE_URL=f"sqlite:///{path}")
        assert refused.status == 1
        sentence = f"The SQLite database {path} is empty: " if is_there else NEW.format(path)
        assert sentence in refused.stdout + refused.stderr
        assert "todo-api init" in refused.stdout + refused.stderr
        assert [file.stat().st_size for file in tmp_path.iterdir()] == [0] * is_there

    @pytest.mark.parametrize("is_there", [False, True], ids=["absent", "empty"])
    def test_init_makes_one_and_changes_none(self, tmp_path: Path, *, is_there: bool) -> None:
        path = tmp_path / "todo.db"
        if is_there:
            path.touch()
        url = f"sqlite:///{path}"
        assert run_command("init", TODO_DATABASE_URL=url).status == 0
        add_miguel(url)
        assert run_within("init", TODO_DATABASE_URL=url).status == 0
        assert "miguel" in run_within("user", "list", TODO_DATABASE_URL=url).stdout

    def test_serve_makes_one_when_it_is_told_to(self, tmp_path: Path) -> None:
        path = tmp_path / "todo.db"
        with served(f"sqlite:///{path}", tmp_path / "log", TODO_CREATE_DATABASE="true") as service:
            assert service.status() == 401
        assert path.exists()


class TestOthers:
    """Files of other programs are looked at, and not touched."""

    @pytest.mark.parametrize("mode", ["delete", "wal"])
    @pytest.mark.parametrize("arguments", [["migrate"], ["init"], ["serve"], ["user", "list"]])
    def test_stay_as_they_are(self, tmp_path: Path, mode: str, arguments: list[str]) -> None:
        path = tmp_path / "invoices.db"
        other = sqlite3.connect(path)
        other.execute(f"PRAGMA journal_mode = {mode}")
        other.execute("CREATE TABLE invoices (id INTEGER)")
        other.close()
        before = {file.name: (file.read_bytes(), file.stat()) for file in tmp_path.iterdir()}
        refused = run(
            *arguments, TODO_DATABASE_URL=f"sqlite:///{path}", TODO_CREATE_DATABASE="true"
        )
        sentence = "holds tables of another program (invoices): name an empty database."
        assert refused == (1, "", f"Error: The SQLite database {path} {sentence}\n")
        after = {file.name: (file.read_bytes(), file.stat()) for file in tmp_path.iterdir()}
        assert after.keys() == before.keys()
        for name, (content, status) in before.items():
            assert after[name][0] == content
            assert after[name][1].st_mtime_ns == status.st_mtime_ns


class TestOutages:
    """A file that vanishes, is replaced or is torn under a running service."""

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_one_that_vanishes_is_missed_and_found_again(
        self, service: Served, file: Path, method: str
    ) -> None:
        file.rename(file.with_name("elsewhere.db"))
        assert service.status(method) == 503
        assert service.client.get("/tasks").headers["Retry-After"]
        assert f"The SQLite database {file} is unavailable: there is no such file." in service.log
        assert not file.exists()
        file.with_name("elsewhere.db").rename(file)
        took = eventually(lambda: service.status(method) in {200, 201})
        log.info("found again by %s after %.2f s", method, took)
        assert took < 5
        assert service.client.get("/tasks/1").status_code == 200

    def test_one_that_is_replaced_is_the_one_that_is_used(
        self, service: Served, file: Path, tmp_path: Path
    ) -> None:
        copy = tmp_path / "copy.db"
        copy_of(file, copy)
        assert [service.status("POST") for _ in range(2)] == [201, 201]
        for end in ("-wal", "-shm"):
            Path(f"{file}{end}").unlink()
        copy.rename(file)
        took = eventually(lambda: service.status("POST") == 201)
        log.info("used after %.3f s", took)
        assert took < 5
        assert len(service.client.get("/tasks").json()["tasks"]) == 2
        stored = sqlite3.connect(file).execute("SELECT count(*) FROM tasks").fetchone()
        assert stored == (2,)

    @pytest.mark.parametrize("content", ["foreign", "empty"])
    def test_one_that_is_replaced_by_anothers_is_an_outage(
        self, service: Served, file: Path, tmp_path: Path, content: str
    ) -> None:
        other = tmp_path / "other.db"
        if content == "empty":
            other.touch()
        else:
            foreign = sqlite3.connect(other)
            foreign.execute("CREATE TABLE invoices (id INTEGER)")
            foreign.close()
        before = other.read_bytes()
        file.rename(tmp_path / "ours.db")
        other.rename(file)
        for method in ("GET", "POST", "GET"):
            assert service.status(method) == 503
        reason = "it is empty" if content == "empty" else "it is another program's"
        assert f"The SQLite database {file} is unavailable: {reason}." in service.log
        assert file.read_bytes() == before

    def test_a_write_ahead_log_that_vanishes_is_noticed_before_anybody_is_told_201(
        self, service: Served, file: Path
    ) -> None:
        Path(f"{file}-wal").unlink()
        assert service.status("POST") == 503
        assert "its write-ahead log was removed while it was in use" in service.log

    def test_one_that_is_torn_is_an_outage_until_a_whole_one_is_back(
        self, service: Served, file: Path, tmp_path: Path
    ) -> None:
        for number in range(40):
            service.client.post("/tasks", json={"title": f"Buy groceries {number}" + "!" * 200})
        copy_of(file, tmp_path / "copy")
        content = bytearray((tmp_path / "copy").read_bytes())
        for place in range(4096, len(content), 64):  # in every page but the first
            content[place] ^= 0xFF
        torn = tmp_path / "torn.db"
        torn.write_bytes(content)
        torn.rename(file)
        answers = [
            service.client.get(path) for path in ("/tasks", "/tasks?q=groceries", "/tasks/7")
        ]
        assert [answer.status_code for answer in answers] == [503] * 3
        assert service.status("POST") == 503
        assert f"The SQLite database {file} is damaged: " in service.log
        assert "Traceback" not in service.log
        (tmp_path / "copy").rename(file)
        took = eventually(lambda: service.status() == 200)
        log.info("whole again after %.2f s", took)
        assert took < 5
        assert service.status("POST") == 201

    def test_a_row_that_cannot_be_read_is_an_outage(self, service: Served, file: Path) -> None:
        other = sqlite3.connect(file)
        for change, path in (
            ("UPDATE tasks SET labels = '[\"home'", "/tasks/1"),
            ("UPDATE users SET email = CAST(x'ff' AS TEXT)", "/users/miguel"),
        ):
            other = sqlite3.connect(file)
            other.execute(change)
            other.commit()
            other.close()
            assert service.status("GET", path) == 503
        told = f"The SQLite database {file} is damaged: a row of it cannot be read"
        assert service.log.count(told) == 1
        assert "Traceback" not in service.log


def copy_of(file: Path, copy: Path) -> None:
    """Make a copy of a database that is in use."""
    source, target = sqlite3.connect(file), sqlite3.connect(copy)
    source.backup(target)
    source.close()
    target.close()


SLOW_MIGRATION = """
import sys, time
from todo_api.storage import Database
from todo_api.storage.migration import upgrade
database = Database(sys.argv[1])
with database.migration() as (connection, db):
    print("begun", flush=True)
    time.sleep(float(sys.argv[2]))
    upgrade(connection, present="0003")
"""


class TestStarting:
    """Two programs that start at once."""

    def test_wait_for_each_others_migration_however_long_it_takes(
        self, empty_database_url: str
    ) -> None:
        earlier = Database(empty_database_url)
        earlier.prepare()
        with earlier.migration() as (connection, _):
            upgrade(connection, "0003")
        earlier.close()
        seconds = 6  # longer than any request would wait
        with subprocess.Popen(
            [sys.executable, "-c", SLOW_MIGRATION, empty_database_url, str(seconds)],
            stdout=subprocess.PIPE,
            text=True,
        ) as first:
            assert first.stdout
            assert first.stdout.readline() == "begun\n"
            begun = time.monotonic()
            waiting = [
                subprocess.Popen(
                    [installed_command(), "migrate"],
                    env=environment_with(TODO_DATABASE_URL=empty_database_url),
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
                for _ in range(2)
            ]
            ended = [process.communicate(timeout=60) for process in waiting]
            assert time.monotonic() - begun > seconds - 2
            assert first.wait(30) == 0
        for out, errors in ended:
            assert out == "The database is up to date.\n"
            assert "by another process: waiting for its end." in errors


def test_migrations_tell_how_far_they_are(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    database.prepare()
    with database.migration() as (connection, db):
        upgrade(connection, "0001")
        db.execute(text("INSERT INTO users (username, password_hash) VALUES ('miguel', 'x')"))
        db.execute(
            text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 41000)"
                " INSERT INTO tasks (user_id, id, title, description, done)"
                " SELECT users.id, i, 'Buy groceries', '', false FROM n, users"
            )
        )
    told: list[str] = []
    assert not migrate(database, tell=told.append)
    database.close()
    steps = revisions()[1:]
    assert [line for line in told if line.startswith("Migration")] == [
        next(line for line in told if line.startswith(f"Migration {step} ({number} of "))
        for number, step in enumerate(steps, 1)
    ]
    assert "20,000 of 41,000 tasks have been moved." in told
    assert "40,000 of 41,000 tasks have been moved." in told
    assert "40,000 of 41,000 tasks have been given to lists." in told
    assert "80,000 of 82,000 words of tasks have been given to lists." in told
    assert "40,000 of 41,000 tasks have a place." in told


@pytest.mark.skipif(os.name != "posix", reason="other systems have other rights")
def test_a_new_database_is_nobody_elses_to_read(tmp_path: Path) -> None:
    run_command("init", TODO_DATABASE_URL=f"sqlite:///{tmp_path}/todo.db")
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
