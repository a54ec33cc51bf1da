"""Conformance: each kind of thing that the document does not declare is caught."""

from typing import Any

import pytest
import yaml

from tests.support.asgi import call
from tests.support.documents import served
from todo_api.contract import Problem, Reply, Stream
from todo_api.contract.http.response import Response
from todo_api.contract.outputs.conformance import Conformance, NonconformingResponseError
from todo_api.contract.outputs.stream import BrokenOffError, Chunks

DECLARED = """
'200':
  description: A tide.
  headers:
    X-Height: {required: true, schema: {type: integer, minimum: 0}}
    X-Moon: {schema: {type: string, enum: [new, full]}}
  content:
    application/json:
      schema:
        type: object
        additionalProperties: false
        required: [high]
        properties: {high: {type: boolean}}
'204': {description: Nothing to say.}
4XX:
  description: The client's fault.
  content: {application/json: {schema: {required: [error]}}}
default:
  description: Anything else.
  content: {application/json: {schema: {required: [error]}}}
"""
JSON = b"application/json"
HEIGHT = {"X-Height": "3"}


@pytest.fixture(scope="module")
def tide() -> Conformance:
    return Conformance(yaml.safe_load(DECLARED), "get_tide")


@pytest.mark.parametrize(
    "response",
    [
        Response(200, HEIGHT, b'{"high": true}', JSON),
        Response(200, {"x-HEIGHT": "0", "X-Moon": "full"}, b'{"high": true}', JSON),
        Response(200, {**HEIGHT, "Connection": "close"}, b'{"high": true}', JSON),
        Response(204, {}),
        Response(404, {}, b'{"error": "Not found"}', JSON),
        Response(503, {}, b'{"error": "Service unavailable"}', JSON),
    ],
)
def test_what_is_declared_passes(tide: Conformance, response: Response) -> None:
    tide.check(response)


@pytest.mark.parametrize(
    ("response", "fault"),
    [
        (Response(200, {}, b'{"high": true}', JSON), "the header x-height is missing"),
        (
            Response(200, {"X-Height": "low"}, b'{"high": true}', JSON),
            "the header x-height is not as declared: low",
        ),
        (
            Response(200, {"X-Height": "-1"}, b'{"high": true}', JSON),
            "the header x-height is not as declared",
        ),
        (
            Response(200, {**HEIGHT, "X-Moon": "old"}, b'{"high": true}', JSON),
            "the header x-moon is not as declared",
        ),
        (
            Response(200, {**HEIGHT, "X-Star": "1"}, b'{"high": true}', JSON),
            "the header x-star is not declared",
        ),
        (
            Response(200, HEIGHT, b'{"high": 1}', JSON),
            "/high is not as declared: This must be true or false",
        ),
        (Response(200, HEIGHT, b"{}", JSON), "/high is not as declared: This member is required"),
        (Response(200, HEIGHT, b'{"high": true, "low": 1}', JSON), "/low is not as declared"),
        (Response(200, HEIGHT, b"[]", JSON), "root is not as declared"),
        (Response(200, HEIGHT, b"high", b"text/plain"), "text/plain"),
        (Response(200, HEIGHT, b"{}", b"application/problem+json"), "application/problem"),
        (Response(200, HEIGHT), "None, which is not declared"),
        (Response(204, {}, b"{}", JSON), "application/json"),
        (Response(201, {}, b'{"high": true}', JSON), "201"),
        (Response(404, {}, b"{}", JSON), "/error"),
        (Response(500, {}, b"{}", JSON), "/error"),
    ],
)
def test_what_is_not_declared_is_caught(tide: Conformance, response: Response, fault: str) -> None:
    with pytest.raises(NonconformingResponseError, match="get_tide answered") as caught:
        tide.check(response)
    assert fault in str(caught.value)


def test_a_status_that_nothing_declares_is_caught() -> None:
    with pytest.raises(NonconformingResponseError, match="418: the status is not declared"):
        Conformance({"200": {"description": "Tea."}}, "brew").check(Response(418, {}))


def test_content_without_a_schema_may_be_anything() -> None:
    tea: dict[str, Any] = {"200": {"description": "Tea.", "content": {"application/json": {}}}}
    Conformance(tea, "brew").check(Response(200, {}, b"[]", JSON))


DOCUMENT = """
paths:
  /tide:
    get:
      operationId: get_tide
      security: []
      responses:
        '200': {description: ., content: {application/json: {schema: {required: [high]}}}}
"""


@pytest.mark.parametrize("found", [{}, Reply({"high": 1}, 201), Reply({"high": 1}, 200, {"A": ""})])
def test_an_undeclared_answer_becomes_an_error_if_answers_are_checked(
    found: object, caplog: pytest.LogCaptureFixture
) -> None:
    with served(DOCUMENT, {"get_tide": lambda: found}, check_responses=True) as app:
        assert call(app, "GET", "/tide").status_code == 500
    assert "get_tide answered" in caplog.text
    with served(DOCUMENT, {"get_tide": lambda: found}, check_responses=False) as app:
        assert call(app, "GET", "/tide").status_code != 500


