"""Where operations run: short ones on the event loop, slow ones in threads, each exactly once."""

import asyncio
import json
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import replace
from queue import Queue
from threading import Event, Semaphore, current_thread
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of, registered
from tests.support.contract import DOCUMENT
from tests.support.databases import Databases, SQLiteDatabases
from tests.support.members import invite, new_list
from tests.support.problems import assert_problem
from todo_api import execution, storage
from todo_api.application import create_app
from todo_api.contract import Job, Response, Workers, workers
from todo_api.contract.operation import Exchange, Operation
from todo_api.execution import IN_THREADS, MOST_BODY_BYTES, Execution
from todo_api.settings import Settings
from todo_api.storage import Database, Import, WordBudget, prepare_import
from todo_api.storage.engine import inline

TASK = {"title": "Read a book"}
REQUESTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "get_tasks": ("GET", "/tasks", {}),
    "create_task": ("POST", "/tasks", {"json": TASK}),
    "get_task": ("GET", "/tasks/1", {}),
    "update_task": ("PUT", "/tasks/1", {"json": {"done": True}}),
    "patch_task": (
        "PATCH",
        "/tasks/1",
        {"json": {"due": None}, "headers": {"Content-Type": "application/merge-patch+json"}},
    ),
    "delete_task": ("DELETE", "/tasks/1", {}),
    "run_batch": ("POST", "/tasks/batch", {"json": {"operations": [{"create": TASK}]}}),
    "get_changes": ("GET", "/tasks/changes", {}),
    "export_tasks": ("GET", "/tasks/export", {}),
    "import_tasks": (
        "POST",
        "/tasks/import",
        {"content": '{"title": "Read"}', "headers": {"Content-Type": "application/jsonl"}},
    ),
    "get_lists": ("GET", "/lists", {}),
    "create_list": ("POST", "/lists", {"json": {"name": "The garden"}}),
    "get_list": ("GET", "/lists/{list_id}", {}),
    "update_list": ("PUT", "/lists/{list_id}", {"json": {"name": "The garden"}}),
    "delete_list": ("DELETE", "/lists/{list_id}", {}),
    "get_members": ("GET", "/lists/{list_id}/members", {}),
    "update_member": ("PUT", "/lists/{list_id}/members/miguel", {"json": {"role": "owner"}}),
    "delete_member": ("DELETE", "/lists/{list_id}/members/susan", {}),
    "create_invitation": ("POST", "/lists/{list_id}/invitations", {"json": {"role": "editor"}}),
    "get_invitations": ("GET", "/lists/{list_id}/invitations", {}),
    "delete_invitation": ("DELETE", "/lists/{list_id}/invitations/{invitation_id}", {}),
    "look_at_invitation": ("POST", "/invitations/look", {}),
    "redeem_invitation": ("POST", "/invitations/redeem", {}),
    "get_trash": ("GET", "/trash", {}),
    "empty_trash": ("DELETE", "/trash", {}),
    "restore_task": ("POST", "/trash/1/restore", {}),
    "move_task": ("POST", "/tasks/1/move", {"json": {"parent_id": None}}),
    "get_labels": ("GET", "/labels", {}),
    "rename_label": ("POST", "/labels/rename", {"json": {"name": "home", "new_name": "garden"}}),
    "create_user": (
        "POST",
        "/users",
        {"json": {"username": "david", "password": "Pizza is not a fruit!"}},
    ),
    "get_user": ("GET", "/users/miguel", {}),
    "update_user": (
        "PUT",
        "/users/miguel",
        {"json": {"current_password": PASSWORD, "password": "Pizza is not a fruit!"}},
    ),
    "delete_user": ("DELETE", "/users/miguel", {}),
    "create_token": ("POST", "/tokens", {"json": {"name": "Tablet", "scope": "read"}}),
    "get_tokens": ("GET", "/tokens", {}),
    "get_token": ("GET", "/tokens/{token_id}", {}),
    "delete_token": ("DELETE", "/tokens/{token_id}", {}),
    "get_health": ("GET", "/healthz", {}),
    "get_readiness": ("GET", "/readyz", {}),
}


