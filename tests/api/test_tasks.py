"""The tasks of a user: list, create, get, update, delete."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.problems import assert_problem
from todo_api.storage.positions import position_of

GROCERIES = {"title": "Buy groceries", "description": "Milk, Cheese, Pizza, Fruit, Tylenol"}
TASKS = "http://localhost/todo/api/v1.0/tasks"


@pytest.fixture
def groceries(miguel: TestClient) -> dict[str, Any]:
    """Miguel's only task."""
    return created(miguel, **GROCERIES)


def created(client: TestClient, **members: object) -> dict[str, Any]:
    """Create a task and return it."""
    response = client.post("/tasks", json=members)
    assert response.status_code == 201, response.text
    task: dict[str, Any] = response.json()["task"]
    return task


def lasting(task: dict[str, Any]) -> dict[str, Any]:
    """Return a task without the times that an update changes."""
    return {
        name: task[name]
        for name in sorted(task.keys() - {"updated_at", "completed_at", "completed_by"})
    }


class TestList:
    """GET /tasks."""

    def test_is_empty_at_first(self, miguel: TestClient) -> None:
        response = miguel.get("/tasks")
        assert (response.status_code, response.json()) == (200, {"tasks": []})
        assert response.headers["Content-Type"] == "application/json"

    def test_holds_every_task_in_the_order_of_the_ids(self, miguel: TestClient) -> None:
        tasks = [created(miguel, title=title) for title in ("Zebra", "apple", "Élan", "10", "9")]
        changes = {"title": "Now the last one changed"}
        tasks[1] = miguel.put("/tasks/2", json=changes).json()["task"]
        assert miguel.get("/tasks").json() == {"tasks": tasks}

    def test_is_not_cut_off_silently(self, miguel: TestClient) -> None:
        for number in range(1, 121):
            created(miguel, title=f"Task {number}")
        url: str | None = "/tasks"
        titles: list[str] = []
        while url:
            response = miguel.get(url)
            titles += [task["title"] for task in response.json()["tasks"]]
            url = response.links.get("next", {}).get("url")
        assert titles == [f"Task {number}" for number in range(1, 121)]


class TestCreate:
    """POST /tasks."""

    def test_takes_a_title_and_fills_in_the_rest(self, miguel: TestClient) -> None:
        response = miguel.post("/tasks", json={"title": "Read a book"})
        assert response.status_code == 201
        task = response.json()["task"]
        assert task == {
            "id": 1,
            "uri": f"{TASKS}/1",
            "list_id": 1,
            "title": "Read a book",
            "description": "",
            "done": False,
            "due": None,
            "priority": 0,
            "labels": [],
            "created_at": task["created_at"],
            "updated_at": task["created_at"],
            "completed_at": None,
            "created_by": "miguel",
            "completed_by": None,
            "assigned_to": None,
            "parent_id": None,
            "repeat": None,
            "previous_id": None,
            "next_id": None,
            "position": position_of(1),
        }

    def test_takes_every_member(self, miguel: TestClient) -> None:
        members = {
            "title": "Wake up",
            "description": "Again",
            "done": True,
            "due": "2026-11-30",
            "priority": 3,
            "labels": ["daily"],
        }
        assert created(miguel, **members).items() >= members.items()

    def test_tells_where_the_task_is(self, miguel: TestClient) -> None:
        response = miguel.post("/tasks", json=GROCERIES)
        task = response.json()["task"]
        assert response.headers["Location"] == task["uri"]
        assert miguel.get(response.headers["Location"]).json() == {"task": task}

    def test_counts_the_ids_up_from_1(self, miguel: TestClient) -> None:
        assert [created(miguel, title=title)["id"] for title in "abc"] == [1, 2, 3]

    def test_never_uses_an_id_again(self, miguel: TestClient) -> None:
        for title in "abc":
            created(miguel, title=title)
        miguel.delete("/tasks/3")
        miguel.delete("/tasks/1")
        assert created(miguel, title="d")["id"] == 4

    def test_makes_two_tasks_out_of_the_same_title(self, miguel: TestClient) -> None:
        assert [created(miguel, **GROCERIES)["id"] for _ in range(2)] == [1, 2]


