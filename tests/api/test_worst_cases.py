"""What the most expensive requests cost: so much, and no more.

A new operation of the document has to be added to `OWN_SHAPES`.
"""

import ctypes
import gc
import json
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, PASSWORD_HASH, client_of, settings_for
from tests.support.databases import Databases, SQLiteDatabases
from tests.support.rows import KEPT
from tests.support.serving import served
from tests.support.worst_cases import (
    PATCH,
    Shape,
    of_any,
    of_batch,
    of_import,
    of_json,
    of_password,
    of_query,
    operations,
    words,
)
from todo_api.application import create_app
from todo_api.storage import (
    Database,
    delete_task,
    insert_task,
    insert_tasks,
    insert_user,
    prepare_tasks,
    relocation,
)
from todo_api.storage.branches import MOST_IN_BRANCH, MOST_WORDS_OF_BRANCH
from todo_api.storage.series import MOST_PARTS

CPU_SECONDS, MEMORY_MB = 0.3, 30
IMPORT_CPU_SECONDS, IMPORT_MEMORY_MB = 3.0, 60
UNSPACED = "".join(map(chr, range(0x4E00, 0x4E00 + 10_000)))
LONG_UNSPACED = json.dumps({"title": "x", "description": UNSPACED}, ensure_ascii=False).encode()
ATTEMPTS = 4
"""Other programs share the processor and its caches: what counts is the best of some attempts."""

OWN_SHAPES: dict[str, Callable[[], Iterable[Shape]]] = {
    "get_tasks": lambda: [
        Shape("a page of long tasks", query="limit=100"),
        Shape("words that most tasks have", query="limit=100&q=" + "a+" * 99),
        Shape("text without spaces", query="limit=100&q=" + quote(UNSPACED[:200])),
        Shape("short words", query="q=" + "+".join("abcdefghijklmnopqrstuvwxyz0123456789")),
        Shape("labels", query="&".join(f"label=l{n}" for n in range(20))),
        Shape("a rare word, sorted", query="q=rare&sort=-title&label=l1&priority_min=1"),
    ],
    "create_task": lambda: [
        Shape("text without spaces", {"Content-Type": "application/json"}, body=LONG_UNSPACED),
        *of_json("labels"),
        *of_json("description"),
        *of_json("title"),
    ],
    "get_task": list,
    "update_task": lambda: [*of_json("labels"), *of_json("description"), *of_json("id")],
    "patch_task": lambda: [*of_json("labels", PATCH), *of_json("description", PATCH)],
    "delete_task": list,
    "run_batch": lambda: [*of_json("operations"), *of_batch()],
    "get_changes": lambda: [Shape("a page of long tasks", query="limit=100")],
    "export_tasks": list,
    "import_tasks": of_import,
    "get_lists": list,
    "create_list": lambda: [*of_json("name"), *of_json("time_zone")],
    "get_list": list,
    "update_list": lambda: [*of_json("name"), *of_json("id")],
    "delete_list": list,
    "get_members": list,
    "update_member": lambda: [*of_json("role"), *of_json("username")],
    "delete_member": list,
    "create_invitation": lambda: [*of_json("role"), *of_json("expires_in_days")],
    "get_invitations": list,
    "delete_invitation": list,
    "look_at_invitation": lambda: [*of_json("code")],
    "redeem_invitation": lambda: [*of_json("code")],
    "get_trash": lambda: [Shape("a page of long tasks", query="limit=100")],
    "empty_trash": list,
    "move_task": lambda: [*of_json("before"), *of_json("parent_id"), *of_json("list_id")],
    "restore_task": list,
    "get_labels": lambda: [Shape("all labels", query="limit=100")],
    "rename_label": lambda: [*of_json("name"), *of_json("new_name")],
    "create_user": lambda: [*of_json("username"), *of_json("password"), *of_password("password")],
    "get_tokens": list,
    "create_token": lambda: [*of_json("name"), *of_json("scope")],
    "get_token": list,
    "delete_token": list,
    "get_user": list,
    "update_user": lambda: [*of_json("email"), *of_json("current_password")],
    "delete_user": list,
    "get_health": list,
    "get_readiness": list,
}
OPERATIONS = list(operations())
WHOLE_LIST = {"export_tasks", "delete_user", "empty_trash"}
"""What these cost grows with the list, and not with the request."""


