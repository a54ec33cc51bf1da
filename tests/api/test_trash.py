"""The trash: what was deleted comes back as it was, for a while, and goes for good when told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of
from tests.support.copies import Copy, changes, read_list
from tests.support.problems import assert_problem
from todo_api import times
from todo_api.application import create_app
from todo_api.contract import ContractApp
from todo_api.settings import Settings
from todo_api.storage import Database, select_user
from todo_api.storage.schema import deleted_tasks, trash

SEQUEL = {
    "title": "Write the second part",
    "description": "A simple web client.\nÉclairs, 日本語.",
    "done": True,
    "due": "2026-11-30T17:00:00+01:00",
    "priority": 3,
    "labels": ["writing", "promised"],
}
CALENDAR = (
    "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:one@example.com\r\nSUMMARY:Rest\r\n"
    "END:VTODO\r\nEND:VCALENDAR\r\n"
)
AS_CALENDAR = {"Content-Type": "text/calendar"}


def add(client: TestClient, **task: Any) -> dict[str, Any]:  # noqa: ANN401 - what a task holds
    """Create a task."""
    answer = client.post("/tasks", json={"title": "Read", **task})
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()["task"]
    return created


def throw_away(client: TestClient, *tasks: dict[str, Any]) -> None:
    """Delete tasks."""
    for task in tasks:
        assert client.delete(task["uri"]).json() == {"result": True}


def in_trash(client: TestClient, **query: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - what a query holds
    """Return a page of the trash."""
    answer = client.get("/trash", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["tasks"]
    return found


def restore(client: TestClient, task: dict[str, Any], key: str = "") -> httpx2.Response:
    """Restore a task, by its id."""
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"/trash/{task['id']}/restore", headers=headers)


@contextmanager
def service(settings: Settings, **changed: Any) -> Iterator[TestClient]:  # noqa: ANN401 - the settings' own
    """Serve with other settings; yield miguel's client."""
    with client_of(create_app(replace(settings, **changed)), "miguel", PASSWORD) as client:
        yield client


