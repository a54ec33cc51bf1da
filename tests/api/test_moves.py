"""The order by hand: a move changes one task, and puts it exactly where it was asked for."""

import csv
import io
import json
from contextlib import suppress
from random import Random
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.support.copies import Copy, changes, read_list
from tests.support.members import new_list, shared_list
from tests.support.problems import assert_problem


def add(client: TestClient, *titles: str, **more: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - what a task holds
    """Create tasks."""
    return [client.post("/tasks", json={"title": t, **more}).json()["task"] for t in titles]


def move(
    client: TestClient,
    task: dict[str, Any],
    headers: dict[str, str] | None = None,
    **where: Any,  # noqa: ANN401 - ids or None
) -> httpx2.Response:
    """Move a task."""
    return client.post(f"{task['uri']}/move", json=where, headers=headers)


def order(client: TestClient, sort: str = "position", **query: Any) -> list[str]:  # noqa: ANN401 - a query
    """Return the titles of all tasks as they are sorted, page by page."""
    found: list[str] = []
    answer = client.get("/tasks", params={"sort": sort, "limit": 3, **query})
    while True:
        found += [task["title"] for task in answer.json()["tasks"]]
        if "next" not in answer.links:
            return found
        answer = client.get(answer.links["next"]["url"])


def test_new_tasks_come_last(miguel: TestClient) -> None:
    a, *_ = add(miguel, *"abcd")
    assert order(miguel) == [*"abcd"]
    assert order(miguel, "-position") == [*"dcba"]
    move(miguel, a, after=4)
    add(miguel, "e")
    assert order(miguel) == [*"bcdae"]


def test_a_task_goes_before_or_after_another(miguel: TestClient) -> None:
    a, b, c, d = add(miguel, *"abcd")
    before = read_list(miguel)
    since = changes(miguel)["next"]
    answer = move(miguel, d, before=a["id"])
    assert answer.status_code == 200
    moved = answer.json()["task"]
    assert moved == {**d, "position": moved["position"], "updated_at": moved["updated_at"]}
    assert moved["updated_at"] > d["updated_at"]
    assert answer.headers["ETag"] == miguel.get(d["uri"]).headers["ETag"]
    assert [change["id"] for change in changes(miguel, since=since)["changes"]] == [d["id"]]
    assert order(miguel) == [*"dabc"]
    assert {**before, d["id"]: moved} == read_list(miguel)
    move(miguel, a, after=b["id"])
    assert order(miguel) == [*"dbac"]
    move(miguel, c, before=a["id"])
    assert order(miguel) == [*"dbca"]
    move(miguel, c, before=a["id"])
    assert order(miguel) == [*"dbca"]
    copy = Copy(miguel).catch_up().values()
    assert [task["title"] for task in sorted(copy, key=lambda task: task["position"])] == [*"dbca"]


def test_any_moves_lead_to_the_order_of_a_list(miguel: TestClient) -> None:
    chance = Random(1)  # noqa: S311 - the same moves in each run
    tasks = {task["title"]: task for task in add(miguel, *"abcdef")}
    expected = [*tasks]
    for _ in range(60):
        moved, other = chance.sample(expected, 2)
        side = chance.choice(["before", "after"])
        assert move(miguel, tasks[moved], **{side: tasks[other]["id"]}).status_code == 200
        expected.remove(moved)
        expected.insert(expected.index(other) + (side == "after"), moved)
        assert order(miguel) == expected
    assert order(miguel, "-position") == expected[::-1]


def test_a_task_goes_under_another_parent(miguel: TestClient) -> None:
    a, b, c = add(miguel, *"abc")
    both = move(miguel, c, before=b["id"], parent_id=a["id"]).json()["task"]
    assert both["parent_id"] == a["id"]
    assert order(miguel) == [*"acb"]
    alone = move(miguel, c, parent_id=None).json()["task"]
    assert (alone["parent_id"], alone["position"]) == (None, both["position"])
    move(miguel, b, parent_id=a["id"])
    for parent, code in ((a, "cycle"), (b, "cycle"), ({"id": 99}, "missing")):
        answer = move(miguel, a, parent_id=parent["id"])
        assert_problem(answer, 400, "/parent_id")
        assert answer.json()["errors"][0]["code"] == code


def test_the_other_task_is_another_one_of_the_list(miguel: TestClient, susan: TestClient) -> None:
    kitchen = shared_list(miguel, susan)
    a, gone = add(miguel, "a", "gone")
    [elsewhere] = add(miguel, "x", list_id=kitchen)
    [strange] = add(susan, "y")
    miguel.delete(gone["uri"])
    for side in ("before", "after"):
        for other in (a, gone, elsewhere, strange):
            answer = move(miguel, a, **{side: other["id"]})
            assert_problem(answer, 400, f"/{side}")
            assert answer.json()["errors"][0]["code"] == "missing"
    assert_problem(move(miguel, a, before=1, after=1), 400, "/after")
    assert_problem(move(miguel, a), 400, "")
    assert_problem(move(miguel, strange, parent_id=None), 404)
    assert read_list(susan)[strange["id"]] == strange


def test_a_move_is_conditional_and_can_be_repeated(miguel: TestClient) -> None:
    a, b, _ = add(miguel, *"abc")
    assert move(miguel, a, {"If-Match": '"0"'}, after=b["id"]).status_code == 412
    assert order(miguel) == [*"abc"]
    tag = miguel.get(a["uri"]).headers["ETag"]
    headers = {"If-Match": tag, "Idempotency-Key": "once"}
    first = move(miguel, a, headers, after=b["id"])
    assert first.status_code == 200
    again = move(miguel, a, headers, after=b["id"])
    assert (again.text, again.headers["Idempotency-Replayed"]) == (first.text, "true")
    assert move(miguel, a, {"Idempotency-Key": "once"}, before=b["id"]).status_code == 422
    assert order(miguel) == [*"bac"]


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_task_goes_back_to_its_place_from_the_trash(miguel: TestClient, side: str) -> None:
    a, b, c, d = add(miguel, *"abcd")
    move(miguel, d, **{side: b["id"]})
    expected = order(miguel)
    miguel.delete(d["uri"])
    move(miguel, a, after=c["id"])
    move(miguel, a, before=b["id"])
    miguel.post(f"/trash/{d['id']}/restore")
    assert order(miguel) == expected


def test_a_position_is_only_read(miguel: TestClient) -> None:
    [a] = add(miguel, "a")
    assert miguel.put(a["uri"], json={**a, "done": True}).status_code == 200
    answer = miguel.put(a["uri"], json={"position": "80000000"})
    assert_problem(answer, 400, "/position")
    assert_problem(miguel.post("/tasks", json={"title": "b", "position": "8"}), 400, "/position")


def test_an_import_comes_last_in_its_order(miguel: TestClient, susan: TestClient) -> None:
    a, *_ = add(susan, *"abc")
    file = susan.get("/tasks/export?format=csv").content
    add(miguel, "x")
    answer = miguel.post(
        "/tasks/import?format=csv", content=file, headers={"Content-Type": "text/csv"}
    )
    assert answer.json() == {"imported": 3}
    assert order(miguel) == [*"xabc"]
    assert a["title"] == "a"


@pytest.mark.parametrize("name", ["jsonl", "json", "csv"])
@pytest.mark.parametrize("many", [9, 250], ids=["few", "many"])
def test_the_order_survives_a_file(
    miguel: TestClient, susan: TestClient, name: str, many: int
) -> None:
    lines = "\n".join(f'{{"title":"{number}"}}' for number in range(1, many + 1))
    jsonl = {"Content-Type": "application/jsonl"}
    assert miguel.post("/tasks/import", content=lines, headers=jsonl).is_success
    tasks = miguel.get("/tasks", params={"limit": 100}).json()["tasks"]
    random = Random(many)  # noqa: S311 - only has to vary
    for _ in range(20):
        one, other = random.sample(tasks, 2)
        assert move(miguel, one, before=other["id"]).is_success
    file = miguel.get("/tasks/export", params={"format": name})
    add(susan, "first")
    kind = {"Content-Type": file.headers["Content-Type"]}
    assert susan.post("/tasks/import", content=file.content, headers=kind).is_success
    assert order(susan) == ["first", *order(miguel)]
    assert order(susan, "id") == ["first", *order(miguel, "id")]
    add(susan, "last")
    assert order(susan)[-1] == "last"


def test_an_import_without_positions_has_the_order_of_its_file(miguel: TestClient) -> None:
    lines = [
        {"title": "c"},
        {"title": "b", "position": "80000010"},
        {"title": "d"},
        {"title": "a", "position": "80000008"},
    ]
    headers = {"Content-Type": "application/jsonl"}
    content = "\n".join(json.dumps(line) for line in lines)
    assert miguel.post("/tasks/import", content=content, headers=headers).is_success
    assert order(miguel) == [*"abcd"]
    assert order(miguel, "id") == [*"cbda"]


def test_each_list_of_a_file_keeps_its_order(miguel: TestClient, susan: TestClient) -> None:
    garden = new_list(miguel, "Garden")["id"]
    a, b = add(miguel, *"ab")
    c, d = add(miguel, *"cd", list_id=garden)
    assert move(miguel, b, before=a["id"]).is_success
    assert move(miguel, d, before=c["id"]).is_success
    file = miguel.get("/tasks/export").content
    headers = {"Content-Type": "application/jsonl"}
    assert susan.post("/tasks/import", content=file, headers=headers).is_success
    assert order(susan) == [*"badc"]


def test_no_spreadsheet_takes_a_position_for_another_one(
    miguel: TestClient, susan: TestClient
) -> None:
    """One with an e, or with sixteen digits, is not left as the number that it looks like."""
    tasks = add(miguel, *(str(number) for number in range(30)))
    assert move(miguel, tasks[29], before=tasks[0]["id"]).is_success
    for _ in range(5):
        assert move(miguel, tasks[28], after=tasks[0]["id"]).is_success
        assert move(miguel, tasks[27], after=tasks[0]["id"]).is_success
    table = miguel.get("/tasks/export", params={"format": "csv"}).content.decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    saved = io.StringIO()
    writer = csv.DictWriter(saved, rows[0])
    writer.writeheader()
    for row in rows:
        with suppress(ValueError):
            row["position"] = f"{float(row['position']):.15g}"
        writer.writerow(row)
    content = saved.getvalue().encode()
    headers = {"Content-Type": "text/csv; charset=utf-8"}
    assert susan.post("/tasks/import", content=content, headers=headers).is_success
    assert order(susan) == order(miguel)
