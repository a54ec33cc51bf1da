"""Batches: all operations are done, in order and at once, or none."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.support.problems import assert_problem

READ, WRITE = {"title": "Read a book"}, {"title": "Write a book"}
EVERYTHING = {
    "title": "Write the second part",
    "description": "A simple web client.",
    "done": True,
    "due": "2026-11-30T17:00:00+01:00",
    "priority": 3,
    "labels": ["promised", "writing"],
}


def run(client: TestClient, *operations: object) -> httpx2.Response:
    """Send a batch."""
    return client.post("/tasks/batch", json={"operations": list(operations)})


def results(client: TestClient, *operations: object) -> list[dict[str, Any]]:
    """Return the results of a batch's operations."""
    answer = run(client, *operations)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def tasks(client: TestClient) -> list[dict[str, Any]]:
    """Return all tasks."""
    found: list[dict[str, Any]] = client.get("/tasks").json()["tasks"]
    return found


def timeless(task: dict[str, Any]) -> dict[str, Any]:
    """Return a task without its times, and what differs from list to list."""
    own = ("_at", "_by", "id", "uri")
    return {name: value for name, value in task.items() if not name.endswith(own)}


@pytest.fixture
def two(miguel: TestClient) -> list[dict[str, Any]]:
    """Two tasks of miguel's."""
    return [miguel.post("/tasks", json=task).json()["task"] for task in (READ, WRITE)]


class TestABatch:
    """Batches that succeed."""

    @pytest.mark.usefixtures("two")
    def test_creates_updates_and_deletes_in_the_order_given(self, miguel: TestClient) -> None:
        created, updated, deleted = results(
            miguel,
            {"create": EVERYTHING},
            {"update": {"id": 1, "done": True}},
            {"delete": {"id": 2}},
        )
        assert EVERYTHING.items() <= created["task"].items()
        assert (updated["task"]["title"], updated["task"]["done"]) == ("Read a book", True)
        assert deleted == {"result": True}
        assert tasks(miguel) == [updated["task"], created["task"]]

    def test_answers_each_operation_as_the_single_one_does(
        self, miguel: TestClient, susan: TestClient
    ) -> None:
        created, updated, deleted = results(
            miguel,
            {"create": EVERYTHING},
            {"update": {"id": 1, "due": None}},
            {"delete": {"id": 1}},
        )
        single = susan.post("/tasks", json=EVERYTHING).json()["task"]
        assert timeless(created["task"]) == timeless(single)
        uri = single["uri"]
        single = susan.put(uri, json={"due": None}).json()["task"]
        assert timeless(updated["task"]) == timeless(single)
        assert deleted == susan.delete(uri).json()

    def test_lets_each_operation_see_what_those_before_it_did(self, miguel: TestClient) -> None:
        _, updated, again = results(
            miguel,
            {"create": READ},
            {"update": {"id": 1, "priority": 2}},
            {"update": {"id": 1, "labels": ["home"]}},
        )
        assert (updated["task"]["priority"], updated["task"]["labels"]) == (2, [])
        assert (again["task"]["priority"], again["task"]["labels"]) == (2, ["home"])

    def test_restores_what_was_deleted_before_or_in_the_same_batch(
        self, miguel: TestClient, two: list[dict[str, Any]]
    ) -> None:
        miguel.delete("/tasks/2")
        done = results(
            miguel,
            {"delete": {"id": 1}},
            {"restore": {"id": 2}},
            {"restore": {"id": 1}},
            {"update": {"id": 1, "done": True}},
            {"restore": {"id": 1}},
        )
        restored = [done[2]["task"], done[1]["task"]]
        assert [{**task, "updated_at": "…"} for task in restored] == [
            {**task, "updated_at": "…"} for task in two
        ]
        assert done[4] == done[3]
        assert tasks(miguel) == [done[3]["task"], done[1]["task"]]
        assert miguel.get("/tasks/2").headers["ETag"] == done[1]["etag"]
        assert miguel.get("/trash").json() == {"tasks": []}

    def test_gives_each_change_a_number_of_its_own(self, miguel: TestClient) -> None:
        done = results(
            miguel, *({"create": READ} for _ in range(3)), {"update": {"id": 1, "done": True}}
        )
        changes = [int(result["etag"].strip('"')) for result in done]
        assert changes == list(range(changes[0], changes[0] + 4))
        for task_id, result in ((1, done[3]), (2, done[1]), (3, done[2])):
            assert miguel.get(f"/tasks/{task_id}").headers["ETag"] == result["etag"]

    def test_takes_back_what_was_read(self, miguel: TestClient, two: list[dict[str, Any]]) -> None:
        done = results(miguel, *({"update": {**task, "done": True}} for task in two))
        assert [result["task"]["done"] for result in done] == [True, True]

    def test_takes_a_hundred(self, miguel: TestClient) -> None:
        done = results(miguel, *({"create": {"title": f"Page {n}"}} for n in range(1, 101)))
        assert [result["task"]["id"] for result in done] == list(range(1, 101))
        assert [result["task"] for result in done] == miguel.get("/tasks?limit=100").json()["tasks"]

    def test_changes_only_what_is_as_it_was_seen(
        self, miguel: TestClient, two: list[dict[str, Any]]
    ) -> None:
        assert two
        etags = [miguel.get(f"/tasks/{number}").headers["ETag"] for number in (1, 2)]
        updated, _ = results(
            miguel,
            {"update": {"id": 1, "if_match": etags[0], "done": True}},
            {"delete": {"id": 2, "if_match": f'"0", {etags[1]}'}},
        )
        (again,) = results(miguel, {"update": {"id": 1, "if_match": updated["etag"]}})
        assert again["task"]["done"]