class TestGet:
    """GET /tasks/{task_id}."""

    def test_answers_the_task(self, miguel: TestClient, groceries: dict[str, Any]) -> None:
        response = miguel.get("/tasks/1")
        assert (response.status_code, response.json()) == (200, {"task": groceries})

    def test_follows_the_uri(self, miguel: TestClient, groceries: dict[str, Any]) -> None:
        assert miguel.get(groceries["uri"]).json() == {"task": groceries}

    def test_finds_nothing_that_is_not_there(self, miguel: TestClient) -> None:
        assert_problem(miguel.get("/tasks/1"), 404)


@pytest.mark.usefixtures("groceries")
class TestUpdate:
    """PUT /tasks/{task_id}."""

    CHANGES = (
        {"done": True},
        {"title": "Buy more groceries"},
        {"description": "Pizza, Pizza, Ice cream"},
        {"description": ""},
        {"title": "Nothing to buy", "done": True},
        {"title": "Nothing to buy", "description": ""},
        {"description": "Bread", "done": True},
        {"title": "Eat", "description": "Everything", "done": True},
        {"done": False},
    )

    def test_changes_what_is_sent_and_nothing_else(
        self, miguel: TestClient, groceries: dict[str, Any], subtests: pytest.Subtests
    ) -> None:
        for changes in self.CHANGES:
            with subtests.test(changes=changes):
                task = created(miguel, **GROCERIES)
                response = miguel.put(task["uri"], json=changes)
                assert response.status_code == 200
                assert lasting(response.json()["task"]) == lasting(task | changes)
                assert miguel.get(task["uri"]).json() == response.json()
        assert miguel.get("/tasks/1").json() == {"task": groceries}

    def test_takes_back_what_get_answered(
        self, miguel: TestClient, groceries: dict[str, Any]
    ) -> None:
        task = miguel.get("/tasks/1").json()["task"]
        response = miguel.put(task["uri"], json=task)
        assert response.status_code == 200
        assert lasting(response.json()["task"]) == lasting(groceries)

    def test_takes_back_what_get_answered_with_a_change(
        self, miguel: TestClient, groceries: dict[str, Any]
    ) -> None:
        task = miguel.get("/tasks/1").json()["task"] | {"done": True}
        updated = miguel.put(task["uri"], json=task).json()["task"]
        assert lasting(updated) == lasting(groceries | {"done": True})

    def test_takes_what_is_stored_already_for_a_change(self, miguel: TestClient) -> None:
        before = miguel.get("/tasks/1")
        after = miguel.put("/tasks/1", json={"title": before.json()["task"]["title"]})
        assert lasting(after.json()["task"]) == lasting(before.json()["task"])
        assert after.headers["ETag"] != before.headers["ETag"]

    def test_changes_nothing_by_read_only_members_alone(
        self, miguel: TestClient, groceries: dict[str, Any]
    ) -> None:
        for read_only in ({"id": 1}, {"uri": f"{TASKS}/1"}, {"id": 1, "uri": f"{TASKS}/1"}):
            response = miguel.put("/tasks/1", json=read_only)
            assert (response.status_code, response.json()) == (200, {"task": groceries})

    DIFFERING: tuple[tuple[dict[str, Any], list[str]], ...] = (
        ({"id": 2}, ["/id"]),
        ({"id": 2**53}, ["/id"]),
        ({"uri": f"{TASKS}/2"}, ["/uri"]),
        ({"uri": "/todo/api/v1.0/tasks/1"}, ["/uri"]),
        ({"uri": ""}, ["/uri"]),
        ({"id": 2, "uri": f"{TASKS}/2", "title": "Bread"}, ["/id", "/uri"]),
        ({"id": 2, "done": True}, ["/id"]),
    )

    def test_refuses_read_only_members_that_differ(
        self, miguel: TestClient, groceries: dict[str, Any], subtests: pytest.Subtests
    ) -> None:
        for body, places in self.DIFFERING:
            with subtests.test(body=body):
                assert_problem(miguel.put("/tasks/1", json=body), 400, *places)
        assert miguel.get("/tasks").json() == {"tasks": [groceries]}

    def test_needs_something_to_change(self, miguel: TestClient, groceries: dict[str, Any]) -> None:
        assert_problem(miguel.put("/tasks/1", json={}), 400, "")
        assert miguel.get("/tasks/1").json() == {"task": groceries}

    def test_changes_nothing_that_is_not_there(
        self, miguel: TestClient, groceries: dict[str, Any]
    ) -> None:
        assert_problem(miguel.put("/tasks/2", json={"done": True}), 404)
        assert miguel.get("/tasks").json() == {"tasks": [groceries]}

    def test_may_be_repeated(self, miguel: TestClient) -> None:
        first, second = (miguel.put("/tasks/1", json={"done": True}) for _ in range(2))
        assert lasting(first.json()["task"]) == lasting(second.json()["task"])


