"""Lists: one of one's own, others that come and go, and their tasks in one view."""

import time
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of
from tests.support.copies import Copy, changes, read_list
from tests.support.problems import assert_problem
from todo_api.application import create_app
from todo_api.contract import ContractApp
from todo_api.settings import Settings
from todo_api.storage import Database
from todo_api.storage.removal import IN_A_LIST as TABLES
from todo_api.storage.schema import lists

LINES = {"Content-Type": "application/jsonl"}


def create(client: TestClient, name: str = "The kitchen", **members: str) -> dict[str, Any]:
    """Create a list."""
    answer = client.post("/lists", json={"name": name, **members})
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()["list"]
    return created


def add(client: TestClient, title: str, list_id: int | None = None) -> dict[str, Any]:
    """Create a task, in a list if it is given."""
    into = {} if list_id is None else {"list_id": list_id}
    answer = client.post("/tasks", json={"title": title, **into})
    assert answer.status_code == 201, answer.text
    task: dict[str, Any] = answer.json()["task"]
    return task


def own(client: TestClient) -> dict[str, Any]:
    """Return the client's own list."""
    first: dict[str, Any] = client.get("/lists").json()["lists"][0]
    return first


class TestOneList:
    """A list by itself."""

    def test_everybody_has_one_of_their_own(self, miguel: TestClient) -> None:
        answer = miguel.get("/lists")
        [one] = answer.json()["lists"]
        assert one == {
            "id": 1,
            "uri": "http://localhost/todo/api/v1.0/lists/1",
            "tasks_uri": "http://localhost/todo/api/v1.0/tasks?list_id=1",
            "name": "Tasks",
            "role": "owner",
            "is_own": True,
            "time_zone": "UTC",
            "version": one["version"],
            "created_at": one["created_at"],
            "updated_at": one["created_at"],
        }

    def test_who_registers_has_one_in_the_time_zone_of_the_service(
        self, settings: Settings
    ) -> None:
        with client_of(create_app(replace(settings, time_zone="Europe/Lisbon"))) as client:
            body = {"username": "susan", "password": PASSWORD}
            assert client.post("/users", json=body).status_code == 201
            client.auth = ("susan", PASSWORD)
            assert own(client)["time_zone"] == "Europe/Lisbon"
            assert create(client)["time_zone"] == "Europe/Lisbon"
            assert create(client, time_zone="UTC")["time_zone"] == "UTC"

    def test_another_is_created_with_a_name_and_found_at_its_address(
        self, miguel: TestClient
    ) -> None:
        answer = miguel.post("/lists", json={"name": "Küche", "time_zone": "Europe/Berlin"})
        created = answer.json()["list"]
        assert answer.headers["Location"] == created["uri"]
        assert (created["name"], created["time_zone"]) == ("Küche", "Europe/Berlin")
        assert not created["is_own"]
        found = miguel.get(created["uri"])
        assert found.json() == {"list": created}
        assert found.headers["ETag"] == answer.headers["ETag"]
        assert miguel.get(created["tasks_uri"]).json() == {"tasks": []}

    def test_ids_tell_nothing_of_how_many_there_are(self, miguel: TestClient) -> None:
        ids = [create(miguel)["id"] for _ in range(3)]
        assert len({*ids}) == 3
        assert min(ids) > 3

    def test_ones_own_comes_first_and_the_others_from_the_oldest_on(
        self, miguel: TestClient
    ) -> None:
        names = ["Pantry", "Attic", "Attic"]
        created = [create(miguel, name) for name in names]
        assert miguel.get("/lists").json()["lists"][1:] == created
        assert own(miguel)["is_own"]

    def test_a_name_is_changed_and_what_is_not_sent_stays(self, miguel: TestClient) -> None:
        created = create(miguel, time_zone="Europe/Berlin")
        answer = miguel.put(created["uri"], json={"name": "The cellar"})
        renamed = answer.json()["list"]
        assert renamed["version"] > created["version"]
        assert renamed["updated_at"] >= created["updated_at"]
        anew = {name: renamed[name] for name in ("version", "updated_at")}
        assert renamed == {**created, "name": "The cellar", **anew}
        assert miguel.get(created["uri"]).json() == {"list": renamed}

    def test_a_list_can_be_sent_back_as_it_was_read(self, miguel: TestClient) -> None:
        others = {
            "id": 7,
            "uri": "http://localhost/todo/api/v1.0/lists/7",
            "tasks_uri": "http://localhost/todo/api/v1.0/tasks",
            "role": "viewer",
            "version": 7,
            "created_at": "2001-02-03T04:05:06Z",
            "updated_at": "2001-02-03T04:05:06Z",
        }
        for one in (own(miguel), create(miguel)):
            assert miguel.put(one["uri"], json=one).status_code == 200
            now = miguel.get(one["uri"]).json()
            for name, other in {**others, "is_own": not one["is_own"]}.items():
                assert_problem(miguel.put(one["uri"], json={name: other}), 400, f"/{name}")
            assert miguel.put(one["uri"], json={"id": one["id"]}).json() == now

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, "/name"),
            ({"name": ""}, "/name"),
            ({"name": " x"}, "/name"),
            ({"name": "x" * 101}, "/name"),
            ({"name": "x", "colour": "red"}, "/colour"),
            ({"name": "x", "time_zone": "Berlin"}, "/time_zone"),
            ({"name": "x", "time_zone": "../../etc/passwd"}, "/time_zone"),
            ({"name": "x", "time_zone": "+01:00"}, "/time_zone"),
            ({"name": "x", "id": 7}, "/id"),
        ],
    )
    def test_what_is_no_list_is_refused(
        self, miguel: TestClient, body: dict[str, Any], pointer: str
    ) -> None:
        assert_problem(miguel.post("/lists", json=body), 400, pointer)
        assert len(miguel.get("/lists").json()["lists"]) == 1

    def test_there_is_a_most(self, settings: Settings, miguel: TestClient) -> None:
        created = create(miguel)
        with client_of(create_app(replace(settings, max_lists=2)), "miguel", PASSWORD) as client:
            refusal = client.post("/lists", json={"name": "One more"})
            assert_problem(refusal, 403)
            assert refusal.json()["code"] == "too_many_lists"
            assert client.delete(created["uri"]).status_code == 200
            create(client)

    def test_a_creation_is_safe_to_repeat(self, miguel: TestClient) -> None:
        key = {"Idempotency-Key": "kitchen"}
        first = miguel.post("/lists", json={"name": "The kitchen"}, headers=key)
        again = miguel.post("/lists", json={"name": "The kitchen"}, headers=key)
        assert again.content == first.content
        assert again.headers["Idempotency-Replayed"] == "true"
        assert len(miguel.get("/lists").json()["lists"]) == 2
        assert_problem(miguel.post("/lists", json={"name": "Other"}, headers=key), 422)


