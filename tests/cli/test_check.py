"""``todo-api check``: it finds what would keep the service from running, and changes nothing."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text

from tests.cli.conftest import Command
from tests.support.commands import Ended, run_command
from tests.support.databases import PostgreSQLDatabases, SQLiteDatabases
from todo_api.storage import Database

NAMES = ["settings", "document", "database", "integrity", "clock", "writable", "disk"]
ON_DATABASE = NAMES[3:]
NOBODY_LISTENS = 1
"""A port that ordinary programs may not listen on."""


def findings(checked: Ended) -> dict[str, tuple[str, str]]:
    """Return each check's status and sentence from a check in JSON."""
    said = json.loads(checked.stdout)
    found = {check["name"]: (check["status"], check["detail"]) for check in said["checks"]}
    assert list(found) == NAMES
    failed = [name for name, (status, _) in found.items() if status == "failed"]
    assert said["ok"] == (not failed)
    assert checked.status == bool(failed)
    if failed:
        assert checked.stderr == f"Error: {len(failed)} of {len(NAMES)} checks failed.\n"
    else:
        assert checked.stderr == ""
    return found


def failures(checked: Ended) -> dict[str, str]:
    """Return the sentence of each check that has failed."""
    return {
        name: detail for name, (status, detail) in findings(checked).items() if status == "failed"
    }


class TestSound:
    """A service that could run."""

    @pytest.mark.usefixtures("susan")
    def test_passes_every_check(self, todo_api: Command, database_url: str) -> None:
        found = findings(todo_api("check", "--json"))
        at_a_server = database_url.startswith("postgresql")
        statuses = {name: status for name, (status, _) in found.items()}
        assert statuses == dict.fromkeys(NAMES, "ok") | {"disk": "skipped" if at_a_server else "ok"}
        for _, sentence in found.values():
            assert re.fullmatch(r"[A-Z0-9][^\n]*\.", sentence)

    def test_passes_without_a_user(self, todo_api: Command) -> None:
        assert failures(todo_api("check", "--json")) == {}

    def test_is_told_to_a_person_in_a_table(self, todo_api: Command) -> None:
        shown = todo_api("check")
        assert (shown.status, shown.stderr) == (0, "")
        assert [line.split()[0] for line in shown.stdout.splitlines()] == ["CHECK", *NAMES]