def test_every_operation_has_its_worst_cases() -> None:
    assert OWN_SHAPES.keys() == {name for name, _, _ in OPERATIONS}


@pytest.fixture(scope="module")
def client(sqlite_databases: SQLiteDatabases) -> Iterator[TestClient]:
    """Serve a user whose first hundred tasks are as long as tasks can be.

    It is SQLite, because what PostgreSQL does costs the service no processor time.
    """
    url = sqlite_databases.fresh()
    database = Database(url)
    fill(database, "miguel")
    database.close()
    app = create_app(replace(settings_for(url), check_responses=False, max_tasks=0))
    with client_of(app, "miguel", PASSWORD) as client:
        assert client.get("/tasks/1").is_success  # and the password has been verified
        gc.collect()
        gc.freeze()  # otherwise each collection would look at all that the tests have loaded
        yield client
        gc.unfreeze()
    sqlite_databases.discard(url)


def fill(database: Database, username: str) -> None:
    """Add a user with long tasks and with many."""
    with database.transaction() as db:
        user = insert_user(db, username=username, email=None, password_hash=PASSWORD_HASH)
        for _ in range(100):
            insert_task(
                db, user.list_id, {"title": "\U0001f40d" * 200, "description": words(10_000)}
            )
        many = [{"title": f"a task {n}", "labels": [f"l{n % 40}"]} for n in range(5000)]
        insert_tasks(db, user.list_id, prepare_tasks(many))
        for _ in range(100):
            long = {"title": "\U0001f40d" * 200, "description": words(10_000)}
            task = insert_task(db, user.list_id, long)
            delete_task(db, user.list_id, task.id, forget_before=KEPT)


@pytest.mark.parametrize(("name", "method", "path"), OPERATIONS, ids=[o[0] for o in OPERATIONS])
def test_the_worst_requests_cost_little(
    client: TestClient, name: str, method: str, path: str
) -> None:
    shapes = [*of_any(), *of_query(path, method), *OWN_SHAPES[name]()]
    if name == "delete_user":  # it would leave no user for the others
        shapes = [shape for shape in shapes if shape.headers]
    is_import = name == "import_tasks"
    seconds = IMPORT_CPU_SECONDS if is_import else CPU_SECONDS
    megabytes = IMPORT_MEMORY_MB if is_import else MEMORY_MB
    too_dear = []
    for shape in shapes:
        cost = cheapest(partial(send, client, method, path, shape), seconds, megabytes)
        if cost[0] > seconds or cost[1] > megabytes:
            too_dear.append(f"{shape.name}: {cost[0] * 1000:.0f} ms, {cost[1]:.1f} MB ({cost[2]})")
    assert not too_dear, "\n".join(too_dear)


def test_the_largest_branches_cost_little(client: TestClient) -> None:
    """They are deleted, restored, and done and undone again if they repeat."""
    daily = {"rule": "FREQ=DAILY", "from": "due"}
    for size, repeat in ((MOST_IN_BRANCH, None), (MOST_PARTS, daily)):
        name = f"the branch of {size}"
        top = {"id": 1, "title": name, "repeat": repeat}
        words_of_each = MOST_WORDS_OF_BRANCH // size - 2
        lines = [json.dumps(top)]
        for part in range(size - 1):
            found_by = " ".join(f"{part}x{word}" for word in range(words_of_each))
            lines.append(json.dumps({"title": "Part", "description": found_by, "parent_id": 1}))
        headers = {"Content-Type": "application/jsonl"}
        brought = client.post("/tasks/import", content="\n".join(lines), headers=headers)
        assert brought.json() == {"imported": size}
        found = client.get("/tasks", params={"q": name}).json()["tasks"]
        (task_id,) = (task["id"] for task in found if task["title"] == name)
        pairs = (
            ("DELETE", f"/tasks/{task_id}", None),
            ("POST", f"/trash/{task_id}/restore", None),
            ("PUT", f"/tasks/{task_id}", {"done": True}),
            ("PUT", f"/tasks/{task_id}", {"done": False}),
        )
        least = dict.fromkeys(map(str, pairs), float("inf"))
        for _ in range(ATTEMPTS):
            for method, path, body in pairs:
                began = time.process_time()
                assert client.request(method, path, json=body).is_success
                took = time.process_time() - began
                least[str((method, path, body))] = min(took, least[str((method, path, body))])
        assert max(least.values()) < CPU_SECONDS, least