class TestDeletion:
    """What becomes of a list that is deleted."""

    def test_it_is_gone_at_once_with_its_tasks(self, miguel: TestClient) -> None:
        created = create(miguel)
        task = add(miguel, "Cook", created["id"])
        kept = add(miguel, "Read")
        assert miguel.delete(created["uri"]).json() == {"result": True}
        for method, uri in (
            ("GET", created["uri"]),
            ("DELETE", created["uri"]),
            ("GET", task["uri"]),
            ("DELETE", task["uri"]),
        ):
            assert_problem(miguel.request(method, uri), 404)
        assert_problem(miguel.put(task["uri"], json={"done": True}), 404)
        assert_problem(miguel.put(created["uri"], json={"name": "Back"}), 404)
        assert read_list(miguel) == {kept["id"]: kept}
        assert miguel.get(created["tasks_uri"]).json() == {"tasks": []}

    def test_ones_own_stays(self, miguel: TestClient) -> None:
        add(miguel, "Read")
        refusal = miguel.delete("/lists/1")
        assert_problem(refusal, 403)
        assert refusal.json()["code"] == "own_list"
        assert len(read_list(miguel)) == 1

    def test_what_was_in_it_is_removed_in_pieces(
        self, miguel: TestClient, database: Database
    ) -> None:
        created = create(miguel)
        add(miguel, "Cook rice", created["id"])
        add(miguel, "Read")
        miguel.delete(created["uri"])
        until = time.monotonic() + 60
        while left(database, created["id"]) and time.monotonic() < until:
            time.sleep(0.05)  # the service removes them in the background
        assert left(database, created["id"]) == 0
        assert [task["title"] for task in read_list(miguel).values()] == ["Read"]

    def test_its_room_is_free_at_once(self, settings: Settings, miguel: TestClient) -> None:
        created = create(miguel)
        add(miguel, "Cook", created["id"])
        add(miguel, "Read")
        with client_of(create_app(replace(settings, max_tasks=2)), "miguel", PASSWORD) as client:
            assert_problem(client.post("/tasks", json={"title": "Rest"}), 403)
            client.delete(created["uri"])
            add(client, "Rest")