FAULTS = [
    pytest.param({}, 400, [""], id="nothing to do"),
    pytest.param({"create": READ, "delete": {"id": 1}}, 400, [""], id="two things to do"),
    pytest.param({"patch": {"id": 1}}, 400, ["/patch"], id="something unknown"),
    pytest.param([], 400, [""], id="no object"),
    pytest.param({"create": {}}, 400, ["/create/title"], id="no title"),
    pytest.param({"create": {"title": "x" * 201}}, 400, ["/create/title"], id="a long title"),
    pytest.param({"create": {**READ, "id": 9}}, 400, ["/create/id"], id="an id of one's own"),
    pytest.param({"update": {"done": True}}, 400, ["/update/id"], id="no id"),
    pytest.param({"update": {"id": 0}}, 400, ["/update/id"], id="no possible id"),
    pytest.param({"update": {"id": 1, "title": " "}}, 400, ["/update/title"], id="a blank title"),
    pytest.param({"update": {"id": 1, "hue": 7}}, 400, ["/update/hue"], id="an unknown member"),
    pytest.param({"update": {"id": 1, "uri": "/2"}}, 400, ["/update/uri"], id="another uri"),
    pytest.param(
        {"update": {"id": 1, "created_at": None, "completed_at": "now"}},
        400,
        ["/update/completed_at", "/update/created_at"],
        id="other times",
    ),
    pytest.param({"update": {"id": 1, "if_match": "1"}}, 400, ["/update/if_match"], id="no tag"),
    pytest.param({"delete": {}}, 400, ["/delete/id"], id="nothing to delete"),
    pytest.param({"restore": {}}, 400, ["/restore/id"], id="nothing to restore"),
    pytest.param({"restore": {"id": 3}}, 409, ["/restore/id"], id="nothing in the trash"),
    pytest.param({"delete": {"id": 1, "done": True}}, 400, ["/delete/done"], id="too much"),
    pytest.param({"update": {"id": 3}}, 409, ["/update/id"], id="an update of a missing task"),
    pytest.param({"delete": {"id": 3}}, 409, ["/delete/id"], id="a deletion of a missing task"),
    pytest.param(
        {"update": {"id": 1, "if_match": '"0"'}}, 409, ["/update/if_match"], id="a changed task"
    ),
    pytest.param(
        {"delete": {"id": 1, "if_match": 'W/"1"'}}, 409, ["/delete/if_match"], id="a weak tag"
    ),
]


@pytest.mark.parametrize(("operation", "status", "places"), FAULTS)
@pytest.mark.parametrize("index", [0, 1, 3])
def test_a_fault_is_named_by_its_place_and_nothing_is_done(
    miguel: TestClient,
    two: list[dict[str, Any]],
    index: int,
    operation: object,
    status: int,
    places: list[str],
) -> None:
    before = miguel.get("/tasks").headers["ETag"]
    operations: list[object] = [
        {"update": {"id": 1, "done": True}},
        {"update": {"id": 2, "done": True}},
        {"update": {"id": 2, "title": "Rest"}},
    ]
    operations.insert(index, operation)
    answer = run(miguel, *operations)
    assert_problem(answer, status, *(f"/operations/{index}{place}" for place in places))
    assert "Retry-After" not in answer.headers
    assert tasks(miguel) == two
    assert miguel.get("/tasks").headers["ETag"] == before


