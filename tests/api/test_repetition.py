"""Tasks that repeat: when one is done, the next one is made; undone, it goes."""

from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.test_statements import table_of
from tests.support.clients import PASSWORD, client_of
from tests.support.members import new_list, shared_list
from tests.support.problems import assert_problem
from todo_api import times
from todo_api.application import create_app
from todo_api.settings import Settings
from todo_api.storage.positions import position_of

NOON = "2026-11-27T12:00:00.000000Z"
DAILY = {"rule": "FREQ=DAILY", "from": "due"}
PATCH = {"Content-Type": "application/merge-patch+json"}
LINES = {"Content-Type": "application/jsonl"}


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the service's clock to noon."""
    monkeypatch.setattr(times, "now", lambda: NOON)


def create(client: TestClient, **members: object) -> dict[str, Any]:
    """Create a task that is due today and repeats every day, unless it is said otherwise."""
    given = {"title": "Water the plants", "due": "2026-11-27", "repeat": DAILY, **members}
    answer = client.post("/tasks", json=given)
    assert answer.status_code == 201, answer.text
    task: dict[str, Any] = answer.json()["task"]
    return task


def put(client: TestClient, task: dict[str, Any], **members: object) -> dict[str, Any]:
    """Change a task; return it."""
    answer = client.put(task["uri"], json=members)
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()["task"]
    assert client.get(task["uri"]).json() == {"task": changed}
    return changed


def get(client: TestClient, task_id: int) -> dict[str, Any]:
    """Return a task."""
    task: dict[str, Any] = client.get(f"/tasks/{task_id}").json()["task"]
    return task


def ids(client: TestClient) -> list[int]:
    """Return the ids of all tasks."""
    return [task["id"] for task in client.get("/tasks").json()["tasks"]]