@pytest.mark.parametrize(
    ("method", "target", "fields"),
    [
        ("GET", "/tide?x=1", []),
        ("GET", "/tide", [("Accept", "text/html")]),
        ("GET", "/tide?" + "x" * 9000, []),
        ("GET", "/tide", [("X-Long", "x" * 17000)]),
        ("GET", "/tide", [("Host", "localhost")]),
    ],
    ids=["parameter", "accept", "long target", "long headers", "two hosts"],
)
def test_an_undeclared_error_is_caught_as_well(
    method: str, target: str, fields: list[tuple[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    with served(DOCUMENT, {"get_tide": lambda: {"high": 1}}, check_responses=True) as app:
        call(app, method, target, fields)
    assert "get_tide answered" in caplog.text


def test_an_undeclared_problem_of_a_function_is_caught(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def get_tide() -> None:
        raise Problem(409)

    with served(DOCUMENT, {"get_tide": get_tide}, check_responses=True) as app:
        assert call(app, "GET", "/tide").status_code == 500
    assert "get_tide answered 409" in caplog.text


LINES = """
paths:
  /tides:
    get:
      operationId: get_tides
      security: []
      responses:
        '200':
          description: A line for each tide.
          content:
            application/jsonl: {schema: {type: string}, x-item-schema: {required: [high]}}
            application/x-ndjson: {schema: {type: string}}
            text/plain: {schema: {type: string}, x-item-schema: {required: [high]}}
"""
HIGH = b'{"high": 1}\n'


def tides(chunks: list[bytes], accept: str = "*/*", *, check: bool = True) -> bytes:
    """Return what arrives of these chunks."""
    functions = {"get_tides": lambda **_: Stream(chunk for chunk in chunks)}
    with served(LINES, functions, check_responses=check) as app:
        return call(app, "GET", "/tides", [("Accept", accept)]).content


@pytest.mark.parametrize(
    "chunks",
    [
        [],
        [HIGH],
        [HIGH * 2, HIGH],
        [HIGH[:5], HIGH[5:] + HIGH[:-1]],
        [b"\n", HIGH, b" \n", b""],
    ],
)
def test_lines_that_are_as_declared_pass(chunks: list[bytes]) -> None:
    assert tides(chunks) == b"".join(chunks)


@pytest.mark.parametrize("chunks", [[b"{}\n"], [HIGH + b"{}\n"], [b"high\n"]])
def test_an_undeclared_line_of_the_first_chunk_is_an_error(
    chunks: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    assert b"The server failed" in tides(chunks)
    assert "get_tides answered 200: a line" in caplog.text


@pytest.mark.parametrize(
    ("chunks", "fault"),
    [
        ([HIGH, b"{}\n"], "a line's /high is not as declared: This member is required."),
        ([HIGH[:5], HIGH[5:] + b"{}\n"], "a line's /high is not as declared"),
        ([HIGH, b"{}"], "a line's /high is not as declared"),
        ([HIGH, HIGH[:5]], "a line is not JSON"),
    ],
    ids=["in a chunk", "behind another", "without an end", "broken off"],
)
def test_an_undeclared_line_of_a_later_chunk_breaks_off_the_answer_and_is_logged(
    chunks: list[bytes], fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(BrokenOffError):
        tides(chunks)
    [record] = caplog.records
    assert record.levelname == "ERROR"
    assert f"get_tides answered 200: {fault}" in record.getMessage()


def test_lines_without_a_schema_must_be_json(caplog: pytest.LogCaptureFixture) -> None:
    assert tides([b"[]\n"], "application/x-ndjson") == b"[]\n"
    assert b"The server failed" in tides([b"high\n"], "application/x-ndjson")
    assert "a line is not JSON" in caplog.text


def test_lines_of_other_text_may_be_anything() -> None:
    assert tides([b"high\n"], "text/plain") == b"high\n"


def test_lines_are_not_checked_if_answers_are_not() -> None:
    assert tides([b"{}\n", b"high"], check=False) == b"{}\nhigh"


def test_abandoning_a_checked_stream_closes_its_generator() -> None:
    ended = []

    def endless() -> Chunks:
        try:
            while True:
                yield HIGH
        finally:
            ended.append(True)

    declared = yaml.safe_load(LINES)["paths"]["/tides"]["get"]["responses"]
    chunks = Conformance(declared, "get_tides").checked(endless(), 200, "application/jsonl")
    assert next(chunks) == HIGH
    chunks.close()
    assert ended == [True]
