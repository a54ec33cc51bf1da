"""Deleting an account: at once for everybody, however much there is to remove."""

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from tests.reliability.served import MIGUEL, add_miguel, eventually, served
from tests.support.clients import PASSWORD, PASSWORD_HASH
from tests.support.commands import run_command, run_within
from todo_api.storage import Database, delete_user, insert_user

TASKS = int(os.environ.get("TEST_TASKS", "20000"))
IN_A_LIST = ("tasks", "task_words", "task_labels", "deleted_tasks", "trash")
OF_A_USER = ("idempotency_keys", "tokens")

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)"
INSERT_TASKS = (
    "INSERT INTO tasks (list_id, id, title, description, done, priority, labels,"
    " created_at, updated_at, change, title_key, words)"
)
TASK = (
    ":list, i, 'Buy milk now', '', false, 0, '[]', '2026', '2026', i, 'buy milk now',"
    " ' buy milk now'"
)
INSERT_WORDS = "INSERT INTO task_words (list_id, word, task_id)"

log = logging.getLogger(__name__)


def add_large(database_url: str) -> int:
    """Add the user susan with very many tasks, each found by three words; return the id."""
    database = Database(database_url)
    with database.migration() as (_, db):  # which has no time limit
        user = insert_user(db, username="susan", email=None, password_hash=PASSWORD_HASH)
        values = {"many": TASKS, "list": user.list_id}
        db.execute(text(f"{INSERT_TASKS} {NUMBERS} SELECT {TASK} FROM n"), values)  # noqa: S608 - ours
        for word in ("buy", "milk", "now"):
            row = f":list, '{word}', i"
            db.execute(text(f"{INSERT_WORDS} {NUMBERS} SELECT {row} FROM n"), values)  # noqa: S608 - ours
    database.close()
    return user.id


def rows_of(database_url: str, user: int) -> int:
    """Count what there is of a user's, in all tables."""
    database = Database(database_url)
    try:
        with database.snapshot() as db:
            lists = f"list_id IN (SELECT id FROM lists WHERE owner_id = {user})"  # noqa: S608 - ours
            conditions = {
                **dict.fromkeys(IN_A_LIST, lists),
                **dict.fromkeys(OF_A_USER, f"user_id = {user}"),
                "lists": f"owner_id = {user}",
            }
            counts = (
                db.scalar(text(f"SELECT count(*) FROM {name} WHERE {own}"))  # noqa: S608 - ours
                for name, own in conditions.items()
            )
            remains: int = db.scalar(text(f"SELECT count(*) FROM users WHERE id = {user}"))  # noqa: S608 - ours
            return int(sum(counts) + remains)
    finally:
        database.close()


def is_there(database_url: str, user: int) -> bool:
    """Tell whether there is a user's own row, which goes last: to count all rows takes long."""
    database = Database(database_url)
    try:
        with database.snapshot() as db:
            return bool(db.scalar(text(f"SELECT count(*) FROM users WHERE id = {user}")))  # noqa: S608 - ours
    finally:
        database.close()


def test_an_account_with_many_tasks_is_gone_at_once_and_holds_nobody_up(
    database_url: str, tmp_path: Path
) -> None:
    susan = add_large(database_url)
    add_miguel(database_url)
    waits: list[float] = []
    done = threading.Event()
    with served(database_url, tmp_path / "log", TODO_REGISTRATION="open") as service:
        hers = httpx2.Client(base_url=service.url, auth=("susan", PASSWORD), timeout=30)
        token = hers.post("/tokens", json={"name": "Kitchen", "scope": "write"}).json()["token"]
        bearer = {"Authorization": f"Bearer {token['secret']}"}
        assert httpx2.get(f"{service.url}/tasks", headers=bearer).status_code == 200

        def write_meanwhile() -> None:
            while not done.is_set():
                begun = time.monotonic()
                assert service.status("POST") == 201
                waits.append(time.monotonic() - begun)
                time.sleep(0.01)

        writing = threading.Thread(target=write_meanwhile)
        writing.start()
        begun = time.monotonic()
        assert hers.delete("/users/susan").status_code == 200
        answered = time.monotonic() - begun
        assert hers.get("/tasks").status_code == 401
        assert httpx2.get(f"{service.url}/tasks", headers=bearer).status_code == 401
        again = {"username": "susan", "password": "a boa and a king cobra"}
        assert httpx2.post(f"{service.url}/users", json=again).status_code == 201
        fresh = httpx2.get(f"{service.url}/tasks", auth=("susan", again["password"]))
        assert fresh.json() == {"tasks": []}
        removed = eventually(lambda: not is_there(database_url, susan), 60 + TASKS / 500)
        done.set()
        writing.join()
        assert rows_of(database_url, susan) == 0
        assert len(httpx2.get(f"{service.url}/tasks", auth=MIGUEL).json()["tasks"]) > 0
        assert "Traceback" not in service.log
        hers.close()
    log.info(
        "%d tasks: answered in %.2f s, removed in %.1f s; the longest of %d writes took %.2f s",
        *(TASKS, answered, removed, len(waits), max(waits)),
    )
    assert answered < 2
    assert max(waits) < 2


def test_the_command_deletes_at_once_and_removes_the_rest(database_url: str) -> None:
    susan = add_large(database_url)
    done = run_command("user", "delete", "susan", "--yes", TODO_DATABASE_URL=database_url)
    assert done == (0, "The user susan has been deleted.\n", "")
    assert rows_of(database_url, susan) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_what_a_crash_has_interrupted_is_removed_after_the_next_start(
    database_url: str, tmp_path: Path
) -> None:
    susan = add_large(database_url)
    add_miguel(database_url)
    with served(database_url, tmp_path / "log") as service:
        gone = httpx2.delete(f"{service.url}/users/susan", auth=("susan", PASSWORD))
        assert gone.status_code == 200
        before = rows_of(database_url, susan)
        eventually(lambda: rows_of(database_url, susan) < before)
        service.process.send_signal(signal.SIGKILL)
        service.process.wait()
    left = rows_of(database_url, susan)
    assert 0 < left < TASKS * 4
    with served(database_url, tmp_path / "log"):
        took = eventually(lambda: not is_there(database_url, susan), 90 + TASKS / 500)
    assert rows_of(database_url, susan) == 0
    log.info("%d rows were left, and removed %.1f s after the start", left, took)


def test_whoever_was_deleted_can_be_told_from_nobody_by_nothing(database_url: str) -> None:
    database = Database(database_url)
    with database.transaction() as db:
        user = insert_user(db, username="susan", email="susan@example.com", password_hash="cat")
    with database.transaction() as db:
        assert delete_user(db, user.id)
    with database.snapshot() as db:
        row = db.one(text("SELECT username, email, password_hash FROM users"))
    database.close()
    assert tuple(row) == (f":{user.id}", None, "")
    listed = run_within("user", "list", TODO_DATABASE_URL=database_url)
    assert "susan" not in listed.stdout
    assert f":{user.id}" not in listed.stdout
    for arguments in (["disable", "susan"], ["delete", "susan", "--yes"]):
        refused = run_within("user", *arguments, TODO_DATABASE_URL=database_url)
        assert refused == (1, "", "Error: There is no user susan.\n")