def left(database: Database, list_id: int) -> int:
    """Return how many rows there are of a list and of what was in it."""
    with database.snapshot() as db:
        columns = [lists.c.id, *(table.c.list_id for table in TABLES)]
        counts = (select(func.count()).where(column == list_id) for column in columns)
        return sum(db.scalar(count) for count in counts)


class TestConditions:
    """Entity tags of lists."""

    def test_the_tag_changes_with_the_list_and_with_what_is_in_it(self, miguel: TestClient) -> None:
        created = create(miguel)
        tags = [miguel.get(created["uri"]).headers["ETag"]]
        whole = [miguel.get("/lists").headers["ETag"]]
        task = add(miguel, "Cook", created["id"])
        for method, uri, body in (
            ("PUT", task["uri"], {"done": True}),
            ("DELETE", task["uri"], None),
            ("PUT", created["uri"], {"name": "Other"}),
        ):
            tags.append(miguel.get(created["uri"]).headers["ETag"])
            whole.append(miguel.get("/lists").headers["ETag"])
            assert miguel.request(method, uri, json=body).status_code == 200
        assert len({*tags}) == len({*whole}) == 4

    def test_what_is_current_is_not_sent_again(self, miguel: TestClient) -> None:
        created = create(miguel)
        for path in ("/lists", created["uri"]):
            tag = {"If-None-Match": miguel.get(path).headers["ETag"]}
            assert miguel.get(path, headers=tag).status_code == 304
            add(miguel, "Cook", created["id"])
            assert miguel.get(path, headers=tag).status_code == 200

    def test_a_list_that_comes_or_goes_changes_the_tag_of_all(self, miguel: TestClient) -> None:
        tags = [miguel.get("/lists").headers["ETag"]]
        created = create(miguel)
        tags.append(miguel.get("/lists").headers["ETag"])
        miguel.delete(created["uri"])
        tags.append(miguel.get("/lists").headers["ETag"])
        assert tags[0] == tags[2] != tags[1]

    @pytest.mark.parametrize("method", ["PUT", "DELETE"])
    def test_what_has_changed_is_not_overwritten(self, miguel: TestClient, method: str) -> None:
        created = create(miguel)
        seen = miguel.get(created["uri"]).headers["ETag"]
        add(miguel, "Cook", created["id"])
        now = miguel.get(created["uri"]).headers["ETag"]
        body = {"name": "Other"} if method == "PUT" else None
        refusal = miguel.request(method, created["uri"], headers={"If-Match": seen}, json=body)
        assert_problem(refusal, 412)
        assert refusal.headers["ETag"] == now
        done = miguel.request(method, created["uri"], headers={"If-Match": now}, json=body)
        assert done.status_code == 200


