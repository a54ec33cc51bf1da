"""What browsers are told: the security headers of all answers, and whose pages may use the API."""

import re
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import httpx2
import pytest
import yaml
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of
from tests.support.problems import assert_problem
from todo_api.application import create_app
from todo_api.browsers import ANSWERS, OF_CLIENT, OF_PAGES, ONLY_ENCRYPTED
from todo_api.document import document_path
from todo_api.settings import Settings
from todo_api.site.pages import ASSETS

APP = "https://app.example"
BASE = "http://localhost"
DOCUMENT = yaml.safe_load(document_path().read_text("utf-8"))
OPERATIONS = [
    (method.upper(), re.sub(r"{\w+_id}", "1", path).replace("{username}", "miguel"), operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
]
PAGES = ["/", "/join", "/worker.js", "/problems", "/todo/api/v1.0/ui", "/todo/api/v1.0/ui/"]
FILES = [f"/assets/{name}" for name in ASSETS]
OF_THE_CALLER = "private, no-cache, no-transform"
"""How what belongs to the caller may be kept if the answer has an entity tag."""
SAFE = {"GET", "HEAD"}


def assert_guarded(response: httpx2.Response, **but: str) -> None:
    """Assert that an answer has all security headers."""
    expected = ANSWERS | {name.replace("_", "-"): value for name, value in but.items()}
    if response.headers["Cache-Control"] == OF_THE_CALLER:
        assert response.is_success or response.status_code == HTTPStatus.NOT_MODIFIED
        expected["Cache-Control"] = OF_THE_CALLER
    found = {name: response.headers.get(name) for name in expected}
    assert found == expected, response.request.url


def requests_for(method: str, operation: dict[str, Any]) -> list[tuple[dict[str, Any], int | None]]:
    """Return what to send to an operation, with the status if it is known."""
    cross_site = (
        [({"headers": {"Sec-Fetch-Site": "cross-site"}}, 403)] if method not in SAFE else []
    )
    with_body = [({"content": b"x", "headers": {"Content-Type": "image/png"}}, 415)]
    too_large = {"Content-Type": "application/json", "Content-Length": "99999999"}
    return [
        ({}, None),
        ({"headers": {"Accept": "image/png"}}, 406),
        ({"headers": {"Accept": "application/problem+json"}}, None),
        ({"params": {"_": "x" * 9000}}, 414),
        ({"headers": {"X": "x" * 20_000}}, 431),
        ({"params": {"colour": "blue"}}, None),
        *cross_site,
        *(with_body if "requestBody" in operation else []),
        *([({"content": b"{}", "headers": too_large}, None)] if "requestBody" in operation else []),
    ]


def test_every_answer_of_every_operation_has_the_security_headers(
    anonymous: TestClient, miguel: TestClient, subtests: pytest.Subtests
) -> None:
    miguel.post("/tasks", json={"title": "Buy groceries"})
    # What deletes the user comes last.
    for method, path, operation in sorted(OPERATIONS, key=lambda each: each[0] == "DELETE"):
        for client in (anonymous, miguel):
            for sent, status in requests_for(method, operation):
                with subtests.test(f"{method} {path}", sent=str(sent)[:99]):
                    response = client.request(method, path, **sent)
                    assert status in {None, response.status_code}
                    assert_guarded(response)
        for other in ("OPTIONS", "TRACE", "HEAD"):
            with subtests.test(f"{other} {path}"):
                assert_guarded(miguel.request(other, path))


def test_what_a_tag_saves_has_them_too(miguel: TestClient) -> None:
    tag = miguel.get("/tasks").headers["ETag"]
    unchanged = miguel.get("/tasks", headers={"If-None-Match": tag})
    assert unchanged.status_code == HTTPStatus.NOT_MODIFIED
    assert_guarded(unchanged)


def test_so_has_what_is_not_there_and_what_cannot_be_read(
    anonymous: TestClient, subtests: pytest.Subtests
) -> None:
    for method, path in (("GET", "/nothing"), ("POST", "/"), ("GET", f"{BASE}/assets/no.js")):
        with subtests.test(path):
            assert_guarded(anonymous.request(method, path))
    with subtests.test("another host"):
        assert_guarded(anonymous.get("/healthz", headers={"Host": "evil.example"}))


def test_so_has_an_outage() -> None:
    nowhere = Settings(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none")
    with client_of(create_app(nowhere)) as client:
        response = client.get("/readyz")
    assert_problem(response, 503)
    assert_guarded(response)


def test_the_web_client_is_held_to_all_that_pages_are_and_to_trusted_types() -> None:
    policy = OF_CLIENT["Content-Security-Policy"].split("; ")
    assert set(policy) == {
        *OF_PAGES["Content-Security-Policy"].split("; "),
        "require-trusted-types-for 'script'",
        "trusted-types worker",
        "manifest-src 'self'",
    }


@pytest.mark.parametrize("path", [*PAGES, *FILES, "/todo/api/v1.0/openapi.json"])
def test_pages_and_files_run_nothing_from_elsewhere(anonymous: TestClient, path: str) -> None:
    own = {} if path.endswith(".json") else OF_CLIENT if path in {"/", "/join"} else OF_PAGES
    expected = ANSWERS | {"Cache-Control": "no-cache"} | own
    for method in ("GET", "HEAD"):
        response = anonymous.request(method, BASE + path, follow_redirects=False)
        assert {name: response.headers.get(name) for name in expected} == expected
        again = anonymous.get(BASE + path, headers={"If-None-Match": "*"}, follow_redirects=False)
        assert {name: again.headers.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("settings", "is_told"),
    [
        (Settings(public_url="https://todo.example"), True),
        (Settings(public_url="http://todo.example"), False),
        (Settings(tls_certificate="todo.pem", tls_key="todo.key"), True),
        (Settings(), False),
    ],
    ids=["https", "http", "TLS", "neither"],
)
def test_browsers_are_to_come_by_https_alone_where_there_is_https(
    settings: Settings, *, is_told: bool
) -> None:
    client = client_of(create_app(settings))
    for path in ("/openapi.json", "/nothing", "/tasks", f"{BASE}/problems"):
        told = client.get(path).headers.get("Strict-Transport-Security")
        assert told == (ONLY_ENCRYPTED if is_told else None)


class TestCors:
    """TODO_CORS_ORIGINS."""

    def test_is_off_by_default(self, anonymous: TestClient) -> None:
        asked = {"Origin": APP, "Access-Control-Request-Method": "PATCH"}
        for response in (
            anonymous.options("/tasks/1", headers=asked),
            anonymous.get("/tasks", headers=asked),
        ):
            names = [n for n in response.headers if n.lower().startswith("access-control")]
            assert names == []
            assert "Origin" not in response.headers.get("Vary", "")

    @pytest.mark.usefixtures("miguel")
    def test_lets_the_pages_of_an_origin_do_all_that_a_client_can(self, settings: Settings) -> None:
        allowed = create_app(replace(settings, cors_origins=(APP,)))
        with client_of(allowed, "miguel", PASSWORD) as client:
            client.headers = {"Origin": APP, "Sec-Fetch-Site": "cross-site"}
            asked = {"Access-Control-Request-Method": "PATCH"}
            told = client.options("/tasks/1", headers=asked, auth=("", "")).headers
            assert told["Access-Control-Allow-Methods"].split(", ")[4] == "PATCH"
            assert {
                "Authorization",
                "Content-Type",
                "Idempotency-Key",
                "If-Match",
                "If-None-Match",
                "X-Requested-With",
            } <= set(told["Access-Control-Allow-Headers"].split(", "))
            created = client.post("/tasks", json={"title": "Buy groceries"})
            assert created.status_code == HTTPStatus.CREATED
            assert created.headers["Access-Control-Allow-Origin"] == APP
            exposed = created.headers["Access-Control-Expose-Headers"].split(", ")
            assert {"ETag", "Link", "Location", "Retry-After", "X-Request-Id"} <= set(exposed)
            missing = client.get("/tasks/2")
            assert_problem(missing, 404)
            assert missing.headers["Access-Control-Allow-Origin"] == APP
            assert "Access-Control-Allow-Credentials" not in missing.headers

    def test_lets_no_other_origin_write(self, miguel: TestClient) -> None:
        for site in ("cross-site", "same-site"):
            headers = {"Sec-Fetch-Site": site, "Origin": "https://evil.example"}
            refused = miguel.post("/tasks", json={"title": "Spam"}, headers=headers)
            assert_problem(refused, 403)
        for site in ("same-origin", "none"):
            taken = miguel.post("/tasks", json={"title": "Rest"}, headers={"Sec-Fetch-Site": site})
            assert taken.status_code == HTTPStatus.CREATED
        assert len(miguel.get("/tasks").json()["tasks"]) == 2
