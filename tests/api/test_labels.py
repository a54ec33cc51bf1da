"""Labels: what tasks have, counted, and renamed on all of them at once."""

import json
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.support.clients import client_of
from tests.support.contract import DOCUMENT
from tests.support.copies import Copy, changes, read_list
from tests.support.problems import assert_problem
from todo_api.contract import ContractApp
from todo_api.storage.labels import MOST_RENAMED

LINES = {"Content-Type": "application/jsonl"}
STRANGE = [
    *("a/b", "/", ".", "..", "%2F", "a%2fb", "a, b", "a b", "a&b=c", "a+b", "#", "?", ";", "\\"),
    *('"', "'", "é", "e\N{COMBINING ACUTE ACCENT}", "日本", "\U0001f40d", "*", "rename", "x" * 50),
]


def add(client: TestClient, *labels: str, title: str = "Read", **members: object) -> str:
    """Create a task with these labels; return its URI."""
    answer = client.post("/tasks", json={"title": title, "labels": list(labels), **members})
    assert answer.status_code == 201, answer.text
    uri: str = answer.json()["task"]["uri"]
    return uri


def labels(client: TestClient, **query: list[int]) -> dict[str, int]:
    """Return all labels and how many tasks have each, in order."""
    answer = client.get("/labels", params={"limit": 100, **query})
    assert answer.status_code == 200, answer.text
    assert "next_cursor" not in answer.json()
    return {label["name"]: label["tasks"] for label in answer.json()["labels"]}


def rename(
    client: TestClient, name: str, new_name: str, key: str = "", **query: int
) -> httpx2.Response:
    """Rename a label."""
    names = {"name": name, "new_name": new_name}
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/labels/rename", json=names, headers=headers, params=query)


class TestTheList:
    """`GET /labels`."""

    def test_has_each_label_with_the_number_of_its_tasks(self, miguel: TestClient) -> None:
        assert labels(miguel) == {}
        add(miguel, "home", "garden")
        add(miguel, "home")
        add(miguel)
        assert labels(miguel) == {"garden": 1, "home": 2}

    def test_is_in_code_point_order(self, miguel: TestClient) -> None:
        names = ["b", "B", "é", "a", "Z", "\U0001f40d", "\uffee", "10", "9", "ab"]
        add(miguel, *names)
        assert list(labels(miguel)) == sorted(names)

    def test_has_no_label_that_no_task_has_any_more(self, miguel: TestClient) -> None:
        first, second = add(miguel, "home"), add(miguel, "home")
        miguel.put(first, json={"labels": []})
        assert labels(miguel) == {"home": 1}
        miguel.delete(second)
        assert labels(miguel) == {}

    def test_leads_to_the_tasks_of_each(self, miguel: TestClient) -> None:
        for number, label in enumerate(STRANGE):
            add(miguel, label, title=str(number))
        found = miguel.get("/labels?limit=100").json()["labels"]
        assert {label["name"] for label in found} == {*STRANGE}
        for label in found:
            [task] = miguel.get(label["tasks_uri"]).json()["tasks"]
            assert task["title"] == str(STRANGE.index(label["name"]))

    @pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
    def test_comes_in_pages(self, miguel: TestClient, limit: int) -> None:
        names = ["a", "a b", "b", "c", "é", "日", "z"]
        for _ in range(2):
            add(miguel, *names)
        found: list[dict[str, Any]] = []
        answer = miguel.get("/labels", params={"limit": limit})
        while True:
            page = answer.json()["labels"]
            found += page
            if "next" not in answer.links:
                assert "next_cursor" not in answer.json()
                break
            assert len(page) == limit
            answer = miguel.get(answer.links["next"]["url"])
        assert [(label["name"], label["tasks"]) for label in found] == [
            (name, 2) for name in sorted(names)
        ]

    def test_is_sent_again_only_when_tasks_have_changed(self, miguel: TestClient) -> None:
        add(miguel, "home")
        tag = miguel.get("/labels").headers["ETag"]
        known = {"If-None-Match": tag}
        assert miguel.get("/labels", headers=known).status_code == 304
        assert miguel.get("/labels?limit=1", headers=known).status_code == 200
        add(miguel, "home")
        assert miguel.get("/labels", headers=known).status_code == 200

    def test_is_ones_own(self, miguel: TestClient, susan: TestClient) -> None:
        add(miguel, "home", "garden")
        assert labels(susan) == {}
        cursor = miguel.get("/labels?limit=1").json()["next_cursor"]
        assert miguel.get("/labels", params={"cursor": cursor}).status_code == 200
        assert_problem(susan.get("/labels", params={"cursor": cursor}), 400, "cursor")

    def test_refuses_what_is_no_query_of_it(self, miguel: TestClient) -> None:
        add(miguel, "home")
        add(miguel, "garden")
        cursor = miguel.get("/tasks?limit=1").json()["next_cursor"]
        for query, fault in (
            ({"limit": "0"}, "limit"),
            ({"limit": "101"}, "limit"),
            ({"cursor": "x"}, "cursor"),
            ({"cursor": cursor}, "cursor"),
            ({"sort": "name"}, "sort"),
        ):
            assert_problem(miguel.get("/labels", params=query), 400, fault)


