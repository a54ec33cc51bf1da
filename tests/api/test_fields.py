"""The fields of a task: stored as given, or empty, or set by the service alone."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.problems import assert_problem

EMPTY = {"description": "", "done": False, "due": None, "priority": 0, "labels": []}
WHOLE = {
    "title": "Write the second part",
    "description": "A simple web client.",
    "done": True,
    "due": "2026-11-30",
    "priority": 3,
    "labels": ["promised", "writing"],
}


def created(client: TestClient, **members: object) -> dict[str, Any]:
    """Create a task; return it."""
    response = client.post("/tasks", json={"title": "Read", **members})
    assert response.status_code == 201, response.text
    task: dict[str, Any] = response.json()["task"]
    return task


def test_a_title_is_enough(miguel: TestClient) -> None:
    assert created(miguel).items() >= EMPTY.items()


def test_all_can_be_given_at_once(miguel: TestClient) -> None:
    task = created(miguel, **WHOLE)
    assert task.items() >= WHOLE.items()
    assert miguel.get(task["uri"]).json() == {"task": task}


@pytest.mark.parametrize(
    "due",
    [
        "2026-11-30",
        "2028-02-29",
        "0001-01-01",
        "9999-12-31",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2026-11-30T17:00:00Z",
        "2026-11-30T17:00:00+01:00",
        "2026-11-30T23:30:00-08:00",
        "2026-11-30t17:00:00z",
        "2026-11-30T17:00:00.5+05:45",
        "2026-11-30T17:00:00.123456789Z",
        None,
    ],
)
def test_due_comes_back_as_it_was_given(miguel: TestClient, due: str | None) -> None:
    task = created(miguel, due=due)
    assert task["due"] == due
    assert miguel.get(task["uri"]).json()["task"]["due"] == due
    assert [task["due"] for task in miguel.get("/tasks").json()["tasks"]] == [due]


@pytest.mark.parametrize(
    "due",
    [
        "",
        "tomorrow",
        "2026-02-29",
        "2026-13-01",
        "2026-11-3",
        "20261130",
        "0000-01-01",
        "2026-W48-1",
        "٢٠٢٦-11-30",
        "2026-11-30T17:00:00",
        "2026-11-30T17:00Z",
        "2026-11-30 17:00:00Z",
        "2026-11-30T24:00:00Z",
        "2026-11-30T23:59:60Z",
        "2026-11-30T17:00:00+25:00",
        "2026-11-30T17:00:00.Z",
        " 2026-11-30",
        5,
        True,
    ],
)
def test_due_must_be_a_day_or_an_instant(miguel: TestClient, due: object) -> None:
    assert_problem(miguel.post("/tasks", json={"title": "Read", "due": due}), 400, "/due")


@pytest.mark.parametrize("priority", [-1, 4, 1.5, "2", None, True])
def test_there_are_four_priorities(miguel: TestClient, priority: object) -> None:
    answer = miguel.post("/tasks", json={"title": "Read", "priority": priority})
    assert_problem(answer, 400, "/priority")


@pytest.mark.parametrize("priority", [0, 1, 2, 3])
def test_each_priority_is_kept(miguel: TestClient, priority: int) -> None:
    assert created(miguel, priority=priority)["priority"] == priority


def test_labels_are_a_set_in_the_order_of_their_code_points(miguel: TestClient) -> None:
    task = created(miguel, labels=["home", "Zoo", "é", "e\N{COMBINING ACUTE ACCENT}", "a, b"])
    assert task["labels"] == ["Zoo", "a, b", "e\N{COMBINING ACUTE ACCENT}", "home", "é"]


def test_a_label_that_is_given_twice_counts_once(miguel: TestClient) -> None:
    twice = {"title": "Read", "labels": ["zoo", "home", "zoo"]}
    once = ["home", "zoo"]
    task = created(miguel, **twice)
    assert task["labels"] == once
    uri = task["uri"]
    for change in (miguel.put, miguel.patch):
        miguel.put(uri, json={"labels": []})
        assert change(uri, json={"labels": twice["labels"]}).json()["task"]["labels"] == once
    operations = [{"create": twice}, {"update": {"id": task["id"], **twice}}]
    done = miguel.post("/tasks/batch", json={"operations": operations}).json()
    assert [one["task"]["labels"] for one in done["results"]] == [once, once]
    assert miguel.post("/tasks/import", json={"tasks": [twice]}).status_code == 200
    found = miguel.get("/tasks", params={"label": ["zoo", "zoo"]}).json()["tasks"]
    assert [one["labels"] for one in found] == [once] * 3


@pytest.mark.parametrize(
    ("labels", "place"),
    [
        ([f"label {number}" for number in range(21)], "/labels"),
        (["x" * 51], "/labels/0"),
        (["home", ""], "/labels/1"),
        ([" home"], "/labels/0"),
        (["home\t"], "/labels/0"),
        (["ho\nme"], "/labels/0"),
        ([None], "/labels/0"),
        ("home", "/labels"),
        (None, "/labels"),
    ],
)
def test_labels_must_be_short_texts(miguel: TestClient, labels: object, place: str) -> None:
    assert_problem(miguel.post("/tasks", json={"title": "Read", "labels": labels}), 400, place)


def test_20_labels_of_50_characters_are_kept(miguel: TestClient) -> None:
    labels = [f"{number:02}" + "é" * 48 for number in range(20)]
    assert created(miguel, labels=labels)["labels"] == labels


def test_a_task_knows_when_it_was_created_changed_and_completed(miguel: TestClient) -> None:
    new = created(miguel)
    assert new["created_at"] == new["updated_at"]
    assert new["completed_at"] is None
    done = miguel.put(new["uri"], json={"done": True}).json()["task"]
    assert done["created_at"] == new["created_at"] < done["updated_at"]
    assert done["completed_at"] == done["updated_at"]
    renamed = miguel.put(new["uri"], json={"title": "Read on", "done": True}).json()["task"]
    assert renamed["completed_at"] == done["completed_at"] < renamed["updated_at"]
    undone = miguel.put(new["uri"], json={"done": False}).json()["task"]
    assert undone["completed_at"] is None


def test_a_task_created_done_is_completed_at_once(miguel: TestClient) -> None:
    task = created(miguel, done=True)
    assert task["completed_at"] == task["created_at"]


READ_ONLY = ["id", "uri", "created_at", "updated_at", "completed_at", "created_by", "completed_by"]


@pytest.mark.parametrize("name", READ_ONLY)
def test_a_new_task_cannot_have_members_that_the_service_sets(
    miguel: TestClient, name: str
) -> None:
    given = created(miguel, done=True)[name]
    assert_problem(miguel.post("/tasks", json={"title": "Read", name: given}), 400, f"/{name}")


@pytest.mark.parametrize("name", ["created_at", "updated_at", "completed_at"])
def test_times_can_be_sent_back_but_not_changed(miguel: TestClient, name: str) -> None:
    task = created(miguel, done=True)
    wrong = {name: "2001-01-01T00:00:00.000000Z", "title": "Changed"}
    assert_problem(miguel.put(task["uri"], json=wrong), 400, f"/{name}")
    assert miguel.get(task["uri"]).json() == {"task": task}
    assert miguel.put(task["uri"], json=task).status_code == 200


def test_what_was_read_can_be_sent_back_as_it_is(miguel: TestClient) -> None:
    task = created(miguel, **WHOLE)
    after = miguel.put(task["uri"], json=task).json()["task"]
    assert after == {**task, "updated_at": after["updated_at"]}


@pytest.mark.parametrize(
    "changed", [{"title": "x"}, {"due": None}, {"labels": []}, {"done": False}]
)
def test_an_update_touches_nothing_that_was_not_sent(
    miguel: TestClient, changed: dict[str, object]
) -> None:
    task = created(miguel, **WHOLE)
    after = miguel.put(task["uri"], json=changed).json()["task"]
    completion = {"completed_at", "completed_by"} if "done" in changed else set()
    moved = {"updated_at", *completion}
    kept = task.keys() - changed.keys() - moved
    assert {name: after[name] for name in kept} == {name: task[name] for name in kept}
    assert after.items() >= changed.items()
