"""All operations on tasks together, in any order, against an oracle that is a plain dict.

Several users do what they like on one service; what each is answered has to be what the dict of
their own tasks says, to the last member. Nothing of anybody else's ever shows, and no two tasks
have one id.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from itertools import count
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)
from starlette.testclient import TestClient

from tests.support.clients import client_of, registered
from tests.support.copies import Copy, read_list
from tests.support.problems import assert_problem
from todo_api.contract import ContractApp
from todo_api.storage import Database, select_user
from todo_api.storage.lists import id_before, list_of
from todo_api.storage.positions import position_of

USERS = 3
MOST_TAKEN_OVER = 4
"""The most tasks that one list imports from another, so that lists do not grow without bound."""
BOUNDS = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)

Task = dict[str, Any]

TITLES = st.sampled_from(
    ["Read", "read 2 books", "Éclair", "éclairs", "100%", "snake_case", "Zürich"]
)
DUES = st.sampled_from(
    [
        None,
        "2001-02-03",
        "2001-02-03T23:30:00-01:00",
        "2001-02-04T00:00:00Z",
        "2098-12-31",
        "2098-12-31T23:59:59+05:45",
    ]
)
LABEL = st.sampled_from(["home", "Home", "a, b"])
LABELS = st.lists(LABEL, unique=True)
OPTIONAL: dict[str, st.SearchStrategy[Any]] = {
    "description": st.sampled_from(["", "Milk, cheese", "À la carte: 2 books"]),
    "done": st.booleans(),
    "due": DUES,
    "priority": st.integers(0, 3),
    "labels": LABELS,
}
NEW_TASKS = st.fixed_dictionaries({"title": TITLES}, optional=OPTIONAL)
CHANGES = st.fixed_dictionaries({}, optional={"title": TITLES, **OPTIONAL}).filter(bool)
CLEARABLE = {name: st.none() | OPTIONAL[name] for name in OPTIONAL.keys() - {"done"}}
PATCHES = st.fixed_dictionaries({}, optional={"title": TITLES, **OPTIONAL, **CLEARABLE})
EMPTY: Task = {"description": "", "done": False, "due": None, "priority": 0, "labels": []}
READ_ONLY = {"id", "uri", "list_id", "created_at", "updated_at", "completed_at"}
READ_ONLY |= {"created_by", "completed_by", "assigned_to", "parent_id", "position"}
READ_ONLY |= {"repeat", "previous_id", "next_id"}

FILTERS: dict[str, st.SearchStrategy[Any]] = {
    "done": st.booleans(),
    "title_prefix": st.sampled_from(["re", "É", "éclair", "1", "100%", "_", "snake_", "%"]),
    "q": st.sampled_from(["read", "2 BOOK", "é", "à", "zurich", "mil che", "%"]),
    "label": st.lists(st.sampled_from(["home", "Home", "a, b", "a"]), min_size=1, unique=True),
    "priority_min": st.integers(0, 3),
    "due_before": DUES.filter(bool),
    "due_after": DUES.filter(bool),
    "overdue": st.booleans(),
    "updated_since": st.sampled_from(["2001-01-01T00:00:00Z", "2099-01-01T00:00:00+14:00"]),
}
# Two at most: hardly any task passes more.
CHOICES = st.lists(st.sampled_from(sorted(FILTERS)), unique=True, max_size=2).flatmap(
    lambda names: st.fixed_dictionaries({name: FILTERS[name] for name in names})
)
SORTS = st.sampled_from(
    [
        dash + name
        for name in ("id", "title", "due", "priority", "created_at", "updated_at")
        for dash in ("", "-")
    ]
)
LIMITS = st.sampled_from([1, 2, 3, 50])
TASK = st.integers(0, 6)
OPERATIONS = st.lists(
    st.tuples(st.just("create"), TASK, NEW_TASKS)
    | st.tuples(st.just("update"), TASK, CHANGES)
    | st.tuples(st.just("delete"), TASK, st.just(Task()))
    | st.tuples(st.just("restore"), TASK, st.just(Task())),
    min_size=1,
    max_size=4,
)
SEEN = st.sampled_from([None, "*", "now", "now among others", "before", "weakly", "never"])


def folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", folded(text))


def moment(text: str, at: time) -> datetime:
    """Return the instant of a time, or of this time of the day on a day."""
    if len(text) == len("2026-11-30"):
        return datetime.combine(datetime.fromisoformat(text), at, UTC)
    return datetime.fromisoformat(text)


def due(task: Task) -> datetime | None:
    return None if task["due"] is None else moment(task["due"], time.max)


PASSES: dict[str, Callable[[Task, Any], bool]] = {
    "done": lambda task, done: task["done"] == done,
    "title_prefix": lambda task, prefix: folded(task["title"]).startswith(folded(prefix)),
    "q": lambda task, text: (
        bool(words(text))
        and all(
            any(had.startswith(word) for had in words(f"{task['title']}\n{task['description']}"))
            for word in words(text)
        )
    ),
    "label": lambda task, labels: {*labels} <= {*task["labels"]},
    "priority_min": lambda task, least: task["priority"] >= least,
    "due_before": lambda task, day: (at := due(task)) is not None and at < moment(day, time.min),
    "due_after": lambda task, day: (at := due(task)) is not None and at > moment(day, time.max),
    "overdue": lambda task, overdue: (
        overdue == (not task["done"] and (at := due(task)) is not None and at < datetime.now(UTC))
    ),
    "updated_since": lambda task, since: (
        datetime.fromisoformat(task["updated_at"]) >= datetime.fromisoformat(since)
    ),
}
VALUES: dict[str, Callable[[Task], Any]] = {
    "id": lambda task: task["id"],
    "title": lambda task: folded(task["title"]),
    "due": due,
    "priority": lambda task: task["priority"],
    "created_at": lambda task: task["created_at"],
    "updated_at": lambda task: task["updated_at"],
}


class Owner:
    """A user's list, as the oracle knows it."""

    def __init__(self, client: TestClient, username: str, before: int) -> None:
        """Begin with an empty list, the ids of whose tasks will follow `before`."""
        self.client = client
        self.username = username
        self.before = before
        self.tasks: dict[int, Task] = {}
        self.trash: dict[int, Task] = {}
        self.tags: dict[int, list[str]] = {}
        self.changes = 0
        self.known: tuple[str, int] | None = None
        self.copy = Copy(client)
        self.run: Run | None = None
        self.keys: dict[str, tuple[Task, httpx2.Response]] = {}

    def pick(self, number: int) -> int:
        """Return an id that has been used, or the next one."""
        return self.before + number % (len(self.tags) + 1) + 1

    @property
    def next_id(self) -> int:
        """Return the id that the next task will have."""
        return self.before + len(self.tags) + 1

    def found(self, filters: dict[str, Any], sort: str) -> list[Task]:
        """Return the tasks that pass the filters, in order."""
        passing = [
            task
            for task in self.tasks.values()
            if all(PASSES[name](task, value) for name, value in filters.items())
        ]
        value, backwards = VALUES[sort.removeprefix("-")], sort.startswith("-")
        passing.sort(key=lambda task: task["id"], reverse=backwards)
        having = [task for task in passing if value(task) is not None]
        having.sort(key=value, reverse=backwards)
        return having + [task for task in passing if value(task) is None]

    def condition(self, seen: str | None, task: int) -> tuple[dict[str, str], bool]:
        """Return an If-Match header, and whether it matches the task."""
        if seen is None:
            return {}, True
        *before, now = self.tags.get(task, ['"1"'])
        weakly = f"W/{now}"
        tags, holds = {
            "*": ("*", True),
            "now": (now, True),
            "now among others": (f'"0", {now}', True),
            "before": (", ".join([*before, weakly]), False),
            "weakly": (weakly, False),
            "never": ('"9007199254740991"', False),
        }[seen]
        return {"If-Match": tags}, holds

    def created(self, answer: httpx2.Response, task: Task) -> None:
        """Record a new task."""
        assert answer.status_code == 201, answer.text
        expected = self.next_id
        self.changed(expected, answer.json()["task"], answer.headers["ETag"], {**EMPTY, **task})
        assert answer.headers["Location"] == self.tasks[expected]["uri"]

    def changed(self, task: int, got: Task, tag: str, expected: Task) -> None:
        """Record a changed task, after checking that it is as expected."""
        at = got["updated_at"]
        new = {"done": False, "completed_at": None, "created_at": at}
        old = self.tasks.get(task) or self.trash.pop(task, new)
        assert at >= max((each["updated_at"] for each in self.tasks.values()), default=at)
        completed_at = old["completed_at"]
        if expected["done"] != old["done"]:
            completed_at = at if expected["done"] else None
        assert got == {
            **expected,
            "id": task,
            "uri": f"http://localhost/todo/api/v1.0/tasks/{task}",
            "list_id": list_of(task),
            "labels": sorted(expected["labels"]),
            "created_at": old["created_at"],
            "updated_at": at,
            "completed_at": completed_at,
            "created_by": self.username,
            "completed_by": self.username if expected["done"] else None,
            "assigned_to": None,
            "parent_id": None,
            "position": position_of(task),
            "repeat": None,
            "previous_id": None,
            "next_id": None,
        }
        assert tag not in self.tags.setdefault(task, [])
        self.tags[task].append(tag)
        self.tasks[task] = got
        self.touched(task)

    def deleted(self, task: int) -> None:
        """Record that a task is in the trash."""
        self.trash[task] = self.tasks.pop(task)
        self.touched(task)

    def restored(self, task: int, got: Task, tag: str) -> None:
        """Record that a task is in the list, after checking that it is as it was."""
        if task in self.tasks:
            assert got == self.tasks[task]
            assert tag == self.tags[task][-1]
            return
        self.changed(task, got, tag, self.trash[task])

    def touched(self, task: int) -> None:
        """Note that a task was changed or deleted."""
        self.changes += 1
        if self.run is not None:
            self.run.lasting.discard(task)