def test_the_largest_branch_goes_into_another_list_at_little_cost(client: TestClient) -> None:
    words_of_each = relocation.MOST_WORDS // relocation.MOST_TASKS - 2
    lines = [json.dumps({"id": 1, "title": "to and fro"})]
    for part in range(relocation.MOST_TASKS - 1):
        found_by = " ".join(f"{part}y{word}" for word in range(words_of_each))
        lines.append(json.dumps({"title": "Part", "description": found_by, "parent_id": 1}))
    headers = {"Content-Type": "application/jsonl"}
    brought = client.post("/tasks/import", content="\n".join(lines), headers=headers)
    assert brought.json() == {"imported": relocation.MOST_TASKS}
    (task,) = client.get("/tasks", params={"q": "fro"}).json()["tasks"]
    own, other = task["list_id"], client.post("/lists", json={"name": "Other"}).json()["list"]["id"]
    least = float("inf")
    for into in [other, own] * ATTEMPTS:
        began = time.process_time()
        answer = client.post(f"{task['uri']}/move", json={"list_id": into})
        least = min(least, time.process_time() - began)
        assert answer.status_code == 201, answer.text
        task = answer.json()["task"]
    assert least < CPU_SECONDS
    assert client.post("/tasks", json={"title": "More", "parent_id": task["id"]}).is_success
    refused = client.post(f"{task['uri']}/move", json={"list_id": other})
    assert (refused.status_code, refused.json()["code"]) == (403, "branch_too_large")


def send(client: TestClient, method: str, path: str, shape: Shape) -> httpx2.Response:
    """Send a request to miguel's first task, own list or account."""
    path = path.replace("{task_id}", "101").replace("{username}", "miguel")
    path = path.replace("{list_id}", "1")
    url = f"{path}?{shape.query}" if shape.query else path
    headers = {"Content-Type": "application/json"} if shape.body is not None else {}
    if method == "DELETE" and "users" in path and "Authorization" not in shape.headers:
        headers["Authorization"] = "Basic bm9ib2R5Om5vYm9keSE="
    headers |= shape.headers
    # Whoever fails to sign in comes from elsewhere: miguel's address would be made to wait for it.
    sender = client_of(client.app, address="elsewhere") if "Authorization" in headers else client
    return sender.request(method, url, content=shape.body, headers=headers)


def cheapest(
    request: Callable[[], httpx2.Response], seconds: float, megabytes: float
) -> tuple[float, float, int]:
    """Return the processor time and the memory that a request took, the least of some attempts."""
    best = (float("inf"), float("inf"))
    status = 0
    for _ in range(ATTEMPTS):
        before = _settled_memory()
        began = time.process_time()
        status = request().status_code
        took = time.process_time() - began
        best = min(best[0], took), min(best[1], _peak_memory() - before)
        assert status < 500 or status == 503, status
        if best[0] <= seconds and best[1] <= megabytes:
            break
    return *best, status


