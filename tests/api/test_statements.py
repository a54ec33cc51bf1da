"""How many statements the most frequent requests execute: none more than they need."""

import re
from typing import Any, NamedTuple

import pytest
from starlette.testclient import TestClient


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
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_executes_so_many_statements(
    miguel: TestClient, statements: list[str], name: str
) -> None:
    method, path, body, tables = REQUESTS[name]
    miguel.post("/tasks", json={"title": "Learn Python"})
    assert miguel.request(method, path, json=body).is_success  # compiles what it executes
    statements.clear()
    assert miguel.request(method, path, json=body).is_success
    assert [table_of(statement) for statement in statements] == tables


def table_of(statement: str) -> str:
    """Return the table that a statement reads or writes, not counting those in parentheses."""
    while statement != (outside := re.sub(r"\([^()]*\)", "", statement)):
        statement = outside
    found = re.search(r"\b(?:FROM|INTO|UPDATE) (\w+)", statement)
    assert found, statement
    return found[1]
