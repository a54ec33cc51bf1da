"""Nothing secret is written anywhere: whatever a request holds is looked for afterwards."""

import base64
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import yaml
from sqlalchemy import MetaData, create_engine, select

from tests.support.clients import PASSWORD_HASH
from tests.support.databases import Databases
from todo_api.storage import Database, insert_user

DOCUMENT = Path(__file__).parents[2] / "openapi" / "todo.yaml"
API = "/todo/api/v1.0"

PASSWORD = "canary-P4sswd-of-susan-91"
NEW_PASSWORD = "canary-N3wpwd-of-susan-92"
GUESS = "canary-gu3ss-at-susan-93"
MISPLACED = "canary-typed-where-the-name-belongs-94"
TOKEN = "todo_canary-t0ken-95"
SECRETS = [PASSWORD, NEW_PASSWORD, GUESS, MISPLACED, TOKEN]
ELSEWHERE = "canary-somewhere-else-96"
"""What is no secret to the database, where it may be stored, but to everything else."""

SERVICE = """
import logging, os
logging.basicConfig(level=logging.DEBUG)
from todo_api.monitoring import security_log
from todo_api.application import create_app
from todo_api.server import serve
from todo_api.settings import read_settings

settings = read_settings(os.environ)
security_log.write_security_log()
serve(create_app(settings), settings, lambda url: print(url, flush=True))
"""


def encoded(username: str, password: str) -> str:
    return base64.b64encode(f"{username}:{password}".encode()).decode()


AUTHORIZATIONS = {
    "none": "",
    "right": "Basic " + encoded("susan", PASSWORD),
    "guess": "Basic " + encoded("susan", GUESS),
    "unknown": "Basic " + encoded("nobody", GUESS),
    "misplaced": "Basic " + encoded(MISPLACED, "susan"),
    "token": f"Bearer {TOKEN}",
    "malformed": f"Basic {GUESS}",
}


@contextmanager
def served(database_url: str, stdout: Path, stderr: Path) -> Iterator[tuple[str, int]]:
    """Serve in a process that logs everything; give its origin and its process id."""
    environment = {
        **os.environ,
        "TODO_PORT": "0",
        "TODO_DATABASE_URL": database_url,
        "TODO_REGISTRATION": "open",
        "TODO_PASSWORD_TIME_COST": "1",
        "TODO_PASSWORD_MEMORY_KIB": "1024",
        "PYTHONUNBUFFERED": "1",
    }
    with stdout.open("w") as out, stderr.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVICE], env=environment, stdout=out, stderr=errors
        )
        try:
            while not (printed := re.search(r"http://\S+", stdout.read_text())):
                assert process.poll() is None, stderr.read_text()
            yield printed[0], process.pid
        finally:
            process.terminate()
            process.wait(20)


