"""Each user's own list: nobody sees, changes or infers anything of somebody else's."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import PASSWORD
from tests.problems import assert_problem

LETTER = {"title": "Write to David", "description": "About the pizza"}

ON_A_TASK = [
    pytest.param("GET", None, id="get"),
    pytest.param("PUT", {"done": True}, id="update"),
    pytest.param("PUT", {"title": "Mine now", "description": "", "done": True}, id="replace"),
    pytest.param("DELETE", None, id="delete"),
]

ON_A_USER = [
    pytest.param("GET", None, id="get"),
    pytest.param("PUT", {"email": "mine@example.com"}, id="update"),
    pytest.param(
        "PUT", {"password": "a boa and a king cobra", "current_password": PASSWORD}, id="password"
    ),
    pytest.param("DELETE", None, id="delete"),
]


def state(client: TestClient, username: str) -> Any:  # noqa: ANN401 - JSON is any value
    """Return all that a user can see."""
    return client.get("/tasks").json() | client.get(f"/users/{username}").json()


def test_everybody_counts_from_1(miguel: TestClient, susan: TestClient) -> None:
    for client in (miguel, susan, miguel, miguel, susan):
        client.post("/tasks", json=LETTER)
    assert [task["id"] for task in miguel.get("/tasks").json()["tasks"]] == [1, 2, 3]
    assert [task["id"] for task in susan.get("/tasks").json()["tasks"]] == [1, 2]


def test_a_list_holds_ones_own_tasks_only(miguel: TestClient, susan: TestClient) -> None:
    own = miguel.post("/tasks", json={"title": "Buy groceries"}).json()["task"]
    susan.post("/tasks", json=LETTER)
    assert miguel.get("/tasks").json() == {"tasks": [own]}


def test_the_same_uri_is_to_each_their_own_task(miguel: TestClient, susan: TestClient) -> None:
    groceries = miguel.post("/tasks", json={"title": "Buy groceries"}).json()["task"]
    letter = susan.post("/tasks", json=LETTER).json()["task"]
    assert groceries["uri"] == letter["uri"]
    assert miguel.get(groceries["uri"]).json() == {"task": groceries}
    assert susan.get(letter["uri"]).json() == {"task": letter}


@pytest.mark.parametrize(("method", "body"), ON_A_TASK)
def test_what_is_done_to_a_task_happens_to_ones_own(
    miguel: TestClient, susan: TestClient, method: str, body: dict[str, Any] | None
) -> None:
    miguel.post("/tasks", json={"title": "Buy groceries"})
    susan.post("/tasks", json=LETTER)
    before = state(susan, "susan")
    assert miguel.request(method, "/tasks/1", json=body).status_code == 200
    assert state(susan, "susan") == before


@pytest.mark.parametrize(("method", "body"), ON_A_TASK)
def test_a_foreign_task_looks_like_a_missing_one(
    miguel: TestClient, susan: TestClient, method: str, body: dict[str, Any] | None
) -> None:
    susan.post("/tasks", json=LETTER)
    before = state(susan, "susan")
    foreign = miguel.request(method, "/tasks/1", json=body)
    missing = miguel.request(method, "/tasks/2", json=body)
    assert_problem(foreign, 404)
    assert_alike(foreign, missing)
    assert state(susan, "susan") == before


@pytest.mark.parametrize(("method", "body"), ON_A_USER)
def test_a_foreign_account_looks_like_a_missing_one(
    miguel: TestClient, susan: TestClient, method: str, body: dict[str, Any] | None
) -> None:
    before = state(susan, "susan")
    foreign = miguel.request(method, "/users/susan", json=body)
    missing = miguel.request(method, "/users/nobody", json=body)
    impossible = miguel.request(method, "/users/No!body", json=body)
    assert_problem(foreign, 404)
    assert_alike(foreign, missing)
    assert_alike(foreign, impossible)
    assert state(susan, "susan") == before


BAD_CHANGES_OF_A_USER: tuple[dict[str, Any], ...] = (
    {"email": 1},
    {"username": "miguel"},
    {"password": "short"},
    {"password": "a boa and a king cobra"},
    {"password": "a boa and a king cobra", "current_password": "wrong"},
)


@pytest.mark.usefixtures("susan")
def test_bad_changes_tell_nothing_of_an_account_either(
    miguel: TestClient, subtests: pytest.Subtests
) -> None:
    for body in BAD_CHANGES_OF_A_USER:
        with subtests.test(body=body):
            foreign = miguel.put("/users/susan", json=body)
            missing = miguel.put("/users/nobody", json=body)
            assert foreign.status_code in {400, 404}
            assert_alike(foreign, missing)


BAD_CHANGES_OF_A_TASK: tuple[dict[str, Any], ...] = (
    {"title": 1},
    {"urgent": True},
    {"id": 2},
    {"uri": "http://localhost/"},
)


def test_bad_changes_tell_nothing_of_a_task_either(
    miguel: TestClient, susan: TestClient, subtests: pytest.Subtests
) -> None:
    for body in BAD_CHANGES_OF_A_TASK:
        with subtests.test(body=body):
            missing = miguel.put("/tasks/1", json=body)
            uri = susan.post("/tasks", json=LETTER).json()["task"]["uri"]
            assert missing.status_code in {400, 404}
            assert_alike(miguel.put("/tasks/1", json=body), missing)
            susan.delete(uri)


OF_A_USER = (
    ("GET", "/tasks", None),
    ("POST", "/tasks", LETTER),
    ("GET", "/tasks/1", None),
    ("DELETE", "/tasks/1", None),
    ("GET", "/users/susan", None),
    ("PUT", "/users/susan", {"email": None}),
    ("DELETE", "/users/susan", None),
)


def test_a_stranger_cannot_tell_who_is_registered(
    anonymous: TestClient, susan: TestClient, subtests: pytest.Subtests
) -> None:
    susan.post("/tasks", json=LETTER)
    for method, path, body in OF_A_USER:
        with subtests.test(f"{method} {path}"):
            answers = [
                anonymous.request(method, path, json=body),
                anonymous.request(method, path, json=body, auth=("susan", "wrong horse battery")),
                anonymous.request(method, path, json=body, auth=("nobody", "wrong horse battery")),
                anonymous.request(method, path.replace("susan", "nobody"), json=body),
            ]
            for answer in answers:
                assert_problem(answer, 401)
                assert_alike(answer, answers[0])


def test_the_tasks_of_a_deleted_user_are_nobodys(miguel: TestClient, susan: TestClient) -> None:
    miguel.post("/tasks", json={"title": "Buy groceries"})
    susan.delete("/users/susan")
    miguel.post("/tasks", json={"title": "Learn Python"})
    assert [task["id"] for task in miguel.get("/tasks").json()["tasks"]] == [1, 2]


def assert_alike(one: Any, other: Any) -> None:  # noqa: ANN401 - two responses
    """Assert that two answers differ in nothing but what each request is called."""
    assert (one.status_code, one.content) == (other.status_code, other.content)
    own = "x-request-id"
    headers = [{k: v for k, v in answer.headers.items() if k != own} for answer in (one, other)]
    assert headers[0] == headers[1]