class TestTasksInLists:
    """Where tasks go, and from where they are read."""

    def test_a_task_says_which_list_it_is_in(self, miguel: TestClient) -> None:
        created = create(miguel)
        assert add(miguel, "Read")["list_id"] == own(miguel)["id"] == 1
        cook = add(miguel, "Cook", created["id"])
        assert cook["list_id"] == created["id"]
        assert miguel.get(cook["uri"]).json() == {"task": cook}
        sent_back = miguel.put(cook["uri"], json={**cook, "done": True})
        assert sent_back.json()["task"]["list_id"] == created["id"]
        for method in ("PUT", "PATCH"):
            refusal = miguel.request(method, cook["uri"], json={"list_id": 1})
            assert_problem(refusal, 400, "/list_id")
        tag = sent_back.headers["ETag"]
        assert miguel.delete(cook["uri"], headers={"If-Match": tag}).status_code == 200

    def test_a_batch_reaches_several_lists(self, miguel: TestClient) -> None:
        created = create(miguel)
        read, cook = add(miguel, "Read"), add(miguel, "Cook", created["id"])
        operations = [
            {"update": {"id": cook["id"], "list_id": created["id"], "done": True}},
            {"create": {"title": "Bake", "list_id": created["id"]}},
            {"create": {"title": "Rest"}},
            {"delete": {"id": read["id"]}},
        ]
        answer = miguel.post("/tasks/batch", json={"operations": operations})
        assert answer.status_code == 200, answer.text
        found = {task["title"]: task["list_id"] for task in read_list(miguel).values()}
        assert found == {"Cook": created["id"], "Bake": created["id"], "Rest": 1}

    def test_a_batch_that_names_a_list_that_is_gone_does_nothing(self, miguel: TestClient) -> None:
        created = create(miguel)
        cook = add(miguel, "Cook", created["id"])
        miguel.delete(created["uri"])
        for operation, place in (
            ({"create": {"title": "Bake", "list_id": created["id"]}}, "create/list_id"),
            ({"update": {"id": cook["id"], "done": True}}, "update/id"),
            ({"delete": {"id": cook["id"]}}, "delete/id"),
        ):
            operations = [{"create": {"title": "Rest"}}, operation]
            refusal = miguel.post("/tasks/batch", json={"operations": operations})
            assert_problem(refusal, 409, f"/operations/1/{place}")
        assert read_list(miguel) == {}

    def test_a_file_is_imported_into_the_list_that_is_named(self, miguel: TestClient) -> None:
        created = create(miguel)
        add(miguel, "Read")
        file = miguel.get("/tasks/export").content
        path = f"/tasks/import?list_id={created['id']}"
        assert miguel.post(path, content=file, headers=LINES).json() == {"imported": 1}
        assert miguel.post("/tasks/import", content=file, headers=LINES).status_code == 200
        found = [task["list_id"] for task in read_list(miguel).values()]
        assert sorted(found) == [1, 1, created["id"]]

    def test_a_calendar_keeps_the_names_of_the_tasks_of_every_list(
        self, miguel: TestClient
    ) -> None:
        created = create(miguel)
        add(miguel, "Read")
        add(miguel, "Cook", created["id"])
        whole = miguel.get("/tasks/export?format=ics").text
        part = miguel.get("/tasks/export", params={"format": "ics", "list_id": created["id"]}).text
        uids = [line for line in whole.splitlines() if line.startswith("UID:")]
        assert len({*uids}) == 2
        assert [line for line in part.splitlines() if line.startswith("UID:")] == uids[1:]
        path = f"/tasks/import?format=ics&list_id={created['id']}"
        text = {"Content-Type": "text/calendar"}
        # The one is in the list already.
        assert miguel.post(path, content=whole, headers=text).json()["imported"] == 1

    def test_an_export_has_every_list_or_those_that_are_named(self, miguel: TestClient) -> None:
        lists = [own(miguel), create(miguel), create(miguel)]
        tasks = [add(miguel, "Cook", one["id"]) for one in lists for _ in range(2)]
        by_id = sorted(tasks, key=lambda task: task["id"])
        assert miguel.get("/tasks/export?format=json").json() == {"tasks": by_id}
        query = {"format": "json", "list_id": [lists[0]["id"], lists[2]["id"]]}
        some = [task for task in by_id if task["list_id"] != lists[1]["id"]]
        assert miguel.get("/tasks/export", params=query).json() == {"tasks": some}

    def test_quotas_count_all_lists_of_a_user(self, settings: Settings, miguel: TestClient) -> None:
        created = create(miguel)
        task = add(miguel, "Cook", created["id"])
        limited = replace(settings, max_tasks=2, max_text_bytes=40)
        with client_of(create_app(limited), "miguel", PASSWORD) as client:
            add(client, "Read")
            for into in ({}, {"list_id": created["id"]}):
                refusal = client.post("/tasks", json={"title": "Rest", **into})
                assert refusal.json()["code"] == "too_many_tasks"
            refusal = client.put(task["uri"], json={"description": "x" * 30})
            assert refusal.json()["code"] == "too_much_text"
            assert client.put(task["uri"], json={"description": "x" * 20}).status_code == 200

    def test_a_page_of_some_lists_has_their_tasks_alone(self, miguel: TestClient) -> None:
        lists = [own(miguel), create(miguel), create(miguel)]
        tasks = [add(miguel, f"Cook {n}", lists[n % 3]["id"]) for n in range(9)]
        query: dict[str, Any] = {"list_id": [lists[1]["id"], lists[2]["id"]], "sort": "title"}
        some = [task for task in tasks if task["list_id"] != 1]
        assert miguel.get("/tasks", params=query).json() == {"tasks": some}
        found: list[dict[str, Any]] = []
        answer = miguel.get("/tasks", params={**query, "limit": 2})
        while True:
            found += answer.json()["tasks"]
            if "next" not in answer.links:
                break
            answer = miguel.get(answer.links["next"]["url"])
        assert found == some

    def test_a_cursor_is_good_for_the_lists_that_it_was_given_for(self, miguel: TestClient) -> None:
        created = create(miguel)
        for title in ("Cook", "Bake"):
            add(miguel, title, created["id"])
        query = {"limit": 1, "list_id": created["id"]}
        cursor = miguel.get("/tasks", params=query).json()["next_cursor"]
        assert miguel.get("/tasks", params={**query, "cursor": cursor}).status_code == 200
        for other in ({}, {"list_id": 1}, {"list_id": [created["id"], 1]}):
            wrong = {"limit": 1, "cursor": cursor, **other}
            assert_problem(miguel.get("/tasks", params=wrong), 400, "cursor")

    def test_the_same_list_twice_counts_once(self, miguel: TestClient) -> None:
        created = create(miguel)
        add(miguel, "Cook", created["id"])
        add(miguel, "Bake", 1)
        for path in ("/tasks", "/tasks/export", "/labels", "/trash"):
            once, twice = (
                miguel.get(path, params={"list_id": [created["id"]] * times}) for times in (1, 2)
            )
            assert (once.status_code, once.content) == (200, twice.content)

    def test_a_list_is_named_by_its_id(self, miguel: TestClient) -> None:
        for path in ("/tasks", "/tasks/changes", "/tasks/export"):
            assert_problem(miguel.get(path, params={"list_id": "own"}), 400, "list_id")