def bodies(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what to send as the body: an example's members, each with a canary."""
    if "requestBody" not in operation:
        return [{}]
    members = ("title", "description", "labels", "due", "username", "email", ELSEWHERE)
    return [
        {"json": dict.fromkeys(members, ELSEWHERE)},
        {"json": {"title": ELSEWHERE, "operations": [{"create": {"title": ELSEWHERE}}]}},
        {"json": {"title": ELSEWHERE}},
        {"json": {"password": GUESS, "current_password": GUESS, "username": ELSEWHERE}},
        {"json": {"password": NEW_PASSWORD, "current_password": GUESS}},
        {"content": f'{{"password": "{GUESS}"', "headers": {"Content-Type": "application/json"}},
        {"content": f"title\n{ELSEWHERE}\n", "headers": {"Content-Type": "text/csv"}},
        {"content": GUESS, "headers": {"Content-Type": f"text/{ELSEWHERE}"}},
    ]


def requests(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """Yield requests to every operation, with canaries wherever there is room for one.

    Each is a method, a target, what is sent, and the name of the credentials. Every body comes from
    who is let in and from a stranger, and one of them with all credentials to one of the targets:
    whoever fails to sign in is made to wait.
    """
    for path, item in document["paths"].items():
        for method in {"get", "post", "put", "patch", "delete"} & item.keys():
            named = re.sub(r"{username}", "susan", re.sub(r"{task_id}", "1", path))
            targets = [named, f"{named}?{ELSEWHERE}={ELSEWHERE}&access_token={TOKEN}"]
            targets += [re.sub(r"{\w+}", ELSEWHERE, path)] if "{" in path else []
            # susan is needed until the end.
            if (method, path) == ("delete", "/users/{username}"):
                targets = targets[2:]
            first, *_ = every_body = bodies(item[method])
            for name in AUTHORIZATIONS:
                yield method.upper(), API + targets[0], first, name
            for target in targets:
                for body in every_body:
                    for name in ("right", "none"):
                        yield method.upper(), API + target, body, name


def rows_of(database_url: str) -> str:
    """Return every value in the database."""
    engine = create_engine(database_url)
    metadata = MetaData()
    with engine.connect() as connection:
        metadata.reflect(connection)
        text = "\n".join(
            str(row)
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
        )
    engine.dispose()
    return text


def test_no_secret_is_in_logs_output_command_line_or_database(
    databases: Databases, tmp_path: Path
) -> None:
    database_url = databases.fresh()
    document = yaml.safe_load(DOCUMENT.read_text("utf-8"))
    statuses = set()
    stdout, stderr = tmp_path / "stdout", tmp_path / "stderr"
    database = Database(database_url)
    with database.transaction() as db:
        insert_user(db, username="david", email=None, password_hash=PASSWORD_HASH)
    database.close()
    with served(database_url, stdout, stderr) as (origin, pid):
        with httpx2.Client(base_url=origin, timeout=20) as client:
            newcomer = {"username": "susan", "password": PASSWORD}
            assert client.post(f"{API}/users", json=newcomer).status_code == 201
            for method, target, body, name in requests(document):
                authorization = AUTHORIZATIONS[name]
                headers = {
                    **body.get("headers", {}),
                    **({"Authorization": authorization} if authorization else {}),
                    "Cookie": f"session={TOKEN}",
                    "X-Api-Key": TOKEN,
                    "Idempotency-Key": ELSEWHERE,
                    "If-None-Match": f'"{ELSEWHERE}"',
                    "Referer": f"https://todo.example/?{ELSEWHERE}",
                    "User-Agent": ELSEWHERE,
                }
                response = client.request(method, target, **{**body, "headers": headers})
                statuses.add(response.status_code)
                for secret in SECRETS:
                    assert secret not in response.text
            susan = f"{API}/users/susan"
            change = {"password": NEW_PASSWORD, "current_password": PASSWORD}
            assert client.put(susan, json=change, auth=("susan", PASSWORD)).status_code == 200
            assert client.delete(susan, auth=("susan", NEW_PASSWORD)).status_code == 200
        command_line = Path(f"/proc/{pid}/cmdline").read_bytes().decode()
        environment = Path(f"/proc/{pid}/environ").read_bytes().decode()
    assert {200, 201, 400, 401, 404, 415, 429} <= statuses
    log = stderr.read_text()
    assert '"event": "login"' in log
    assert "DEBUG:" in log
    hidden = [*SECRETS, *(value.partition(" ")[2] for value in AUTHORIZATIONS.values() if value)]
    for where, text in (
        ("the log", log),
        ("the output", stdout.read_text()),
        ("the command line", command_line),
        ("the environment", environment),
    ):
        for canary in (*hidden, PASSWORD_HASH, ELSEWHERE, "$argon2"):
            assert canary not in text, (where, canary)
    contents = rows_of(database_url)
    if database_url.startswith("sqlite"):
        file = Path(database_url.removeprefix("sqlite:///"))
        contents += "".join(
            one.read_bytes().decode("latin-1") for one in file.parent.glob(f"{file.name}*")
        )
    assert PASSWORD_HASH in contents
    for canary in hidden:
        assert canary not in contents, canary
    databases.discard(database_url)
