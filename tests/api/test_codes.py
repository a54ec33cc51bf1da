"""Programs tell errors by codes: each is in the document, explained, and provoked by a test."""

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of
from tests.support.contract import DOCUMENT, EXAMPLES
from tests.support.sockets import BASE, head, served
from todo_api.application import create_app
from todo_api.settings import Settings
from todo_api.site.explanations import CODES, FAULT_CODES
from todo_api.throttling import Window

SCHEMAS = DOCUMENT["components"]["schemas"]
LINES = {"Content-Type": "application/json"}

PROVOKED: list[tuple[str, str, str, dict[str, Any]]] = [
    ("malformed_body", "POST", "/tasks", {"content": "{", "headers": LINES}),
    ("malformed_body", "POST", "/tasks", {"content": b'"\xff"', "headers": LINES}),
    ("missing_body", "POST", "/tasks", {}),
    ("unexpected_body", "DELETE", "/tasks/1", {"content": "now"}),
    ("unknown_host", "GET", "/tasks", {"headers": {"Host": "elsewhere.example"}}),
    ("method_not_allowed", "PUT", "/tasks", {}),
    ("bad_request", "GET", "/tasks?q=%ff", {}),
]
"""What no example of the document shows: a code, and a request that is answered with it."""

FAULTS_PROVOKED: list[tuple[str, str, str, dict[str, Any]]] = [
    ("read_only", "PUT", "/tasks/1", {"json": {"id": 2}}),
    ("repeated", "GET", "/tasks?limit=1&limit=2", {}),
    ("too_deep", "PUT", "/tasks/1", {"json": {"parent_id": 6}}),
    ("too_few", "PUT", "/tasks/1", {"json": {}}),
    ("too_short", "POST", "/tasks", {"json": {"title": ""}}),
    ("too_small", "GET", "/tasks?limit=0", {}),
    ("wrong_form", "POST", "/tasks", {"json": {"title": "Read", "due": "tomorrow"}}),
    ("wrong_type", "POST", "/tasks", {"json": {"title": 1}}),
    ("weak_password", "POST", "/users", {"json": {"username": "eve", "password": "password1"}}),
]
ON_THE_WIRE = {
    "not_implemented": b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "http_version_not_supported": b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n",
    "bad_request": b"GET / HTTP/0.9\r\n\r\n",
}
"""What is no HTTP/1.1, which only the server sees."""

OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}
WRITES = [name for name in OPERATIONS if not name.startswith("GET ")]
PLACES = {"task_id": 1, "list_id": 1, "username": "susan", "token_id": 1, "invitation_id": 1}


def codes_in(value: object, kind: str) -> Iterator[str]:
    """Yield the codes of errors, or of faults, in an example."""
    if isinstance(value, dict):
        if kind in value and "code" in value:
            yield value["code"]
        for member in value.values():
            yield from codes_in(member, kind)
    if isinstance(value, list):
        for item in value:
            yield from codes_in(item, kind)


@pytest.mark.parametrize(("schema", "meanings"), [("ErrorCode", CODES), ("FaultCode", FAULT_CODES)])
def test_the_document_lists_the_codes_that_are_explained(
    schema: str, meanings: dict[str, str], anonymous: TestClient
) -> None:
    assert SCHEMAS[schema]["enum"] == list(meanings)
    page = anonymous.get("http://localhost/problems").text
    for code, meaning in meanings.items():
        assert f"<dt><code>{code}</code></dt>\n        <dd>{meaning}</dd>" in page


def test_each_code_is_shown_by_an_example_or_provoked_here() -> None:
    shown = set(codes_in(EXAMPLES, "error"))
    provoked = {code for code, *_ in PROVOKED} | ON_THE_WIRE.keys()
    provoked |= {"too_many_requests", "branch_too_large"}  # the latter with other tests of branches
    assert shown | provoked == set(SCHEMAS["ErrorCode"]["enum"])
    places = {
        code for place in ("pointer", "parameter", "line") for code in codes_in(EXAMPLES, place)
    }
    provoked = {code for code, *_ in FAULTS_PROVOKED} | {"no_room"}  # with the tests of positions
    assert places | provoked == set(SCHEMAS["FaultCode"]["enum"])


