"""Operations: how answers and exceptions are sent, and which fault is reported first."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.asgi import call
from tests.support.documents import served
from tests.support.keys import Keys, basic
from tests.support.problems import assert_problem
from todo_api.contract import Job, Problem, Reply, Response

DOCUMENT = """
servers: [{url: /v1}]
paths:
  /tea/{leaf}:
    put:
      operationId: brew
      security: [{guest: []}]
      parameters:
        - {name: leaf, in: path, required: true, schema: {type: integer}}
        - {name: minutes, in: query, schema: {type: integer}}
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, maxProperties: 1}}}
      responses: {'200': {description: Tea.}}
components:
  securitySchemes: {guest: {type: http, scheme: basic}}
"""
GUEST = basic("alice", "rabbit")
JSON = ("Content-Type", "application/json")
AUTHENTICATORS = {"guest": Keys(("alice", "rabbit"))}
Function = Callable[[int, int | None, dict[str, Any], str], Any]


def brew(leaf: int, minutes: int | None, body: dict[str, Any], user: str) -> dict[str, Any]:
    return {"leaf": leaf, "minutes": minutes, "body": body, "user": user}


def returning(answer: object) -> Function:
    """Make a function that returns an answer, or raises it."""

    def brew(leaf: int, minutes: int | None, body: dict[str, Any], user: str) -> object:  # noqa: ARG001 - what the document names
        if isinstance(answer, Exception):
            raise answer
        return answer

    return brew


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        ({"tea": "hot"}, 200, {"tea": "hot"}),
        (Reply({"tea": "hot"}), 200, {"tea": "hot"}),
        (Reply({"tea": "hot"}, 201), 201, {"tea": "hot"}),
        ({"ü": "🥛"}, 200, {"ü": "🥛"}),
        ({}, 200, {}),
    ],
)
def test_a_function_returns_a_body_or_a_reply(
    answer: object, status: int, body: dict[str, Any]
) -> None:
    with served(DOCUMENT, {"brew": returning(answer)}, authenticators=AUTHENTICATORS) as app:
        sent = call(app, "PUT", "/v1/tea/1", [GUEST, JSON], b"{}")
    assert sent.status_code == status
    assert sent.json() == body
    assert sent.headers["Content-Type"] == "application/json"
    assert sent.content.endswith(b"\n")


def test_the_headers_of_an_answer_are_sent() -> None:
    answer = Reply({}, 200, {"Location": "/v1/tea/2", "X-Leaf": "green"})
    with served(DOCUMENT, {"brew": returning(answer)}, authenticators=AUTHENTICATORS) as app:
        sent = call(app, "PUT", "/v1/tea/1", [GUEST, JSON], b"{}")
    assert sent.headers["Location"] == "/v1/tea/2"
    assert sent.headers["X-Leaf"] == "green"


@pytest.mark.parametrize(
    "answer",
    [
        ValueError("a secret"),
        StopIteration("a secret"),
        TimeoutError("a secret"),
        {"secret": {"a set"}},
        {"number": 2**64},
        {"text": "\ud83e"},
        Reply({}, 200, {"X-Name": "🥛"}),
        Reply({}, 200, {"X-Name": "a\r\nSet-Cookie: b"}),
    ],
    ids=repr,
)
def test_an_unexpected_exception_is_500_and_explained_only_in_the_log(
    answer: object, caplog: pytest.LogCaptureFixture
) -> None:
    with served(DOCUMENT, {"brew": returning(answer)}, authenticators=AUTHENTICATORS) as app:
        sent = call(app, "PUT", "/v1/tea/1", [GUEST, JSON, ("X-Request-Id", "7")], b"{}")
    assert_problem(sent, 500)
    assert "secret" not in sent.text
    assert [record.getMessage() for record in caplog.records] == ["Request 7 failed."]


def test_a_problem_is_sent_as_rfc_9457_on_request() -> None:
    problem = Problem(409, "It is cold.", faults=[{"pointer": "/hot", "detail": "No."}])
    accept = ("Accept", "application/problem+json")
    with served(DOCUMENT, {"brew": returning(problem)}, authenticators=AUTHENTICATORS) as app:
        sent = call(app, "PUT", "/v1/tea/1", [GUEST, JSON, accept], b"{}")
    assert sent.headers["Content-Type"] == "application/problem+json"
    assert sent.headers["Vary"] == "Accept"
    assert sent.json() == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "error": "Conflict",
        "code": "conflict",
        "detail": "It is cold.",
        "errors": [{"pointer": "/hot", "code": "invalid", "detail": "No."}],
    }


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "Bad request"),
        (401, "Unauthorized"),
        (404, "Not found"),
        (413, "Content too large"),
        (414, "URI too long"),
        (418, "I'm a teapot"),
        (422, "Unprocessable content"),
        (431, "Request header fields too large"),
        (599, "Error"),
    ],
)
def test_each_status_has_its_words(status: int, words: str) -> None:
    assert Problem(status).title == words


def test_the_application_decides_where_an_operation_runs_and_how_often() -> None:
    answers = []

    class Twice:
        def fullness(self, *_: str, **__: bool) -> Callable[[str], bool]:
            return lambda _: False

        async def run(self, job: Job) -> Response:
            act = job.prepare()
            answers.append((job.operation_id, job.is_safe, job.body, act().body))
            return act()

    with served(DOCUMENT, {"brew": brew}, runner=Twice(), authenticators=AUTHENTICATORS) as app:
        sent = call(app, "PUT", "/v1/tea/1?minutes=3", [GUEST, JSON], b'{"milk": 1}')
    assert answers == [("brew", False, b'{"milk": 1}', sent.content)]
    assert sent.json() == {"leaf": 1, "minutes": 3, "body": {"milk": 1}, "user": "alice"}


def test_where_there_is_no_room_a_request_is_refused_before_anything_is_done_for_it() -> None:
    """Without credentials, with a body that is never received, and for any operation."""

    class Full:
        def fullness(self, operation_id: str, *, is_safe: bool) -> Callable[[str], bool]:
            assert (operation_id, is_safe) == ("brew", False)
            return lambda client: client == "127.0.0.1"

    strangers = Keys()
    with served(
        DOCUMENT, {"brew": brew}, runner=Full(), authenticators={"guest": strangers}
    ) as app:
        for accept in ("application/json", "application/problem+json") * 2:
            sent = call(app, "PUT", "/v1/tea/none?sugar=1", [("Accept", accept)], b"{")
            assert (sent.status_code, sent.json()["error"]) == (503, "Service unavailable")
            assert sent.headers["Retry-After"]
            assert sent.headers["Content-Type"] == accept


def test_what_the_application_provides_is_an_argument() -> None:
    def see(kettle: str) -> dict[str, str]:
        return {"kettle": kettle}

    text = (
        "paths: {/a: {get: {operationId: see, security: [], responses: {'200': {description: .}}}}}"
    )
    with served(text, {"see": see}, provided={"kettle": "iron", "pot": "clay"}) as app:
        assert call(app, "GET", "/a").json() == {"kettle": "iron"}


def test_the_first_fault_decides_the_answer() -> None:
    """Fix one fault after the other, and see the next one."""
    wrong = {
        "host": "evil.example",
        "accept": ("Accept", "text/html"),
        "media_type": ("Content-Type", "text/plain"),
        "credentials": basic("alice", "wrong"),
        "path": "/v1/tea/green",
        "query": "?minutes=few",
        "body": b'{"a": 1, "b": 2}',
    }
    right = {
        "host": "localhost",
        "accept": ("Accept", "*/*"),
        "media_type": JSON,
        "credentials": GUEST,
        "path": "/v1/tea/1",
        "query": "?minutes=3",
        "body": b"{}",
    }
    statuses = []
    with served(DOCUMENT, {"brew": brew}, authenticators=AUTHENTICATORS) as app:
        for mended in range(len(right) + 1):
            names = list(right)
            sent: dict[str, Any] = {
                name: right[name] if names.index(name) < mended else wrong[name] for name in names
            }
            fields = [sent["accept"], sent["media_type"], sent["credentials"]]
            target = sent["path"] + sent["query"]
            answer = call(app, "PUT", target, fields, sent["body"], host=sent["host"])
            statuses.append(answer.status_code)
    assert statuses == [400, 406, 415, 401, 404, 400, 400, 200]


@pytest.mark.parametrize(
    ("method", "status"),
    [("PUT", 200), ("OPTIONS", 204), ("GET", 405), ("HEAD", 405), ("PROPFIND", 405), ("put", 405)],
)
def test_the_answer_to_another_method_lists_those_there_are(method: str, status: int) -> None:
    with served(DOCUMENT, {"brew": brew}, authenticators=AUTHENTICATORS) as app:
        sent = call(app, method, "/v1/tea/1", [GUEST, JSON], b"{}")
    assert sent.status_code == status
    if status != 200:
        assert sent.headers["Allow"] == "OPTIONS, PUT"


def test_an_answer_lists_at_most_twenty_faults() -> None:
    text = DOCUMENT.replace("maxProperties: 1", "additionalProperties: {type: string}")
    body = b"{" + b", ".join(b'"%d": 1' % number for number in range(1000)) + b"}"
    with served(text, {"brew": brew}, authenticators=AUTHENTICATORS) as app:
        sent = call(app, "PUT", "/v1/tea/1", [GUEST, JSON], body)
    assert len(sent.json()["errors"]) == 20
