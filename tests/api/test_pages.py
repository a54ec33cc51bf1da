"""Pages: a client that follows them sees each task once, whatever happens to others meanwhile."""

import base64
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of
from tests.support.problems import assert_problem
from todo_api.application import create_app
from todo_api.contract import Document
from todo_api.document import document_path
from todo_api.settings import Settings

SORTS = Document.read(document_path()).data["components"]["schemas"]["TaskSort"]["enum"]


def fill(client: TestClient, count: int) -> None:
    """Create tasks, groups of which have all sort keys in common."""
    for number in range(count):
        due = None if number % 3 else f"2026-11-{number % 28 + 1:02}"
        task = {"title": f"Task {number % 5}", "due": due, "priority": number % 4}
        assert client.post("/tasks", json=task).status_code == 201


def page(client: TestClient, **query: object) -> dict[str, Any]:
    """Read a page."""
    response = client.get("/tasks", params={name: str(value) for name, value in query.items()})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def ids(found: dict[str, Any]) -> list[int]:
    """Return the ids on a page."""
    return [task["id"] for task in found["tasks"]]


def test_a_page_has_50_tasks_unless_another_number_is_wanted(miguel: TestClient) -> None:
    fill(miguel, 51)
    assert ids(page(miguel)) == list(range(1, 51))
    assert ids(page(miguel, limit=2)) == [1, 2]
    assert ids(page(miguel, limit=100)) == list(range(1, 52))


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "ten", "", "+5", "1_0"])
def test_a_limit_is_never_clamped(miguel: TestClient, limit: str) -> None:
    assert_problem(miguel.get("/tasks", params={"limit": limit}), 400, "limit")


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_there_is_a_next_page_only_if_there_is_more(miguel: TestClient, count: int) -> None:
    fill(miguel, count)
    answer = miguel.get("/tasks?limit=2")
    assert ("next_cursor" in answer.json()) == (count > 2)
    assert ("Link" in answer.headers) == (count > 2)


def test_the_link_leads_to_the_next_page_of_the_same_list(miguel: TestClient) -> None:
    for title in ("Éclair & co", "éclair", "Apple", "ÉCLAIR + 1"):
        miguel.post("/tasks", json={"title": title, "labels": ["a, b", "+"], "priority": 1})
    query = {
        "title_prefix": "éclair",
        "label": ["a, b", "+"],
        "done": "false",
        "priority_min": "1",
        "updated_since": "2001-01-01T00:00:00+01:00",
        "sort": "-title",
        "limit": "1",
    }
    url: str | None = "/tasks"
    found: list[int] = []
    while url:
        answer = miguel.get(url, params=None if found else query)
        assert answer.status_code == 200
        found += ids(answer.json())
        link = answer.links.get("next", {})
        assert link.get("rel", "next") == "next"
        url = link.get("url")
        assert (url or "http://localhost/todo/api/v1.0/tasks?").startswith(
            "http://localhost/todo/api/v1.0/tasks?"
        )
    assert found == [4, 1, 2]


def test_the_number_of_tasks_may_change_from_page_to_page(miguel: TestClient) -> None:
    fill(miguel, 6)
    cursor = page(miguel, limit=1)["next_cursor"]
    assert ids(page(miguel, limit=3, cursor=cursor)) == [2, 3, 4]


@pytest.mark.parametrize("sort", SORTS)
def test_the_task_at_the_cursor_may_be_deleted(miguel: TestClient, sort: str) -> None:
    fill(miguel, 7)
    expected = ids(page(miguel, sort=sort))
    first = page(miguel, sort=sort, limit=3)
    assert miguel.delete(f"/tasks/{expected[2]}").status_code == 200
    rest = page(miguel, sort=sort, limit=4, cursor=first["next_cursor"])
    assert ids(first) + ids(rest) == expected


@pytest.mark.parametrize("sort", SORTS)
def test_a_task_that_exists_throughout_comes_exactly_once(miguel: TestClient, sort: str) -> None:
    fill(miguel, 20)
    seen: list[int] = []
    query: dict[str, object] = {"sort": sort, "limit": 3}
    for round_ in range(30):
        found = page(miguel, **query)
        seen += ids(found)
        if "next_cursor" not in found:
            break
        query["cursor"] = found["next_cursor"]
        # Meanwhile: tasks come on both sides, go on both sides, and move away and back.
        assert miguel.delete(f"/tasks/{round_ + 1}").status_code in {200, 404}
        fill(miguel, 1)
        restless = f"/tasks/{18 + round_ % 3}"
        miguel.put(restless, json={"title": "AZ"[round_ % 2], "due": f"2026-1{round_ % 2}-01"})
    lasting = [task for task in range(1, 18) if task > round_ + 1]
    assert len(lasting) > 5
    assert [seen.count(task) for task in lasting] == [1] * len(lasting)


class TestCursors:
    """A cursor is valid for one user and one list, unaltered, and for nothing else."""

    @pytest.fixture
    def cursor(self, miguel: TestClient) -> str:
        """Miguel's cursor for the tasks that are not done, by title."""
        fill(miguel, 5)
        found: str = page(miguel, limit=2, sort="title", done="false")["next_cursor"]
        return found

    def refuse(self, client: TestClient, cursor: str, **query: str) -> None:
        """Assert that a cursor is refused."""
        assert_problem(client.get("/tasks", params={**query, "cursor": cursor}), 400, "cursor")

    def test_it_is_good_for_its_list(self, miguel: TestClient, cursor: str) -> None:
        page(miguel, sort="title", done="false", cursor=cursor)

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"sort": "title"},
            {"done": "false"},
            {"sort": "-title", "done": "false"},
            {"sort": "title", "done": "true"},
            {"sort": "title", "done": "false", "q": "task"},
            {"sort": "title", "done": "false", "label": "home"},
        ],
    )
    def test_it_is_good_for_no_other(
        self, miguel: TestClient, cursor: str, query: dict[str, str]
    ) -> None:
        self.refuse(miguel, cursor, **query)

    def test_it_is_good_for_nobody_else(self, susan: TestClient, cursor: str) -> None:
        self.refuse(susan, cursor, sort="title", done="false")

    def test_not_a_character_of_it_can_be_changed(self, miguel: TestClient, cursor: str) -> None:
        for place in range(len(cursor)):
            other = "A" if cursor[place] != "A" else "B"
            altered = cursor[:place] + other + cursor[place + 1 :]
            self.refuse(miguel, altered, sort="title", done="false")

    def test_its_spare_bits_cannot_be_used(self, miguel: TestClient, cursor: str) -> None:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        for last in alphabet.replace(cursor[-1], ""):
            self.refuse(miguel, cursor[:-1] + last, sort="title", done="false")

    @pytest.mark.parametrize(
        "cursor",
        ["", "x", "é", "!!!!", "=", "A" * 2049, base64.urlsafe_b64encode(b"[1,1]" * 9).decode()],
    )
    def test_it_cannot_be_made_up(self, miguel: TestClient, cursor: str) -> None:
        self.refuse(miguel, cursor)

    def test_it_cannot_be_padded_or_cut(self, miguel: TestClient, cursor: str) -> None:
        for altered in (cursor + "=", cursor + "A", cursor[:-1], cursor[:10], "A" + cursor):
            self.refuse(miguel, altered, sort="title", done="false")

    @pytest.mark.usefixtures("miguel")
    def test_it_needs_nothing_that_the_service_has_to_remember(
        self, settings: Settings, cursor: str
    ) -> None:
        with client_of(create_app(settings), "miguel", PASSWORD) as after_a_restart:
            page(after_a_restart, sort="title", done="false", cursor=cursor)