@pytest.mark.parametrize(("code", "method", "path", "request_"), PROVOKED)
def test_a_request_is_refused_with_its_code(
    miguel: TestClient, code: str, method: str, path: str, request_: dict[str, Any]
) -> None:
    miguel.post("/tasks", json={"title": "Read"})
    assert miguel.request(method, path, **request_).json()["code"] == code


@pytest.mark.parametrize(("code", "method", "path", "request_"), FAULTS_PROVOKED)
def test_a_fault_has_its_code(
    miguel: TestClient, code: str, method: str, path: str, request_: dict[str, Any]
) -> None:
    miguel.post("/tasks", json={"title": "Read"})
    for parent_id in (None, 2, 3, 4, 5):
        miguel.post("/tasks", json={"title": "Read", "parent_id": parent_id})
    answer = miguel.request(method, path, **request_).json()
    assert code in [fault["code"] for fault in answer["errors"]]


def test_an_import_has_the_codes_of_its_faults(miguel: TestClient) -> None:
    file = '{"title": "Rest", "priority": 4}\n{"title": ""}\n'
    headers = {"Content-Type": "application/jsonl"}
    answer = miguel.post("/tasks/import", content=file, headers=headers).json()
    assert answer["code"] == "invalid_body"
    assert [fault["code"] for fault in answer["errors"]][:1] == ["too_large"]


@pytest.mark.usefixtures("miguel")
def test_too_many_requests_have_another_code_than_too_many_logins(settings: Settings) -> None:
    limited = create_app(replace(settings, rate_limit=Window(1, 60)))
    with client_of(limited, "miguel", PASSWORD) as client:
        answers = [client.get("/tasks").json() for _ in range(2)]
    assert answers[1]["code"] == "too_many_requests"


def test_what_is_not_http_1_1_gets_a_code_as_well(tmp_path: Path) -> None:
    with served(tmp_path) as service:
        for code, request in ON_THE_WIRE.items():
            client = service.connect()
            client.send(request)
            assert client.answers()[-1].json()["code"] == code


def shown(operation: str, status: str) -> list[dict[str, Any]]:
    """Return the errors that the document shows for a status of an operation."""
    reference = OPERATIONS[operation]["responses"][status]["$ref"]
    response = DOCUMENT["components"]["responses"][reference.rpartition("/")[2]]
    names = response["content"]["application/json"]["examples"].values()
    return [EXAMPLES[name["$ref"].rpartition("/")[2]]["value"] for name in names]


@pytest.mark.parametrize("operation", WRITES)
def test_a_page_of_another_site_is_refused_as_is_shown(miguel: TestClient, operation: str) -> None:
    method, _, path = operation.partition(" ")
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    answer = miguel.request(method, path.format(**PLACES), headers=elsewhere)
    assert answer.status_code == 403
    assert answer.json() in shown(operation, "403")


def test_a_body_that_takes_too_long_is_refused_as_is_shown(tmp_path: Path) -> None:
    with served(tmp_path) as service:
        susan = {"username": "susan", "password": PASSWORD}
        body = json.dumps(susan).encode()
        client = service.connect()
        fields = ("Content-Type: application/json", "Connection: close")
        path = f"{BASE}/users"
        client.send(head("POST", path, *fields, f"Content-Length: {len(body)}"), body)
        assert client.answers()[0].status_code == 201
        credentials = b64encode(f"susan:{PASSWORD}".encode()).decode()
        for operation in [name for name in WRITES if "requestBody" in OPERATIONS[name]]:
            method, _, path = operation.partition(" ")
            (media, *_) = body_of(operation)["content"]
            fields = (f"Authorization: Basic {credentials}", f"Content-Type: {media}")
            client = service.connect()
            client.socket.settimeout(60)
            target = BASE + path.format(**PLACES)
            client.send(head(method, target, *fields, "Content-Length: 9"), b"{")
            (answer,) = client.answers()
            assert (operation, answer.status_code) == (operation, 408)
            assert answer.json() in shown(operation, "408")


def body_of(operation: str) -> dict[str, Any]:
    """Return the body that an operation takes."""
    name = OPERATIONS[operation]["requestBody"]["$ref"].rpartition("/")[2]
    body: dict[str, Any] = DOCUMENT["components"]["requestBodies"][name]
    return body