class TestRules:
    """Rules, as a request gives them."""

    def test_a_task_does_not_repeat_unless_that_is_said(self, miguel: TestClient) -> None:
        task = miguel.post("/tasks", json={"title": "Read"}).json()["task"]
        assert (task["repeat"], task["previous_id"], task["next_id"]) == (None, None, None)
        assert put(miguel, task, done=True)["next_id"] is None
        assert len(ids(miguel)) == 1

    def test_a_rule_comes_back_in_one_order(self, miguel: TestClient) -> None:
        given = {"rule": "FREQ=WEEKLY;BYDAY=FR,MO;INTERVAL=1", "from": "completion"}
        stored = {"rule": "FREQ=WEEKLY;BYDAY=MO,FR", "from": "completion"}
        task = create(miguel, repeat=given)
        assert task["repeat"] == stored
        assert put(miguel, task, repeat=DAILY)["repeat"] == DAILY
        assert put(miguel, task, title="Read")["repeat"] == DAILY
        batch = {"operations": [{"update": {"id": task["id"], "repeat": given}}]}
        [result] = miguel.post("/tasks/batch", json=batch).json()["results"]
        assert result["task"]["repeat"] == stored

    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    def test_a_task_can_stop_repeating(self, miguel: TestClient, method: str) -> None:
        task = create(miguel)
        headers = PATCH if method == "PATCH" else None
        answer = miguel.request(method, task["uri"], json={"repeat": None}, headers=headers)
        assert answer.json()["task"]["repeat"] is None
        assert put(miguel, task, done=True)["next_id"] is None

    def test_a_task_can_be_sent_back_as_it_was_read(self, miguel: TestClient) -> None:
        first = put(miguel, create(miguel), done=True)
        second = get(miguel, first["next_id"])
        for task in (first, second):
            assert miguel.put(task["uri"], json=task).status_code == 200
            for name in ("previous_id", "next_id"):
                assert_problem(miguel.put(task["uri"], json={name: 77}), 400, f"/{name}")

    @pytest.mark.parametrize(
        ("repeat", "pointer"),
        [
            ({"rule": "FREQ=DAILY"}, "/repeat/from"),
            ({"from": "due"}, "/repeat/rule"),
            ({"rule": "FREQ=DAILY", "from": "birth"}, "/repeat/from"),
            ({**DAILY, "until": "2027-01-01"}, "/repeat/until"),
            ("FREQ=DAILY", "/repeat"),
            ({**DAILY, "rule": "freq=daily"}, "/repeat/rule"),
            ({**DAILY, "rule": "FREQ=HOURLY"}, "/repeat/rule"),
            ({**DAILY, "rule": "FREQ=DAILY;COUNT=0"}, "/repeat/rule"),
            ({**DAILY, "rule": "FREQ=DAILY;BYDAY=MO" + ",MO" * 70}, "/repeat/rule"),
            ({**DAILY, "rule": "FREQ=DAILY;COUNT=2;UNTIL=20270101"}, "/repeat/rule"),
            ({**DAILY, "rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "/repeat/rule"),
            ({**DAILY, "rule": "FREQ=WEEKLY;BYDAY=1MO"}, "/repeat/rule"),
        ],
    )
    def test_what_is_no_rule_is_refused(
        self, miguel: TestClient, repeat: object, pointer: str
    ) -> None:
        body = {"title": "Read", "repeat": repeat}
        assert_problem(miguel.post("/tasks", json=body), 400, pointer)
        batch = miguel.post("/tasks/batch", json={"operations": [{"create": body}]})
        assert_problem(batch, 400, f"/operations/0/create{pointer}")
        assert ids(miguel) == []
        task = create(miguel)
        for method, headers in (("PUT", None), ("PATCH", PATCH)):
            answer = miguel.request(method, task["uri"], json={"repeat": repeat}, headers=headers)
            assert_problem(answer, 400, pointer)
        lines = miguel.post("/tasks/import", json={"tasks": [body]})
        assert_problem(lines, 400, f"/tasks/0{pointer}")
        if pointer == "/repeat/rule" and isinstance(repeat, dict) and "rule" in repeat:
            [fault] = miguel.post("/tasks", json=body).json()["errors"]
            assert fault["code"] in {"wrong_form", "too_long"}


def complete(client: TestClient, task: dict[str, Any], way: str) -> dict[str, Any]:
    """Say in one of the ways that a task is done; return it."""
    if way == "batch":
        batch = {"operations": [{"update": {"id": task["id"], "done": True}}]}
        answer = client.post("/tasks/batch", json=batch)
        assert answer.status_code == 200, answer.text
        [result] = answer.json()["results"]
        done: dict[str, Any] = result["task"]
        return done
    headers = PATCH if way == "PATCH" else None
    answer = client.request(way, task["uri"], json={"done": True}, headers=headers)
    assert answer.status_code == 200, answer.text
    completed: dict[str, Any] = answer.json()["task"]
    return completed


WAYS = ["PUT", "PATCH", "batch"]


class TestDone:
    """A task that is done."""

    @pytest.mark.parametrize("way", WAYS)
    def test_the_next_one_has_all_but_the_time_in_common(
        self, miguel: TestClient, way: str
    ) -> None:
        given = {
            "description": "All of them",
            "priority": 2,
            "labels": ["home", "garden"],
            "assigned_to": "miguel",
            "repeat": {"rule": "FREQ=DAILY;INTERVAL=2;COUNT=5", "from": "due"},
        }
        task = create(miguel, **given)
        done = complete(miguel, task, way)
        told = {"updated_at": NOON, "completed_at": NOON, "completed_by": "miguel"}
        assert done == {**task, "done": True, **told, "next_id": 2}
        assert get(miguel, 2) == {
            **task,
            "id": 2,
            "uri": task["uri"].replace("/1", "/2"),
            "due": "2026-11-29",
            "repeat": {"rule": "FREQ=DAILY;INTERVAL=2;COUNT=4", "from": "due"},
            "previous_id": 1,
            "position": position_of(2),
        }
        for query in ({"q": "plants all"}, {"label": "garden"}, {"due_after": "2026-11-28"}):
            assert 2 in [t["id"] for t in miguel.get("/tasks", params=query).json()["tasks"]]

    def test_the_next_one_takes_its_place_in_the_order_by_hand(self, miguel: TestClient) -> None:
        watering, reading, shopping = (create(miguel, title=title) for title in "WRS")
        moved = miguel.post(f"{watering['uri']}/move", json={"after": reading["id"]})
        assert moved.status_code == 200
        for _ in range(3):
            done = complete(miguel, watering, "PUT")
            watering = get(miguel, done["next_id"])
        ordered = miguel.get("/tasks", params={"sort": "position"}).json()["tasks"]
        assert [task["title"] for task in ordered] == ["R", *"WWWW", "S"]
        assert [task["done"] for task in ordered[1:5]] == [True, True, True, False]
        last = complete(miguel, shopping, "PUT")["next_id"]
        new = create(miguel, title="N")["id"]
        ordered = miguel.get("/tasks", params={"sort": "-position"}).json()["tasks"]
        assert [task["id"] for task in ordered[:3]] == [new, last, shopping["id"]]

    def test_its_parts_keep_their_order(self, miguel: TestClient) -> None:
        task = create(miguel)
        parts = [create(miguel, parent_id=task["id"], repeat=None, title=title) for title in "ABC"]
        assert miguel.post(f"{parts[2]['uri']}/move", json={"before": parts[0]["id"]}).is_success
        following = complete(miguel, task, "PUT")["next_id"]
        again = miguel.get("/tasks", params={"parent_id": following, "sort": "position"})
        assert [part["title"] for part in again.json()["tasks"]] == ["C", "A", "B"]

    @pytest.mark.parametrize("way", WAYS)
    def test_to_say_it_again_makes_nothing(self, miguel: TestClient, way: str) -> None:
        task = create(miguel)
        done = complete(miguel, task, way)
        for again in WAYS:
            assert complete(miguel, task, again)["next_id"] == done["next_id"] == 2
        assert ids(miguel) == [1, 2]

    def test_the_feed_tells_of_both_in_their_order(self, miguel: TestClient) -> None:
        task = create(miguel)
        since = miguel.get("/tasks/changes").json()["next"]
        answer = miguel.put(task["uri"], json={"done": True})
        etag = answer.headers["ETag"]
        told = miguel.get("/tasks/changes", params={"since": since}).json()
        assert [one["task"]["id"] for one in told["changes"]] == [1, 2]
        assert told["changes"][0]["etag"] == etag
        [one] = miguel.get("/lists").json()["lists"]
        second = miguel.get("/tasks/2").headers["ETag"]
        assert second == told["changes"][1]["etag"] == f'"{one["version"]}"'

    def test_a_condition_that_fails_makes_nothing(self, miguel: TestClient) -> None:
        task = create(miguel)
        answer = miguel.put(task["uri"], json={"done": True}, headers={"If-Match": '"1"'})
        assert_problem(answer, 412)
        etag = miguel.get(task["uri"]).headers["ETag"]
        answer = miguel.put(task["uri"], json={"done": True}, headers={"If-Match": etag})
        assert answer.json()["task"]["next_id"] == 2
        answer = miguel.put(task["uri"], json={"done": False}, headers={"If-Match": etag})
        assert_problem(answer, 412)
        assert ids(miguel) == [1, 2]

    def test_what_is_changed_with_it_counts(self, miguel: TestClient) -> None:
        task = create(miguel)
        changes = {"title": "Water the trees", "due": "2026-12-01", "labels": ["garden"]}
        weekly = {"rule": "FREQ=WEEKLY", "from": "due"}
        done = put(miguel, task, done=True, repeat=weekly, **changes)
        following = get(miguel, done["next_id"])
        assert (following["title"], following["labels"]) == ("Water the trees", ["garden"])
        assert (following["due"], following["repeat"]) == ("2026-12-08", weekly)

    def test_what_is_created_or_imported_as_done_makes_nothing(self, miguel: TestClient) -> None:
        assert create(miguel, done=True)["next_id"] is None
        line = {"title": "Read", "done": True, "repeat": DAILY, "next_id": 5, "previous_id": 4}
        assert miguel.post("/tasks/import", json={"tasks": [line]}).status_code == 200
        assert ids(miguel) == [1, 2]
        imported = get(miguel, 2)
        assert (imported["next_id"], imported["previous_id"]) == (None, None)
        assert imported["repeat"] == DAILY

    def test_days_are_those_of_the_list(self, miguel: TestClient) -> None:
        zone = {"name": "Tokyo", "time_zone": "Asia/Tokyo"}
        tokyo = miguel.post("/lists", json=zone).json()["list"]["id"]
        from_completion = {"rule": "FREQ=DAILY", "from": "completion"}
        for given, due in (
            ({"due": "2026-11-27T23:00:00+09:00"}, "2026-11-28T23:00:00+09:00"),
            ({"due": "2026-11-26T14:00:00Z"}, "2026-11-27T23:00:00+09:00"),
            ({"due": None}, "2026-11-28"),
            (
                {"due": "2026-11-27T23:00:00+09:00", "repeat": from_completion},
                "2026-11-28T23:00:00+09:00",
            ),
        ):
            done = put(miguel, create(miguel, list_id=tokyo, **given), done=True)
            assert get(miguel, done["next_id"])["due"] == due

    @pytest.mark.parametrize(
        "rule",
        [
            "FREQ=DAILY;COUNT=1",
            "FREQ=DAILY;UNTIL=20261127",
            "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        ],
    )
    def test_a_series_ends(self, miguel: TestClient, rule: str) -> None:
        task = create(miguel, repeat={"rule": rule, "from": "due"})
        assert put(miguel, task, done=True)["next_id"] is None
        assert ids(miguel) == [1]

    def test_a_series_goes_on_to_its_end(self, miguel: TestClient) -> None:
        task = create(miguel, repeat={"rule": "FREQ=DAILY;COUNT=3", "from": "due"})
        dues = []
        while True:
            dues.append(task["due"])
            following = put(miguel, task, done=True)["next_id"]
            if following is None:
                break
            task = get(miguel, following)
        assert dues == ["2026-11-27", "2026-11-28", "2026-11-29"]

    def test_there_has_to_be_room_for_the_next_one(
        self, settings: Settings, miguel: TestClient
    ) -> None:
        task = create(miguel)
        with client_of(create_app(replace(settings, max_tasks=1)), "miguel", PASSWORD) as client:
            for way in ("PUT", "PATCH"):
                headers = PATCH if way == "PATCH" else None
                answer = client.request(way, task["uri"], json={"done": True}, headers=headers)
                assert_problem(answer, 403)
                assert answer.json()["code"] == "too_many_tasks"
            batch = {"operations": [{"update": {"id": task["id"], "done": True}}]}
            assert_problem(client.post("/tasks/batch", json=batch), 403)
            assert client.get(task["uri"]).json() == {"task": task}
            # Without the next one there is room.
            assert put(client, task, done=True, repeat=None)["next_id"] is None
        assert ids(miguel) == [1]

    def test_viewers_complete_nothing_and_editors_do(
        self, miguel: TestClient, susan: TestClient
    ) -> None:
        viewed, edited = shared_list(miguel, susan, "viewer"), shared_list(miguel, susan)
        task = create(miguel, list_id=viewed)
        assert_problem(susan.put(task["uri"], json={"done": True}), 403)
        done = put(susan, create(miguel, list_id=edited, assigned_to="miguel"), done=True)
        following = get(susan, done["next_id"])
        assert (following["list_id"], following["created_by"]) == (edited, "susan")
        assert following["assigned_to"] == "miguel"
        assert len(ids(miguel)) == 3

    def test_it_takes_a_few_statements_and_others_take_none_more(
        self, miguel: TestClient, statements: list[str]
    ) -> None:
        for number in (1, 3):
            task = create(miguel)
            statements.clear()
            put(miguel, task, done=True)
            assert task["id"] == number
        tables = [table_of(statement) for statement in statements]
        ordinary = ["users", "lists", "tasks", "tasks"]
        following = ["lists", "tasks", "lists", "tasks", "task_words", "below", "tasks", "tasks"]
        assert tables[: len(ordinary + following)] == ordinary + following


class TestParts:
    """A task that repeats with tasks that are parts of it."""

    def add(self, client: TestClient, parent_id: int, **members: object) -> int:
        """Create a part of a task; return its id."""
        body = {"title": "Fill the can", "parent_id": parent_id, **members}
        answer = client.post("/tasks", json=body)
        assert answer.status_code == 201, answer.text
        task_id: int = answer.json()["task"]["id"]
        return task_id

    def test_they_come_again_undone(self, miguel: TestClient) -> None:
        task = create(miguel, due="2026-11-27T09:00:00Z")
        garden = self.add(miguel, task["id"], due="2026-11-26", labels=["garden"], done=True)
        self.add(miguel, garden, title="Find the can", priority=3)
        self.add(miguel, task["id"], due="2026-11-27T08:00:00Z")
        done = put(miguel, task, done=True)
        found = miguel.get("/tasks").json()["tasks"]
        first, copies = found[1:4], found[5:]
        assert [one["done"] for one in first] == [True, False, False]
        assert [one["done"] for one in copies] == [False] * 3
        assert [one["parent_id"] for one in copies] == [done["next_id"], done["next_id"], 6]
        assert [one["due"] for one in copies] == ["2026-11-27", "2026-11-28T08:00:00Z", None]
        assert [one["title"] for one in copies] == ["Fill the can", "Fill the can", "Find the can"]
        assert copies[0]["labels"] == ["garden"]
        assert put(miguel, task, done=False)["next_id"] is None
        assert ids(miguel) == [1, 2, 3, 4]
        assert miguel.get("/trash").json() == {"tasks": []}

    def test_they_stay_if_one_of_them_was_changed(self, miguel: TestClient) -> None:
        task = create(miguel)
        self.add(miguel, task["id"])
        put(miguel, task, done=True)
        put(miguel, get(miguel, 4), done=True)
        assert put(miguel, task, done=False)["next_id"] == 3
        assert ids(miguel) == [1, 2, 3, 4]

    def test_a_part_that_repeats_by_itself_comes_once(self, miguel: TestClient) -> None:
        task = create(miguel)
        part = get(miguel, self.add(miguel, task["id"], due="2026-11-27", repeat=DAILY))
        following = get(miguel, put(miguel, part, done=True)["next_id"])
        assert following["parent_id"] == task["id"]
        again = put(miguel, task, done=True)["next_id"]
        copies = [one for one in miguel.get("/tasks").json()["tasks"] if one["parent_id"] == again]
        assert [(one["due"], one["repeat"]) for one in copies] == [("2026-11-29", DAILY)]

    def test_there_are_only_so_many(self, miguel: TestClient) -> None:
        task = create(miguel)
        parts = [{"create": {"title": "x", "parent_id": task["id"]}}] * 100
        for number in (99, 100):
            batch = {"operations": parts[:number]}
            assert miguel.post("/tasks/batch", json=batch).status_code == 200
        assert put(miguel, task, done=True)["next_id"] == 201
        assert put(miguel, task, done=False)["next_id"] is None
        self.add(miguel, task["id"])
        answer = miguel.put(task["uri"], json={"done": True})
        assert_problem(answer, 403)
        assert answer.json()["code"] == "branch_too_large"
        assert get(miguel, 1)["done"] is False


class TestUndone:
    """A task that is not done after all."""

    @pytest.mark.parametrize("edited", [False, True])
    def test_the_next_one_goes_if_nobody_has_changed_it(
        self, miguel: TestClient, *, edited: bool
    ) -> None:
        task = create(miguel, labels=["home"])
        since = miguel.get("/tasks/changes").json()["next"]
        put(miguel, task, done=True)
        if edited:
            put(miguel, task, title="Water the flowers")
        undone = put(miguel, task, done=False)
        assert (undone["next_id"], undone["completed_at"]) == (None, None)
        assert ids(miguel) == [1]
        assert_problem(miguel.get("/tasks/2"), 404)
        assert miguel.get("/trash").json() == {"tasks": []}
        assert_problem(miguel.post("/trash/2/restore"), 404)
        told = miguel.get("/tasks/changes", params={"since": since}).json()["changes"]
        assert [one["id"] for one in told] == [1, 2]
        assert miguel.get("/labels").json()["labels"][0]["tasks"] == 1
        assert put(miguel, task, done=True)["next_id"] == 3
        assert ids(miguel) == [1, 3]

    def test_it_leaves_room_for_another(self, settings: Settings, miguel: TestClient) -> None:
        task = create(miguel)
        with client_of(create_app(replace(settings, max_tasks=2)), "miguel", PASSWORD) as client:
            for _ in range(3):
                put(client, task, done=True)
                put(client, task, done=False)
            assert client.post("/tasks", json={"title": "Read"}).status_code == 201
            assert_problem(client.put(task["uri"], json={"done": True}), 403)

    def test_a_next_one_that_was_changed_stays_the_only_one(self, miguel: TestClient) -> None:
        task = create(miguel)
        put(miguel, task, done=True)
        put(miguel, get(miguel, 2), title="Water them well")
        assert put(miguel, task, done=False)["next_id"] == 2
        assert put(miguel, task, done=True)["next_id"] == 2
        assert ids(miguel) == [1, 2]
        # It is done itself, and the series goes on from there.
        assert put(miguel, get(miguel, 2), done=True)["next_id"] == 3
        assert put(miguel, task, done=False)["next_id"] == 2
        assert ids(miguel) == [1, 2, 3]

    def test_a_next_one_that_was_deleted_is_made_anew(self, miguel: TestClient) -> None:
        task = create(miguel)
        put(miguel, task, done=True)
        assert miguel.delete("/tasks/2").status_code == 200
        # As long as the task is done, nothing comes back by itself.
        assert put(miguel, task, done=True)["next_id"] == 2
        assert put(miguel, task, done=False)["next_id"] is None
        assert put(miguel, task, done=True)["next_id"] == 3
        assert ids(miguel) == [1, 3]

    def test_a_changed_one_that_was_deleted_later_is_made_anew(self, miguel: TestClient) -> None:
        task = create(miguel)
        put(miguel, task, done=True)
        put(miguel, get(miguel, 2), title="Water them well")
        put(miguel, task, done=False)
        assert miguel.delete("/tasks/2").status_code == 200
        assert put(miguel, task, done=True)["next_id"] == 3

    def test_one_that_was_restored_stays(self, miguel: TestClient) -> None:
        task = create(miguel)
        put(miguel, task, done=True)
        assert miguel.delete("/tasks/2").status_code == 200
        assert miguel.post("/trash/2/restore").status_code == 200
        assert put(miguel, task, done=False)["next_id"] == 2
        assert ids(miguel) == [1, 2]

    def test_the_links_of_a_deleted_task_are_restored_with_it(self, miguel: TestClient) -> None:
        task = create(miguel)
        done = put(miguel, task, done=True)
        assert miguel.delete(task["uri"]).status_code == 200
        assert get(miguel, 2)["previous_id"] == 1
        assert miguel.post("/trash/1/restore").json()["task"] == {**done, "updated_at": NOON}
        assert put(miguel, task, done=False)["next_id"] is None
        assert ids(miguel) == [1]


class TestFiles:
    """Exports, and imports of them."""

    @pytest.mark.parametrize("form", ["jsonl", "json", "csv"])
    def test_rules_go_out_and_come_in(self, miguel: TestClient, form: str) -> None:
        rules = [
            None,
            DAILY,
            {"rule": "FREQ=WEEKLY;BYDAY=MO,FR", "from": "completion"},
            {"rule": "FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20271231", "from": "due"},
        ]
        for repeat in rules:
            create(miguel, repeat=repeat)
        put(miguel, get(miguel, 2), done=True)
        exported = miguel.get("/tasks/export", params={"format": form})
        into = new_list(miguel, "The copy")["id"]
        answer = miguel.post(
            f"/tasks/import?list_id={into}",
            content=exported.content,
            headers={"Content-Type": exported.headers["Content-Type"]},
        )
        assert answer.json() == {"imported": 5}
        copies = miguel.get("/tasks", params={"list_id": into}).json()["tasks"]
        assert [task["repeat"] for task in copies] == [*rules, DAILY]
        assert {task["next_id"] for task in copies} == {None}

    def test_a_cell_has_a_rule_and_from_which_day_it_counts(self, miguel: TestClient) -> None:
        rows = (
            "title,repeat\r\n"
            'Read,"FREQ=WEEKLY;BYDAY=MO,FR"\r\n'
            "Rest,FREQ=DAILY from completion\r\n"
            "Run,\r\n"
        )
        headers = {"Content-Type": "text/csv"}
        assert miguel.post("/tasks/import", content=rows, headers=headers).is_success
        repeats = [task["repeat"] for task in miguel.get("/tasks").json()["tasks"]]
        assert repeats == [
            {"rule": "FREQ=WEEKLY;BYDAY=MO,FR", "from": "due"},
            {"rule": "FREQ=DAILY", "from": "completion"},
            None,
        ]
        answer = miguel.post(
            "/tasks/import", content="title,repeat\r\nRead,every friday\r\n", headers=headers
        )
        assert_problem(answer, 400, "/repeat/rule")