def assert_trash(owner: Owner, limit: int) -> None:
    """Assert that the trash has what was deleted, the last first."""
    found: list[Task] = []
    answer = owner.client.get("/trash", params={"limit": limit})
    while True:
        found += answer.json()["tasks"]
        if "next" not in answer.links:
            break
        assert len(answer.json()["tasks"]) == limit
        answer = owner.client.get(answer.links["next"]["url"])
    assert [task["id"] for task in found] == [*reversed(owner.trash)]
    for task in found:
        assert task.pop("deleted_at") >= task["updated_at"]
        assert task.pop("restore_uri").endswith(f"/todo/api/v1.0/trash/{task['id']}/restore")
        assert task == owner.trash[task["id"]]


class Run:
    """A list that is read page by page while it changes."""

    def __init__(self, owner: Owner, sort: str, limit: int) -> None:
        """Begin before the first page."""
        self.query: dict[str, Any] = {"sort": sort, "limit": limit}
        self.lasting = {*owner.tasks}
        self.seen: list[int] = []


class Lists(RuleBasedStateMachine):
    """Users and their lists, in every operation on tasks."""

    lists = Bundle("lists")

    def __init__(self, newcomers: Iterator[Owner], stranger: TestClient) -> None:
        """Use these new users, and a client without credentials."""
        super().__init__()
        self.newcomers, self.stranger = newcomers, stranger

    @initialize(target=lists)
    def register(self) -> Any:  # noqa: ANN401 - Hypothesis' own type
        self.owners = [next(self.newcomers) for _ in range(USERS)]
        return multiple(*self.owners)

    @rule(owner=lists, tasks=st.lists(NEW_TASKS, min_size=1, max_size=3))
    def create(self, owner: Owner, tasks: list[Task]) -> None:
        for task in tasks:
            owner.created(owner.client.post("/tasks", json=task), task)

    @rule(owner=lists, task=NEW_TASKS, key=st.sampled_from(["once", "twice"]))
    def create_once(self, owner: Owner, task: Task, key: str) -> None:
        for _ in range(2):
            answer = owner.client.post("/tasks", json=task, headers={"Idempotency-Key": key})
            if key not in owner.keys:
                owner.created(answer, task)
                owner.keys[key] = task, answer
                continue
            asked, first = owner.keys[key]
            if task != asked:
                assert_problem(answer, 422)
                continue
            assert (answer.status_code, answer.content) == (201, first.content)
            assert answer.headers["Idempotency-Replayed"] == "true"
            for name in ("Location", "ETag"):
                assert answer.headers[name] == first.headers[name]

    @rule(owner=lists, operations=OPERATIONS)
    def batch(self, owner: Owner, operations: list[tuple[str, int, Task]]) -> None:
        picked = [(verb, owner.pick(number), task) for verb, number, task in operations]
        answer = owner.client.post(
            "/tasks/batch",
            json={
                "operations": [
                    {verb: task if verb == "create" else {"id": number, **task}}
                    for verb, number, task in picked
                ]
            },
        )
        there, gone, known = {*owner.tasks}, {*owner.trash}, owner.next_id
        for index, (verb, number, _) in enumerate(picked):
            if verb == "create":
                there.add(known)
                known += 1
            elif verb == "restore" and number in gone:
                gone.remove(number)
                there.add(number)
            elif number not in there:
                assert_problem(answer, 409, f"/operations/{index}/{verb}/id")
                return
            elif verb == "delete":
                there.remove(number)
                gone.add(number)
        assert answer.status_code == 200, answer.text
        for (verb, number, task), result in zip(picked, answer.json()["results"], strict=True):
            if verb == "delete":
                assert result == {"result": True}
                owner.deleted(number)
                continue
            if verb == "restore":
                owner.restored(number, result["task"], result["etag"])
                continue
            changed = owner.next_id if verb == "create" else number
            expected = {**owner.tasks.get(changed, EMPTY), **task}
            owner.changed(changed, result["task"], result["etag"], expected)

    @rule(owner=lists, number=TASK, known=st.sampled_from(["now", "before", "*"]))
    def get(self, owner: Owner, number: int, known: str) -> None:
        task = owner.pick(number)
        answer = owner.client.get(f"/tasks/{task}")
        if task not in owner.tasks:
            assert_problem(answer, 404)
            return
        assert answer.json() == {"task": owner.tasks[task]}
        *before, now = owner.tags[task]
        assert answer.headers["ETag"] == now
        tags = {"now": now, "before": ", ".join(before) or '"0"', "*": "*"}[known]
        again = owner.client.get(f"/tasks/{task}", headers={"If-None-Match": tags})
        assert again.status_code == (200 if known == "before" else 304)

    @rule(owner=lists, number=TASK, changes=CHANGES, seen=SEEN)
    def put(self, owner: Owner, number: int, changes: Task, seen: str | None) -> None:
        self.change("PUT", owner, owner.pick(number), changes, seen)

    @rule(owner=lists, number=TASK, changes=CHANGES)
    def put_back(self, owner: Owner, number: int, changes: Task) -> None:
        task = owner.pick(number)
        self.change("PUT", owner, task, {**owner.tasks.get(task, {}), **changes}, None)

    @rule(owner=lists, number=TASK, patch=PATCHES, seen=SEEN)
    def patch(self, owner: Owner, number: int, patch: Task, seen: str | None) -> None:
        self.change("PATCH", owner, owner.pick(number), patch, seen)

    def change(self, method: str, owner: Owner, task: int, body: Task, seen: str | None) -> None:
        """Send changes, and check that the precondition decides."""
        headers, holds = owner.condition(seen, task)
        if method == "PATCH":
            headers["Content-Type"] = "application/merge-patch+json"
        answer = owner.client.request(method, f"/tasks/{task}", json=body, headers=headers)
        if self.is_refused(owner, task, answer, holds=holds):
            return
        sent = {name: value for name, value in body.items() if name not in READ_ONLY}
        if not sent:
            assert answer.json() == {"task": owner.tasks[task]}
            assert answer.headers["ETag"] == owner.tags[task][-1]
            return
        cleared = {name: EMPTY[name] for name, value in sent.items() if value is None}
        expected = {**owner.tasks[task], **sent, **cleared}
        owner.changed(task, answer.json()["task"], answer.headers["ETag"], expected)

    @rule(owner=lists, number=TASK, seen=SEEN)
    def delete(self, owner: Owner, number: int, seen: str | None) -> None:
        task = owner.pick(number)
        headers, holds = owner.condition(seen, task)
        answer = owner.client.delete(f"/tasks/{task}", headers=headers)
        if not self.is_refused(owner, task, answer, holds=holds):
            assert answer.json() == {"result": True}
            owner.deleted(task)

    @rule(owner=lists, number=TASK)
    def restore(self, owner: Owner, number: int) -> None:
        task = owner.pick(number)
        answer = owner.client.post(f"/trash/{task}/restore")
        if task not in owner.tasks and task not in owner.trash:
            assert_problem(answer, 404)
            return
        assert answer.status_code == 200, answer.text
        owner.restored(task, answer.json()["task"], answer.headers["ETag"])

    @rule(owner=lists)
    def empty_trash(self, owner: Owner) -> None:
        assert owner.client.delete("/trash").json() == {"result": True}
        owner.trash.clear()

    @rule(owner=lists, limit=LIMITS)
    def look_into_trash(self, owner: Owner, limit: int) -> None:
        assert_trash(owner, limit)

    def is_refused(self, owner: Owner, task: int, answer: httpx2.Response, *, holds: bool) -> bool:
        """Tell whether a change has to be refused, and check that it was."""
        if task not in owner.tasks:
            assert_problem(answer, 404)
            return True
        if not holds:
            assert_problem(answer, 412)
            assert answer.headers["ETag"] == owner.tags[task][-1]
            return True
        assert answer.status_code == 200, answer.text
        return False

    @rule(owner=lists, filters=CHOICES, sort=SORTS, limit=LIMITS)
    def find(self, owner: Owner, filters: dict[str, Any], sort: str, limit: int) -> None:
        query = {**filters, "sort": sort, "limit": limit}
        found: list[Task] = []
        answer = owner.client.get("/tasks", params=query)
        while True:
            assert answer.status_code == 200, answer.text
            found += answer.json()["tasks"]
            if "next" not in answer.links:
                break
            assert len(answer.json()["tasks"]) == limit
            answer = owner.client.get(answer.links["next"]["url"])
        assert found == owner.found(filters, sort)

    @rule(owner=lists, name=LABEL, new_name=LABEL | st.just("a"))
    def rename(self, owner: Owner, name: str, new_name: str) -> None:
        names = {"name": name, "new_name": new_name}
        answer = owner.client.post("/labels/rename", json=names)
        having = [task for task in owner.found({}, "id") if name in task["labels"]]
        renamed = having if name != new_name else []
        assert answer.json() == {"renamed": len(renamed), "more": False}
        for task in renamed:
            got = owner.client.get(task["uri"])
            expected = {**task, "labels": [*({*task["labels"], new_name} - {name})]}
            owner.changed(task["id"], got.json()["task"], got.headers["ETag"], expected)

    @rule(owner=lists, limit=LIMITS)
    def count_labels(self, owner: Owner, limit: int) -> None:
        counted = Counter(label for task in owner.tasks.values() for label in task["labels"])
        found: list[tuple[str, int]] = []
        answer = owner.client.get("/labels", params={"limit": limit})
        while True:
            found += [(label["name"], label["tasks"]) for label in answer.json()["labels"]]
            if "next" not in answer.links:
                break
            answer = owner.client.get(answer.links["next"]["url"])
        assert found == sorted(counted.items())

    @rule(owner=lists)
    def glance(self, owner: Owner) -> None:
        if owner.known is not None:
            tag, changes = owner.known
            answer = owner.client.get("/tasks", headers={"If-None-Match": tag})
            assert answer.status_code == (304 if changes == owner.changes else 200)
        owner.known = owner.client.get("/tasks").headers["ETag"], owner.changes

    @rule(owner=lists, sort=SORTS, limit=LIMITS)
    def turn_page(self, owner: Owner, sort: str, limit: int) -> None:
        run = owner.run = owner.run or Run(owner, sort, limit)
        page = owner.client.get("/tasks", params=run.query).json()
        run.seen += [task["id"] for task in page["tasks"]]
        if "next_cursor" in page:
            run.query["cursor"] = page["next_cursor"]
            return
        lasting = [task for task in run.seen if task in run.lasting]
        in_order = owner.found({}, run.query["sort"])
        assert lasting == [task["id"] for task in in_order if task["id"] in run.lasting]
        owner.run = None

    @rule(owner=lists, other=lists)
    def take_over(self, owner: Owner, other: Owner) -> None:
        file = owner.client.get("/tasks/export")
        tasks = [json.loads(line) for line in file.text.splitlines()]
        assert tasks == owner.found({}, "id")
        if len(tasks) > MOST_TAKEN_OVER:
            return
        as_lines = {"Content-Type": file.headers["Content-Type"]}
        answer = other.client.post("/tasks/import", content=file.content, headers=as_lines)
        assert answer.json() == {"imported": len(tasks)}
        for task in tasks:
            number = other.next_id
            uri = f"http://localhost/todo/api/v1.0/tasks/{number}"
            got = other.client.get(uri)
            anew = {"id": number, "uri": uri, "list_id": list_of(number)}
            anew |= {"position": position_of(number)}
            anew |= {"created_by": other.username}
            anew |= {"completed_by": other.username if task["done"] else None}
            assert got.json() == {"task": {**task, **anew}}
            other.tags[number] = [got.headers["ETag"]]
            other.tasks[number] = got.json()["task"]
            other.touched(number)

    @rule(owner=lists, limit=LIMITS)
    def follow(self, owner: Owner, limit: int) -> None:
        owner.copy.query["limit"] = limit
        if not owner.copy.follow():
            assert owner.copy.tasks == owner.tasks

    @rule(owner=lists, other=lists, sort=SORTS)
    def pry(self, owner: Owner, other: Owner, sort: str) -> None:
        ways: list[tuple[str, dict[str, str], str, str]] = [
            ("/tasks", {"sort": sort, "limit": "1"}, "cursor", "next_cursor"),
            ("/tasks/changes", {}, "since", "next"),
            ("/labels", {"limit": "1"}, "cursor", "next_cursor"),
            ("/trash", {"limit": "1"}, "cursor", "next_cursor"),
        ]
        for path, query, parameter, member in ways:
            assert_problem(self.stranger.get(path, params=query), 401)
            query[parameter] = other.client.get(path, params=query).json().get(member, "x")
            if owner is not other:
                assert_problem(owner.client.get(path, params=query), 400, parameter)
        for task in other.tasks:
            answer = owner.client.get(f"/tasks/{task}")
            assert answer.status_code == (200 if owner is other else 404)
        for task in other.trash if owner is not other else ():
            assert_problem(owner.client.post(f"/trash/{task}/restore"), 404)

    def teardown(self) -> None:
        """Read each list in every way, and compare it with the oracle."""
        for owner in getattr(self, "owners", ()):
            assert read_list(owner.client) == owner.tasks
            assert_trash(owner, 2)
            assert owner.copy.catch_up() == owner.tasks
            assert Copy(owner.client, limit=2).catch_up() == owner.tasks


@pytest.fixture
def newcomers(app: ContractApp, database: Database) -> Iterator[Owner]:
    """Users without tasks, one after the other."""

    def newcomer(username: str) -> Owner:
        client = registered(app, database, username)
        with database.snapshot() as db:
            user = select_user(db, username)
        assert user is not None
        return Owner(client, user.username, id_before(user.list_id))

    return (newcomer(f"user{number}") for number in count())


def test_whatever_users_do_their_lists_are_as_the_oracle_says(
    app: ContractApp, newcomers: Iterator[Owner]
) -> None:
    stranger = client_of(app)
    run_state_machine_as_test(
        lambda: Lists(newcomers, stranger),  # type: ignore[arg-type]  # any factory will do
        settings=BOUNDS,
    )
