"""The log: for machines or for people, a line for each request if that is wanted."""

import json
import re
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.support.clients import PASSWORD, PASSWORD_HASH, client_of, settings_for
from tests.support.databases import SQLiteDatabases
from tests.support.processes import running
from todo_api.application import create_app
from todo_api.outages import Outages
from todo_api.storage import (
    Database,
    DatabaseUnavailableError,
    insert_tasks,
    insert_user,
    prepare_tasks,
)


@pytest.fixture
def url(sqlite_databases: SQLiteDatabases) -> str:
    """A database in a file, with a user."""
    url = sqlite_databases.fresh()
    database = Database(url)
    with database.transaction() as db:
        insert_user(db, username="miguel", email=None, password_hash=PASSWORD_HASH)
    database.close()
    return url


def lines_of(folder: Path, url: str, **settings: str) -> list[str]:
    """Return what is logged of three requests."""
    log = folder / "log"
    with running(log, url, **settings) as service:
        auth, named = ("miguel", PASSWORD), {"X-Request-Id": "request-1"}
        assert httpx2.get(f"{service.url}/tasks", auth=auth, headers=named).status_code == 200
        assert httpx2.get(f"{service.url}/tasks").status_code == 401
        assert httpx2.get(f"{service.origin}/nowhere").status_code == 404
    return log.read_text().splitlines()


def test_a_line_of_json_tells_of_each_request(url: str, tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        json.loads(line) for line in lines_of(tmp_path, url, TODO_ACCESS_LOG="on")
    ]
    first, second, third = lines
    assert first["time"].endswith("Z")
    assert 0 < first["milliseconds"] < 60_000
    assert (
        first.items()
        >= {
            "level": "info",
            "request_id": "request-1",
            "user": "miguel",
            "operation": "get_tasks",
            "method": "GET",
            "status": 200,
            "client": "127.0.0.1",
        }.items()
    )
    assert (second["status"], second["user"]) == (401, None)
    assert (third["status"], third["operation"]) == (404, None)


@pytest.mark.parametrize("bytes_", [b"BREW / HTTP/1.1\r\n\r\n", b"\x16\x03\x01"])
def test_a_request_that_cannot_be_read_has_no_method(
    url: str, tmp_path: Path, bytes_: bytes
) -> None:
    log = tmp_path / "log"
    with running(log, url, TODO_ACCESS_LOG="on") as service:
        address = ("127.0.0.1", urlsplit(service.url).port or 0)
        client = socket.create_connection(address, timeout=20)
        client.sendall(bytes_)
        assert client.recv(65536).startswith(b"HTTP/1.1 400 ")
        client.close()
    [line] = [json.loads(line) for line in log.read_text().splitlines()]
    assert (line["method"], line["status"]) == ("?", 400)


@pytest.mark.parametrize("kind", ["on", "sampled"])
def test_an_answer_that_breaks_off_has_a_line_and_no_trace(
    url: str, tmp_path: Path, kind: str
) -> None:
    database = Database(url)
    with database.transaction() as db:
        task = {"title": "Buy milk", "description": "x" * 2000}
        insert_tasks(db, 1, prepare_tasks([task] * 10_000))  # more than the kernel keeps
    database.close()
    log = tmp_path / "log"
    with running(log, url, TODO_ACCESS_LOG=kind) as service:
        auth = ("miguel", PASSWORD)
        with httpx2.stream("GET", f"{service.url}/tasks/export", auth=auth, timeout=60) as export:
            parts = export.iter_bytes()
            next(parts)
            deleted = httpx2.delete(f"{service.url}/users/miguel", auth=auth, timeout=60)
            assert deleted.status_code == 200
            with pytest.raises(httpx2.RemoteProtocolError):
                for _ in parts:
                    pass
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    told = [line for line in lines if line.get("operation") == "export_tasks"]
    assert [(line["status"], line["broken_off"]) for line in told] == [(200, True)]
    [reason] = [line for line in lines if "broke off" in line["message"]]
    assert reason["message"].endswith("where another one would be 401, unauthorized.")
    assert not [line for line in lines if "trace" in line]


def test_people_get_sentences(url: str, tmp_path: Path) -> None:
    first, *_ = lines_of(tmp_path, url, TODO_ACCESS_LOG="on", TODO_LOG_FORMAT="text")
    assert re.search(r"INFO todo_api.access: GET get_tasks 200 in [\d.]+ ms, by miguel,", first)


def test_by_default_no_request_is_logged(url: str, tmp_path: Path) -> None:
    assert lines_of(tmp_path, url) == []


def test_an_outage_is_told_once_and_not_for_each_request(caplog: pytest.LogCaptureFixture) -> None:
    nowhere = settings_for("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with client_of(create_app(nowhere)) as anonymous:
        for _ in range(5):
            assert anonymous.get("/readyz").status_code == 503
    assert caplog.text.count("is unavailable") == 1


def test_each_kind_of_outage_is_told_but_no_flood_of_them(caplog: pytest.LogCaptureFixture) -> None:
    outages = Outages()
    numbered = [f"block {number} cannot be written" for number in range(9)]
    others = [f"it is {'very ' * times}busy" for times in range(9)]
    reasons = ["it is full", *numbered, "it is locked", *others]
    for _ in range(3):
        for reason in reasons:
            outages(DatabaseUnavailableError(f"The database is unavailable: {reason}."))
    assert caplog.messages[:3] == [
        "The database is unavailable: it is full.",
        "The database is unavailable: block 0 cannot be written.",
        "The database is unavailable: it is locked.",
    ]
    assert len(caplog.messages) == 5
