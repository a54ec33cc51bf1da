"""PATCH: a JSON Merge Patch (RFC 7396). Absent members stay, and null clears those that can be."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.problems import assert_problem

MERGE_PATCH = "application/merge-patch+json"
BEFORE = {
    "title": "Write the second part",
    "description": "A simple web client.",
    "done": True,
    "due": "2026-11-30T17:00:00+01:00",
    "priority": 3,
    "labels": ["promised", "writing"],
}


@pytest.fixture
def task(miguel: TestClient) -> dict[str, Any]:
    """A task in which everything has a value."""
    found: dict[str, Any] = miguel.post("/tasks", json=BEFORE).json()["task"]
    return found


def patch(client: TestClient, changes: object, content_type: str = MERGE_PATCH) -> Any:  # noqa: ANN401 - the client's own type
    """Patch the first task."""
    return client.patch("/tasks/1", json=changes, headers={"Content-Type": content_type})


@pytest.mark.parametrize(
    ("changes", "after"),
    [
        ({}, {}),
        ({"title": "Rest"}, {"title": "Rest"}),
        ({"done": False}, {"done": False, "completed_at": None, "completed_by": None}),
        ({"due": "2026-12-24"}, {"due": "2026-12-24"}),
        ({"labels": ["home"]}, {"labels": ["home"]}),
        ({"due": None}, {"due": None}),
        ({"description": None}, {"description": ""}),
        ({"priority": None}, {"priority": 0}),
        ({"labels": None}, {"labels": []}),
        (
            {"priority": 1, "due": None, "title": "Rest"},
            {"priority": 1, "due": None, "title": "Rest"},
        ),
    ],
)
def test_a_patch_changes_what_it_names_and_nothing_else(
    miguel: TestClient, task: dict[str, Any], changes: dict[str, object], after: dict[str, object]
) -> None:
    answer = patch(miguel, changes)
    assert answer.status_code == 200
    changed = answer.json()["task"]
    assert changed == {**task, **after, "updated_at": changed["updated_at"]}
    assert (changed["updated_at"] == task["updated_at"]) == (not changes)
    assert miguel.get("/tasks/1").json() == {"task": changed}


@pytest.mark.parametrize("name", ["title", "done"])
def test_what_every_task_has_cannot_be_removed(
    miguel: TestClient, task: dict[str, Any], name: str
) -> None:
    assert_problem(patch(miguel, {name: None, "priority": 1}), 400, f"/{name}")
    assert miguel.get("/tasks/1").json() == {"task": task}


def test_what_was_read_can_be_sent_back_as_it_is(miguel: TestClient, task: dict[str, Any]) -> None:
    assert patch(miguel, task).status_code == 200


@pytest.mark.parametrize("name", ["id", "uri", "created_at", "updated_at", "completed_at"])
def test_what_is_read_only_cannot_be_removed(
    miguel: TestClient, task: dict[str, Any], name: str
) -> None:
    answer = patch(miguel, {name: None, "priority": 1})
    assert_problem(answer, 400, f"/{name}")
    assert miguel.get("/tasks/1").json() == {"task": task}


@pytest.mark.parametrize("changes", [[], "title", 7, [{"op": "remove", "path": "/due"}]])
@pytest.mark.usefixtures("task")
def test_a_patch_is_an_object(miguel: TestClient, changes: object) -> None:
    assert_problem(patch(miguel, changes), 400, "")


@pytest.mark.usefixtures("task")
def test_a_member_that_no_task_has_is_refused(miguel: TestClient) -> None:
    assert_problem(patch(miguel, {"colour": None}), 400, "/colour")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json-patch+json",
        "text/plain",
        f"{MERGE_PATCH};charset=utf-16",
    ],
)
@pytest.mark.usefixtures("task")
def test_another_media_type_is_refused_with_the_right_one(
    miguel: TestClient, content_type: str
) -> None:
    answer = patch(miguel, {"done": True}, content_type)
    assert_problem(answer, 415)
    assert answer.headers["Accept-Patch"] == f"{MERGE_PATCH}, application/json"
    assert "Accept" not in answer.headers


@pytest.mark.usefixtures("task")
def test_put_does_not_take_a_merge_patch(miguel: TestClient) -> None:
    answer = miguel.put("/tasks/1", json={}, headers={"Content-Type": MERGE_PATCH})
    assert_problem(answer, 415)
    assert answer.headers["Accept"] == "application/json"


def test_a_missing_task_is_not_patched(miguel: TestClient) -> None:
    assert_problem(patch(miguel, {"done": True}), 404)