@pytest.mark.usefixtures("groceries")
class TestDelete:
    """DELETE /tasks/{task_id}."""

    def test_says_that_it_is_done(self, miguel: TestClient) -> None:
        response = miguel.delete("/tasks/1")
        assert (response.status_code, response.json()) == (200, {"result": True})

    def test_removes_that_task_only(self, miguel: TestClient) -> None:
        other = created(miguel, title="Another task")
        miguel.delete("/tasks/1")
        assert miguel.get("/tasks").json() == {"tasks": [other]}

    def test_leaves_nothing_to_get_update_or_delete(self, miguel: TestClient) -> None:
        miguel.delete("/tasks/1")
        assert_problem(miguel.get("/tasks/1"), 404)
        assert_problem(miguel.put("/tasks/1", json={"done": True}), 404)
        assert_problem(miguel.delete("/tasks/1"), 404)


TEXTS = {
    "Latin": "Milch für Zoë",
    "decomposed, which stays decomposed": "Zoe\u0308",
    "many scripts": "買い物 список קניות",
    "beyond the basic plane": "🧑\u200d🍳🇺🇳",
    "spaces around": "  two spaces around  ",
    "control characters": "line\r\nbreak\ttab\u2028\x01\x7f\x85",
    "a byte order mark": "\ufeffmark",
    "noncharacters": "\ufffe\uffff\U0010ffff",
    "SQL": "'; DROP TABLE tasks; -- \\ % _ \"",
    "templates": "{{ 7 * 7 }} ${HOME} %s {0}",
    "HTML": "<script>alert(1)</script>&amp;",
}


def test_text_comes_back_as_it_was_sent(miguel: TestClient, subtests: pytest.Subtests) -> None:
    for what, text in TEXTS.items():
        with subtests.test(what):
            task = created(miguel, title=text, description=text)
            updated = miguel.put(task["uri"], json={"description": text * 2}).json()["task"]
            listed = miguel.get("/tasks").json()["tasks"][-1]
            assert (task["title"], task["description"]) == (text, text)
            assert (listed["title"], listed["description"]) == (text, text * 2)
            assert listed == updated


def test_lengths_count_characters_not_bytes(miguel: TestClient, subtests: pytest.Subtests) -> None:
    for character in ("x", "é", "買", "🧀"):
        with subtests.test(character):
            longest = {"title": character * 200, "description": character * 10_000}
            assert created(miguel, **longest).items() >= longest.items()
            too_long = {"title": character * 201, "description": character * 10_001}
            assert_problem(miguel.post("/tasks", json=too_long), 400, "/title", "/description")


def test_uris_begin_with_the_address_that_the_client_used(
    miguel: TestClient, subtests: pytest.Subtests
) -> None:
    for host in ("localhost", "localhost:5000", "127.0.0.1:5000"):
        with subtests.test(host):
            response = miguel.post("/tasks", json=GROCERIES, headers={"Host": host})
            task = response.json()["task"]
            assert task["uri"] == f"http://{host}/todo/api/v1.0/tasks/{task['id']}"
            assert response.headers["Location"] == task["uri"]


def test_a_host_that_is_not_the_services_own_is_refused(
    miguel: TestClient, subtests: pytest.Subtests
) -> None:
    names = ("evil.example", "localhost.evil.example", "a b", "", "localhost@evil.example")
    for host in (*names, "[::1]:5000", "192.0.2.1", "0.0.0.0"):  # noqa: S104 - not where it is
        with subtests.test(host):
            assert_problem(miguel.post("/tasks", json=GROCERIES, headers={"Host": host}), 400)
    assert miguel.get("/tasks").json() == {"tasks": []}
