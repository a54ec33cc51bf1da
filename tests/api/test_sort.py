"""Sorts: by one field, then by id; `-` reverses both; tasks that are never due come last."""

from typing import Any

import pytest
from starlette.testclient import TestClient

TASKS: list[dict[str, Any]] = [
    {"title": "banana", "due": "2026-11-30", "priority": 1},
    {"title": "Apple", "priority": 3},
    {"title": "éclair", "due": "2026-11-30T23:30:00-01:00"},
    {"title": "apple", "due": "2026-11-30T08:00:00Z", "priority": 1},
    {"title": "Zebra", "priority": 1},
    {"title": "_", "due": "2026-11-30T23:59:59.999999Z", "priority": 3},
]
SORTED = {
    "id": [1, 2, 3, 4, 5, 6],
    "-id": [6, 5, 4, 3, 2, 1],
    "title": [6, 2, 4, 1, 5, 3],
    "-title": [3, 5, 1, 4, 2, 6],
    "due": [4, 1, 6, 3, 2, 5],
    "-due": [3, 6, 1, 4, 5, 2],
    "priority": [3, 1, 4, 5, 2, 6],
    "-priority": [6, 2, 5, 4, 1, 3],
    "created_at": [1, 2, 3, 4, 5, 6],
    "-created_at": [6, 5, 4, 3, 2, 1],
    "updated_at": [1, 3, 4, 5, 6, 2],
    "-updated_at": [2, 6, 5, 4, 3, 1],
}


@pytest.fixture
def miguel(miguel: TestClient) -> TestClient:
    """A client of a user who has these tasks, the second of which was changed last."""
    for task in TASKS:
        assert miguel.post("/tasks", json=task).status_code == 201
    assert miguel.put("/tasks/2", json={"description": "An apple a day"}).status_code == 200
    return miguel


def ids(client: TestClient, **query: object) -> list[int]:
    """Return the ids of a list in its order."""
    answer = client.get("/tasks", params={name: str(value) for name, value in query.items()})
    assert answer.status_code == 200, answer.text
    return [task["id"] for task in answer.json()["tasks"]]


@pytest.mark.parametrize(("sort", "expected"), SORTED.items())
def test_a_sort_puts_tasks_in_this_order(
    miguel: TestClient, sort: str, expected: list[int]
) -> None:
    assert ids(miguel, sort=sort) == expected


@pytest.mark.parametrize(("sort", "expected"), SORTED.items())
@pytest.mark.parametrize("limit", [1, 2, 4])
def test_pages_have_the_same_order(
    miguel: TestClient, sort: str, expected: list[int], limit: int
) -> None:
    paged: list[int] = []
    url: str | None = f"/tasks?sort={sort}&limit={limit}"
    while url:
        answer = miguel.get(url)
        paged += [task["id"] for task in answer.json()["tasks"]]
        url = answer.links.get("next", {}).get("url")
    assert paged == expected


@pytest.mark.parametrize(("sort", "expected"), SORTED.items())
def test_a_filter_keeps_the_order(miguel: TestClient, sort: str, expected: list[int]) -> None:
    assert ids(miguel, sort=sort, priority_min=1) == [task for task in expected if task != 3]


def test_the_default_order_is_that_of_the_ids(miguel: TestClient) -> None:
    assert ids(miguel) == SORTED["id"]