@pytest.fixture
def databases(sqlite_databases: SQLiteDatabases) -> Databases:
    """SQLite, whose short statements the event loop executes by itself."""
    return sqlite_databases


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The operations whose functions were called, and where each one was."""
    called: list[tuple[str, str]] = []
    answer = Operation._answer  # noqa: SLF001 - what calls each function

    def note(self: Operation, exchange: Exchange, arguments: Mapping[str, Any]) -> Response:
        in_thread = current_thread().name.startswith("worker-")
        called.append((self.id, "in a thread" if in_thread else "on the event loop"))
        return answer(self, exchange, arguments)

    monkeypatch.setattr(Operation, "_answer", note)
    return called


def test_each_operation_is_tried_here() -> None:
    operations = {
        operation["operationId"]
        for item in DOCUMENT["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict)
    }
    assert operations == REQUESTS.keys()
    assert operations > IN_THREADS.keys()


@pytest.mark.parametrize("name", REQUESTS)
def test_an_operation_runs_where_it_belongs(
    miguel: TestClient, susan: TestClient, places: list[tuple[str, str]], name: str
) -> None:
    method, path, request = REQUESTS[name]
    assert miguel.post("/tasks", json=TASK).is_success
    assert miguel.get("/tasks").is_success  # compiles what it reads by
    token = miguel.post("/tokens", json={"name": "Phone", "scope": "read"}).json()["token"]
    kitchen = miguel.post("/lists", json={"name": "The kitchen"}).json()["list"]
    invite = {"role": "viewer"}
    invited = miguel.post(f"{kitchen['uri']}/invitations", json=invite).json()["invitation"]
    if name in {"look_at_invitation", "redeem_invitation"}:
        request = {"json": {"code": invited["code"]}}
    if name == "delete_member":
        assert susan.post("/invitations/redeem", json={"code": invited["code"]}).is_success
    places.clear()
    path = path.format(token_id=token["id"], list_id=kitchen["id"], invitation_id=invited["id"])
    assert miguel.request(method, path, **request).is_success
    assert places == [(name, "in a thread" if name in IN_THREADS else "on the event loop")]


@pytest.mark.parametrize(
    ("size", "place"),
    [(MOST_BODY_BYTES, "on the event loop"), (MOST_BODY_BYTES + 1, "in a thread")],
)
def test_a_large_body_is_for_a_thread(
    miguel: TestClient, places: list[tuple[str, str]], size: int, place: str
) -> None:
    empty = '{"title": "Read", "description": ""}'
    body = empty.replace('""', f'"{"z" * (size - len(empty))}"')
    headers = {"Content-Type": "application/json"}
    assert len(body) == size
    assert miguel.post("/tasks", content=body, headers=headers).status_code == 201
    assert miguel.put("/tasks/1", content=body, headers=headers).status_code == 200
    assert places == [("create_task", place), ("update_task", place)]


@pytest.mark.usefixtures("miguel", "susan")
def test_a_user_has_only_some_of_the_threads(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, release = Semaphore(0), Event()

    def prepare_slowly(given: Iterable[Mapping[str, Any]], budget: WordBudget) -> Import:
        begun.release()
        assert release.wait(90)
        return prepare_import(given, budget)

    monkeypatch.setattr(storage, "prepare_import", prepare_slowly)
    monkeypatch.setattr(execution, "MOST_WAITING", 2)
    monkeypatch.setattr(workers, "PATIENCE", 60)
    few = create_app(replace(settings, threads=3, user_threads=2))
    with client_of(few, "miguel", PASSWORD) as client, ThreadPoolExecutor() as pool:

        def bring(_: int) -> int:
            lines = {"Content-Type": "application/jsonl"}
            answer = client.post("/tasks/import", content='{"title": "Read"}', headers=lines)
            return answer.status_code

        assert client.get("/tasks").is_success
        imports = [pool.submit(bring, number) for number in range(5)]
        assert all(begun.acquire(timeout=30) for _ in range(2))
        refused, _ = wait(imports, timeout=30, return_when=FIRST_COMPLETED)
        assert len(refused) == 1
        assert not begun.acquire(timeout=0.2)
        assert client.get("/tasks/export", auth=("susan", PASSWORD)).is_success
        release.set()
        assert sorted(each.result() for each in imports) == [200] * 4 + [503]


@pytest.mark.usefixtures("miguel", "susan")
def test_the_accounts_of_one_address_leave_threads_to_others(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of four threads for changes, two accounts with two each have three at the most."""
    begun: Queue[str] = Queue()
    release = Event()

    def prepare_slowly(given: Iterable[Mapping[str, Any]], budget: WordBudget) -> Import:
        tasks = list(given)
        begun.put(tasks[0]["title"])
        assert release.wait(60)
        return prepare_import(tasks, budget)

    monkeypatch.setattr(storage, "prepare_import", prepare_slowly)
    monkeypatch.setattr(workers, "PATIENCE", 60)
    app = create_app(replace(settings, threads=8, user_threads=2))
    registered(app, database, "david")
    there = client_of(app, "david", PASSWORD, address="192.0.2.2")
    with (
        client_of(app, "miguel", PASSWORD, address="192.0.2.1") as here,
        ThreadPoolExecutor() as pool,
    ):

        def bring(client: TestClient, name: str) -> int:
            lines = {"Content-Type": "application/jsonl"}
            task = f'{{"title": "{name}"}}'
            login = (name, PASSWORD)
            answer = client.post("/tasks/import", content=task, headers=lines, auth=login)
            return answer.status_code

        try:
            imports = [pool.submit(bring, here, name) for name in ("miguel", "susan") * 2]
            assert "david" not in {begun.get(timeout=60) for _ in range(3)}
            imports.append(pool.submit(bring, there, "david"))
            assert begun.get(timeout=60) == "david"
        finally:
            release.set()
        assert [one.result() for one in imports] == [200] * 5


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no statement that reads or writes a row of a task be short enough."""
    monkeypatch.setattr(inline, "STRIDE", 50)
    monkeypatch.setattr(inline, "MOST_SECONDS", -1)


@pytest.mark.usefixtures("_impatient")
def test_what_turns_out_to_be_slow_is_done_in_a_thread_and_once(
    miguel: TestClient, places: list[tuple[str, str]]
) -> None:
    for number in range(1, 4):
        created = miguel.post("/tasks", json=TASK)
        assert created.status_code == 201
        assert created.json()["task"]["id"] == number
    listed = miguel.get("/tasks")
    assert len(listed.json()["tasks"]) == 3
    assert miguel.put("/tasks/1", json={"title": "Write"}).json()["task"]["title"] == "Write"
    assert miguel.delete("/tasks/3").json() == {"result": True}
    assert len(miguel.get("/tasks").json()["tasks"]) == 2
    threads = [name for name, place in places if place == "in a thread"]
    assert threads == [
        *["create_task"] * 3,
        "get_tasks",
        "update_task",
        "delete_task",
        "get_tasks",
    ]


@pytest.mark.usefixtures("_impatient")
def test_an_excess_of_slow_requests_is_known_before_they_are_looked_at(
    settings: Settings,
) -> None:
    threads = Workers(1)
    database = Database(settings.database_url)
    runner = Execution(database, threads, user_threads=1)
    full = {name: runner.fullness(name, is_safe=False) for name in REQUESTS}

    async def story() -> None:
        over = Event()
        begun = Event()

        def take_long() -> None:
            begun.set()
            assert over.wait(60)

        calls = [asyncio.create_task(threads.run(take_long))]
        await asyncio.to_thread(begun.wait, 60)
        assert not any(is_full("192.0.2.7") for is_full in full.values())
        calls += [asyncio.create_task(threads.run(take_long)) for _ in range(4)]
        await asyncio.sleep(0)  # they wait for the thread
        overfull = {name for name, is_full in full.items() if is_full("192.0.2.7")}
        assert overfull == IN_THREADS.keys()
        over.set()
        await asyncio.gather(*calls)

    asyncio.run(story())
    threads.close()
    database.close()


@pytest.mark.usefixtures("miguel", "susan")
def test_whoever_would_wait_in_vain_is_refused_at_the_door(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who wait for another request of their own user are in the way as well."""
    begun, release = Event(), Event()

    def prepare_slowly(given: Iterable[Mapping[str, Any]], budget: WordBudget) -> Import:
        begun.set()
        assert release.wait(90)
        return prepare_import(given, budget)

    monkeypatch.setattr(storage, "prepare_import", prepare_slowly)
    monkeypatch.setattr(execution, "MOST_UNDER_WAY", 3)
    monkeypatch.setattr(workers, "PATIENCE", 60)
    asked: list[str] = []
    recall = Job.sender

    def count(job: Job) -> Any:  # noqa: ANN401 - the application's own type
        asked.append(job.operation_id)
        return recall(job)

    monkeypatch.setattr(Job, "sender", count)
    few = create_app(replace(settings, threads=4, user_threads=1))
    with client_of(few, "miguel", PASSWORD) as client, ThreadPoolExecutor() as pool:

        def bring(_: int) -> int:
            lines = {"Content-Type": "application/jsonl"}
            answer = client.post("/tasks/import", content='{"title": "Read"}', headers=lines)
            return answer.status_code

        assert client.get("/tasks").is_success
        imports = [pool.submit(bring, number) for number in range(3)]
        assert begun.wait(30)
        until = time.monotonic() + 30
        while len(asked) < 3 and time.monotonic() < until:
            time.sleep(0.01)
        assert bring(3) == 503
        assert len(asked) == 3
        assert client.get("/tasks/export", auth=("susan", PASSWORD)).is_success
        release.set()
        assert [each.result() for each in imports] == [200] * 3


