"""Conditional requests: nobody overwrites what they have not seen, or downloads what they have."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.problems import assert_problem

MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
CHANGES = [
    pytest.param("PUT", {"json": {"done": True}}, id="put"),
    pytest.param("PATCH", {"json": {"due": None}, "headers": MERGE_PATCH}, id="patch"),
    pytest.param("DELETE", {}, id="delete"),
]


@pytest.fixture
def etag(miguel: TestClient) -> str:
    """The entity tag of a task."""
    found: str = miguel.post("/tasks", json={"title": "Read"}).headers["ETag"]
    return found


def change(
    client: TestClient, method: str, request: dict[str, Any], if_match: str, path: str = "/tasks/1"
) -> Any:  # noqa: ANN401 - the client's own type
    """Change a task on a condition."""
    headers = {**request.get("headers", {}), "If-Match": if_match}
    return client.request(method, path, **{**request, "headers": headers})


def get(client: TestClient, path: str, if_none_match: str) -> Any:  # noqa: ANN401
    """Read with If-None-Match."""
    return client.get(path, headers={"If-None-Match": if_none_match})


def test_every_answer_with_a_task_has_its_strong_entity_tag(miguel: TestClient) -> None:
    new = miguel.post("/tasks", json={"title": "Read"}).headers["ETag"]
    assert new.startswith('"')
    assert miguel.get("/tasks/1").headers["ETag"] == new
    put = miguel.put("/tasks/1", json={"done": True}).headers["ETag"]
    assert miguel.get("/tasks/1").headers["ETag"] == put
    patched = miguel.patch("/tasks/1", json={"done": False}, headers=MERGE_PATCH).headers["ETag"]
    assert miguel.head("/tasks/1").headers["ETag"] == patched
    assert len({new, put, patched}) == 3


def test_the_tag_of_one_task_outlives_changes_of_others(miguel: TestClient, etag: str) -> None:
    miguel.post("/tasks", json={"title": "Write"})
    assert miguel.get("/tasks/1").headers["ETag"] == etag


@pytest.mark.parametrize("path", ["/tasks/1", "/tasks"])
@pytest.mark.usefixtures("etag")
def test_what_is_read_is_private_and_revalidated_each_time(miguel: TestClient, path: str) -> None:
    first = miguel.get(path)
    again = get(miguel, path, first.headers["ETag"])
    for answer in (first, again):
        assert answer.headers["Cache-Control"] == "private, no-cache, no-transform"
        assert answer.headers["Vary"] == "Authorization"
        assert answer.headers["ETag"] == first.headers["ETag"]


class TestIfNoneMatch:
    """If-None-Match: a client that has a copy (RFC 9110, 13.1.2)."""

    @pytest.mark.parametrize("path", ["/tasks/1", "/tasks", "/tasks?limit=1&done=false"])
    @pytest.mark.parametrize("known", ["{0}", "W/{0}", '"0", {0}', '{0} , "0"', "*"])
    def test_what_is_known_is_not_sent_again(
        self, miguel: TestClient, etag: str, path: str, known: str
    ) -> None:
        assert etag
        tag = miguel.get(path).headers["ETag"]
        answer = get(miguel, path, known.format(tag))
        assert (answer.status_code, answer.content) == (304, b"")
        assert "Content-Type" not in answer.headers
        assert miguel.head(path, headers={"If-None-Match": tag}).status_code == 304

    @pytest.mark.parametrize("path", ["/tasks/1", "/tasks"])
    def test_what_is_not_known_is_sent(self, miguel: TestClient, etag: str, path: str) -> None:
        for unknown in ('"0"', f'"x{etag[1:]}', '"1", W/"2"'):
            assert get(miguel, path, unknown).status_code == 200

    @pytest.mark.parametrize(("method", "request_"), CHANGES)
    def test_any_change_of_a_task_changes_the_list(
        self, miguel: TestClient, etag: str, method: str, request_: dict[str, Any]
    ) -> None:
        before = miguel.get("/tasks").headers["ETag"]
        assert get(miguel, "/tasks", before).status_code == 304
        assert change(miguel, method, request_, etag).status_code == 200
        after = get(miguel, "/tasks", before)
        assert after.status_code == 200
        assert after.headers["ETag"] != before

    def test_a_refused_change_leaves_the_list_as_it_is(self, miguel: TestClient, etag: str) -> None:
        before = miguel.get("/tasks").headers["ETag"]
        assert miguel.put("/tasks/2", json={"done": True}).status_code == 404
        assert miguel.post("/tasks", json={"title": ""}).status_code == 400
        assert change(miguel, "DELETE", {}, f"W/{etag}").status_code == 412
        assert get(miguel, "/tasks", before).status_code == 304

    def test_a_change_of_somebody_elses_tasks_changes_nothing(
        self, miguel: TestClient, susan: TestClient
    ) -> None:
        before = miguel.get("/tasks").headers["ETag"]
        susan.post("/tasks", json={"title": "Read"})
        assert get(miguel, "/tasks", before).status_code == 304

    @pytest.mark.usefixtures("etag")
    def test_each_page_of_each_list_has_a_tag_of_its_own(self, miguel: TestClient) -> None:
        miguel.post("/tasks", json={"title": "Write"})
        cursor = miguel.get("/tasks?limit=1").json()["next_cursor"]
        queries = [
            "",
            "?limit=1",
            f"?limit=1&cursor={cursor}",
            "?sort=-id",
            "?done=true",
            "?q=read",
        ]
        tags = [miguel.get(f"/tasks{query}").headers["ETag"] for query in queries]
        assert len(set(tags)) == len(queries)

    @pytest.mark.parametrize("query", ["", "?limit=1", "?sort=-due&q=read"])
    def test_that_a_list_is_known_costs_one_row(
        self, miguel: TestClient, etag: str, query: str, statements: list[str]
    ) -> None:
        assert etag
        known = miguel.get(f"/tasks{query}").headers["ETag"]
        statements.clear()
        assert get(miguel, f"/tasks{query}", known).status_code == 304
        assert len(statements) == 2
        of_the_account, of_the_list = statements
        assert "password_hash" in of_the_account
        assert "last_change" in of_the_list
        assert not [statement for statement in statements if "FROM tasks" in statement]

    @pytest.mark.usefixtures("etag")
    def test_a_list_that_changes_by_itself_is_never_known(self, miguel: TestClient) -> None:
        overdue = miguel.get("/tasks?overdue=true")
        assert get(miguel, "/tasks?overdue=true", overdue.headers["ETag"]).status_code == 200

    def test_a_missing_task_is_not_known(self, miguel: TestClient) -> None:
        assert_problem(get(miguel, "/tasks/1", "*"), 404)

    def test_another_user_of_the_same_name_knows_nothing(
        self, anonymous: TestClient, miguel: TestClient, etag: str
    ) -> None:
        assert miguel.delete("/users/miguel").status_code == 200
        newcomer = {"username": "miguel", "password": "correct horse battery"}
        assert anonymous.post("/users", json=newcomer).status_code == 201
        task = miguel.post("/tasks", json={"title": "Something else"}).json()["task"]
        assert get(miguel, task["uri"], etag).status_code == 200
        assert_problem(get(miguel, "/tasks/1", etag), 404)


@pytest.mark.parametrize(("method", "request_"), CHANGES)
class TestIfMatch:
    """If-Match: changes to what the client has seen (RFC 9110, 13.1.1)."""

    @pytest.mark.parametrize("seen", ["{0}", '"0", {0}', '{0},"0"', 'W/"7" , {0}', "*"])
    def test_a_change_to_the_version_that_was_read_is_made(
        self, miguel: TestClient, etag: str, method: str, request_: dict[str, Any], seen: str
    ) -> None:
        assert change(miguel, method, request_, seen.format(etag)).status_code == 200

    @pytest.mark.parametrize("seen", ["W/{0}", '"0"', '"00{1}"', '"x", ""', '"{1}-1"'])
    def test_a_change_to_another_version_is_refused_with_the_current_tag(
        self, miguel: TestClient, etag: str, method: str, request_: dict[str, Any], seen: str
    ) -> None:
        before = miguel.get("/tasks/1").json()
        answer = change(miguel, method, request_, seen.format(etag, etag[1:-1]))
        assert_problem(answer, 412)
        assert answer.headers["ETag"] == etag
        assert miguel.get("/tasks/1").json() == before

    def test_of_two_changes_to_the_same_version_one_wins(
        self, miguel: TestClient, etag: str, method: str, request_: dict[str, Any]
    ) -> None:
        winner = miguel.put("/tasks/1", json={"title": "Mine"}, headers={"If-Match": etag})
        assert winner.status_code == 200
        loser = change(miguel, method, request_, etag)
        assert_problem(loser, 412)
        assert loser.headers["ETag"] == winner.headers["ETag"]
        assert change(miguel, method, request_, loser.headers["ETag"]).status_code == 200

    @pytest.mark.parametrize("malformed", ["{0}", "'{0}'", '"{0}', '"{0}" "2"', '*, "{0}"', "**"])
    def test_what_is_no_list_of_tags_matches_nothing(
        self, miguel: TestClient, etag: str, method: str, request_: dict[str, Any], malformed: str
    ) -> None:
        refused = change(miguel, method, request_, malformed.format(etag.strip('"')))
        assert_problem(refused, 412)
        assert refused.headers["ETag"] == etag

    def test_a_missing_task_is_404_before_any_precondition(
        self, miguel: TestClient, etag: str, method: str, request_: dict[str, Any]
    ) -> None:
        for seen in ('"0"', "*", etag):
            assert_problem(change(miguel, method, request_, seen, "/tasks/2"), 404)

    def test_credentials_are_checked_before_preconditions(
        self, anonymous: TestClient, method: str, request_: dict[str, Any]
    ) -> None:
        assert_problem(change(anonymous, method, request_, '"0"'), 401)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.usefixtures("etag")
def test_a_body_that_cannot_be_read_is_refused_before_its_precondition(
    miguel: TestClient, method: str
) -> None:
    text = {"content": "done", "headers": {"Content-Type": "text/plain"}}
    assert_problem(change(miguel, method, text, '"0"'), 415)


def test_a_stale_body_with_a_stale_tag_is_412_and_not_400(miguel: TestClient, etag: str) -> None:
    read = miguel.get("/tasks/1").json()["task"]
    miguel.put("/tasks/1", json={"done": True})
    answer = miguel.put("/tasks/1", json={**read, "title": "x"}, headers={"If-Match": etag})
    assert_problem(answer, 412)