def _settled_memory() -> float:
    """Return the memory in use, in MB, and let the peak begin there."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak_memory() -> float:
    return _status("VmHWM")


def _status(name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


WORST_IMPORTS = ["as many words as may be", "as many tasks as may be", "lines of labels", "marks"]


@pytest.mark.parametrize("shape", WORST_IMPORTS)
def test_others_are_served_during_the_worst_import(
    databases: Databases, tmp_path: Path, shape: str
) -> None:
    """Others' requests are answered while one user imports as much as can be."""
    url = databases.fresh()
    database = Database(url)
    for username in ("susan", "david"):
        with database.transaction() as db:
            insert_user(db, username=username, email=None, password_hash=PASSWORD_HASH)
    database.close()
    found = next(one for one in of_import() if one.name == f"lines: {shape}")
    waits: list[float] = []
    usual = 0.0
    with served(url, tmp_path / "errors.log", TODO_CHECK_RESPONSES="off") as service:
        base = service.base_url
        with (
            httpx2.Client(base_url=base, auth=("susan", PASSWORD), timeout=30) as susan,
            httpx2.Client(base_url=base, auth=("david", PASSWORD), timeout=30) as david,
        ):
            first = susan.post("/tasks", json={"title": "x"})
            assert first.status_code == 201
            read = partial(susan.get, first.headers["Location"])
            assert david.get("/tasks").status_code == 200
            for _ in range(ATTEMPTS):
                # What this machine makes everybody wait for anyway, with all that it has to do.
                usual = most_of(waits_during(read, partial(time.sleep, 1)))
                waits = waits_during(read, partial(_import, david, found))
                if most_of(waits) < 0.05 + 10 * usual:
                    break
    databases.discard(url)
    assert most_of(waits) < 0.05 + 10 * usual, f"{usual}: {sorted(waits)[-20:]}"


def most_of(waits: list[float]) -> float:
    """Return how long nine in ten waits are at the most."""
    return sorted(waits)[len(waits) * 9 // 10]


@pytest.mark.parametrize("shape", WORST_IMPORTS[:2])
def test_others_write_between_the_pieces_of_the_worst_import(
    databases: Databases, tmp_path: Path, shape: str
) -> None:
    """They wait for one piece and for the disk, not for the whole import."""
    url = databases.fresh()
    database = Database(url)
    for username in ("susan", "david"):
        with database.transaction() as db:
            insert_user(db, username=username, email=None, password_hash=PASSWORD_HASH)
    database.close()
    found = next(one for one in of_import() if one.name == f"lines: {shape}")
    waits: list[float] = []
    usual = 0.0
    write = partial(httpx2.Client.post, url="/tasks", json={"title": "x"})
    with (
        served(url, tmp_path / "errors.log", TODO_CHECK_RESPONSES="off") as service,
        httpx2.Client(base_url=service.base_url, auth=("susan", PASSWORD), timeout=30) as susan,
        httpx2.Client(base_url=service.base_url, auth=("david", PASSWORD), timeout=30) as david,
    ):
        assert write(susan).status_code == 201
        assert david.get("/tasks").status_code == 200
        for _ in range(ATTEMPTS):
            usual = most_of(waits_during(partial(write, susan), partial(time.sleep, 1)))
            waits = waits_during(partial(write, susan), partial(_import, david, found))
            if most_of(waits) < 0.05 + 10 * usual:
                break
        imported = david.get("/tasks", params={"limit": 1}).json()["tasks"]
    databases.discard(url)
    assert imported
    assert most_of(waits) < 0.05 + 10 * usual, f"{usual}: {sorted(waits)[-20:]}"


def waits_during(ask: Callable[[], httpx2.Response], work: Callable[[], object]) -> list[float]:
    """Return how long each of a client's answers takes while something else goes on."""
    thread = threading.Thread(target=work)
    waits = []
    thread.start()
    while thread.is_alive():
        began = time.perf_counter()
        assert ask().is_success
        waits.append(time.perf_counter() - began)
        time.sleep(0.01)
    thread.join()
    return waits


def _import(client: httpx2.Client, shape: Shape) -> None:
    answer = client.post("/tasks/import", content=shape.body, headers=dict(shape.headers))
    assert answer.status_code in {200, 400, 403, 413}, answer.text
