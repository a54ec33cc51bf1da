"""An upgrade keeps everything: a database that a former version made is migrated and used.

`tests/programs/former.py` made the databases with that version's own code, and wrote down what it
told its users.
"""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from sqlalchemy import make_url

from tests.reliability.served import served
from tests.support.clients import PASSWORD
from tests.support.commands import run_command
from tests.support.databases import Databases

FORMER = Path(__file__).parent / "former"
TOLD = json.loads((FORMER / "told.json").read_text("utf-8"))
ORIGIN = "http://todo.example"
SETTINGS = {
    "TODO_CHECK_RESPONSES": "on",
    # The deletions are as old as the files.
    "TODO_TOMBSTONE_DAYS": "3650",
}

FIRST = "miguel"
"""Whose list is the first of the database, so that its ids stay."""
RENUMBERED = ("id", "uri")
"""What changes of the tasks of all others."""

STILL_VALID = "UPDATE tokens SET expires_at = '2999-01-01T00:00:00.000000Z'"
"""The files stay, and time goes on."""


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """The engine whose database is brought up to date."""
    return str(request.param)


@pytest.fixture
def former_url(engine: str, request: pytest.FixtureRequest) -> str:
    """The URL of a copy of what the former version left."""
    databases: Databases = request.getfixturevalue(f"{engine}_databases")
    url = databases.empty()
    if engine == "sqlite":
        file = str(make_url(url).database)
        shutil.copyfile(FORMER / "sqlite.db", file)
        with closing(sqlite3.connect(file)) as copy, copy:
            copy.execute(STILL_VALID)
    else:
        driver = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(driver, autocommit=True) as connection:
            connection.execute((FORMER / "postgresql.sql").read_bytes())
            connection.execute("RESET ALL")
            connection.execute(STILL_VALID)
    return url


def told_at(origin: str, engine: str, user: str) -> dict[str, Any]:
    """Return what a user was told, with the addresses of a service that runs now."""
    text = json.dumps(TOLD[engine][user])
    told: dict[str, Any] = json.loads(text.replace(ORIGIN, origin))
    return told


def test_what_a_former_version_stored_is_there_and_works(
    former_url: str, engine: str, tmp_path: Path
) -> None:
    migrated = run_command("migrate", TODO_DATABASE_URL=former_url)
    assert migrated.status == 0, migrated.stderr
    assert run_command("check", TODO_DATABASE_URL=former_url).status == 0
    with served(former_url, tmp_path / "log", **SETTINGS) as service:
        origin = service.url.removesuffix("/todo/api/v1.0")
        for user in ("miguel", "susan"):
            told = told_at(origin, engine, user)
            with httpx2.Client(base_url=service.url, auth=(user, PASSWORD), timeout=30) as client:
                tasks = see_that_all_is_there(client, told)
                if user == FIRST:
                    see_that_addresses_stay(client, told, tasks)
                else:
                    see_that_a_copy_begins_anew(client, told, tasks)
                use(client, told, tasks)
        assert "Traceback" not in service.log


def see_that_all_is_there(client: httpx2.Client, told: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the tasks, once they are what the former version told; new members may be added."""
    tasks: list[dict[str, Any]] = client.get("/tasks").json()["tasks"]
    for now, before in zip(tasks, told["tasks"], strict=True):
        assert now | before | {name: now[name] for name in RENUMBERED} == now
    bearer = {"Authorization": f"Bearer {told['token']}"}
    assert httpx2.get(f"{client.base_url}tasks", headers=bearer, timeout=30).status_code == 200
    return tasks


def see_that_addresses_stay(
    client: httpx2.Client, told: dict[str, Any], tasks: list[dict[str, Any]]
) -> None:
    """Find the first user's tasks where they were, and follow the changes from where they were."""
    for name in RENUMBERED:
        assert [task[name] for task in tasks] == [task[name] for task in told["tasks"]]
    changes = client.get("/tasks/changes", params={"since": told["since"]}).json()
    assert [one["id"] for one in changes["changes"]] == [told["tasks"][0]["id"]]


def see_that_a_copy_begins_anew(
    client: httpx2.Client, told: dict[str, Any], tasks: list[dict[str, Any]]
) -> None:
    """Have a copy under the former ids refused, and none of them found: they are the first's."""
    former = client.get("/tasks/changes", params={"since": told["since"]})
    assert (former.status_code, former.json()["code"]) == (410, "token_too_old")
    anew = client.get("/tasks/changes").json()["changes"]
    assert {one["id"] for one in anew} == {task["id"] for task in tasks}
    for task in told["tasks"]:
        assert client.get(task["uri"]).status_code == 404


def use(client: httpx2.Client, told: dict[str, Any], tasks: list[dict[str, Any]]) -> None:
    """Change by an entity tag of the former version, create, search and delete."""
    uri = tasks[1]["uri"]
    tag = told["entity tags"][told["tasks"][1]["uri"]]
    changed = client.put(uri, json={"done": True}, headers={"If-Match": tag})
    assert changed.status_code == 200, changed.text
    assert client.put(uri, json={"done": False}, headers={"If-Match": tag}).status_code == 412
    found = client.get("/tasks", params={"label": "später", "done": "true"}).json()["tasks"]
    assert [task["uri"] for task in found] == [uri]
    created = client.post("/tasks", json={"title": "Read a book"})
    assert created.status_code == 201
    assert created.headers["Location"] not in {task["uri"] for task in tasks}
    assert client.delete(tasks[2]["uri"]).status_code == 200
    assert len(client.get("/tasks").json()["tasks"]) == len(tasks)