class TestRenaming:
    """`POST /labels/rename`."""

    def test_gives_each_task_the_new_label(self, miguel: TestClient) -> None:
        add(miguel, "home", "pizza")
        add(miguel, "garden")
        add(miguel, "home")
        before = read_list(miguel)
        assert rename(miguel, "home", "house").json() == {"renamed": 2, "more": False}
        after = read_list(miguel)
        assert [after[number]["labels"] for number in (1, 2, 3)] == [
            ["house", "pizza"],
            ["garden"],
            ["house"],
        ]
        assert labels(miguel) == {"garden": 1, "house": 2, "pizza": 1}
        assert [task["id"] for task in miguel.get("/tasks?label=house").json()["tasks"]] == [1, 3]
        assert miguel.get("/tasks?label=home").json() == {"tasks": []}
        assert after[2] == before[2]
        for number in (1, 3):
            changed = {"labels", "updated_at"}
            for name in before[number].keys() - changed:
                assert after[number][name] == before[number][name]
            assert after[number]["updated_at"] >= before[number]["updated_at"]

    def test_merges_two_labels_and_doubles_none(self, miguel: TestClient) -> None:
        add(miguel, "a", "home", "z")
        add(miguel, "home", "house")
        add(miguel, "house")
        assert rename(miguel, "home", "house").json()["renamed"] == 2
        assert [task["labels"] for task in read_list(miguel).values()] == [
            ["a", "house", "z"],
            ["house"],
            ["house"],
        ]
        assert labels(miguel) == {"a": 1, "house": 3, "z": 1}

    def test_is_a_change_of_each_task(self, miguel: TestClient) -> None:
        uris = [add(miguel, "home"), add(miguel, "garden"), add(miguel, "home")]
        copy = Copy(miguel)
        copy.catch_up()
        tags = [miguel.get(uri).headers["ETag"] for uri in uris]
        rename(miguel, "home", "house")
        page = changes(miguel, **copy.query)
        assert [change["id"] for change in page["changes"]] == [1, 3]
        assert [change["etag"] for change in page["changes"]] == [
            miguel.get(uri).headers["ETag"] for uri in (uris[0], uris[2])
        ]
        assert len({change["etag"] for change in page["changes"]}) == 2
        assert copy.catch_up() == read_list(miguel)
        outdated = {"If-Match": tags[0]}
        assert_problem(miguel.put(uris[0], json={"done": True}, headers=outdated), 412)
        same = {"If-Match": tags[1]}
        assert miguel.put(uris[1], json={"done": True}, headers=same).status_code == 200

    @pytest.mark.parametrize(("name", "new_name"), [("home", "home"), ("attic", "garden")])
    def test_of_nothing_changes_nothing(self, miguel: TestClient, name: str, new_name: str) -> None:
        add(miguel, "home")
        tag = miguel.get("/tasks").headers["ETag"]
        assert rename(miguel, name, new_name).json() == {"renamed": 0, "more": False}
        assert miguel.get("/tasks").headers["ETag"] == tag

    def test_knows_every_character_of_a_label(self, miguel: TestClient) -> None:
        for label in STRANGE:
            add(miguel, label)
        for number, label in enumerate(STRANGE):
            assert rename(miguel, label, f"n{number}").json()["renamed"] == 1
            assert rename(miguel, f"n{number}", label).json()["renamed"] == 1
        assert [task["labels"] for task in read_list(miguel).values()] == [[one] for one in STRANGE]

    @pytest.mark.parametrize(
        ("body", "places"),
        [
            ({}, ["/name", "/new_name"]),
            ({"name": "home"}, ["/new_name"]),
            ({"name": "home", "new_name": ""}, ["/new_name"]),
            ({"name": " home", "new_name": "a"}, ["/name"]),
            ({"name": "home", "new_name": "x" * 51}, ["/new_name"]),
            ({"name": "home", "new_name": "a\nb"}, ["/new_name"]),
            ({"name": "home", "new_name": None}, ["/new_name"]),
            ({"name": "home", "new_name": "a", "list": 1}, ["/list"]),
        ],
    )
    def test_refuses_what_is_no_label(
        self, miguel: TestClient, body: dict[str, Any], places: list[str]
    ) -> None:
        add(miguel, "home")
        assert_problem(miguel.post("/labels/rename", json=body), 400, *places)
        assert labels(miguel) == {"home": 1}

    def test_happens_once_under_a_key(self, miguel: TestClient) -> None:
        add(miguel, "home")
        first = rename(miguel, "home", "house", "key")
        add(miguel, "home")
        again = rename(miguel, "home", "house", "key")
        assert again.content == first.content
        assert again.headers["Idempotency-Replayed"] == "true"
        assert labels(miguel) == {"home": 1, "house": 1}
        assert_problem(rename(miguel, "home", "garden", "key"), 422)

    def test_leaves_others_alone(self, miguel: TestClient, susan: TestClient) -> None:
        add(miguel, "home")
        add(susan, "home")
        tag = susan.get("/tasks").headers["ETag"]
        rename(miguel, "home", "house")
        assert labels(susan) == {"home": 1}
        assert susan.get("/tasks").headers["ETag"] == tag

    def test_needs_the_scope_to_write(self, app: ContractApp, miguel: TestClient) -> None:
        add(miguel, "home")
        token = miguel.post("/tokens", json={"name": "Clock", "scope": "read"}).json()["token"]
        program = client_of(app)
        program.headers["Authorization"] = f"Bearer {token['secret']}"
        assert labels(program) == {"home": 1}
        assert_problem(rename(program, "home", "house"), 403)

    def test_of_very_many_tasks_goes_on_when_it_is_asked_for_again(
        self, miguel: TestClient
    ) -> None:
        lines = "".join(
            json.dumps({"title": "x", "labels": ["home"]}) + "\n" for _ in range(MOST_RENAMED + 2)
        )
        assert miguel.post("/tasks/import", content=lines, headers=LINES).status_code == 200
        assert rename(miguel, "home", "house").json() == {"renamed": MOST_RENAMED, "more": True}
        assert labels(miguel) == {"home": 2, "house": MOST_RENAMED}
        left = miguel.get("/tasks?label=home").json()["tasks"]
        assert [task["id"] for task in left] == [MOST_RENAMED + 1, MOST_RENAMED + 2]
        assert rename(miguel, "home", "house").json() == {"renamed": 2, "more": False}
        assert labels(miguel) == {"house": MOST_RENAMED + 2}


