"""Throttling, as clients see it: failed logins, and requests beyond a limit."""

import asyncio
import re
import time
from dataclasses import replace

import httpx2
import pytest
from starlette.testclient import TestClient

from tests.support.asgi import ask, call
from tests.support.clients import PASSWORD, client_of, registered
from tests.support.keys import basic
from tests.support.problems import assert_problem
from todo_api.application import create_app
from todo_api.contract import ContractApp
from todo_api.identity.accounts import LEAST_REFUSAL_SECONDS
from todo_api.settings import Settings
from todo_api.site import DemoUser
from todo_api.storage import Database
from todo_api.throttling import Window

API = "/todo/api/v1.0"
MIGUEL = basic("miguel", PASSWORD)


def app_with(
    settings: Settings, rate_limit: Window | None = None, address_rate_limit: Window | None = None
) -> ContractApp:
    limited = replace(settings, rate_limit=rate_limit, address_rate_limit=address_rate_limit)
    return create_app(limited)


class TestLogins:
    """Logins that fail."""

    def test_five_a_minute_may_fail_at_an_account_then_it_is_429(
        self, app: ContractApp, miguel: TestClient
    ) -> None:
        assert miguel.get("/tasks").status_code == 200
        for guess in range(5):
            assert_problem(client_of(app, "miguel", f"guess {guess}").get("/tasks"), 401)
        refused = client_of(app, "miguel", "guess 5").get("/tasks")
        assert_problem(refused, 429)
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert refused.json()["detail"].startswith("Too many logins from your address have failed")
        # Whoever is at work with the right password notices nothing.
        assert miguel.get("/tasks").status_code == 200

    def test_an_unknown_user_gets_the_same_answers(
        self, app: ContractApp, miguel: TestClient
    ) -> None:
        assert miguel.get("/healthz").status_code == 200
        answers = [
            [client_of(app, name, f"guess {guess}").get("/tasks").status_code for guess in range(7)]
            for name in ("miguel", "nobody")
        ]
        assert answers[0] == answers[1] == [401] * 5 + [429] * 2

    def test_nobody_learns_who_has_logged_in_from_an_address(
        self, settings: Settings, database: Database
    ) -> None:
        app = create_app(replace(settings, remember_seconds=0))
        with registered(app, database, "miguel") as miguel:
            assert miguel.get("/tasks").status_code == 200
            for guess in range(20):
                client_of(app, f"nobody-{guess}", "a guess").get("/tasks")
            times = []
            for name in ("miguel", "nobody"):
                began = time.monotonic()
                refused = client_of(app, name, "a guess").get("/tasks")
                times.append(time.monotonic() - began)
                assert_problem(refused, 429)
            assert min(times) >= LEAST_REFUSAL_SECONDS
            assert miguel.get("/tasks").status_code == 200

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("GET", "/tasks", None),
            ("POST", "/tasks", {"title": "Rest"}),
            ("PUT", "/tasks/1", {"title": "Rest"}),
            ("POST", "/tasks/batch", {"operations": []}),
            ("GET", "/tasks/export", None),
            ("PUT", "/users/miguel", {"email": "miguel@example.com"}),
            ("DELETE", "/users/miguel", None),
        ],
    )
    def test_every_operation_refuses_in_the_same_way(
        self, app: ContractApp, method: str, path: str, body: dict[str, object] | None
    ) -> None:
        for guess in range(20):
            client_of(app, f"nobody-{guess}", "a guess").get("/tasks")
        stranger = client_of(app, "miguel", "a guess")
        assert_problem(stranger.request(method, path, json=body), 429)

    def test_a_large_body_of_a_guesser_is_not_read(self, app: ContractApp) -> None:
        for guess in range(5):
            call(app, "GET", f"{API}/tasks", [basic("miguel", f"guess {guess}")])
        fields = [basic("miguel", "a guess"), ("Content-Type", "text/csv")]
        path = f"{API}/tasks/import"
        assert call(app, "POST", path, fields, b"title\n" * 100_000).status_code == 429

    def test_says_the_same_by_rfc_9457(self, app: ContractApp) -> None:
        for guess in range(5):
            client_of(app, "miguel", f"guess {guess}").get("/tasks")
        refused = client_of(app, "miguel", "a guess").get(
            "/tasks", headers={"Accept": "application/problem+json"}
        )
        assert refused.json()["type"].endswith("#429")

    def test_the_demo_lets_test_tools_guess(self, settings: Settings) -> None:
        with client_of(
            create_app(settings, demo=DemoUser("miguel", "python")), "nobody", "a guess"
        ) as stranger:
            assert {stranger.get("/tasks").status_code for _ in range(30)} == {401}


