"""Changes: a client that follows them from token to token has an exact copy of the list."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of
from tests.support.copies import Copy, changes, read_list
from tests.support.problems import assert_problem
from tests.support.serving import ServedApp
from todo_api import times
from todo_api.application import create_app
from todo_api.settings import Settings

Clock = Callable[[str], None]


def create(client: TestClient, *titles: str) -> None:
    """Create tasks."""
    for title in titles:
        assert client.post("/tasks", json={"title": title}).status_code == 201


def what(page: dict[str, Any]) -> list[tuple[int, str | None]]:
    """Return a page in short: the title by id, or None for a deleted task."""
    return [
        (change["id"], None if change["deleted"] else change["task"]["title"])
        for change in page["changes"]
    ]


def test_without_a_token_everything_is_listed(miguel: TestClient) -> None:
    create(miguel, "Read", "Write")
    page = changes(miguel)
    assert what(page) == [(1, "Read"), (2, "Write")]
    assert page["changes"][0]["task"] == miguel.get("/tasks/1").json()["task"]
    assert page["more"] is False
    assert what(changes(miguel, since=page["next"])) == []


def test_each_task_comes_with_the_entity_tag_by_which_it_is_changed(miguel: TestClient) -> None:
    create(miguel, "Read")
    [change] = changes(miguel)["changes"]
    assert change["etag"] == miguel.get("/tasks/1").headers["ETag"]
    condition = {"If-Match": change["etag"]}
    assert miguel.put("/tasks/1", json={"done": True}, headers=condition).status_code == 200
    assert miguel.put("/tasks/1", json={"done": False}, headers=condition).status_code == 412


def test_an_empty_list_has_a_token_as_well(miguel: TestClient) -> None:
    page = changes(miguel)
    assert what(page) == []
    create(miguel, "Read")
    assert what(changes(miguel, since=page["next"])) == [(1, "Read")]


def test_what_was_created_changed_and_deleted_comes_in_order(miguel: TestClient) -> None:
    create(miguel, "Read", "Write", "Sleep")
    token = changes(miguel)["next"]
    miguel.put("/tasks/3", json={"title": "Sleep well"})
    create(miguel, "Eat")
    miguel.delete("/tasks/1")
    merge_patch = {"Content-Type": "application/merge-patch+json"}
    miguel.patch("/tasks/2", json={"title": "Write a book"}, headers=merge_patch)
    page = changes(miguel, since=token)
    assert what(page) == [(3, "Sleep well"), (4, "Eat"), (1, None), (2, "Write a book")]
    assert page["changes"][2] == {"id": 1, "deleted": True}


def test_a_task_that_changed_several_times_comes_once_at_its_last_change(
    miguel: TestClient,
) -> None:
    create(miguel, "Read", "Write")
    token = changes(miguel)["next"]
    for title in ("Read it", "Read it all"):
        miguel.put("/tasks/1", json={"title": title})
        miguel.put("/tasks/2", json={"done": True})
    miguel.put("/tasks/1", json={"title": "Reread"})
    assert what(changes(miguel, since=token)) == [(2, "Write"), (1, "Reread")]
    miguel.delete("/tasks/1")
    assert what(changes(miguel, since=token)) == [(2, "Write"), (1, None)]


def test_a_token_can_be_used_again(miguel: TestClient) -> None:
    token = changes(miguel)["next"]
    create(miguel, "Read")
    first = changes(miguel, since=token)
    assert changes(miguel, since=token) == first


def test_a_refused_change_is_not_listed(miguel: TestClient) -> None:
    create(miguel, "Read")
    token = changes(miguel)["next"]
    assert_problem(miguel.delete("/tasks/1", headers={"If-Match": '"0"'}), 412)
    assert_problem(miguel.put("/tasks/2", json={"done": True}), 404)
    assert_problem(miguel.post("/tasks", json={}), 400, "/title")
    assert changes(miguel, since=token) == {"changes": [], "next": token, "more": False}


def test_a_client_that_begins_is_not_told_of_earlier_deletions(miguel: TestClient) -> None:
    create(miguel, "Read", "Write", "Sleep")
    for task in (2, 3):
        miguel.delete(f"/tasks/{task}")
    create(miguel, "Eat")
    assert what(changes(miguel)) == [(1, "Read"), (4, "Eat")]
    first = changes(miguel, limit=1)
    assert what(changes(miguel, since=first["next"])) == [(4, "Eat")]


def test_a_client_that_follows_is_told_of_deletions(miguel: TestClient) -> None:
    create(miguel, "Read", "Write", "Sleep")
    page = changes(miguel, limit=1)
    assert what(page) == [(1, "Read")]
    for task in (1, 2):
        miguel.delete(f"/tasks/{task}")
    assert what(changes(miguel, since=page["next"])) == [(3, "Sleep"), (1, None), (2, None)]


class TestPages:
    """Pages: up to `limit` changes each, with a link to the next page only if there is one."""

    def test_a_page_has_50_changes_unless_another_number_is_wanted(
        self, miguel: TestClient
    ) -> None:
        create(miguel, *(f"Task {number}" for number in range(51)))
        assert len(changes(miguel)["changes"]) == 50
        assert len(changes(miguel, limit=2)["changes"]) == 2
        assert len(changes(miguel, limit=100)["changes"]) == 51

    @pytest.mark.parametrize("limit", ["0", "101", "-1", "ten", ""])
    def test_a_limit_is_never_clamped(self, miguel: TestClient, limit: str) -> None:
        assert_problem(miguel.get("/tasks/changes", params={"limit": limit}), 400, "limit")

    @pytest.mark.parametrize("deleted", [0, 1, 2, 3, 4])
    @pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
    def test_pages_follow_each_other_without_gap_or_repetition(
        self, miguel: TestClient, deleted: int, limit: int
    ) -> None:
        create(miguel, "Read", "Write", "Sleep", "Eat")
        token = changes(miguel)["next"]
        for task in range(1, 5):
            if task <= deleted:
                miguel.delete(f"/tasks/{task}")
            else:
                miguel.put(f"/tasks/{task}", json={"done": True})
        whole = changes(miguel, since=token)
        told: list[Any] = []
        page = {"next": token, "more": True}
        while page["more"]:
            page = changes(miguel, since=page["next"], limit=limit)
            told += page["changes"]
            assert 0 < len(page["changes"]) <= limit
            assert len(told) <= 4
        assert told == whole["changes"]
        assert page["next"] == whole["next"]
        assert [change["id"] for change in told] == [1, 2, 3, 4]

    def test_where_there_is_more_a_link_leads_to_it(self, miguel: TestClient) -> None:
        create(miguel, "Read", "Write", "Sleep")
        first = miguel.get("/tasks/changes?limit=2")
        assert first.json()["more"] is True
        second = miguel.get(first.links["next"]["url"])
        assert what(second.json()) == [(3, "Sleep")]
        assert second.json()["more"] is False
        assert "Link" not in second.headers


class TestTokens:
    """A token is valid for one user's changes, unaltered, and for nothing else."""

    @pytest.fixture
    def token(self, miguel: TestClient) -> str:
        """Miguel's token."""
        create(miguel, "Read", "Write", "Sleep")
        found: str = changes(miguel, limit=2)["next"]
        return found

    def refuse(self, client: TestClient, token: str) -> None:
        """Assert that a token is refused."""
        answer = client.get("/tasks/changes", params={"since": token})
        assert_problem(answer, 400, "since")

    def test_it_is_good_with_any_limit(self, miguel: TestClient, token: str) -> None:
        assert what(changes(miguel, since=token, limit=7)) == [(3, "Sleep")]

    def test_it_is_good_for_nobody_else(self, susan: TestClient, token: str) -> None:
        self.refuse(susan, token)

    def test_not_a_character_of_it_can_be_changed(self, miguel: TestClient, token: str) -> None:
        for place in range(len(token)):
            other = "A" if token[place] != "A" else "B"
            self.refuse(miguel, token[:place] + other + token[place + 1 :])

    @pytest.mark.parametrize("token", ["", "x", "é", "0", "[0,0]", "A" * 64, "A" * 201])
    def test_it_cannot_be_made_up(self, miguel: TestClient, token: str) -> None:
        self.refuse(miguel, token)

    def test_it_is_no_cursor_and_a_cursor_is_no_token(self, miguel: TestClient, token: str) -> None:
        assert_problem(miguel.get("/tasks", params={"cursor": token}), 400, "cursor")
        self.refuse(miguel, miguel.get("/tasks?limit=1").json()["next_cursor"])

    def test_it_may_be_given_once(self, miguel: TestClient, token: str) -> None:
        answer = miguel.get(f"/tasks/changes?since={token}&since={token}")
        assert_problem(answer, 400, "since")

    def test_it_outlives_a_restart(
        self, settings: Settings, miguel: TestClient, token: str
    ) -> None:
        expected = changes(miguel, since=token)
        with client_of(create_app(settings), "miguel", PASSWORD) as after_a_restart:
            assert changes(after_a_restart, since=token) == expected

    def test_it_is_not_good_for_another_user_of_the_same_name(
        self, anonymous: TestClient, miguel: TestClient, token: str
    ) -> None:
        assert miguel.delete("/users/miguel").status_code == 200
        newcomer = {"username": "miguel", "password": PASSWORD}
        assert anonymous.post("/users", json=newcomer).status_code == 201
        self.refuse(miguel, token)


