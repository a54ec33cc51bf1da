"""``todo-api check``: it finds what would keep the service from running, and changes nothing."""

import json
import re
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from sqlalchemy import make_url, text

from tests.cli.conftest import Command
from tests.support.commands import Ended, run_command, run_within
from tests.support.databases import PostgreSQLDatabases, SQLiteDatabases
from tests.support.redis import REDIS, running_redis
from todo_api.storage import Database

NAMES = [
    *("settings", "document", "certificate", "throttle", "tracing", "temporary"),
    *("database", "integrity", "clock", "writable", "disk"),
]
ON_DATABASE = NAMES[7:]
NOBODY_LISTENS = 1
"""A port that ordinary programs may not listen on."""
NO_REDIS = "there is no redis-server on this machine"


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
        skipped = ["certificate", "throttle", "tracing", *(["disk"] if at_a_server else [])]
        assert statuses == dict.fromkeys(NAMES, "ok") | dict.fromkeys(skipped, "skipped")
        for _, sentence in found.values():
            assert re.fullmatch(r"[A-Z0-9][^\n]*\.", sentence)

    def test_passes_without_a_user(self, todo_api_within: Command) -> None:
        assert failures(todo_api_within("check", "--json")) == {}

    def test_is_told_to_a_person_in_a_table(self, todo_api: Command) -> None:
        shown = todo_api("check")
        assert (shown.status, shown.stderr) == (0, "")
        assert [line.split()[0] for line in shown.stdout.splitlines()] == ["CHECK", *NAMES]


class TestCertificate:
    """The certificate for HTTPS."""

    @pytest.fixture
    def check(
        self, sqlite_databases: SQLiteDatabases, tmp_path: Path
    ) -> Iterator[Callable[[timedelta], tuple[str, str]]]:
        """Return what is found of a certificate with so much time left."""
        url = sqlite_databases.fresh()
        certificate, key = tmp_path / "todo.pem", tmp_path / "todo.key"

        def check(left: timedelta) -> tuple[str, str]:
            issued = trustme.CA().issue_cert("localhost", not_after=datetime.now(UTC) + left)
            issued.cert_chain_pems[0].write_to_path(certificate)
            issued.private_key_pem.write_to_path(key)
            checked = run_within(
                *("check", "--json"),
                TODO_DATABASE_URL=url,
                TODO_TLS_CERTIFICATE=str(certificate),
                TODO_TLS_KEY=str(key),
            )
            return findings(checked)["certificate"]

        yield check
        sqlite_databases.discard(url)

    def test_is_fine_for_fourteen_days_or_more(self, check: Callable[..., tuple[str, str]]) -> None:
        status, sentence = check(timedelta(days=14, minutes=5))
        assert status == "ok"
        assert re.fullmatch(
            r"The certificate and its key fit together, until [0-9-]{10}\.", sentence
        )

    def test_should_be_renewed_in_time(self, check: Callable[..., tuple[str, str]]) -> None:
        status, sentence = check(timedelta(days=13, minutes=5))
        assert status == "warning"
        assert re.fullmatch(r"The certificate ends in 13 days, on [0-9-]{10}: renew it\.", sentence)

    def test_must_not_have_ended(self, check: Callable[..., tuple[str, str]]) -> None:
        ended = ("failed", "Clients refuse the certificate: certificate has expired.")
        assert check(-timedelta(minutes=5)) == ended

    def test_needs_its_own_key(self, tmp_path: Path) -> None:
        issued = [trustme.CA().issue_cert("localhost") for _ in range(2)]
        issued[0].cert_chain_pems[0].write_to_path(tmp_path / "todo.pem")
        issued[1].private_key_pem.write_to_path(tmp_path / "todo.key")
        names = {"TODO_TLS_CERTIFICATE": "todo.pem", "TODO_TLS_KEY": "todo.key"}
        paths: dict[str, Any] = {name: str(tmp_path / file) for name, file in names.items()}
        found = findings(run_within("check", "--json", **paths))["certificate"]
        assert found[0] == "failed"
        assert "is not that of the certificate in" in found[1]