def let_days_pass(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    """Let it be later."""
    later = times.later(times.now(), timedelta(days=days))
    monkeypatch.setattr(times, "now", lambda: later)


class TestTheList:
    """`GET /trash`."""

    def test_has_what_was_deleted_as_it_was_the_last_first(self, miguel: TestClient) -> None:
        assert in_trash(miguel) == []
        tasks = [add(miguel, **SEQUEL), add(miguel), add(miguel, title="Write")]
        throw_away(miguel, tasks[1], tasks[0])
        found = in_trash(miguel)
        assert [task["id"] for task in found] == [1, 2]
        for task, deleted in zip((tasks[0], tasks[1]), found, strict=True):
            assert deleted.pop("deleted_at") >= task["updated_at"]
            assert deleted.pop("restore_uri") == task["uri"].replace("tasks", "trash") + "/restore"
            assert deleted == task
        assert found != []
        assert read_list(miguel) == {3: tasks[2]}

    @pytest.mark.parametrize("limit", [1, 2, 3, 6, 7])
    def test_comes_in_pages(self, miguel: TestClient, limit: int) -> None:
        tasks = [add(miguel, title=f"Page {number}") for number in range(7)]
        order = [3, 0, 6, 1, 5, 2, 4]
        throw_away(miguel, *(tasks[number] for number in order))
        found: list[int] = []
        answer = miguel.get("/trash", params={"limit": limit})
        while True:
            page = [task["id"] for task in answer.json()["tasks"]]
            found += page
            if "next" not in answer.links:
                assert "next_cursor" not in answer.json()
                break
            assert len(page) == limit
            answer = miguel.get(answer.links["next"]["url"])
        assert found == [number + 1 for number in reversed(order)]

    def test_goes_on_where_it_was_whatever_is_deleted_or_restored(self, miguel: TestClient) -> None:
        tasks = [add(miguel) for _ in range(6)]
        throw_away(miguel, *tasks[:5])
        first = miguel.get("/trash?limit=2")
        assert [task["id"] for task in first.json()["tasks"]] == [5, 4]
        restore(miguel, tasks[4])
        restore(miguel, tasks[2])
        throw_away(miguel, tasks[5])
        second = miguel.get(first.links["next"]["url"])
        assert [task["id"] for task in second.json()["tasks"]] == [2, 1]

    def test_is_sent_again_only_when_it_has_changed(
        self, miguel: TestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tasks = [add(miguel) for _ in range(3)]
        throw_away(miguel, *tasks[:2])

        def is_known() -> bool:
            tag = tags[-1]
            answer = miguel.get("/trash", headers={"If-None-Match": tag})
            tags.append(miguel.get("/trash").headers["ETag"])
            return answer.status_code == 304

        tags = [miguel.get("/trash").headers["ETag"]]
        assert is_known()
        throw_away(miguel, tasks[2])
        assert not is_known()
        restore(miguel, tasks[2])
        assert not is_known()
        assert is_known()
        with monkeypatch.context() as later:
            let_days_pass(later, 31)
            assert in_trash(miguel) == []
            assert not is_known()
        assert not is_known()
        miguel.delete("/trash")
        assert not is_known()
        assert is_known()

    def test_is_ones_own(self, miguel: TestClient, susan: TestClient) -> None:
        tasks = [add(miguel), add(miguel)]
        throw_away(miguel, *tasks)
        assert in_trash(susan) == []
        cursor = miguel.get("/trash?limit=1").json()["next_cursor"]
        assert_problem(susan.get("/trash", params={"cursor": cursor}), 400, "cursor")

    def test_refuses_what_is_no_query_of_it(self, miguel: TestClient) -> None:
        add(miguel)
        add(miguel)
        cursor = miguel.get("/tasks?limit=1").json()["next_cursor"]
        for query, fault in (
            ({"limit": "0"}, "limit"),
            ({"limit": "101"}, "limit"),
            ({"cursor": "x"}, "cursor"),
            ({"cursor": cursor}, "cursor"),
            ({"sort": "title"}, "sort"),
        ):
            assert_problem(miguel.get("/trash", params=query), 400, fault)


class TestRestoring:
    """`POST /trash/{task_id}/restore`."""

    def test_brings_back_all_of_a_task_under_its_id(self, miguel: TestClient) -> None:
        task = add(miguel, **SEQUEL)
        tag = miguel.get(task["uri"]).headers["ETag"]
        throw_away(miguel, task)
        assert_problem(miguel.get(task["uri"]), 404)
        [deleted] = in_trash(miguel)
        answer = miguel.post(deleted["restore_uri"])
        assert answer.status_code == 200
        restored = answer.json()["task"]
        assert restored["updated_at"] >= deleted["deleted_at"]
        assert restored == {**task, "updated_at": restored["updated_at"]}
        got = miguel.get(task["uri"])
        assert got.json() == {"task": restored}
        assert got.headers["ETag"] == answer.headers["ETag"] != tag
        assert in_trash(miguel) == []

    def test_lets_it_be_found_as_before(self, miguel: TestClient) -> None:
        task = add(miguel, **SEQUEL)
        throw_away(miguel, task)
        queries = ("q=éclairs web", "q=本語", "label=promised", "title_prefix=WRITE", "done=true")
        for query in queries:
            assert miguel.get(f"/tasks?{query}").json() == {"tasks": []}
        restored = restore(miguel, task).json()["task"]
        for query in (*queries, "due_after=2026-11-01", "priority_min=3"):
            assert miguel.get(f"/tasks?{query}").json() == {"tasks": [restored]}, query
        for sort in ("due", "-title", "updated_at"):
            assert miguel.get(f"/tasks?sort={sort}").json() == {"tasks": [restored]}

    def test_is_told_to_copies_whatever_they_have_seen(self, miguel: TestClient) -> None:
        tasks = [add(miguel), add(miguel)]
        before, between, late = Copy(miguel), Copy(miguel), Copy(miguel)
        before.catch_up()
        between.catch_up()
        throw_away(miguel, tasks[0])
        between.catch_up()
        restored = restore(miguel, tasks[0])
        for copy in (before, between, late):
            told = changes(miguel, **copy.query)["changes"]
            assert [change["id"] for change in told if change["id"] == 1] == [1]
            assert told[-1]["task"] == restored.json()["task"]
            assert told[-1]["etag"] == restored.headers["ETag"]
            assert copy.catch_up() == read_list(miguel)

    def test_again_does_no_harm(self, miguel: TestClient) -> None:
        task = add(miguel)
        throw_away(miguel, task)
        first = restore(miguel, task)
        tag = miguel.get("/tasks").headers["ETag"]
        again = restore(miguel, task)
        assert (again.status_code, again.content) == (200, first.content)
        assert again.headers["ETag"] == first.headers["ETag"]
        miguel.put(task["uri"], json={"title": "Write"})
        assert restore(miguel, task).json()["task"]["title"] == "Write"
        assert miguel.get("/tasks").headers["ETag"] != tag

    def test_of_what_was_never_deleted_changes_nothing(self, miguel: TestClient) -> None:
        task = add(miguel)
        tag = miguel.get("/tasks").headers["ETag"]
        assert restore(miguel, task).json() == {"task": task}
        assert miguel.get("/tasks").headers["ETag"] == tag

    def test_happens_once_under_a_key(self, miguel: TestClient) -> None:
        task = add(miguel)
        throw_away(miguel, task)
        first = restore(miguel, task, "key")
        throw_away(miguel, task)
        again = restore(miguel, task, "key")
        assert (again.status_code, again.content) == (200, first.content)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.headers["ETag"] == first.headers["ETag"]
        assert [deleted["id"] for deleted in in_trash(miguel)] == [1]
        assert_problem(restore(miguel, add(miguel), "key"), 422)

    def test_of_what_is_not_there_is_not_found(self, miguel: TestClient) -> None:
        task = add(miguel)
        throw_away(miguel, task)
        miguel.delete("/trash")
        assert_problem(restore(miguel, task), 404)
        assert_problem(restore(miguel, {"id": 2}), 404)
        assert_problem(restore(miguel, {"id": "x"}), 404)

    def test_of_somebody_elses_looks_like_what_is_not_there(
        self, miguel: TestClient, susan: TestClient
    ) -> None:
        task = add(susan)
        throw_away(susan, task)
        foreign, missing = restore(miguel, task), restore(miguel, {"id": task["id"] + 1})
        assert_problem(foreign, 404)
        assert foreign.content == missing.content
        assert [deleted["id"] for deleted in in_trash(susan)] == [task["id"]]

    def test_needs_room(self, miguel: TestClient, settings: Settings) -> None:
        task = add(miguel, title="x" * 50)
        throw_away(miguel, task)
        add(miguel, title="y" * 50)
        for quota in ({"max_tasks": 1}, {"max_text_bytes": 80}):
            with service(settings, **quota) as client:
                assert_problem(restore(client, task), 403)
        assert len(in_trash(miguel)) == 1
        with service(settings, max_tasks=2, max_text_bytes=104) as client:
            assert restore(client, task).status_code == 200

    def test_of_what_was_imported_again_meanwhile_makes_two(self, miguel: TestClient) -> None:
        for number in (1, 2):
            assert miguel.post("/tasks/import", content=CALENDAR, headers=AS_CALENDAR).json() == {
                "imported": 1
            }
            if number == 1:
                throw_away(miguel, miguel.get("/tasks/1").json()["task"])
        assert restore(miguel, {"id": 1}).status_code == 200
        assert [*read_list(miguel)] == [1, 2]
        again = miguel.post("/tasks/import", content=CALENDAR, headers=AS_CALENDAR)
        assert again.json()["imported"] == 0

    def test_lets_its_file_know_it_again(self, miguel: TestClient) -> None:
        miguel.post("/tasks/import", content=CALENDAR, headers=AS_CALENDAR)
        throw_away(miguel, miguel.get("/tasks/1").json()["task"])
        restore(miguel, {"id": 1})
        again = miguel.post("/tasks/import", content=CALENDAR, headers=AS_CALENDAR)
        assert again.json()["imported"] == 0

    def test_of_a_long_task_is_done_once(self, miguel: TestClient) -> None:
        words = " ".join(f"word{number}" for number in range(1200))[:10_000]
        task = add(miguel, description=words)
        throw_away(miguel, task)
        restored = restore(miguel, task).json()["task"]
        assert miguel.get("/tasks?q=word700").json() == {"tasks": [restored]}
        assert [change["id"] for change in changes(miguel)["changes"]] == [1]


class TestTheEnd:
    """When a deleted task is gone for good."""

    def test_comes_when_the_trash_is_emptied(
        self, miguel: TestClient, susan: TestClient, database: Database
    ) -> None:
        kept = add(miguel)
        for client in (miguel, susan):
            throw_away(client, add(client), add(client))
        copy = Copy(miguel)
        copy.query["since"] = changes(miguel)["next"]
        assert miguel.delete("/trash").json() == {"result": True}
        assert in_trash(miguel) == []
        assert read_list(miguel) == {1: kept}
        assert len(in_trash(susan)) == 2
        with database.snapshot() as db:
            assert db.scalar(select(func.count()).select_from(trash)) == 2
            assert db.scalar(select(func.count()).select_from(deleted_tasks)) == 4
        assert miguel.delete("/trash").json() == {"result": True}

    def test_by_emptying_is_no_change_of_the_list(self, miguel: TestClient) -> None:
        copy = Copy(miguel)
        task = add(miguel)
        copy.catch_up()
        throw_away(miguel, task)
        tag = miguel.get("/tasks").headers["ETag"]
        miguel.delete("/trash")
        assert miguel.get("/tasks").headers["ETag"] == tag
        assert changes(miguel, **copy.query)["changes"] == [{"id": 1, "deleted": True}]

    def test_comes_with_that_of_the_memory_of_its_deletion(
        self, miguel: TestClient, monkeypatch: pytest.MonkeyPatch, database: Database
    ) -> None:
        tasks = [add(miguel) for _ in range(3)]
        throw_away(miguel, tasks[0])
        let_days_pass(monkeypatch, 29)
        throw_away(miguel, tasks[1])
        assert [task["id"] for task in in_trash(miguel)] == [2, 1]
        let_days_pass(monkeypatch, 2)
        assert [task["id"] for task in in_trash(miguel)] == [2]
        assert_problem(restore(miguel, tasks[0]), 404)
        with database.snapshot() as db:
            assert db.scalar(select(func.count()).select_from(trash)) == 2
        throw_away(miguel, tasks[2])
        with database.snapshot() as db:
            left = db.all(select(trash.c.task_id).order_by(trash.c.task_id))
        assert [task_id for (task_id,) in left] == [2, 3]
        assert restore(miguel, tasks[1]).status_code == 200

    def test_comes_with_that_of_the_account(
        self, miguel: TestClient, susan: TestClient, database: Database
    ) -> None:
        for client in (miguel, susan):
            throw_away(client, add(client))
        assert susan.delete("/users/susan").status_code == 200
        with database.snapshot() as db:
            assert select_user(db, "susan") is None
        assert len(in_trash(miguel)) == 1
        assert_problem(susan.get("/trash"), 401)

    def test_comes_first_for_what_was_deleted_first_where_the_trash_is_full(
        self, settings: Settings, miguel: TestClient
    ) -> None:
        with service(settings, max_tasks=2) as client:
            for _ in range(4):
                throw_away(client, add(client))
            assert [task["id"] for task in in_trash(client)] == [4, 3]
        with service(settings, max_text_bytes=100) as client:
            throw_away(client, add(client, title="x" * 88))
            assert [task["id"] for task in in_trash(client)] == [5, 4]
            throw_away(client, add(client, title="x" * 98))
            assert [task["id"] for task in in_trash(client)] == [6]
        assert miguel.get("/trash").status_code == 200


@pytest.fixture
def kitchen(miguel: TestClient) -> int:
    """Return another list of the user's."""
    list_id: int = miguel.post("/lists", json={"name": "The kitchen"}).json()["list"]["id"]
    return list_id


class TestOfSeveralLists:
    """The trash is of all of one's lists, or of those that `list_id` names."""

    def test_has_what_was_deleted_from_all_of_them(self, miguel: TestClient, kitchen: int) -> None:
        tasks = [add(miguel), add(miguel, list_id=kitchen), add(miguel)]
        own = tasks[0]["list_id"]
        throw_away(miguel, *tasks)
        for query, expected in (
            ({}, [2, 1, 0]),
            ({"list_id": own}, [2, 0]),
            ({"list_id": kitchen}, [1]),
            ({"list_id": [own, kitchen]}, [2, 1, 0]),
        ):
            found = in_trash(miguel, **query)
            assert [task["id"] for task in found] == [tasks[number]["id"] for number in expected]
        assert [task["list_id"] for task in in_trash(miguel)] == [own, kitchen, own]

    @pytest.mark.parametrize("limit", [1, 2, 4, 5])
    def test_comes_in_pages(self, miguel: TestClient, kitchen: int, limit: int) -> None:
        tasks = [add(miguel, list_id=kitchen) if number % 3 else add(miguel) for number in range(7)]
        throw_away(miguel, *tasks)
        of_kitchen = [task["id"] for task in tasks if task["list_id"] == kitchen]
        for query, expected in (
            ({}, [task["id"] for task in tasks]),
            ({"list_id": kitchen}, of_kitchen),
        ):
            answer = miguel.get("/trash", params={"limit": limit, **query})
            found = [task["id"] for task in answer.json()["tasks"]]
            while "next" in answer.links:
                answer = miguel.get(answer.links["next"]["url"])
                found += [task["id"] for task in answer.json()["tasks"]]
            assert found == expected[::-1]

    def test_a_page_goes_on_in_the_same_lists(self, miguel: TestClient, kitchen: int) -> None:
        throw_away(miguel, *(add(miguel, list_id=kitchen) for _ in range(2)))
        first = miguel.get("/trash", params={"list_id": kitchen, "limit": 1})
        cursor = {"cursor": first.json()["next_cursor"]}
        assert_problem(miguel.get("/trash", params=cursor), 400, "cursor")

    def test_the_tag_is_that_of_these_lists(self, miguel: TestClient, kitchen: int) -> None:
        queries: list[dict[str, int]] = [{}, {"list_id": kitchen}]
        tags = [miguel.get("/trash", params=query).headers["ETag"] for query in queries]
        throw_away(miguel, add(miguel))
        answers = [
            miguel.get("/trash", params=query, headers={"If-None-Match": tag}).status_code
            for query, tag in zip(queries, tags, strict=True)
        ]
        assert answers == [200, 304]

    def test_a_task_comes_back_into_its_list(self, miguel: TestClient, kitchen: int) -> None:
        task = add(miguel, list_id=kitchen)
        throw_away(miguel, task)
        restored = restore(miguel, task)
        assert restored.status_code == 200
        assert restored.json()["task"]["list_id"] == kitchen
        [found] = miguel.get("/tasks", params={"list_id": kitchen}).json()["tasks"]
        assert found["id"] == task["id"]

    def test_a_batch_deletes_from_and_restores_into_each(
        self, miguel: TestClient, kitchen: int
    ) -> None:
        tasks = [add(miguel), add(miguel, list_id=kitchen)]
        operations = [
            {verb: {"id": task["id"]}} for verb in ("delete", "restore") for task in tasks
        ]
        answer = miguel.post("/tasks/batch", json={"operations": operations})
        assert answer.status_code == 200, answer.text
        assert [result["task"]["list_id"] for result in answer.json()["results"][2:]] == [
            task["list_id"] for task in tasks
        ]
        assert in_trash(miguel) == []

    def test_is_emptied_as_a_whole_or_for_some(self, miguel: TestClient, kitchen: int) -> None:
        tasks = [add(miguel), add(miguel, list_id=kitchen), add(miguel)]
        throw_away(miguel, *tasks)
        assert miguel.delete(f"/trash?list_id={kitchen}").json() == {"result": True}
        assert [task["id"] for task in in_trash(miguel)] == [tasks[2]["id"], tasks[0]["id"]]
        throw_away(miguel, add(miguel, list_id=kitchen))
        assert miguel.delete("/trash").json() == {"result": True}
        assert in_trash(miguel) == []

    def test_goes_for_good_with_the_list(self, miguel: TestClient, kitchen: int) -> None:
        task, own = add(miguel, list_id=kitchen), add(miguel)
        throw_away(miguel, task, own)
        assert miguel.delete(f"/lists/{kitchen}").status_code == 200
        assert [deleted["id"] for deleted in in_trash(miguel)] == [own["id"]]
        assert in_trash(miguel, list_id=kitchen) == []
        assert_problem(restore(miguel, task), 404)
        assert miguel.delete(f"/trash?list_id={kitchen}").json() == {"result": True}
        assert [deleted["id"] for deleted in in_trash(miguel)] == [own["id"]]

    def test_of_somebody_elses_list_is_empty(
        self, miguel: TestClient, susan: TestClient, kitchen: int
    ) -> None:
        throw_away(miguel, add(miguel, list_id=kitchen))
        assert in_trash(susan, list_id=kitchen) == []
        assert susan.delete(f"/trash?list_id={kitchen}").json() == {"result": True}
        assert len(in_trash(miguel)) == 1

    def test_refuses_what_is_no_id(self, miguel: TestClient) -> None:
        for method in ("GET", "DELETE"):
            assert_problem(miguel.request(method, "/trash?list_id=x"), 400, "list_id")


def test_an_export_has_nothing_of_the_trash(miguel: TestClient) -> None:
    throw_away(miguel, add(miguel, title="Secret"))
    add(miguel)
    for form in ("jsonl", "json", "csv", "ics"):
        assert "Secret" not in miguel.get(f"/tasks/export?format={form}").text


def test_an_import_of_what_is_in_the_trash_is_new(miguel: TestClient) -> None:
    task = add(miguel)
    file = miguel.get("/tasks/export?format=ics")
    throw_away(miguel, task)
    again = miguel.post("/tasks/import", content=file.content, headers=AS_CALENDAR)
    assert again.json() == {"imported": 1}
    assert [*read_list(miguel)] == [2]
    assert [deleted["id"] for deleted in in_trash(miguel)] == [1]


def test_a_token_to_read_shows_the_trash_and_changes_nothing(
    app: ContractApp, miguel: TestClient
) -> None:
    task = add(miguel)
    throw_away(miguel, task)
    token = miguel.post("/tokens", json={"name": "Clock", "scope": "read"}).json()["token"]
    program = client_of(app)
    program.headers["Authorization"] = f"Bearer {token['secret']}"
    assert len(in_trash(program)) == 1
    assert_problem(restore(program, task), 403)
    assert_problem(program.delete("/trash"), 403)
    assert len(in_trash(miguel)) == 1


def test_the_trash_needs_credentials(anonymous: TestClient) -> None:
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/1/restore")):
        assert_problem(anonymous.request(method, f"/trash{path}"), 401)
