"""Tasks that go into another list: whole, once, and with all that is below them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle, islice
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of
from tests.support.copies import Copy, read_list
from tests.support.members import join, new_list, shared_list
from tests.support.problems import assert_problem
from todo_api.application import create_app
from todo_api.settings import Settings

ANEW = ("id", "uri", "list_id", "position", "updated_at")
"""What a task has that says where it is."""
Move = Callable[..., dict[str, Any]]


def add(client: TestClient, title: str = "Bake", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - what a task holds
    """Create a task."""
    answer = client.post("/tasks", json={"title": title, **more})
    assert answer.status_code == 201, answer.text
    task: dict[str, Any] = answer.json()["task"]
    return task


def ask(client: TestClient, task: dict[str, Any], **where: Any) -> httpx2.Response:  # noqa: ANN401 - ids or None
    """Ask for a task to be moved."""
    return client.post(f"{task['uri']}/move", json=where)


@pytest.fixture(params=["alone", "in a batch"])
def move(request: pytest.FixtureRequest) -> Move:
    """Move a task into another list; return it."""

    def move_task(client: TestClient, task: dict[str, Any], **where: Any) -> dict[str, Any]:  # noqa: ANN401
        moved: dict[str, Any]
        if request.param == "alone":
            answer = ask(client, task, **where)
            assert answer.status_code == 201, answer.text
            moved = answer.json()["task"]
            assert answer.headers["Location"] == moved["uri"]
            etag = answer.headers["ETag"]
        else:
            operations = [{"move": {"id": task["id"], **where}}]
            answer = client.post("/tasks/batch", json={"operations": operations})
            assert answer.status_code == 200, answer.text
            [result] = answer.json()["results"]
            moved, etag = result["task"], result["etag"]
        found = client.get(moved["uri"])
        assert (found.json(), found.headers["ETag"]) == ({"task": moved}, etag)
        return moved

    return move_task


def lasting(task: dict[str, Any]) -> dict[str, Any]:
    """Return what a task keeps wherever it is."""
    return {name: value for name, value in task.items() if name not in ANEW}


def listed(client: TestClient, list_id: int, **query: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a query
    """Return the tasks of a list in their order by hand."""
    asked = {"list_id": list_id, "sort": "position", **query}
    tasks: list[dict[str, Any]] = client.get("/tasks", params=asked).json()["tasks"]
    return tasks


def test_it_keeps_all_but_its_address(miguel: TestClient, move: Move) -> None:
    kitchen = new_list(miguel)["id"]
    task = add(
        miguel,
        description="Bread, of rye",
        due="2030-11-30",
        priority=2,
        labels=["home", "oven"],
        repeat={"rule": "FREQ=WEEKLY", "from": "due"},
        done=True,
    )
    moved = move(miguel, task, list_id=kitchen)
    assert moved["list_id"] == kitchen
    assert lasting(moved) == lasting(task)
    assert moved["updated_at"] > task["updated_at"]
    assert_problem(miguel.get(task["uri"]), 404)
    assert_problem(ask(miguel, task, list_id=kitchen), 404)
    for query in ({"q": "rye bread"}, {"label": "oven"}, {"due_before": "2030-12-01"}):
        assert miguel.get("/tasks", params=query).json()["tasks"] == [moved]
    labels = miguel.get("/labels").json()["labels"]
    assert {label["name"]: label["tasks"] for label in labels} == {"home": 1, "oven": 1}


def test_it_is_not_in_the_trash(miguel: TestClient, move: Move) -> None:
    kitchen = new_list(miguel)["id"]
    task = add(miguel)
    move(miguel, task, list_id=kitchen)
    assert miguel.get("/trash").json()["tasks"] == []
    assert_problem(miguel.post(f"/trash/{task['id']}/restore"), 404)


def test_all_below_it_goes_along_in_its_order(miguel: TestClient, move: Move) -> None:
    kitchen = new_list(miguel)["id"]
    top = add(miguel, "Bake")
    parts = [add(miguel, title, parent_id=top["id"]) for title in ("Mix", "Rest", "Buy")]
    below = add(miguel, "Flour", parent_id=parts[2]["id"])
    assert ask(miguel, parts[2], before=parts[0]["id"]).status_code == 200
    stays = add(miguel, "Read")
    there = add(miguel, "Clean", list_id=kitchen)
    moved = move(miguel, top, list_id=kitchen, before=there["id"])
    assert [task["title"] for task in listed(miguel, kitchen, top_level=True)] == ["Bake", "Clean"]
    found = listed(miguel, kitchen, parent_id=moved["id"])
    assert [task["title"] for task in found] == ["Buy", "Mix", "Rest"]
    [flour] = listed(miguel, kitchen, parent_id=found[0]["id"])
    assert lasting(flour) == {**lasting(below), "parent_id": found[0]["id"]}
    assert listed(miguel, stays["list_id"]) == [stays]


def test_it_goes_under_a_parent_that_has_room(miguel: TestClient, move: Move) -> None:
    kitchen = new_list(miguel)["id"]
    levels = [add(miguel, list_id=kitchen)]
    for _ in range(3):
        levels.append(add(miguel, list_id=kitchen, parent_id=levels[-1]["id"]))
    top = add(miguel)
    part = add(miguel, parent_id=top["id"])
    answer = ask(miguel, top, list_id=kitchen, parent_id=levels[3]["id"])
    assert_problem(answer, 400, "/parent_id")
    assert answer.json()["errors"][0]["code"] == "too_deep"
    assert_problem(ask(miguel, top, list_id=kitchen, parent_id=part["id"]), 400, "/parent_id")
    assert_problem(ask(miguel, top, list_id=kitchen, after=part["id"]), 400, "/after")
    assert miguel.get(top["uri"]).json() == {"task": top}
    moved = move(miguel, top, list_id=kitchen, parent_id=levels[2]["id"], after=levels[0]["id"])
    assert moved["parent_id"] == levels[2]["id"]
    titles = [task["id"] for task in listed(miguel, kitchen)]
    assert titles.index(moved["id"]) == titles.index(levels[0]["id"]) + 1


def test_whoever_is_no_member_there_has_nothing_to_do_there(
    miguel: TestClient, susan: TestClient, david: TestClient, move: Move
) -> None:
    kitchen, garden = shared_list(miguel, susan), shared_list(miguel, susan)
    join(miguel, kitchen, david)
    for name, stays in (("susan", True), ("david", False), ("miguel", True)):
        task = add(miguel, list_id=kitchen, assigned_to=name)
        moved = move(susan, task, list_id=garden)
        assert moved["assigned_to"] == (name if stays else None)
        assert moved["created_by"] == "miguel"


def test_days_are_those_of_its_list(miguel: TestClient, move: Move) -> None:
    late = {"name": "Samoa", "time_zone": "Pacific/Apia"}
    samoa = miguel.post("/lists", json=late).json()["list"]["id"]
    day, time = add(miguel, due="2030-11-30"), add(miguel, due="2030-11-30T12:00:00Z")
    query = {"sort": "due"}
    tasks = miguel.get("/tasks", params=query).json()["tasks"]
    assert [task["due"] for task in tasks] == [time["due"], day["due"]]
    for task in (day, time):
        move(miguel, task, list_id=samoa)
    tasks = miguel.get("/tasks", params=query).json()["tasks"]
    assert [task["due"] for task in tasks] == [day["due"], time["due"]]  # it is over earlier there


def test_a_series_ends_where_one_of_it_leaves(miguel: TestClient, move: Move) -> None:
    kitchen = new_list(miguel)["id"]
    repeat = {"rule": "FREQ=DAILY", "from": "due"}
    task = add(miguel, due="2030-11-30", repeat=repeat)
    done = miguel.put(task["uri"], json={"done": True}).json()["task"]
    following = miguel.get(f"/tasks/{done['next_id']}").json()["task"]
    moved = move(miguel, following, list_id=kitchen)
    assert (moved["previous_id"], moved["repeat"]) == (None, following["repeat"])
    again = miguel.put(moved["uri"], json={"done": True}).json()["task"]
    assert miguel.get(f"/tasks/{again['next_id']}").json()["task"]["list_id"] == kitchen
    assert miguel.put(task["uri"], json={"done": False}).status_code == 200
    assert {one["id"] for one in listed(miguel, kitchen)} == {again["id"], again["next_id"]}


def test_within_its_list_it_keeps_its_id(miguel: TestClient) -> None:
    a, b = add(miguel), add(miguel)
    answer = ask(miguel, a, list_id=a["list_id"], after=b["id"])
    assert (answer.status_code, answer.json()["task"]["id"]) == (200, a["id"])
    assert "Location" not in answer.headers
    same = ask(miguel, b, list_id=b["list_id"])
    assert (same.status_code, same.json()) == (200, {"task": b})
    operations = [{"move": {"id": a["id"], "before": b["id"]}}]
    moved = miguel.post("/tasks/batch", json={"operations": operations}).json()["results"]
    assert [task["id"] for task in listed(miguel, a["list_id"])] == [a["id"], b["id"]]
    assert moved[0]["task"]["id"] == a["id"]


def test_what_cannot_be_moved_is_named_in_a_batch(
    miguel: TestClient, susan: TestClient, move: Move
) -> None:
    kitchen = shared_list(susan, miguel, "viewer")
    garden = new_list(miguel)["id"]
    [a, b] = (add(miguel) for _ in range(2))
    strange = add(susan, list_id=kitchen)
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"id": a["id"], "list_id": garden + 1}, 409, "list_id"),
        ({"id": a["id"] + 90, "list_id": garden}, 409, "id"),
        ({"id": a["id"], "list_id": kitchen}, 403, "list_id"),
        ({"id": strange["id"], "list_id": garden}, 403, "id"),
        ({"id": a["id"], "before": b["id"], "after": b["id"]}, 400, "after"),
        ({"id": a["id"], "list_id": garden, "before": b["id"]}, 400, "before"),
        ({"id": a["id"], "list_id": garden, "parent_id": b["id"]}, 400, "parent_id"),
        ({"id": a["id"], "list_id": garden, "if_match": '"0"'}, 409, "if_match"),
    ]
    before = read_list(miguel)
    for arguments, status, member in cases:
        operations = [{"move": {"id": b["id"], "list_id": garden}}, {"move": arguments}]
        answer = miguel.post("/tasks/batch", json={"operations": operations})
        assert_problem(answer, status, f"/operations/1/move/{member}")
        assert read_list(miguel) == before
    move(miguel, b, list_id=garden)


def test_it_is_conditional_and_happens_once(miguel: TestClient) -> None:
    kitchen = new_list(miguel)["id"]
    task = add(miguel)
    path, body = f"{task['uri']}/move", {"list_id": kitchen}
    assert miguel.post(path, json=body, headers={"If-Match": '"0"'}).status_code == 412
    headers = {"If-Match": miguel.get(task["uri"]).headers["ETag"], "Idempotency-Key": "once"}
    first, again = (miguel.post(path, json=body, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.text, again.headers["Idempotency-Replayed"]) == (first.text, "true")
    assert again.headers["Location"] == first.headers["Location"]
    assert len(listed(miguel, kitchen)) == 1


def test_whoever_has_left_a_list_moves_nothing_into_it(
    miguel: TestClient, susan: TestClient
) -> None:
    kitchen = shared_list(miguel, susan)
    task, theirs = add(susan), add(susan, list_id=kitchen)
    assert miguel.delete(f"/lists/{kitchen}/members/susan").is_success
    assert_problem(ask(susan, task, list_id=kitchen), 404, "/list_id")
    assert_problem(ask(susan, theirs, list_id=task["list_id"]), 404)
    assert susan.delete(task["uri"]).is_success
    assert_problem(ask(susan, task, list_id=new_list(susan)["id"]), 404)


def test_it_takes_the_room_of_the_other_owner(
    settings: Settings, miguel: TestClient, susan: TestClient
) -> None:
    kitchen = shared_list(miguel, susan)
    few = create_app(replace(settings, max_tasks=3))
    with client_of(few, "susan", PASSWORD) as client:
        task = add(client)
        add(client, parent_id=task["id"])
        own = new_list(client)["id"]
        moved = ask(client, task, list_id=own).json()["task"]  # two of three, wherever they are
        assert len(listed(client, own)) == 2
        for _ in range(2):
            add(miguel, list_id=kitchen)
        assert_problem(ask(client, moved, list_id=kitchen), 403)
        assert len(listed(client, own)) == 2
        assert miguel.delete(listed(miguel, kitchen)[0]["uri"]).is_success
        assert ask(client, moved, list_id=kitchen).status_code == 201
        for _ in range(3):
            add(client)
        assert client.post("/tasks", json={"title": "Too many"}).status_code == 403


def test_opposite_moves_end_and_lose_nothing(miguel: TestClient) -> None:
    """Whoever follows both lists meanwhile has an exact copy at the end."""
    kitchen = new_list(miguel)["id"]
    own = add(miguel)["list_id"]
    for number in range(5):
        add(miguel, f"here {number}")
        add(miguel, f"there {number}", list_id=kitchen)
    titles = sorted(task["title"] for task in read_list(miguel).values())
    copy = Copy(miguel, limit=3)

    def move_to_and_fro(ways: tuple[int, int]) -> None:
        for here, there in islice(cycle([ways, ways[::-1]]), 12):
            for task in listed(miguel, here)[:2]:
                answer = ask(miguel, task, list_id=there)
                assert answer.status_code in {201, 404}, answer.text

    with ThreadPoolExecutor() as pool:
        moving = [pool.submit(move_to_and_fro, ways) for ways in [(own, kitchen), (kitchen, own)]]
        while not all(one.done() for one in moving):
            copy.follow()
        for one in moving:
            one.result()
    assert sorted(task["title"] for task in read_list(miguel).values()) == titles
    assert copy.catch_up() == read_list(miguel)