class TestOldTokens:
    """Deletions are remembered for 30 days; a client that missed an older one starts over."""

    @pytest.fixture
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> Clock:
        """A function that sets the service's clock."""
        return lambda now: monkeypatch.setattr(times, "now", lambda: now)

    @pytest.fixture
    def away(self, miguel: TestClient, clock: Clock) -> Copy:
        """A copy of Miguel's list that knows three tasks, of which one has been deleted since."""
        clock("2026-11-24T12:00:00.000000Z")
        create(miguel, "Read", "Write", "Sleep")
        copy = Copy(miguel)
        copy.catch_up()
        assert miguel.delete("/tasks/1").status_code == 200
        return copy

    def test_within_that_time_a_token_is_good(
        self, miguel: TestClient, away: Copy, clock: Clock
    ) -> None:
        clock("2026-12-24T11:59:59.999999Z")
        assert miguel.delete("/tasks/2").status_code == 200
        assert away.catch_up().keys() == {3}

    def test_after_that_time_it_is_gone(self, miguel: TestClient, away: Copy, clock: Clock) -> None:
        clock("2026-12-24T12:00:00.000001Z")
        answer = miguel.get("/tasks/changes", params=away.query)
        assert_problem(answer, 410)
        assert "start over" in answer.json()["detail"]

    def test_not_even_a_current_copy_is_told_otherwise(
        self, miguel: TestClient, away: Copy, clock: Clock
    ) -> None:
        clock("2027-01-01T00:00:00.000000Z")
        known = {"If-None-Match": "*"}
        assert_problem(miguel.get("/tasks/changes", params=away.query, headers=known), 410)

    def test_a_client_that_knew_of_all_forgotten_deletions_goes_on(
        self, miguel: TestClient, away: Copy, clock: Clock
    ) -> None:
        away.catch_up()
        clock("2027-01-01T00:00:00.000000Z")
        assert miguel.delete("/tasks/2").status_code == 200
        assert away.catch_up().keys() == {3}

    def test_a_client_that_starts_over_has_the_list(
        self, miguel: TestClient, away: Copy, clock: Clock
    ) -> None:
        clock("2027-01-01T00:00:00.000000Z")
        assert miguel.delete("/tasks/2").status_code == 200
        assert Copy(miguel, limit=1).catch_up() == read_list(away.client)

    def test_a_client_that_takes_longer_to_begin_has_to_start_over(
        self, miguel: TestClient, clock: Clock
    ) -> None:
        clock("2026-11-24T12:00:00.000000Z")
        create(miguel, "Read", "Write", "Sleep")
        copy = Copy(miguel, limit=1)
        assert copy.follow()
        miguel.delete("/tasks/1")
        clock("2027-01-01T00:00:00.000000Z")
        assert_problem(miguel.get("/tasks/changes", params=copy.query), 410)

    def test_other_users_deletions_do_not_matter(
        self, miguel: TestClient, susan: TestClient, away: Copy, clock: Clock
    ) -> None:
        away.catch_up()
        create(susan, "Read", "Write")
        for task, now in zip(read_list(susan), ("2026-12-01", "2027-01-01"), strict=True):
            clock(f"{now}T00:00:00.000000Z")
            assert susan.delete(f"/tasks/{task}").status_code == 200
        assert away.catch_up() == read_list(miguel)