class TestFailed:
    """What would keep the service from running."""

    @pytest.mark.parametrize(
        ("setting", "sentence"),
        [
            ({"TODO_PORT": "http"}, r"TODO_PORT must be a whole number .*"),
            ({"TODO_PROT": "80"}, r"TODO_PROT is not a setting: did you mean TODO_PORT\?"),
        ],
        ids=["bad", "unknown"],
    )
    def test_a_setting(self, setting: dict[str, Any], sentence: str) -> None:
        found = findings(run_command("check", "--json", **setting))
        assert found["settings"][0] == "failed"
        assert re.fullmatch(sentence, found["settings"][1])
        assert {found[name][0] for name in NAMES[1:]} == {"skipped"}

    @pytest.mark.parametrize(
        ("url", "sentence"),
        [
            ("mysql://localhost/todo", "The database URL names mysql, .*"),
            ("sqlite:////no/such/todo.db", "The directory .* does not exist."),
            (
                f"postgresql+psycopg://todo:secret@127.0.0.1:{NOBODY_LISTENS}/list",
                r"The PostgreSQL database list on 127\.0\.0\.1:1 is unavailable: .*",
            ),
        ],
        ids=["engine", "directory", "server"],
    )
    def test_a_database_that_is_away(self, url: str, sentence: str) -> None:
        checked = run_command("check", "--json", TODO_DATABASE_URL=url)
        found = findings(checked)
        assert found["database"][0] == "failed"
        assert re.fullmatch(sentence, found["database"][1])
        assert "secret" not in checked.stdout + checked.stderr
        assert {found[name][0] for name in ON_DATABASE} == {"skipped"}

    def test_a_file_that_is_not_there_and_is_not_made(self, tmp_path: Path) -> None:
        checked = run_command("check", "--json", TODO_DATABASE_URL=f"sqlite:///{tmp_path}/todo.db")
        assert "run `todo-api migrate`" in failures(checked)["database"]
        assert list(tmp_path.iterdir()) == []

    def test_a_database_without_tables(self, empty_database_url: str) -> None:
        if empty_database_url.startswith("sqlite"):
            Path(make_url(empty_database_url).database or "").touch()
        checked = run_command("check", "--json", TODO_DATABASE_URL=empty_database_url)
        assert "run `todo-api migrate`" in failures(checked)["database"]

    @pytest.mark.parametrize(
        ("revision", "sentence"),
        [("0001", "has not been brought up to date"), ("9999", "newer version of this program")],
    )
    def test_a_database_of_another_version(
        self, todo_api: Command, database: Database, revision: str, sentence: str
    ) -> None:
        with database.transaction() as db:
            db.execute(text(f"UPDATE todo_api_revision SET version_num = '{revision}'"))  # noqa: S608 - ours
        assert sentence in failures(todo_api("check", "--json"))["database"]

    @pytest.mark.usefixtures("susan")
    def test_a_clock_that_is_behind_the_last_change(
        self, todo_api: Command, database: Database
    ) -> None:
        with database.transaction() as db:
            db.execute(text("UPDATE users SET last_changed_at = '2200-01-01T00:00:00.000000Z'"))
        failed = failures(todo_api("check", "--json"))
        assert list(failed) == ["clock"]
        assert "2200-01-01T00:00:00.000000Z" in failed["clock"]

    def test_a_damaged_file(self, sqlite_databases: SQLiteDatabases) -> None:
        url = sqlite_databases.fresh()
        with closing(sqlite3.connect(file_of(url))) as raw:
            index = "SELECT rootpage FROM sqlite_master WHERE name = 'tasks_due'"
            (page,), (size,) = (raw.execute(sql).fetchone() for sql in (index, "PRAGMA page_size"))
        with file_of(url).open("r+b") as file:
            file.seek((page - 1) * size)
            file.write(b"\xff" * size)
        failed = failures(run_command("check", "--json", TODO_DATABASE_URL=url))
        assert list(failed) == ["integrity"]
        sqlite_databases.discard(url)

    def test_rows_that_belong_to_nobody(self, sqlite_databases: SQLiteDatabases) -> None:
        url = sqlite_databases.fresh()
        with closing(sqlite3.connect(file_of(url))) as raw, raw:
            raw.execute("INSERT INTO task_labels VALUES (7, 'stray', 1)")
        failed = failures(run_command("check", "--json", TODO_DATABASE_URL=url))
        assert "task_labels" in failed["integrity"]
        sqlite_databases.discard(url)

    def test_an_index_that_was_never_finished(
        self, postgresql_databases: PostgreSQLDatabases
    ) -> None:
        url = postgresql_databases.fresh()
        execute(
            url, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'tasks_due'::regclass"
        )
        failed = failures(run_command("check", "--json", TODO_DATABASE_URL=url))
        assert "tasks_due" in failed["integrity"]
        postgresql_databases.discard(url)

    def test_a_file_that_another_program_keeps_locked(
        self, sqlite_databases: SQLiteDatabases
    ) -> None:
        url = sqlite_databases.fresh()
        with closing(sqlite3.connect(file_of(url), isolation_level=None)) as other:
            other.execute("PRAGMA journal_mode = wal")
            other.execute("BEGIN IMMEDIATE")
            failed = failures(run_command("check", "--json", TODO_DATABASE_URL=url))
        assert list(failed) == ["writable"]
        assert "locked" in failed["writable"]
        sqlite_databases.discard(url)

    def test_a_server_that_only_reads(self, postgresql_databases: PostgreSQLDatabases) -> None:
        url = postgresql_databases.fresh()
        name = make_url(url).database
        execute(url, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        failed = failures(run_command("check", "--json", TODO_DATABASE_URL=url))
        assert list(failed) == ["writable"]
        assert "read-only" in failed["writable"]
        postgresql_databases.discard(url)


def execute(url: str, statement: str) -> None:
    """Execute a statement of this test's own."""
    database = Database(url)
    with database.transaction() as db:
        db.execute(text(statement))
    database.close()


def file_of(url: str) -> Path:
    return Path(make_url(url).database or "")