class TestThrottle:
    """The Redis in which processes count together."""

    @pytest.fixture
    def check(
        self, sqlite_databases: SQLiteDatabases
    ) -> Iterator[Callable[[str], tuple[str, str]]]:
        """Return what is found of the Redis at a URL."""
        database = sqlite_databases.fresh()

        def check(url: str) -> tuple[str, str]:
            checked = run_within(
                "check", "--json", TODO_DATABASE_URL=database, TODO_THROTTLE_URL=url
            )
            assert "secret" not in checked.stdout + checked.stderr
            return findings(checked)["throttle"]

        yield check
        sqlite_databases.discard(database)

    @pytest.mark.skipif(REDIS is None, reason=NO_REDIS)
    def test_counts_and_answers_in_time(
        self, check: Callable[[str], tuple[str, str]], tmp_path: Path
    ) -> None:
        with running_redis(tmp_path) as redis:
            status, sentence = check(redis.url)
        assert status == "ok"
        assert re.fullmatch(r"The Redis of .* counts, and answers within [0-9,]+ ms\.", sentence)

    @pytest.mark.skipif(REDIS is None, reason=NO_REDIS)
    def test_has_to_let_its_user_count(
        self, check: Callable[[str], tuple[str, str]], tmp_path: Path
    ) -> None:
        with running_redis(tmp_path, "--requirepass", "kettle") as redis:
            assert check(redis.url.replace("unix://", "unix://:kettle@"))[0] == "ok"
            for credentials in ("", ":secret@"):
                status, sentence = check(redis.url.replace("unix://", f"unix://{credentials}"))
                assert status == "failed"
                assert "does not let its user count" in sentence

    def test_has_to_be_there(self, check: Callable[[str], tuple[str, str]]) -> None:
        status, sentence = check(f"redis://:secret@127.0.0.1:{NOBODY_LISTENS}/0")
        assert status == "failed"
        assert "cannot be reached: is it running" in sentence

    def test_has_to_answer(self, check: Callable[[str], tuple[str, str]]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            status, sentence = check(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        assert status == "failed"
        assert "does not answer within 0.5 seconds" in sentence

    @pytest.mark.parametrize("url", ["redis://:secret@localhost:six/0", "redis://localhost/0?a=b"])
    def test_needs_a_url_that_can_be_read(
        self, check: Callable[[str], tuple[str, str]], url: str
    ) -> None:
        status, sentence = check(url)
        assert status == "failed"
        assert sentence.startswith("TODO_THROTTLE_URL must be the URL of a Redis server")


class TestTracing:
    """OpenTelemetry, if traces are wanted."""

    def test_has_to_be_installed(self, tmp_path: Path) -> None:
        (tmp_path / "opentelemetry.py").write_text("raise ImportError\n")
        collector = "http://127.0.0.1:4318/v1/traces"
        found = findings(
            run_command("check", "--json", PYTHONPATH=str(tmp_path), TODO_TRACING_URL=collector)
        )
        assert found["tracing"] == (
            "failed",
            "TODO_TRACING_URL needs OpenTelemetry: pip install 'todo-api[tracing]'.",
        )
        assert found["document"][0] == "ok"
        found = findings(run_command("check", "--json", TODO_TRACING_URL=collector))
        assert found["tracing"][0] == "ok"


class TestTemporary:
    """The folder into which large bodies are received."""

    def test_should_have_room(self) -> None:
        most = str(2**33)
        status, sentence = findings(
            run_command("check", "--json", TODO_MAX_SPOOLED_BYTES=most, TMPDIR="/dev/shm")  # noqa: S108 - a small one
        )["temporary"]
        free = shutil.disk_usage("/dev/shm").free  # noqa: S108 - the same
        assert status == ("ok" if free >= 2**33 else "warning")
        assert re.match(r"(Only )?[0-9.]+ GiB are free in /dev/shm, ", sentence)


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
        found = findings(run_within("check", "--json", **setting))
        assert found["settings"][0] == "failed"
        assert re.fullmatch(sentence, found["settings"][1])
        assert {found[name][0] for name in NAMES[1:]} == {"skipped"}

    @pytest.mark.parametrize(
        ("url", "sentence"),
        [
            ("mysql://localhost/todo", "The database URL names mysql, .*"),
            ("sqlite:////no/such/todo.db", "The directory .* does not exist: make it, .*"),
            (
                "postgresql://todo:secret@localhost/list?colour=red",
                'The database URL cannot be used: invalid connection option "colour".',
            ),
            (
                f"postgresql+psycopg://todo:secret@127.0.0.1:{NOBODY_LISTENS}/list",
                r"The PostgreSQL database list on 127\.0\.0\.1:1 is unavailable: .*",
            ),
        ],
        ids=["engine", "directory", "option", "server"],
    )
    def test_a_database_that_is_away(self, url: str, sentence: str) -> None:
        checked = run_within("check", "--json", TODO_DATABASE_URL=url)
        found = findings(checked)
        assert [name for name in NAMES if found[name][0] == "failed"] == ["database"]
        assert re.fullmatch(sentence, found["database"][1])
        assert "secret" not in checked.stdout + checked.stderr
        assert {found[name][0] for name in ON_DATABASE} == {"skipped"}

    def test_a_file_that_is_not_there_and_is_not_made(self, tmp_path: Path) -> None:
        checked = run_command("check", "--json", TODO_DATABASE_URL=f"sqlite:///{tmp_path}/todo.db")
        assert "run `todo-api init`" in failures(checked)["database"]
        assert list(tmp_path.iterdir()) == []

    def test_a_database_without_tables(self, empty_database_url: str) -> None:
        command = "migrate"
        if empty_database_url.startswith("sqlite"):
            Path(make_url(empty_database_url).database or "").touch()
            command = "init"
        checked = run_within("check", "--json", TODO_DATABASE_URL=empty_database_url)
        assert f"run `todo-api {command}`" in failures(checked)["database"]

    @pytest.mark.parametrize(
        ("revision", "sentence"),
        [("0001", "has not been brought up to date"), ("9999", "newer version of this program")],
    )
    def test_a_database_of_another_version(
        self, todo_api_within: Command, database: Database, revision: str, sentence: str
    ) -> None:
        with database.transaction() as db:
            db.execute(text(f"UPDATE todo_api_revision SET version_num = '{revision}'"))  # noqa: S608 - ours
        assert sentence in failures(todo_api_within("check", "--json"))["database"]

    @pytest.mark.usefixtures("susan")
    def test_a_clock_that_is_behind_the_last_change(
        self, todo_api_within: Command, database: Database
    ) -> None:
        with database.transaction() as db:
            db.execute(text("UPDATE lists SET last_changed_at = '2200-01-01T00:00:00.000000Z'"))
        failed = failures(todo_api_within("check", "--json"))
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
        failed = failures(run_within("check", "--json", TODO_DATABASE_URL=url))
        assert list(failed) == ["integrity"]
        sqlite_databases.discard(url)

    def test_rows_that_belong_to_nobody(self, sqlite_databases: SQLiteDatabases) -> None:
        url = sqlite_databases.fresh()
        with closing(sqlite3.connect(file_of(url))) as raw, raw:
            raw.execute("INSERT INTO task_labels VALUES (7, 'stray', 1)")
        failed = failures(run_within("check", "--json", TODO_DATABASE_URL=url))
        assert "task_labels" in failed["integrity"]
        sqlite_databases.discard(url)

    def test_an_index_that_was_never_finished(
        self, postgresql_databases: PostgreSQLDatabases
    ) -> None:
        url = postgresql_databases.fresh()
        execute(
            url, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'tasks_due'::regclass"
        )
        failed = failures(run_within("check", "--json", TODO_DATABASE_URL=url))
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
        failed = failures(run_within("check", "--json", TODO_DATABASE_URL=url))
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