def test_a_look_at_an_invitation_waits_for_no_writer(
    miguel: TestClient, susan: TestClient, database: Database
) -> None:
    code = {"code": invite(miguel, new_list(miguel)["id"])["code"]}
    padded = "\n" * MOST_BODY_BYTES + json.dumps(code)  # for a thread
    in_json = {"Content-Type": "application/json"}
    assert susan.get("/lists").is_success  # and the password has been verified
    with database.transaction() as db:
        storage.insert_task(db, 1, TASK)
        begun = time.monotonic()
        assert susan.post("/invitations/look", json=code).is_success
        assert susan.post("/invitations/look", content=padded, headers=in_json).is_success
        assert time.monotonic() - begun < 1


def test_a_refusal_is_the_same_in_a_thread(miguel: TestClient) -> None:
    assert miguel.post("/tasks", json=TASK).is_success
    assert_problem(miguel.get("/tasks/2"), 404)
    assert_problem(miguel.post("/tasks", json={"title": 1}), 400, "/title")
    other = {"If-Match": '"other"'}
    assert_problem(miguel.put("/tasks/1", json={"done": True}, headers=other), 412)
    assert_problem(
        miguel.put("/tasks/1", json={"created_at": "2001-01-01T00:00:00Z"}), 400, "/created_at"
    )


@pytest.mark.usefixtures("_impatient")
def test_what_is_asked_for_again_is_answered_from_wherever_it_was_done(
    miguel: TestClient, monkeypatch: pytest.MonkeyPatch, places: list[tuple[str, str]]
) -> None:
    key = {"Idempotency-Key": "one"}
    first = miguel.post("/tasks", json=TASK, headers=key)
    monkeypatch.undo()
    again = miguel.post("/tasks", json=TASK, headers=key)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert len(miguel.get("/tasks").json()["tasks"]) == 1
    assert places[-1] == ("create_task", "in a thread")
