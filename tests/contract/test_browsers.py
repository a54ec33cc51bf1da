"""Web pages as clients: preflights, what pages of other origins may read, and what they may not."""

from collections.abc import Iterator

import pytest

from tests.support.asgi import call
from tests.support.documents import Functions
from tests.support.keys import Keys
from tests.support.problems import assert_problem
from todo_api.contract import Browsers, ContractApp, Conventions, Document, Workers

APP = "https://app.example"
EVIL = "https://evil.example"
DOCUMENT = """
openapi: 3.0.3
info: {title: A test, version: '1'}
paths:
  /notes:
    parameters: [{name: X-Tenant, in: header, schema: {type: string}}]
    get:
      operationId: see
      security: []
      parameters: [{name: If-None-Match, in: header, schema: {type: string}}]
      responses: {'200': {description: ., headers: {ETag: {schema: {type: string}}}}}
    patch:
      operationId: write
      security: [{key: []}]
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'200': {description: ., headers: {Link: {schema: {type: string}}}}}
components: {securitySchemes: {key: {type: http, scheme: bearer}}}
"""
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def write(body: dict[str, str] | None, x_tenant: str | None) -> dict[str, object]:
    return {"tenant": x_tenant, **(body or {})}


def make(*origins: str) -> Iterator[ContractApp]:
    workers = Workers(1)
    app = ContractApp(__name__, browsers=Browsers(HEADERS, origins))
    app.add_api(
        Document(DOCUMENT),
        resolver=Functions({"see": lambda **_: {}, "write": write}),
        workers=workers,
        authenticators={"key": Keys(("open sesame",))},
        conventions=Conventions(unchallenged=("X-Signal", "Flags")),
    )
    yield app
    workers.close()


@pytest.fixture(scope="module")
def app() -> Iterator[ContractApp]:
    yield from make(APP, "http://localhost:3000")


@pytest.fixture(scope="module")
def closed() -> Iterator[ContractApp]:
    yield from make()


def preflight(app: ContractApp, origin: str, path: str = "/notes") -> dict[str, str]:
    asked = [("Origin", origin), ("Access-Control-Request-Method", "PATCH")]
    answer = call(app, "OPTIONS", path, asked)
    assert answer.status_code == (204 if path == "/notes" else 404)
    return {
        name: value
        for name, value in answer.headers.items()
        if name.startswith("access-control-") or name == "vary"
    }


@pytest.mark.parametrize("origin", [APP, "http://localhost:3000"])
def test_a_preflight_of_an_allowed_origin_tells_all_that_the_document_has(
    app: ContractApp, origin: str
) -> None:
    assert preflight(app, origin) == {
        "vary": "Origin",
        "access-control-allow-origin": origin,
        "access-control-allow-methods": "GET, HEAD, OPTIONS, PATCH",
        "access-control-allow-headers": (
            "Authorization, Content-Type, If-None-Match, X-Request-Id, X-Signal, X-Tenant"
        ),
        "access-control-max-age": "7200",
        "access-control-expose-headers": "ETag, Link, X-Request-Id",
    }


@pytest.mark.parametrize(
    "origin",
    [
        EVIL,
        "null",
        "*",
        "",
        "https://app.example:443",
        "http://app.example",
        "https://APP.example",
        "https://app.example.evil.example",
        "https://app.example, https://evil.example",
    ],
)
def test_another_origin_is_told_nothing(app: ContractApp, origin: str) -> None:
    assert preflight(app, origin) == {"vary": "Origin"}
    answer = call(app, "GET", "/notes", [("Origin", origin)])
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_without_allowed_origins_nothing_is_said_of_them(closed: ContractApp) -> None:
    assert preflight(closed, APP) == {}
    assert "Vary" not in call(closed, "GET", "/notes", [("Origin", APP)]).headers


@pytest.mark.parametrize(
    ("method", "path", "fields", "status"),
    [
        ("GET", "/notes", [], 200),
        ("GET", "/notes?colour=blue", [], 400),
        ("PATCH", "/notes", [("Content-Type", "application/json")], 401),
        ("PATCH", "/notes", [("X-Signal", "Flags")], 403),
        ("GET", "/nothing", [], 404),
        ("DELETE", "/notes", [], 405),
        ("GET", "/notes", [("Accept", "image/png")], 406),
        ("GET", "/notes?x=" + "x" * 9_000, [], 414),
        ("GET", "/notes", [("X", "x" * 20_000)], 431),
        ("GET", "/openapi.json", [], 200),
    ],
)
def test_errors_can_be_read_by_allowed_pages_as_well(
    app: ContractApp, method: str, path: str, fields: list[tuple[str, str]], status: int
) -> None:
    answer = call(app, method, path, [("Origin", APP), *fields])
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    assert "Origin" in answer.headers["Vary"].split(", ")
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    without = call(app, method, path, fields)
    assert "Origin" in without.headers["Vary"].split(", ")


SESAME = ("Authorization", "Bearer open sesame")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ([], 200),
        ([("Sec-Fetch-Site", "same-origin"), ("Origin", "http://localhost")], 200),
        ([("Sec-Fetch-Site", "none")], 200),
        ([("Sec-Fetch-Site", "a value of the future")], 200),
        ([("Origin", "http://localhost")], 200),
        ([("Origin", "https://localhost")], 200),  # as behind a proxy that has the certificate
        ([("Origin", APP)], 200),
        ([("Origin", EVIL)], 403),
        ([("Origin", "null")], 403),
        ([("Origin", "http://localhost:8080")], 403),
        ([("Sec-Fetch-Site", "cross-site")], 403),
        ([("Sec-Fetch-Site", "cross-site"), ("Origin", EVIL)], 403),
        ([("Sec-Fetch-Site", "cross-site"), ("Origin", "null")], 403),
        ([("Sec-Fetch-Site", "same-site"), ("Origin", "http://localhost:8080")], 403),
        ([("Sec-Fetch-Site", "cross-site"), ("Origin", APP)], 200),
        ([("Sec-Fetch-Site", "same-site"), ("Origin", "http://localhost:3000")], 200),
    ],
)
def test_a_page_of_another_site_changes_nothing(
    app: ContractApp, fields: list[tuple[str, str]], status: int
) -> None:
    answer = call(app, "PATCH", "/notes", [SESAME, *fields])
    if status == 200:
        assert answer.json() == {"tenant": None}
    else:
        assert_problem(answer, 403)
        assert "page of another site" in answer.json()["detail"]
    assert call(app, "GET", "/notes", [SESAME, *fields]).status_code == 200


def test_how_an_answer_is_cached_may_be_its_own_business(app: ContractApp) -> None:
    assert call(app, "GET", "/notes").headers["Cache-Control"] == "no-store"
    assert call(app, "GET", "/openapi.json").headers["Cache-Control"] == "no-cache"