class TestRequests:
    """Requests beyond a limit."""

    def test_without_a_limit_no_answer_tells_of_one(self, miguel: TestClient) -> None:
        assert not [name for name in miguel.get("/tasks").headers if "ratelimit" in name.lower()]

    def test_a_user_may_send_so_many_and_each_answer_tells_what_is_left(
        self, settings: Settings, database: Database
    ) -> None:
        app = app_with(settings, rate_limit=Window(3, 60))
        with registered(app, database, "miguel") as miguel:
            for left in (2, 1, 0):
                response = miguel.get("/tasks")
                assert response.status_code == 200
                assert response.headers["RateLimit-Policy"] == '"user";q=3;w=60'
                quota = re.fullmatch(r'"user";r=(\d+);t=(\d+)', response.headers["RateLimit"])
                assert quota
                assert int(quota[1]) == left
                assert 1 <= int(quota[2]) <= 60
            refused = miguel.get("/tasks")
            assert_problem(refused, 429)
            assert 1 <= int(refused.headers["Retry-After"]) <= 60
            assert refused.headers["RateLimit"].startswith('"user";r=0;t=')

    def test_each_user_has_a_limit_of_their_own(
        self, settings: Settings, database: Database
    ) -> None:
        app = app_with(settings, rate_limit=Window(1, 60))
        with registered(app, database, "miguel") as miguel:
            susan = registered(app, database, "susan")
            assert [miguel.get("/tasks").status_code for _ in range(2)] == [200, 429]
            assert [susan.post("/tasks/batch", json={"operations": []}).status_code] == [400]
            assert susan.get("/tasks/export").status_code == 429

    def test_options_and_304_are_free(self, settings: Settings, database: Database) -> None:
        app = app_with(settings, rate_limit=Window(2, 60), address_rate_limit=Window(2, 60))
        with registered(app, database, "miguel") as miguel:
            tag = miguel.get("/tasks").headers["ETag"]
            for _ in range(5):
                options = miguel.options("/tasks")
                assert options.status_code == 204
                assert "RateLimit" not in options.headers
                unchanged = miguel.get("/tasks", headers={"If-None-Match": tag})
                assert unchanged.status_code == 304
                assert unchanged.headers["RateLimit"].count(";r=1;") == 2
            assert miguel.get("/tasks").status_code == 200
            assert miguel.get("/tasks").status_code == 429

    def test_an_address_has_a_limit_for_everything_that_it_asks(
        self, settings: Settings, database: Database
    ) -> None:
        app = app_with(settings, address_rate_limit=Window(5, 60))
        registered(app, database, "miguel")

        async def visit(address: str) -> list[httpx2.Response]:
            return [
                await ask(app, "GET", path, [MIGUEL], client=address)
                for path in ("/", "/nothing", f"{API}/tasks", f"{API}/healthz", "/problems")
            ]

        async def visits() -> list[httpx2.Response]:
            answers = await visit("192.0.2.1")
            answers += await visit("192.0.2.1")
            answers += await visit("192.0.2.2")
            answers += await visit("2001:db8::1")
            return answers + await visit("2001:db8::2")

        with TestClient(app):
            answers = asyncio.run(visits())
        refused = [answer.status_code == 429 for answer in answers]
        assert refused == [False] * 5 + [True] * 5 + [False] * 10 + [True] * 5
        for answer in answers:
            assert answer.headers["RateLimit-Policy"] == '"address";q=5;w=60'
            assert "X-Request-Id" in answer.headers
        assert_problem(answers[5], 429)

    def test_a_wrong_password_counts_for_the_address_alone(
        self, settings: Settings, database: Database
    ) -> None:
        app = app_with(settings, rate_limit=Window(2, 60), address_rate_limit=Window(9, 60))
        with registered(app, database, "miguel") as miguel:
            refused = client_of(app, "miguel", "a guess").get("/tasks")
            assert refused.headers["RateLimit-Policy"] == '"address";q=9;w=60'
            assert [miguel.get("/tasks").status_code for _ in range(3)] == [200, 200, 429]
