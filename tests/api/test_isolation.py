"""Isolation: nobody sees, changes or infers anything of another user's."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of
from tests.support.problems import assert_problem
from todo_api.contract import ContractApp

LETTER = {"title": "Write to David", "description": "About the pizza"}

PATCH = {"Content-Type": "application/merge-patch+json"}

ON_A_TASK = [
    pytest.param("GET", {}, id="get"),
    pytest.param("GET", {"headers": {"If-None-Match": "*"}}, id="get what is not known"),
    pytest.param("PUT", {"json": {"done": True}}, id="update"),
    pytest.param(
        "PUT", {"json": {"title": "Mine now", "description": "", "done": True}}, id="replace"
    ),
    pytest.param("PATCH", {"json": {"due": None}, "headers": PATCH}, id="patch"),
    pytest.param("DELETE", {}, id="delete"),
    pytest.param("DELETE", {"headers": {"If-Match": '"1"'}}, id="delete what was seen"),
]
ON_A_TASK_IN_A_BATCH = ("update", "delete", "restore")

ON_A_USER = [
    pytest.param("GET", None, id="get"),
    pytest.param("PUT", {"email": "mine@example.com"}, id="update"),
    pytest.param(
        "PUT", {"password": "a boa and a king cobra", "current_password": PASSWORD}, id="password"
    ),
    pytest.param("DELETE", None, id="delete"),
]


def state(client: TestClient, username: str) -> Any:  # noqa: ANN401 - JSON is any value
    """Return all that a user can see, except the token, which differs each time."""
    changes = client.get("/tasks/changes").json()["changes"]
    found = client.get("/tasks").json() | client.get(f"/users/{username}").json()
    trash = client.get("/trash").json()["tasks"]
    return found | {"changes": changes, "trash": trash}


def test_no_two_tasks_have_one_id_and_each_list_counts_by_itself(
    miguel: TestClient, susan: TestClient
) -> None:
    for client in (miguel, susan, miguel, miguel, susan):
        client.post("/tasks", json=LETTER)
    assert [task["id"] for task in miguel.get("/tasks").json()["tasks"]] == [1, 2, 3]
    first, second = [task["id"] for task in susan.get("/tasks").json()["tasks"]]
    assert second == first + 1
    # Of her 134 million possible lists, none has ids that small.
    assert first > 2**26


def test_a_list_holds_ones_own_tasks_only(miguel: TestClient, susan: TestClient) -> None:
    own = miguel.post("/tasks", json={"title": "Buy groceries"}).json()["task"]
    susan.post("/tasks", json=LETTER)
    assert miguel.get("/tasks").json() == {"tasks": [own]}


def test_a_uri_leads_to_one_task_alone(miguel: TestClient, susan: TestClient) -> None:
    groceries = miguel.post("/tasks", json={"title": "Buy groceries"}).json()["task"]
    letter = susan.post("/tasks", json=LETTER).json()["task"]
    for task, owner, other in ((groceries, miguel, susan), (letter, susan, miguel)):
        assert owner.get(task["uri"]).json() == {"task": task}
        assert_problem(other.get(task["uri"]), 404)


@pytest.mark.parametrize(("method", "request_"), ON_A_TASK)
def test_operations_affect_only_ones_own_tasks(
    miguel: TestClient, susan: TestClient, method: str, request_: dict[str, Any]
) -> None:
    miguel.post("/tasks", json={"title": "Buy groceries"})
    susan.post("/tasks", json=LETTER)
    before = state(susan, "susan")
    assert miguel.request(method, "/tasks/1", **request_).status_code in {200, 304, 412}
    assert state(susan, "susan") == before


@pytest.mark.parametrize(("method", "request_"), ON_A_TASK)
def test_a_foreign_task_looks_like_a_missing_one(
    miguel: TestClient, susan: TestClient, method: str, request_: dict[str, Any]
) -> None:
    letter = susan.post("/tasks", json=LETTER).json()["task"]
    before = state(susan, "susan")
    foreign = miguel.request(method, f"/tasks/{letter['id']}", **request_)
    missing = miguel.request(method, f"/tasks/{letter['id'] + 1}", **request_)
    assert_problem(foreign, 404)
    assert_alike(foreign, missing)
    assert state(susan, "susan") == before


@pytest.mark.parametrize("verb", ON_A_TASK_IN_A_BATCH)
def test_a_batch_finds_ones_own_tasks_only(
    miguel: TestClient, susan: TestClient, verb: str
) -> None:
    letter = susan.post("/tasks", json=LETTER).json()["task"]
    before = state(susan, "susan")
    foreign, missing = (
        miguel.post("/tasks/batch", json={"operations": [{verb: {"id": task_id}}]})
        for task_id in (letter["id"], letter["id"] + 1)
    )
    assert_problem(foreign, 409, f"/operations/0/{verb}/id")
    assert_alike(foreign, missing)
    assert state(susan, "susan") == before


def test_a_key_is_known_to_its_user_only(miguel: TestClient, susan: TestClient) -> None:
    key = {"Idempotency-Key": "letter"}
    susan.post("/tasks", json=LETTER, headers=key)
    own = miguel.post("/tasks", json={"title": "Buy groceries"}, headers=key)
    assert own.status_code == 201
    assert own.json()["task"]["title"] == "Buy groceries"


def test_a_cursor_or_token_is_not_valid_for_another_user(
    miguel: TestClient, susan: TestClient
) -> None:
    for _ in range(2):
        susan.post("/tasks", json=LETTER)
        miguel.post("/tasks", json=LETTER)
    cursor = susan.get("/tasks", params={"limit": 1}).json()["next_cursor"]
    token = susan.get("/tasks/changes").json()["next"]
    assert_problem(miguel.get("/tasks", params={"cursor": cursor}), 400, "cursor")
    assert_problem(miguel.get("/tasks/changes", params={"since": token}), 400, "since")


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
def test_bad_changes_reveal_nothing_about_an_account(
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


def test_bad_changes_reveal_nothing_about_a_task(
    miguel: TestClient, susan: TestClient, subtests: pytest.Subtests
) -> None:
    for body in BAD_CHANGES_OF_A_TASK:
        with subtests.test(body=body):
            uri = susan.post("/tasks", json=LETTER).json()["task"]["uri"]
            foreign = miguel.put(uri, json=body)
            susan.delete(uri)
            missing = miguel.put(uri, json=body)
            assert missing.status_code in {400, 404}
            assert_alike(foreign, missing)


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_foreign_token_looks_like_a_missing_one(
    miguel: TestClient, susan: TestClient, method: str
) -> None:
    created = susan.post("/tokens", json={"name": "Phone", "scope": "write"}).json()["token"]
    before = susan.get("/tokens").json()
    foreign = miguel.request(method, created["uri"])
    missing = miguel.request(method, "/tokens/1")
    assert_problem(foreign, 404)
    assert_alike(foreign, missing)
    assert susan.get("/tokens").json() == before
    assert miguel.get("/tokens").json() == {"tokens": []}


ON_A_LIST = [
    pytest.param("GET", "/lists/{}", {}, id="get"),
    pytest.param("GET", "/lists/{}", {"headers": {"If-None-Match": "*"}}, id="get what is known"),
    pytest.param("PUT", "/lists/{}", {"json": {"name": "Mine now"}}, id="update"),
    pytest.param("PUT", "/lists/{}", {"json": {"id": 1}}, id="update nothing"),
    pytest.param("DELETE", "/lists/{}", {}, id="delete"),
    pytest.param(
        "DELETE", "/lists/{}", {"headers": {"If-Match": '"1"'}}, id="delete what was seen"
    ),
    pytest.param("POST", "/tasks", {"json": {**LETTER, "list_id": "{}"}}, id="create in it"),
    pytest.param(
        "POST",
        "/tasks/batch",
        {"json": {"operations": [{"create": {**LETTER, "list_id": "{}"}}]}},
        id="create in it in a batch",
    ),
    pytest.param(
        "POST",
        "/tasks/import?list_id={}",
        {"content": '{"title": "x"}', "headers": {"Content-Type": "application/jsonl"}},
        id="import into it",
    ),
    pytest.param("GET", "/tasks?list_id={}", {}, id="list its tasks"),
    pytest.param("GET", "/tasks/export?list_id={}", {}, id="export it"),
    pytest.param("GET", "/labels?list_id={}", {}, id="count its labels"),
    pytest.param("GET", "/trash?list_id={}", {}, id="list its trash"),
    pytest.param("DELETE", "/trash?list_id={}", {}, id="empty its trash"),
    pytest.param("GET", "/lists/{}/members", {}, id="list its members"),
    pytest.param("PUT", "/lists/{}/members/susan", {"json": {"role": "editor"}}, id="a member"),
    pytest.param("PUT", "/lists/{}/members/miguel", {"json": {"role": "owner"}}, id="take it over"),
    pytest.param("DELETE", "/lists/{}/members/susan", {}, id="remove its owner"),
    pytest.param("DELETE", "/lists/{}/members/miguel", {}, id="leave it"),
    pytest.param("POST", "/lists/{}/invitations", {"json": {"role": "editor"}}, id="invite to it"),
    pytest.param("GET", "/lists/{}/invitations", {}, id="list its invitations"),
    pytest.param("DELETE", "/lists/{}/invitations/1", {}, id="withdraw an invitation"),
    pytest.param(
        "POST",
        "/labels/rename?list_id={}",
        {"json": {"name": "post", "new_name": "mail"}},
        id="rename its labels",
    ),
]


def naming(request: Any, list_id: int) -> Any:  # noqa: ANN401 - JSON is any value
    """Return a request that names a list."""
    if isinstance(request, dict):
        return {name: naming(value, list_id) for name, value in request.items()}
    if isinstance(request, list):
        return [naming(value, list_id) for value in request]
    return list_id if request == "{}" else request


@pytest.mark.parametrize(("method", "path", "request_"), ON_A_LIST)
def test_a_foreign_list_looks_like_a_missing_one(
    miguel: TestClient, susan: TestClient, method: str, path: str, request_: dict[str, Any]
) -> None:
    created = susan.post("/lists", json={"name": "Letters"}).json()["list"]
    labelled = {**LETTER, "labels": ["post"]}
    letter = susan.post("/tasks", json={**labelled, "list_id": created["id"]})
    thrown_away = susan.post("/tasks", json={**labelled, "list_id": created["id"]})
    assert susan.delete(thrown_away.json()["task"]["uri"]).status_code == 200
    before = state(susan, "susan")
    gone = susan.post("/lists", json={"name": "Bills"}).json()["list"]
    assert susan.delete(gone["uri"]).status_code == 200
    foreign, missing = (
        miguel.request(method, path.format(list_id), **naming(request_, list_id))
        for list_id in (created["id"], gone["id"])
    )
    assert foreign.status_code in {200, 404, 409}
    assert without_tags(foreign) == without_tags(missing)
    assert letter.json()["task"]["title"] not in foreign.text
    assert state(susan, "susan") == before


def without_tags(answer: Any) -> Any:  # noqa: ANN401 - a response
    """Return an answer but for what differs with each request: an empty page has a tag for it."""
    anew = {"x-request-id", "etag"}
    headers = {name: value for name, value in answer.headers.items() if name not in anew}
    return answer.status_code, answer.content, headers


def test_the_changes_of_a_foreign_list_are_those_of_a_missing_one(
    miguel: TestClient, susan: TestClient
) -> None:
    created = susan.post("/lists", json={"name": "Letters"}).json()["list"]
    susan.post("/tasks", json={**LETTER, "list_id": created["id"]})
    page = miguel.get("/tasks/changes", params={"list_id": created["id"]}).json()
    assert (page["changes"], page["more"]) == ([], False)
    assert "gone_lists" not in page
    hers = susan.get("/tasks/changes", params={"list_id": created["id"]}).json()["next"]
    query = {"list_id": created["id"], "since": hers}
    assert_problem(miguel.get("/tasks/changes", params=query), 400, "since")


OF_A_USER = (
    ("GET", "/tasks", None),
    ("POST", "/tasks", LETTER),
    ("GET", "/tasks/1", None),
    ("PUT", "/tasks/1", {"done": True}),
    ("DELETE", "/tasks/1", None),
    ("POST", "/tasks/batch", {"operations": [{"create": LETTER}]}),
    ("GET", "/tasks/changes", None),
    ("GET", "/tasks/export", None),
    ("GET", "/lists", None),
    ("POST", "/lists", {"name": "The kitchen"}),
    ("GET", "/lists/1", None),
    ("PUT", "/lists/1", {"name": "Mine now"}),
    ("DELETE", "/lists/1", None),
    ("GET", "/lists/1/members", None),
    ("PUT", "/lists/1/members/susan", {"role": "viewer"}),
    ("DELETE", "/lists/1/members/susan", None),
    ("POST", "/lists/1/invitations", {"role": "editor"}),
    ("GET", "/lists/1/invitations", None),
    ("DELETE", "/lists/1/invitations/1", None),
    ("POST", "/invitations/look", {"code": "todolist_1"}),
    ("POST", "/invitations/redeem", {"code": "todolist_1"}),
    ("GET", "/trash", None),
    ("DELETE", "/trash", None),
    ("POST", "/tasks/1/move", {"parent_id": None}),
    ("POST", "/trash/1/restore", None),
    ("GET", "/labels", None),
    ("POST", "/labels/rename", {"name": "home", "new_name": "garden"}),
    ("GET", "/users/susan", None),
    ("PUT", "/users/susan", {"email": None}),
    ("DELETE", "/users/susan", None),
    ("GET", "/tokens", None),
    ("POST", "/tokens", {"name": "Phone", "scope": "read"}),
    ("GET", "/tokens/1", None),
    ("DELETE", "/tokens/1", None),
)


def test_a_stranger_cannot_tell_who_is_registered(
    app: ContractApp, susan: TestClient, subtests: pytest.Subtests
) -> None:
    susan.post("/tasks", json=LETTER)
    for number, (method, path, body) in enumerate(OF_A_USER):
        # Each from elsewhere, since one who fails too often has to wait.
        anonymous = client_of(app, address=f"192.0.2.{number}")
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


def test_the_tasks_of_a_deleted_user_are_gone(miguel: TestClient, susan: TestClient) -> None:
    miguel.post("/tasks", json={"title": "Buy groceries"})
    susan.delete("/users/susan")
    miguel.post("/tasks", json={"title": "Learn Python"})
    assert [task["id"] for task in miguel.get("/tasks").json()["tasks"]] == [1, 2]


def assert_alike(one: Any, other: Any) -> None:  # noqa: ANN401 - two responses
    """Assert that two answers differ in nothing but their request ids."""
    assert (one.status_code, one.content) == (other.status_code, other.content)
    own = "x-request-id"
    headers = [{k: v for k, v in answer.headers.items() if k != own} for answer in (one, other)]
    assert headers[0] == headers[1]