class TestConditionalRequests:
    """Asking whether anything is new costs next to nothing."""

    def test_if_nothing_has_changed_the_answer_is_304(self, miguel: TestClient) -> None:
        create(miguel, "Read")
        url = f"/tasks/changes?since={changes(miguel)['next']}"
        first = miguel.get(url)
        known = {"If-None-Match": first.headers["ETag"]}
        again = miguel.get(url, headers=known)
        assert (again.status_code, again.content) == (304, b"")
        for answer in (first, again):
            assert answer.headers["Cache-Control"] == "private, no-cache, no-transform"
            assert answer.headers["Vary"] == "Authorization"
            assert answer.headers["ETag"] == first.headers["ETag"]
        miguel.delete("/tasks/1")
        assert what(miguel.get(url, headers=known).json()) == [(1, None)]

    def test_each_page_has_a_tag_of_its_own(self, miguel: TestClient) -> None:
        create(miguel, "Read", "Write")
        token = changes(miguel, limit=1)["next"]
        urls = ["", "?limit=1", f"?since={token}", f"?since={token}&limit=1"]
        tags = {miguel.get(f"/tasks/changes{url}").headers["ETag"] for url in urls}
        assert len(tags) == len(urls)


def test_nobody_sees_somebody_elses_changes(miguel: TestClient, susan: TestClient) -> None:
    create(miguel, "Read", "Write")
    miguel.delete("/tasks/1")
    assert what(changes(susan)) == []
    create(susan, "Sleep")
    [(_, title)] = what(changes(susan))
    assert title == "Sleep"