def test_a_task_that_the_batch_itself_deleted_is_missing(miguel: TestClient) -> None:
    answer = run(miguel, {"create": READ}, {"delete": {"id": 1}}, {"update": {"id": 1}})
    assert_problem(answer, 409, "/operations/2/update/id")
    assert tasks(miguel) == []


def test_a_batch_that_was_undone_uses_up_no_id(miguel: TestClient) -> None:
    assert_problem(
        run(miguel, {"create": READ}, {"delete": {"id": 7}}), 409, "/operations/1/delete/id"
    )
    assert miguel.post("/tasks", json=READ).json()["task"]["id"] == 1


def test_somebody_elses_task_looks_like_a_missing_one(
    miguel: TestClient, susan: TestClient, two: list[dict[str, Any]]
) -> None:
    operations: list[tuple[str, dict[str, Any]]] = [
        ("update", {"id": 1, "title": "Seen"}),
        ("update", {"id": 1, "if_match": "*"}),
        ("delete", {"id": 2}),
    ]
    for verb, arguments in operations:
        foreign = run(susan, {verb: arguments})
        missing = run(susan, {verb: {**arguments, "id": 99}})
        assert_problem(foreign, 409, f"/operations/0/{verb}/id")
        assert foreign.content == missing.content
    assert tasks(miguel) == two


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "/operations"),
        ({"operations": []}, "/operations"),
        ({"operations": [{"create": READ}] * 101}, "/operations"),
        ({"operations": {"create": READ}}, "/operations"),
        ([{"create": READ}], ""),
    ],
)
def test_a_batch_has_1_to_100_operations(miguel: TestClient, body: object, place: str) -> None:
    assert_problem(miguel.post("/tasks/batch", json=body), 400, place)
    assert tasks(miguel) == []


def test_a_batch_needs_credentials(anonymous: TestClient) -> None:
    assert_problem(run(anonymous, {"create": READ}), 401)


def test_a_batch_can_only_be_posted(miguel: TestClient) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        answer = miguel.request(method, "/tasks/batch")
        assert_problem(answer, 405)
        assert answer.headers["Allow"] == "OPTIONS, POST"


def test_a_batch_is_json_of_a_bounded_size(miguel: TestClient) -> None:
    assert_problem(miguel.post("/tasks/batch", content="{}"), 415)
    long = {"create": {**READ, "description": "x" * 9_999}}
    assert_problem(run(miguel, *[long] * 14), 413)


def test_simultaneous_batches_run_one_after_the_other(miguel: TestClient) -> None:
    threads, each = 6, 5
    assert tasks(miguel) == []

    def add(thread: int) -> list[int]:
        return [
            result["task"]["id"]
            for result in results(miguel, *[{"create": {"title": f"{thread}"}}] * each)
        ]

    with ThreadPoolExecutor(threads) as pool:
        ids = sorted(pool.map(add, range(threads)))
    assert [number for group in ids for number in group] == list(range(1, threads * each + 1))
    assert len(tasks(miguel)) == threads * each


def test_one_of_several_batches_on_the_same_version_wins(
    miguel: TestClient,
) -> None:
    etag = miguel.post("/tasks", json=READ).headers["ETag"]

    def claim(rival: int) -> int:
        claimed = {"id": 1, "if_match": etag, "description": f"{rival}"}
        return run(miguel, {"create": {"title": f"{rival}"}}, {"update": claimed}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(claim, range(4))) == [200, 409, 409, 409]
    task, prize = tasks(miguel)
    assert task["description"] == prize["title"]


def test_a_place_in_a_batch_is_a_valid_pointer(miguel: TestClient) -> None:
    operations = [{"create": READ}, {"create": {**READ, "priority": 4}}]
    answer = run(miguel, *operations)
    (fault,) = answer.json()["errors"]
    value = json.loads(answer.request.content)
    for token in fault["pointer"].split("/")[1:]:
        value = value[int(token) if token.isdigit() else token]
    assert value == 4
