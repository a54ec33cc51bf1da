"""The service itself: its health, its document, and what HTTP asks of every path."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from tests.support.clients import client_of, registered, settings_for
from tests.support.databases import PostgreSQLServer, postgresql_server
from tests.support.operations import OPERATIONS, ask
from tests.support.problems import assert_problem
from todo_api.application import create_app
from todo_api.contract import ContractApp
from todo_api.settings import Settings
from todo_api.storage import Database, DatabaseUnusableError, migrate

DOCUMENT = Path(__file__).parents[2] / "openapi" / "todo.yaml"

METHODS = {
    "/tasks": "GET, HEAD, OPTIONS, POST",
    "/tasks/1": "DELETE, GET, HEAD, OPTIONS, PATCH, PUT",
    "/tasks/batch": "OPTIONS, POST",
    "/tasks/changes": "GET, HEAD, OPTIONS",
    "/tasks/export": "GET, HEAD, OPTIONS",
    "/tasks/import": "OPTIONS, POST",
    "/lists": "GET, HEAD, OPTIONS, POST",
    "/lists/1": "DELETE, GET, HEAD, OPTIONS, PUT",
    "/lists/1/members": "GET, HEAD, OPTIONS",
    "/lists/1/members/miguel": "DELETE, OPTIONS, PUT",
    "/lists/1/invitations": "GET, HEAD, OPTIONS, POST",
    "/lists/1/invitations/1": "DELETE, OPTIONS",
    "/invitations/look": "OPTIONS, POST",
    "/invitations/redeem": "OPTIONS, POST",
    "/trash": "DELETE, GET, HEAD, OPTIONS",
    "/tasks/1/move": "OPTIONS, POST",
    "/trash/1/restore": "OPTIONS, POST",
    "/labels": "GET, HEAD, OPTIONS",
    "/labels/rename": "OPTIONS, POST",
    "/users": "OPTIONS, POST",
    "/users/miguel": "DELETE, GET, HEAD, OPTIONS, PUT",
    "/tokens": "GET, HEAD, OPTIONS, POST",
    "/tokens/1": "DELETE, GET, HEAD, OPTIONS",
    "/healthz": "GET, HEAD, OPTIONS",
    "/readyz": "GET, HEAD, OPTIONS",
    "/openapi.json": "GET, HEAD, OPTIONS",
    "/openapi.yaml": "GET, HEAD, OPTIONS",
}
EVERY_METHOD = ("GET", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")
READABLE = [path for path, methods in METHODS.items() if "GET" in methods]
NOWHERE = (
    "",
    "/",
    "/nothing",
    "/tasks/",
    "/tasks/1/",
    "/tasks//1",
    "//tasks",
    "/tasks/1/2",
    "/Tasks",
    "/users/",
    "/users/miguel/",
    "/healthz/",
    "/openapi",
    "/openapi.json/",
    "/tasks%2F1",
    "/%FF",
)


class TestHealth:
    """GET /healthz."""

    def test_is_open_to_everybody(self, anonymous: TestClient) -> None:
        response = anonymous.get("/healthz")
        assert (response.status_code, response.json()) == (200, {"status": "ok"})

    def test_does_not_look_at_credentials(self, app: ContractApp) -> None:
        assert client_of(app, "nobody", "wrong password").get("/healthz").status_code == 200


AS_SERVED = DOCUMENT.read_text("utf-8").replace(
    "  - url: /todo/api/v1.0\n", "  - url: http://localhost/todo/api/v1.0\n"
)
"""The document names the server that it comes from."""


class TestDocument:
    """The contract, served beside what it describes."""

    def test_is_there_as_json(self, anonymous: TestClient) -> None:
        response = anonymous.get("/openapi.json")
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/json"
        assert response.json() == yaml.safe_load(AS_SERVED)

    def test_is_there_as_yaml_to_the_last_byte(self, anonymous: TestClient) -> None:
        response = anonymous.get("/openapi.yaml")
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/yaml"
        assert response.text == AS_SERVED

    def test_keeps_its_named_schemas_and_names_no_python(self, anonymous: TestClient) -> None:
        response = anonymous.get("/openapi.json")
        assert {"Task", "TaskToCreate", "TaskChanges", "User"} <= response.json()["components"][
            "schemas"
        ].keys()
        assert "$ref" in response.text
        assert "todo_api" not in response.text
        assert not re.search(r'"x-\w*Func"', response.text)

    def test_is_not_sent_again_to_a_client_that_has_it(
        self, anonymous: TestClient, subtests: pytest.Subtests
    ) -> None:
        for path in ("/openapi.json", "/openapi.yaml"):
            tag = anonymous.get(path).headers["ETag"]
            assert re.fullmatch(r'"[^"]+"', tag)
            for known in (tag, f'"another", {tag}', f"W/{tag}", "*"):
                with subtests.test(path, known=known):
                    again = anonymous.get(path, headers={"If-None-Match": known})
                    assert (again.status_code, again.content) == (304, b"")
                    assert again.headers["ETag"] == tag
            for other in ('"another"', "", 'W/"another"', tag[1:-1]):
                with subtests.test(path, other=other):
                    again = anonymous.get(path, headers={"If-None-Match": other})
                    assert again.status_code == 200

    def test_has_a_tag_for_each_of_its_forms(self, anonymous: TestClient) -> None:
        tags = {anonymous.get(f"/openapi.{form}").headers["ETag"] for form in ("json", "yaml")}
        assert len(tags) == 2


class TestMethods:
    """What HTTP asks of every path."""

    def test_options_are_told_to_everybody(
        self, anonymous: TestClient, subtests: pytest.Subtests
    ) -> None:
        for path, methods in METHODS.items():
            with subtests.test(path):
                response = anonymous.options(path)
                assert (response.status_code, response.content) == (204, b"")
                assert response.headers["Allow"] == methods

    def test_other_methods_are_refused_to_everybody(
        self, anonymous: TestClient, miguel: TestClient, subtests: pytest.Subtests
    ) -> None:
        for path, methods in METHODS.items():
            for method in set(EVERY_METHOD) - set(methods.split(", ")):
                with subtests.test(f"{method} {path}"):
                    for client in (anonymous, miguel):
                        response = client.request(method, path)
                        assert_problem(response, 405)
                        assert response.headers["Allow"] == methods

    def test_head_is_refused_where_get_is(self, miguel: TestClient) -> None:
        response = miguel.head("/users")
        assert (response.status_code, response.content) == (405, b"")
        assert response.headers["Allow"] == METHODS["/users"]

    def test_head_is_get_without_the_body(
        self, miguel: TestClient, subtests: pytest.Subtests
    ) -> None:
        miguel.post("/tasks", json={"title": "Buy groceries"})
        named = {"X-Request-Id": "the-same-for-both"}
        for path in (*READABLE, "/tasks/2", "/users/susan", "/nothing", "/tasks?colour=blue"):
            with subtests.test(path):
                get = miguel.get(path, headers=named)
                head = miguel.head(path, headers=named)
                assert (head.status_code, head.content) == (get.status_code, b"")
                assert head.headers == get.headers

    def test_other_paths_are_not_found_and_lead_nowhere(
        self, anonymous: TestClient, miguel: TestClient, subtests: pytest.Subtests
    ) -> None:
        for path in NOWHERE:
            for method in ("GET", "POST", "PUT", "DELETE"):
                with subtests.test(f"{method} {path}"):
                    for client in (anonymous, miguel):
                        response = client.request(method, path, follow_redirects=False)
                        assert_problem(response, 404)


class TestRequestIds:
    """X-Request-Id."""

    def test_a_sane_one_is_taken_over(
        self, anonymous: TestClient, subtests: pytest.Subtests
    ) -> None:
        for sane in ("4f1c2a90-buy-milk", "a", "A.b_c-9", "x" * 64):
            with subtests.test(sane):
                response = anonymous.get("/healthz", headers={"X-Request-Id": sane})
                assert response.headers["X-Request-Id"] == sane

    def test_another_one_is_replaced(
        self, anonymous: TestClient, subtests: pytest.Subtests
    ) -> None:
        for other in (b"", b" ", b"x" * 65, b"a b", b"<script>", b"a,b", "é".encode(), b"a\tb"):
            with subtests.test(other=other):
                response = anonymous.get("/healthz", headers={b"X-Request-Id": other})
                assert re.fullmatch("[0-9a-f]{32}", response.headers["X-Request-Id"])

    def test_every_answer_has_one_of_its_own(
        self, anonymous: TestClient, subtests: pytest.Subtests
    ) -> None:
        for method, path in (
            ("GET", "/healthz"),
            ("GET", "/tasks"),
            ("OPTIONS", "/tasks"),
            ("PATCH", "/tasks"),
            ("GET", "/nothing"),
            ("GET", "/openapi.json"),
            ("GET", "/ui/"),
            ("GET", "/healthz?colour=blue"),
            ("GET", "/healthz?_=" + "x" * 9_000),
        ):
            with subtests.test(f"{method} {path}"):
                ids = [anonymous.request(method, path).headers["X-Request-Id"] for _ in range(2)]
                assert ids[0] != ids[1]


class TestAccept:
    """The Accept header."""

    def test_a_client_that_accepts_json_gets_it(
        self, miguel: TestClient, subtests: pytest.Subtests
    ) -> None:
        for accept in (
            "*/*",
            "application/*",
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/json;q=0.1, text/html",
            "text/html, */*;q=0.1",
            "application/problem+json, application/json",
            "nonsense",
            "",
        ):
            with subtests.test(accept):
                response = miguel.get("/tasks", headers={"Accept": accept})
                assert (response.status_code, response.json()) == (200, {"tasks": []})

    def test_a_client_that_does_not_accept_json_is_told_so(
        self, anonymous: TestClient, miguel: TestClient, subtests: pytest.Subtests
    ) -> None:
        for accept in (
            "text/html",
            "text/json",
            "application/xml",
            "image/*",
            "application/json;q=0",
            "*/*;q=0",
        ):
            with subtests.test(accept):
                for client in (anonymous, miguel):
                    headers = {"Accept": accept}
                    assert_problem(client.get("/healthz", headers=headers), 406)
                    assert_problem(client.post("/tasks", json={}, headers=headers), 406)

    def test_a_client_that_asks_for_it_gets_problems_by_rfc_9457(
        self, miguel: TestClient, subtests: pytest.Subtests
    ) -> None:
        for method, path, status, title in (
            ("GET", "/tasks/1", 404, "Not found"),
            ("GET", "/nothing", 404, "Not found"),
            ("PATCH", "/tasks", 405, "Method not allowed"),
            ("POST", "/tasks", 400, "Bad request"),
            ("GET", "/tasks?colour=blue", 400, "Bad request"),
            ("GET", "/tasks?_=" + "x" * 9_000, 414, "URI too long"),
        ):
            with subtests.test(f"{method} {path}"):
                problem = self.problem_of(miguel, method, path)
                assert problem["status"] == status
                assert (problem["title"], problem["error"]) == (title, title)

    def test_clients_without_credentials_get_them_too(self, anonymous: TestClient) -> None:
        assert self.problem_of(anonymous, "GET", "/tasks") == {
            "type": "/problems#401",
            "title": "Unauthorized access",
            "status": 401,
            "error": "Unauthorized access",
            "code": "unauthorized",
        }

    def test_a_problem_says_all_that_an_error_says(self, miguel: TestClient) -> None:
        error = miguel.post("/tasks", json={"title": 1, "urgent": True}).json()
        body = {"json": {"title": 1, "urgent": True}}
        problem = self.problem_of(miguel, "POST", "/tasks", **body)
        assert problem.items() >= error.items()
        assert len(problem["errors"]) == 2

    def test_the_type_of_a_problem_leads_to_its_explanation(self, anonymous: TestClient) -> None:
        page, _, anchor = self.problem_of(anonymous, "GET", "/tasks")["type"].partition("#")
        explained = anonymous.get(f"http://localhost{page}")
        assert explained.status_code == 200
        assert f'id="{anchor}"' in explained.text

    def test_a_problem_says_that_accept_decided_on_its_form(self, anonymous: TestClient) -> None:
        for accept in ("application/json", "application/problem+json"):
            response = anonymous.get("/tasks", headers={"Accept": accept})
            assert "Accept" in response.headers["Vary"].split(", ")

    @staticmethod
    def problem_of(client: TestClient, method: str, path: str, **sent: Any) -> dict[str, Any]:  # noqa: ANN401
        response = client.request(
            method, path, **sent, headers={"Accept": "application/problem+json"}
        )
        assert response.headers["Content-Type"] == "application/problem+json"
        problem: dict[str, Any] = response.json()
        assert problem["status"] == response.status_code
        return problem


class TestOutage:
    """A database that fails and recovers."""

    def test_of_a_postgresql_server(self, server: PostgreSQLServer) -> None:
        database = Database(server.url)
        migrate(database)
        app = create_app(settings_for(server.url))
        with client_of(app) as anonymous:
            miguel = registered(app, database, "miguel")
            assert miguel.post("/tasks", json={"title": "Buy groceries"}).status_code == 201
            server.stop()
            assert_everything_is_unavailable(anonymous, miguel)
            server.start()
            assert anonymous.get("/readyz").status_code == 200
            assert [task["id"] for task in miguel.get("/tasks").json()["tasks"]] == [1]
        database.close()

    def test_of_a_sqlite_file(self, tmp_path: Path) -> None:
        path = tmp_path / "todo.db"
        database = Database(f"sqlite:///{path}")
        migrate(database)
        app = create_app(settings_for(f"sqlite:///{path}"))
        miguel = registered(app, database, "miguel")
        database.close()
        content = path.read_bytes()
        path.write_bytes(b"This is no database any more. " * 1_000)
        with client_of(app) as anonymous:
            assert_everything_is_unavailable(anonymous, miguel)
            path.write_bytes(content)
            assert anonymous.get("/readyz").status_code == 200
            assert miguel.get("/tasks").json() == {"tasks": []}

    @pytest.fixture
    def server(self) -> Iterator[PostgreSQLServer]:
        """A server that no other test uses."""
        with postgresql_server() as server:
            yield server


def assert_everything_is_unavailable(anonymous: TestClient, miguel: TestClient) -> None:
    """Assert that each operation answers 503, and says when to try again."""
    for operation in OPERATIONS.keys() - {"get_health"}:
        response = ask(miguel, operation)
        assert_problem(response, 503)
        assert int(response.headers["Retry-After"]) >= 1
        assert response.json() == {
            "error": "Service unavailable",
            "code": "service_unavailable",
            "detail": "The database cannot be reached or is too busy at the moment.",
        }
    assert anonymous.get("/openapi.json").status_code == 200
    assert json.loads(anonymous.get("/tasks").text) == {
        "error": "Unauthorized access",
        "code": "unauthorized",
    }


def test_a_database_of_another_version_stops_the_start(tmp_path: Path) -> None:
    app = create_app(Settings(database_url=f"sqlite:///{tmp_path}/todo.db"))
    with pytest.raises(DatabaseUnusableError, match="run `todo-api init`"), TestClient(app):
        pass