def test_strangers_see_nothing(anonymous: TestClient) -> None:
    assert_problem(anonymous.get("/tasks/changes"), 401)


def test_changes_can_only_be_read(miguel: TestClient) -> None:
    answer = miguel.delete("/tasks/changes")
    assert_problem(answer, 405)
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_copies_that_follow_concurrent_writers_end_up_equal_to_the_list(demo: ServedApp) -> None:
    writers, rounds = 3, 25

    def client() -> httpx2.Client:
        return httpx2.Client(base_url=demo.base_url, auth=("miguel", "python"), timeout=30)

    def write(writer: int) -> None:
        with client() as mine:
            for round_ in range(rounds):
                task = mine.post("/tasks", json={"title": f"{writer}.{round_}"}).json()["task"]
                assert mine.put(task["uri"], json={"done": True}).status_code == 200
                others = f"/tasks/{(task['id'] * 7) % (round_ + 1) + 1}"
                if round_ % 2:
                    assert mine.delete(others).status_code in {200, 404}
                else:
                    assert mine.put(others, json={"priority": 3}).status_code in {200, 404}

    with client() as reader, ThreadPoolExecutor(writers) as pool:
        copies = [Copy(reader, limit=limit) for limit in (1, 3, 100)]
        writing = [pool.submit(write, writer) for writer in range(writers)]
        while wait(writing, timeout=0).not_done:
            for copy in copies:
                copy.follow()
        for done in writing:
            done.result()
        expected = read_list(reader)
        assert len(expected) > rounds
        assert [copy.catch_up() for copy in copies] == [expected] * len(copies)
