"""How many statements the most frequent requests execute: none more than they need."""

import re
from typing import Any, NamedTuple

import pytest
from starlette.testclient import TestClient

from tests.support.members import invite, new_list, shared_list


class Request(NamedTuple):
    """A request, and the tables of its statements, in order."""

    method: str
    path: str
    body: dict[str, Any] | None
    tables: list[str]


REQUESTS = {
    "read one": Request("GET", "/tasks/1", None, ["users", "tasks"]),
    "read a page": Request("GET", "/tasks?limit=20", None, ["users", "lists", "tasks"]),
    "follow changes": Request(
        "GET", "/tasks/changes?limit=20", None, ["users", "lists", "tasks", "deleted_tasks"]
    ),
    "create": Request(
        "POST", "/tasks", {"title": "Rest"}, ["users", "lists", "tasks", "task_words"]
    ),
    "update": Request("PUT", "/tasks/1", {"done": True}, ["users", "lists", "tasks", "tasks"]),
    "delete": Request(
        *("DELETE", "/tasks/{number}", None),
        [
            *("users", "lists", "tasks", "tasks", "task_words"),
            *("deleted_tasks", "trash", "lists", "deleted_tasks"),
        ],
    ),
    "restore": Request(
        *("POST", "/trash/{number}/restore", None),
        [
            *("users", "lists", "trash", "lists", "tasks", "deleted_tasks"),
            *("task_words", "trash", "lists"),
        ],
    ),
    "read the trash": Request("GET", "/trash?limit=20", None, ["users", "lists", "trash"]),
    "read labels": Request("GET", "/labels", None, ["users", "lists", "task_labels"]),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_executes_so_many_statements(
    miguel: TestClient, statements: list[str], name: str
) -> None:
    method, path, body, tables = REQUESTS[name]
    for number in (1, 2):
        miguel.post("/tasks", json={"title": "Learn Python"})
        if name in {"restore", "read the trash"}:
            miguel.delete(f"/tasks/{number}")
    # The first time compiles what it executes.
    assert miguel.request(method, path.format(number=1), json=body).is_success
    statements.clear()
    assert miguel.request(method, path.format(number=2), json=body).is_success
    assert [table_of(statement) for statement in statements] == tables


@pytest.mark.parametrize("query", ["limit=1", "q=learn&done=false&limit=1"])
def test_a_list_without_tasks_and_the_indexes_of_a_short_one_are_not_asked(
    miguel: TestClient, statements: list[str], query: str
) -> None:
    for number in range(3):
        assert new_list(miguel, f"List {number}")
    for _ in range(2):
        miguel.post("/tasks", json={"title": "Learn Python"})
    assert miguel.get(f"/tasks?{query}").is_success
    statements.clear()
    assert len(miguel.get(f"/tasks?{query}").json()["tasks"]) == 1
    assert [table_of(statement) for statement in statements] == ["users", "lists", "tasks"]


@pytest.mark.parametrize(("who", "more"), [("owner", ["lists"]), ("member", ["lists", "lists"])])
def test_a_change_in_another_list_looks_once_or_twice_at_who_asks(
    miguel: TestClient, susan: TestClient, statements: list[str], who: str, more: list[str]
) -> None:
    kitchen = shared_list(miguel, susan)
    client = miguel if who == "owner" else susan
    uri = client.post("/tasks", json={"title": "Cook", "list_id": kitchen}).json()["task"]["uri"]
    assert client.put(uri, json={"done": True}).is_success
    statements.clear()
    assert client.put(uri, json={"done": False}).is_success
    _, *others = REQUESTS["update"].tables
    assert [table_of(statement) for statement in statements] == ["users", *more, *others]
    statements.clear()
    assert client.get(uri).is_success
    assert [table_of(statement) for statement in statements] == ["users", "lists", "tasks"]


def test_a_look_at_an_invitation_takes_one(
    miguel: TestClient, susan: TestClient, statements: list[str]
) -> None:
    code = {"code": invite(miguel, new_list(miguel)["id"])["code"]}
    assert susan.post("/invitations/look", json=code).is_success
    statements.clear()
    assert susan.post("/invitations/look", json=code).is_success
    assert [table_of(statement) for statement in statements] == ["users", "list_invitations"]


def table_of(statement: str) -> str:
    """Return the table that a statement names outside of parentheses, or else within them."""
    whole = statement
    while statement != (outside := re.sub(r"\([^()]*\)", "", statement)):
        statement = outside
    named = re.compile(r"\b(?:FROM|INTO|UPDATE) (\w+)")
    found = named.search(statement) or named.search(whole)
    assert found, statement
    return found[1]
