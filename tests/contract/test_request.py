"""Requests: their limits, and the headers that have to be valid."""

from collections.abc import Callable

import pytest

from tests.support.asgi import Fields, call
from tests.support.documents import served
from tests.support.problems import assert_problem
from todo_api.contract import Conventions, Limits

DOCUMENT = """
paths:
  /notes:
    get: {operationId: read, security: [], responses: {'200': {description: .}}}
    post:
      operationId: write
      security: []
      requestBody:
        required: true
        content: {application/json: {schema: {type: object}}}
      responses: {'200': {description: .}}
"""
LIMITS = Limits(url=30, header_bytes=100, headers=4, body=20)
JSON = ("Content-Type", "application/json")
OTHER = ("Content-Type", "text/plain")


def read() -> dict[str, str]:
    return {}


def write(body: dict[str, str]) -> dict[str, str]:
    return body


FUNCTIONS: dict[str, Callable[..., object]] = {"read": read, "write": write}


@pytest.mark.parametrize(
    ("method", "target", "fields", "chunks", "status"),
    [
        ("GET", "/notes?_=" + "x" * 21, [], [], 200),
        ("GET", "/notes?_=" + "x" * 23, [], [], 414),
        ("GET", "/" + "x" * 30, [], [], 414),
        ("GET", "/notes", [("A", "1"), ("B", "2"), ("C", "3")], [], 200),
        ("GET", "/notes", [("A", "1"), ("B", "2"), ("C", "3"), ("D", "4")], [], 431),
        ("GET", "/notes", [("A", "x" * 86)], [], 200),
        ("GET", "/notes", [("A", "x" * 87)], [], 431),
        ("GET", "/nowhere", [("A", "x" * 87)], [], 431),
        ("GET", "/notes", [JSON], [], 200),
        ("GET", "/notes", [OTHER], [b""], 200),
        ("GET", "/notes", [OTHER], [b"", b""], 200),
        ("GET", "/notes", [], [b"x"], 400),
        ("GET", "/notes", [], [b"", b"x"], 400),
        ("GET", "/notes", [("Accept", "text/html")], [], 406),
        ("GET", "/notes", [JSON, JSON], [], 400),
        ("GET", "/notes", [("Authorization", "a"), ("Authorization", "b")], [], 400),
        ("GET", "/notes", [("Host", "localhost")], [], 400),
        ("GET", "/nowhere", [("Host", "localhost")], [], 400),
        ("POST", "/notes", [JSON], [b"{}"], 200),
        ("POST", "/notes", [JSON], [b"{", b"}"], 200),
        ("POST", "/notes", [JSON, ("Content-Encoding", "Identity")], [b"{}"], 200),
        ("POST", "/notes", [JSON], [b"{}".ljust(20)], 200),
        ("POST", "/notes", [JSON], [b"{}".ljust(21)], 413),
        ("POST", "/notes", [JSON], [b"{}".ljust(20), b" "], 413),
        ("POST", "/notes", [JSON], [], 400),
        ("POST", "/notes", [], [], 400),
        ("POST", "/notes", [JSON], [b""], 400),
        ("POST", "/notes", [JSON], [b"", b""], 400),
        ("POST", "/notes", [], [b"{}"], 415),
        ("POST", "/notes", [OTHER], [b"{}"], 415),
        ("POST", "/notes", [OTHER], [b"{}".ljust(21)], 415),
        ("POST", "/notes", [JSON, ("Content-Encoding", "gzip")], [b"{}"], 415),
        ("POST", "/notes", [("Content-Type", "application/json;charset=utf-16")], [b"{}"], 415),
    ],
)
def test_limits_are_checked_before_anything_else(
    method: str, target: str, fields: Fields, chunks: list[bytes], status: int
) -> None:
    overlooked = Conventions(ignored_parameters=frozenset({"_"}))
    with served(DOCUMENT, FUNCTIONS, limits=LIMITS, conventions=overlooked) as app:
        answer = call(app, method, target, fields, *chunks)
    if status == 200:
        assert answer.status_code == 200
    else:
        assert_problem(answer, status)


@pytest.mark.parametrize("length", ["-1", "1_0", "+2", "2.0", "two", "9" * 5000])
def test_a_content_length_that_is_no_number_is_a_bad_request(length: str) -> None:
    with served(DOCUMENT, FUNCTIONS) as app:
        fields = [JSON, ("Content-Length", length)]
        assert_problem(call(app, "POST", "/notes", fields), 400)


def test_refusing_a_body_ends_the_connection() -> None:
    with served(DOCUMENT, FUNCTIONS, limits=LIMITS) as app:
        for chunks in ([b" " * 21], [b" ", b" " * 20]):
            answer = call(app, "POST", "/notes", [JSON], *chunks)
            assert answer.headers["Connection"] == "close"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a", True),
        ("0b1e-4f.A_z", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("", False),
        ("a b", False),
        ("a\xe9", False),
        ("<script>", False),
    ],
)
@pytest.mark.parametrize("target", ["/notes", "/nowhere", "/notes?x=1"])
def test_every_answer_has_a_request_id_the_clients_own_if_it_is_well_formed(
    target: str,
    sent: str,
    kept: bool,  # noqa: FBT001 - a table
) -> None:
    with served(DOCUMENT, FUNCTIONS) as app:
        answer = call(app, "GET", target, [("X-Request-Id", sent)])
    [request_id] = answer.headers.get_list("X-Request-Id")
    assert (request_id == sent) is kept
    assert len(request_id) == (len(sent) if kept else 32)


@pytest.mark.parametrize("target", ["/notes", "/nowhere", "/notes?x=1"])
def test_head_is_get_without_the_body(target: str) -> None:
    with served(DOCUMENT, FUNCTIONS) as app:
        get = call(app, "GET", target, [("X-Request-Id", "1")])
        head = call(app, "HEAD", target, [("X-Request-Id", "1")])
    assert head.status_code == get.status_code
    assert sorted(head.headers.multi_items()) == sorted(get.headers.multi_items())
    assert head.content == b""


def test_an_accept_that_is_too_large_to_read_is_not_weighed() -> None:
    with served(DOCUMENT, FUNCTIONS, limits=LIMITS) as app:
        fields = [("Accept", "application/problem+json;q=0.9," * 40)]
        assert_problem(call(app, "GET", "/notes", fields), 431)


@pytest.mark.parametrize("target", [b"/notes?x=\xe9", b"/nowhere?x=\xe9", b"/nowhere\xe9"])
def test_a_target_that_is_not_ascii_is_refused(target: bytes) -> None:
    with served(DOCUMENT, FUNCTIONS) as app:
        assert call(app, "GET", target).status_code in {400, 404}