@pytest.fixture
def kitchen(miguel: TestClient) -> int:
    """Return another list of the user's."""
    list_id: int = miguel.post("/lists", json={"name": "The kitchen"}).json()["list"]["id"]
    return list_id


class TestOfSeveralLists:
    """Labels are of all of one's lists, or of those that `list_id` names."""

    def test_they_are_counted_together_or_for_some(self, miguel: TestClient, kitchen: int) -> None:
        add(miguel, "home", "garden")
        add(miguel, "home", "oven", list_id=kitchen)
        own = read_list(miguel)[1]["list_id"]
        assert labels(miguel) == {"garden": 1, "home": 2, "oven": 1}
        assert labels(miguel, list_id=[own, kitchen]) == {"garden": 1, "home": 2, "oven": 1}
        assert labels(miguel, list_id=[kitchen]) == {"home": 1, "oven": 1}
        assert labels(miguel, list_id=[own]) == {"garden": 1, "home": 1}

    def test_each_leads_to_its_tasks_in_these_lists(self, miguel: TestClient, kitchen: int) -> None:
        add(miguel, "home")
        add(miguel, "home", title="Bake", list_id=kitchen)
        answer = miguel.get("/labels", params={"list_id": kitchen}).json()
        [label] = answer["labels"]
        [task] = miguel.get(label["tasks_uri"]).json()["tasks"]
        assert task["title"] == "Bake"

    def test_a_page_goes_on_in_the_same_lists(self, miguel: TestClient, kitchen: int) -> None:
        add(miguel, "garden", "home")
        add(miguel, "cake", "oven", list_id=kitchen)
        first = miguel.get("/labels", params={"list_id": kitchen, "limit": 1})
        [second] = miguel.get(first.links["next"]["url"]).json()["labels"]
        assert second["name"] == "oven"
        cursor = {"cursor": first.json()["next_cursor"]}
        assert_problem(miguel.get("/labels", params=cursor), 400, "cursor")

    def test_the_tag_is_that_of_these_lists(self, miguel: TestClient, kitchen: int) -> None:
        tags = [
            miguel.get("/labels", params=query).headers["ETag"]
            for query in ({}, {"list_id": kitchen})
        ]
        add(miguel, "home")
        answers = [
            miguel.get("/labels", params=query, headers={"If-None-Match": tag}).status_code
            for query, tag in zip(({}, {"list_id": kitchen}), tags, strict=True)
        ]
        assert answers == [200, 304]

    def test_one_is_renamed_in_all_or_in_some(self, miguel: TestClient, kitchen: int) -> None:
        for _ in range(2):
            add(miguel, "home")
            add(miguel, "home", list_id=kitchen)
        assert rename(miguel, "home", "oven", list_id=kitchen).json()["renamed"] == 2
        assert labels(miguel) == {"home": 2, "oven": 2}
        assert labels(miguel, list_id=[kitchen]) == {"oven": 2}
        add(miguel, "home", list_id=kitchen)
        assert rename(miguel, "home", "house").json() == {"renamed": 3, "more": False}
        assert labels(miguel) == {"house": 3, "oven": 2}

    def test_a_list_that_is_not_there_has_none(
        self, miguel: TestClient, susan: TestClient, kitchen: int
    ) -> None:
        add(miguel, "home", list_id=kitchen)
        assert labels(susan, list_id=[kitchen]) == {}
        assert rename(susan, "home", "house", list_id=kitchen).json()["renamed"] == 0
        assert labels(miguel) == {"home": 1}
        miguel.delete(f"/lists/{kitchen}")
        assert labels(miguel) == labels(miguel, list_id=[kitchen]) == {}
        assert rename(miguel, "home", "house", list_id=kitchen).json()["renamed"] == 0

    def test_a_key_is_for_the_same_lists(self, miguel: TestClient, kitchen: int) -> None:
        assert rename(miguel, "home", "house", "key").is_success
        assert_problem(rename(miguel, "home", "house", "key", list_id=kitchen), 422)

    def test_refuses_what_is_no_id(self, miguel: TestClient) -> None:
        names = {"name": "home", "new_name": "house"}
        assert_problem(miguel.get("/labels?list_id=kitchen"), 400, "list_id")
        assert_problem(miguel.post("/labels/rename?list_id=0", json=names), 400, "list_id")


def test_the_document_tells_how_many_are_renamed_at_once() -> None:
    assert DOCUMENT["components"]["schemas"]["RenamedCount"]["maximum"] == MOST_RENAMED
    told = DOCUMENT["paths"]["/labels/rename"]["post"]["description"]
    assert f"up to {MOST_RENAMED:,} tasks" in told


def test_labels_need_credentials(anonymous: TestClient) -> None:
    assert_problem(anonymous.get("/labels"), 401)
    assert_problem(rename(anonymous, "home", "house"), 401)