class TestChanges:
    """One feed of the changes of all lists."""

    def test_a_new_list_comes_with_its_tasks_and_one_that_is_gone_is_told_as_such(
        self, miguel: TestClient
    ) -> None:
        add(miguel, "Read")
        copy = Copy(miguel)
        copy.catch_up()
        created = create(miguel)
        add(miguel, "Cook", created["id"])
        add(miguel, "Bake", created["id"])
        assert len(copy.catch_up()) == 3
        token = copy.query["since"]
        miguel.delete(created["uri"])
        page = changes(miguel, since=token)
        assert (page["gone_lists"], page["changes"], page["more"]) == ([created["id"]], [], False)
        assert changes(miguel, since=token) == page
        assert "gone_lists" not in changes(miguel, since=page["next"])
        assert copy.catch_up() == read_list(miguel)

    def test_a_list_that_came_and_went_unseen_is_not_told(self, miguel: TestClient) -> None:
        token = changes(miguel)["next"]
        created = create(miguel)
        add(miguel, "Cook", created["id"])
        miguel.delete(created["uri"])
        page = changes(miguel, since=token)
        assert page == {"changes": [], "next": token, "more": False}

    def test_a_list_that_goes_while_it_is_being_told_is_gone(self, miguel: TestClient) -> None:
        created = create(miguel)
        for title in ("Cook", "Bake", "Wash"):
            add(miguel, title, created["id"])
        copy = Copy(miguel, limit=2)
        assert copy.follow()
        miguel.delete(created["uri"])
        assert copy.catch_up() == {}

    def test_those_of_one_list_alone_can_be_followed(self, miguel: TestClient) -> None:
        created = create(miguel)
        add(miguel, "Read")
        add(miguel, "Cook", created["id"])
        copy = Copy(miguel)
        copy.query["list_id"] = created["id"]
        assert [task["title"] for task in copy.catch_up().values()] == ["Cook"]
        of_all = miguel.get("/tasks/changes", params={"since": copy.query["since"]})
        assert_problem(of_all, 400, "since")
        add(miguel, "Rest")
        assert not changes(miguel, **copy.query)["changes"]
        miguel.delete(created["uri"])
        assert changes(miguel, **copy.query)["gone_lists"] == [created["id"]]
        assert copy.catch_up() == {}

    def test_a_quiet_feed_is_not_sent_again(self, miguel: TestClient) -> None:
        created = create(miguel)
        add(miguel, "Cook", created["id"])
        path = f"/tasks/changes?since={changes(miguel)['next']}"
        tag = {"If-None-Match": miguel.get(path).headers["ETag"]}
        assert miguel.get(path, headers=tag).status_code == 304
        miguel.delete(created["uri"])
        assert miguel.get(path, headers=tag).status_code == 200

    def test_the_token_of_a_hundred_lists_fits_into_a_url(
        self, settings: Settings, miguel: TestClient
    ) -> None:
        with client_of(create_app(replace(settings, max_lists=100)), "miguel", PASSWORD) as client:
            for number in range(99):
                add(client, "Cook", create(client, f"List {number}")["id"])
        copy = Copy(miguel, limit=7)
        longest = 0
        while copy.follow():
            longest = max(longest, len(copy.query["since"]))
        assert copy.tasks == read_list(miguel)
        assert longest < len(copy.query["since"]) < 4096

    def test_a_busy_list_keeps_no_other_from_being_told(self, miguel: TestClient) -> None:
        lists = [own(miguel), create(miguel), create(miguel)]
        copy = Copy(miguel, limit=1)
        copy.catch_up()
        for one in lists[1:]:
            add(miguel, "Quiet", one["id"])
        for round_ in range(2, 12):
            for _ in range(2):
                add(miguel, f"Busy {round_}")
            copy.follow()
        assert {task["list_id"] for task in copy.tasks.values()} == {one["id"] for one in lists}


def test_a_token_for_reading_changes_no_list(app: ContractApp, miguel: TestClient) -> None:
    created = create(miguel)
    token = miguel.post("/tokens", json={"name": "Clock", "scope": "read"}).json()["token"]
    reader = client_of(app)
    reader.headers["Authorization"] = f"Bearer {token['secret']}"
    assert len(reader.get("/lists").json()["lists"]) == 2
    assert reader.get(created["uri"]).status_code == 200
    refusals: list[httpx2.Response] = [
        reader.post("/lists", json={"name": "Mine"}),
        reader.put(created["uri"], json={"name": "Mine"}),
        reader.delete(created["uri"]),
    ]
    for refusal in refusals:
        assert_problem(refusal, 403)
        assert refusal.json()["code"] == "insufficient_scope"
