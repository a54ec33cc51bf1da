"""Tasks that are parts of others: their levels, and what becomes of a branch as a whole."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.copies import Copy, changes, read_list
from tests.support.members import shared_list
from tests.support.problems import assert_problem
from todo_api.storage import branches

LINES = {"Content-Type": "application/jsonl"}
ORPHANS = "parents that the file does not have"


def add(
    client: TestClient,
    title: str = "Read",
    parent: dict[str, Any] | None = None,
    **more: Any,  # noqa: ANN401 - what a task holds
) -> dict[str, Any]:
    """Create a task, perhaps under another."""
    below = {} if parent is None else {"parent_id": parent["id"]}
    answer = client.post("/tasks", json={"title": title, **below, **more})
    assert answer.status_code == 201, answer.text
    task: dict[str, Any] = answer.json()["task"]
    return task


def chain(client: TestClient, *titles: str) -> list[dict[str, Any]]:
    """Create tasks, each under the one before it."""
    tasks: list[dict[str, Any]] = []
    for title in titles:
        tasks.append(add(client, title, tasks[-1] if tasks else None))
    return tasks


def ids(client: TestClient, query: str) -> list[int]:
    """Return the ids of a page of tasks."""
    answer = client.get(f"/tasks?{query}")
    assert answer.status_code == 200, answer.text
    return [task["id"] for task in answer.json()["tasks"]]


def fault_of(answer: Any) -> tuple[str, str]:  # noqa: ANN401 - a response
    """Return place and code of the only fault."""
    assert answer.status_code == 400, answer.text
    [fault] = answer.json()["errors"]
    return fault["pointer"], fault["code"]


def bring(client: TestClient, *tasks: dict[str, Any]) -> dict[str, Any]:
    """Import tasks as JSON Lines."""
    lines = "".join(json.dumps({"title": "Read", **task}) + "\n" for task in tasks)
    answer = client.post("/tasks/import", content=lines, headers=LINES)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    return result


def parents(client: TestClient) -> dict[str, str | None]:
    """Return the titles of all tasks, each with that of its parent."""
    found = read_list(client)
    above = {None: None} | {id_: task["title"] for id_, task in found.items()}
    return {task["title"]: above[task["parent_id"]] for task in found.values()}


class TestAParent:
    """`parent_id`."""

    def test_is_given_changed_and_taken_away(self, miguel: TestClient) -> None:
        trip, book = add(miguel, "Trip"), add(miguel, "Book")
        assert trip["parent_id"] is None
        pack = add(miguel, "Pack", trip)
        assert pack["parent_id"] == trip["id"]
        assert miguel.get(pack["uri"]).json()["task"] == pack
        pack = miguel.put(pack["uri"], json={**pack, "parent_id": book["id"]}).json()["task"]
        assert pack["parent_id"] == book["id"]
        assert miguel.put(pack["uri"], json=pack).json()["task"]["parent_id"] == book["id"]
        patched = miguel.patch(pack["uri"], json={"parent_id": None}).json()["task"]
        assert patched["parent_id"] is None
        assert Copy(miguel).catch_up() == read_list(miguel)

    def test_is_left_alone_by_changes_of_its_parts(self, miguel: TestClient) -> None:
        trip = add(miguel, "Trip")
        tag = miguel.get(trip["uri"]).headers["ETag"]
        pack = add(miguel, "Pack", trip)
        miguel.put(pack["uri"], json={"done": True})
        miguel.delete(pack["uri"])
        assert miguel.get(trip["uri"]).headers["ETag"] == tag
        assert miguel.put(trip["uri"], json={"done": True}).json()["task"]["done"]

    def test_says_nothing_about_what_is_done(self, miguel: TestClient) -> None:
        trip, pack = chain(miguel, "Trip", "Pack")
        miguel.put(trip["uri"], json={"done": True})
        assert not miguel.get(pack["uri"]).json()["task"]["done"]

    def test_is_in_the_same_list_and_visible(
        self, miguel: TestClient, susan: TestClient, david: TestClient
    ) -> None:
        kitchen = shared_list(miguel, susan)
        elsewhere = add(miguel, list_id=kitchen)
        strange, gone, own = add(david), add(miguel), add(miguel)
        miguel.delete(gone["uri"])
        for parent_id in (elsewhere["id"], strange["id"], gone["id"], 2**53 - 1):
            given = {"title": "Pack", "parent_id": parent_id}
            answers = [
                miguel.post("/tasks", json=given),
                miguel.put(own["uri"], json=given),
                miguel.patch(own["uri"], json=given),
            ]
            assert {fault_of(answer) for answer in answers} == {("/parent_id", "missing")}
            batch = {"operations": [{"create": given}]}
            assert fault_of(miguel.post("/tasks/batch", json=batch)) == (
                "/operations/0/create/parent_id",
                "missing",
            )
        part = add(susan, "Cook", elsewhere, list_id=kitchen)
        assert miguel.get(part["uri"]).json()["task"]["parent_id"] == elsewhere["id"]

    def test_is_no_part_of_the_task(self, miguel: TestClient) -> None:
        tasks = chain(miguel, "a", "b", "c")
        for below in tasks:
            given = {"parent_id": below["id"]}
            assert fault_of(miguel.put(tasks[0]["uri"], json=given)) == ("/parent_id", "cycle")
        update = {"id": tasks[0]["id"], "parent_id": tasks[2]["id"]}
        answer = miguel.post("/tasks/batch", json={"operations": [{"update": update}]})
        assert fault_of(answer) == ("/operations/0/update/parent_id", "cycle")
        assert parents(miguel) == {"a": None, "b": "a", "c": "b"}

    def test_is_at_most_on_the_fourth_level(self, miguel: TestClient) -> None:
        tasks = chain(miguel, *"abcde")
        answer = miguel.post("/tasks", json={"title": "f", "parent_id": tasks[4]["id"]})
        assert fault_of(answer) == ("/parent_id", "too_deep")
        other = chain(miguel, "x", "y")
        given = {"parent_id": tasks[3]["id"]}
        assert fault_of(miguel.patch(other[0]["uri"], json=given)) == ("/parent_id", "too_deep")
        assert miguel.patch(other[1]["uri"], json=given).status_code == 200
        assert miguel.patch(other[0]["uri"], json={"parent_id": tasks[2]["id"]}).is_success

    def test_can_have_been_created_by_the_batch(self, miguel: TestClient) -> None:
        trip, pack = chain(miguel, "Trip", "Pack")
        steps = [
            {"delete": {"id": trip["id"]}},
            {"restore": {"id": trip["id"]}},
            {"create": {"title": "Book", "parent_id": pack["id"]}},
        ]
        answer = miguel.post("/tasks/batch", json={"operations": steps})
        assert answer.status_code == 200, answer.text
        assert parents(miguel) == {"Trip": None, "Pack": "Trip", "Book": "Pack"}


def test_tasks_are_found_by_their_parent_and_on_the_top_level(
    miguel: TestClient, susan: TestClient
) -> None:
    trip, pack, sock = (task["id"] for task in chain(miguel, "Trip", "Pack", "Sock"))
    book = add(miguel, "Book", {"id": trip})["id"]
    assert ids(miguel, f"parent_id={trip}") == [pack, book]
    assert ids(miguel, f"parent_id={trip}&sort=title&q=b") == [book]
    assert ids(miguel, f"parent_id={sock}") == []
    assert ids(miguel, "top_level=true") == [trip]
    assert ids(miguel, "top_level=false&sort=-id") == [book, sock, pack]
    assert ids(susan, f"parent_id={trip}") == []
    assert_problem(miguel.get("/tasks?parent_id=0"), 400, "parent_id")
    assert_problem(miguel.get("/tasks?top_level=1"), 400, "top_level")


class TestDeletion:
    """Of a task that has others below it."""

    def test_takes_the_branch_along(self, miguel: TestClient) -> None:
        tasks = chain(miguel, "a", "b", "c")
        other = add(miguel, "x")
        copy = Copy(miguel)
        copy.catch_up()
        since = copy.query["since"]
        assert miguel.delete(tasks[0]["uri"]).json() == {"result": True}
        assert read_list(miguel) == {other["id"]: other} == copy.catch_up()
        told = changes(miguel, since=since)["changes"]
        assert [change["id"] for change in told] == [task["id"] for task in reversed(tasks)]
        assert all(change["deleted"] for change in told)
        trash = miguel.get("/trash").json()["tasks"]
        assert {task["id"]: task["parent_id"] for task in trash} == {
            task["id"]: task["parent_id"] for task in tasks
        }
        for task in tasks:
            assert miguel.get(task["uri"]).status_code == 404

    def test_is_conditional_on_the_task_itself(self, miguel: TestClient) -> None:
        trip, pack = chain(miguel, "Trip", "Pack")
        tag = miguel.get(trip["uri"]).headers["ETag"]
        miguel.put(pack["uri"], json={"done": True})
        other = miguel.get(pack["uri"]).headers["ETag"]
        assert miguel.delete(trip["uri"], headers={"If-Match": other}).status_code == 412
        assert len(read_list(miguel)) == 2
        assert miguel.delete(trip["uri"], headers={"If-Match": tag}).status_code == 200
        assert read_list(miguel) == {}

    @pytest.mark.parametrize("most", [2, 3])
    def test_of_too_many_is_refused(
        self, miguel: TestClient, monkeypatch: pytest.MonkeyPatch, most: int
    ) -> None:
        monkeypatch.setattr(branches, "MOST_IN_BRANCH", most)
        a, b, _ = chain(miguel, "a", "b", "c")
        before = read_list(miguel)
        answer = miguel.delete(a["uri"])
        if most == 3:
            assert answer.status_code == 200
            return
        assert_problem(answer, 403)
        assert answer.json()["code"] == "branch_too_large"
        other = add(miguel, "x")
        answer = miguel.put(a["uri"], json={"parent_id": other["id"]})
        assert answer.json()["code"] == "branch_too_large"
        miguel.delete(other["uri"])
        assert read_list(miguel) == before
        assert miguel.delete(b["uri"]).status_code == 200

    def test_of_too_many_words_is_refused(
        self, miguel: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(branches, "MOST_WORDS_OF_BRANCH", 3)
        trip, _ = chain(miguel, "one two three", "four")
        assert miguel.delete(trip["uri"]).json()["code"] == "branch_too_large"
        single = add(miguel, "one two three four five")
        assert miguel.delete(single["uri"]).status_code == 200


class TestRestoration:
    """Of a task that others were below."""

    def test_brings_back_what_was_deleted_with_it(self, miguel: TestClient) -> None:
        a, b, c = chain(miguel, *"abc")
        d = add(miguel, "d", a)
        before = read_list(miguel)
        miguel.delete(c["uri"])
        miguel.delete(a["uri"])
        answer = miguel.post(f"/trash/{a['id']}/restore")
        assert answer.json()["task"]["id"] == a["id"]
        assert parents(miguel) == {"a": None, "b": "a", "d": "a"}
        assert [task["id"] for task in miguel.get("/trash").json()["tasks"]] == [c["id"]]
        assert miguel.post(f"/trash/{c['id']}/restore").json()["task"]["parent_id"] == b["id"]
        after = read_list(miguel)
        assert {id_: {**task, "updated_at": ""} for id_, task in after.items()} == {
            id_: {**task, "updated_at": ""} for id_, task in before.items()
        }
        assert ids(miguel, "q=d") == [d["id"]]
        assert miguel.get("/trash").json() == {"tasks": []}
        assert Copy(miguel).catch_up() == after

    def test_of_a_part_brings_back_what_was_below_it(self, miguel: TestClient) -> None:
        a, b, _ = chain(miguel, *"abc")
        add(miguel, "d", a)
        miguel.delete(a["uri"])
        answer = miguel.post(f"/trash/{b['id']}/restore")
        assert answer.json()["task"]["parent_id"] is None
        assert parents(miguel) == {"b": None, "c": "b"}
        miguel.post(f"/trash/{a['id']}/restore")
        assert parents(miguel) == {"a": None, "d": "a", "b": None, "c": "b"}

    def test_is_on_the_top_level_where_there_is_no_place(self, miguel: TestClient) -> None:
        a, b, _ = chain(miguel, *"abc")
        levels = chain(miguel, *"wxyz")
        miguel.delete(b["uri"])
        miguel.put(a["uri"], json={"parent_id": levels[3]["id"]})
        restored = miguel.post(f"/trash/{b['id']}/restore").json()["task"]
        assert restored["parent_id"] is None

    def test_counts_what_comes_back(self, miguel: TestClient) -> None:
        a, *_ = chain(miguel, *"abc")
        for _ in range(2):
            miguel.delete(a["uri"])
            assert len(miguel.get("/trash").json()["tasks"]) == 3
            key = {"Idempotency-Key": "once"}
            first = miguel.post(f"/trash/{a['id']}/restore", headers=key)
            assert miguel.post(f"/trash/{a['id']}/restore", headers=key).text == first.text
            key["Idempotency-Key"] += "more"
            miguel.post(f"/trash/{a['id']}/restore")
            assert len(read_list(miguel)) == 3


class TestImport:
    """Of tasks that name parents."""

    def test_gives_parents_their_new_ids(self, miguel: TestClient, susan: TestClient) -> None:
        chain(susan, *"abc")
        add(susan, "x")
        for form in ("jsonl", "json", "csv"):
            file = susan.get(f"/tasks/export?format={form}").content
            answer = miguel.post(f"/tasks/import?format={form}", content=file, headers=LINES)
            assert answer.json() == {"imported": 4}, answer.text
            assert parents(miguel) == {"a": None, "b": "a", "c": "b", "x": None}
            for task in read_list(miguel).values():
                miguel.delete(task["uri"])

    def test_takes_a_parent_that_comes_later(self, miguel: TestClient) -> None:
        lines = [{"title": "b", "parent_id": 7}, {"title": "a", "id": 7}, {"title": "x", "id": 7}]
        assert bring(miguel, *lines) == {"imported": 3}
        assert parents(miguel) == {"b": "a", "a": None, "x": None}

    def test_names_what_it_cannot_keep(self, miguel: TestClient) -> None:
        add(miguel, "there")
        lines = [
            {"title": "lost", "id": 9, "parent_id": 1},
            {"title": "itself", "id": 10, "parent_id": 10},
            {"title": "p", "id": 11, "parent_id": 12},
            {"title": "q", "id": 12, "parent_id": 11},
            *({"title": f"l{n}", "id": n, "parent_id": n - 1} for n in range(26, 20, -1)),
            {"title": "l20", "id": 20},
        ]
        result = bring(miguel, *lines)
        assert {one["what"]: one["count"] for one in result["left_out"]} == {
            ORPHANS: 1,
            "parents that are parts of their own parts": 2,
            "levels below the 5th": 2,
        }
        found = parents(miguel)
        assert (found["lost"], found["itself"]) == (None, None)
        assert [found["p"], found["q"]].count(None) == 1
        assert [found[f"l{n}"] for n in range(20, 27)] == [
            *(None, "l20", "l21", "l22", "l23", "l23", "l23"),
        ]

    def test_of_a_calendar_names_the_parent(self, miguel: TestClient, susan: TestClient) -> None:
        chain(susan, *"abc")
        calendar = susan.get("/tasks/export?format=ics").content
        assert calendar.count(b"\r\nRELATED-TO:") == 2
        path = "/tasks/import?format=ics"
        susan.delete(f"/tasks/{min(read_list(susan)) + 1}")
        answer = susan.post(path, content=calendar, headers=LINES)
        assert answer.json()["imported"] == 2
        assert parents(susan) == {"a": None, "b": "a", "c": "b"}
        assert miguel.post(path, content=calendar, headers=LINES).json()["imported"] == 3
        assert parents(miguel) == {"a": None, "b": "a", "c": "b"}

    def test_of_a_calendar_puts_nothing_too_deep_below_what_is_there(
        self, miguel: TestClient
    ) -> None:
        def todo(uid: str, parent: str, more: str = "") -> str:
            lines = f"UID:{uid}\r\nSUMMARY:{uid}\r\nRELATED-TO{more}:{parent}\r\n"
            return f"BEGIN:VTODO\r\n{lines}END:VTODO\r\n"

        def calendar(*todos: str) -> str:
            return f"BEGIN:VCALENDAR\r\n{''.join(todos)}END:VCALENDAR\r\n"

        path = "/tasks/import?format=ics"
        levels = chain(miguel, *"abcd")
        miguel.post(path, content=calendar(todo("e", "?")), headers=LINES)
        e = next(task for task in read_list(miguel).values() if task["title"] == "e")
        miguel.put(e["uri"], json={"parent_id": levels[3]["id"]})
        more = calendar(
            todo("e", "?"), todo("f", "e"), todo("g", "f"), todo("h", "f", ";RELTYPE=X")
        )
        answer = miguel.post(path, content=more, headers=LINES).json()
        assert {one["what"]: one["count"] for one in answer["left_out"]} == {
            "levels below the 5th": 1,
            "relations between tasks": 1,
            "tasks that are in the list already": 1,
        }
        found = parents(miguel)
        assert (found["e"], found["f"], found["g"], found["h"]) == ("d", None, "f", None)
