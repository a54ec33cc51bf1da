"""The service on a real socket: requests that frameworks often get wrong."""

import socket
from base64 import b64encode
from collections.abc import Iterator

import httpx2
import pytest

from tests.support.databases import SQLiteDatabases
from tests.support.problems import assert_problem
from tests.support.serving import ServedApp, served

BASE = b"/todo/api/v1.0"
TASKS = BASE + b"/tasks"
HOST = b"Host: localhost"
MIGUEL = b"Authorization: Basic " + b64encode(b"miguel:python")
JSON = b"Content-Type: application/json"
TASK = b'{"title": "Buy milk"}'


@pytest.fixture(scope="module")
def service(
    sqlite_databases: SQLiteDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedApp]:
    log = tmp_path_factory.mktemp("wire") / "errors.log"
    with served(sqlite_databases.empty(), log) as service:
        yield service


def get(target: bytes, *fields: bytes, host: bytes = HOST, method: bytes = b"GET") -> bytes:
    """Return the bytes of a request by miguel without a body."""
    fields = tuple(field for field in (host, MIGUEL, *fields) if field)
    return b"\r\n".join([method + b" " + target + b" HTTP/1.1", *fields, b"", b""])


def post(*fields: bytes, body: bytes = TASK, length: int | None = None) -> bytes:
    """Return the bytes of a request by miguel that creates a task."""
    length = len(body) if length is None else length
    return get(TASKS, b"Content-Length: %d" % length, *fields, method=b"POST") + body


def chunked(*chunks: bytes) -> bytes:
    """Return the same with a body whose length is not stated."""
    body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))
    return get(TASKS, JSON, b"Transfer-Encoding: chunked", method=b"POST") + body


def send(service: ServedApp, request: bytes) -> httpx2.Response:
    """Send bytes as they are; read the answer until it is complete."""
    url = httpx2.URL(service.origin)
    with socket.create_connection((url.host, url.port), timeout=30) as connection:
        connection.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += _receive(connection)
        head, _, content = received.partition(b"\r\n\r\n")
        status, *lines = head.split(b"\r\n")
        headers = [(name, value) for name, _, value in (line.partition(b": ") for line in lines)]
        response = httpx2.Response(int(status.split()[1]), headers=headers)
        while len(content) < int(response.headers.get("Content-Length", "0")):
            content += _receive(connection)
    return httpx2.Response(response.status_code, headers=response.headers, content=content)


def _receive(connection: socket.socket) -> bytes:
    chunk = connection.recv(65536)
    assert chunk, "the connection was closed before the answer was complete"
    return chunk


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(post(JSON), id="plain"),
        pytest.param(post(b"Content-Type: Application/JSON"), id="in capitals"),
        pytest.param(post(b"Content-Type: application/json ; charset=utf-8"), id="blank"),
        pytest.param(post(b"Content-Type: application/json;charset=UTF-8"), id="no blank"),
        pytest.param(post(b'Content-Type: application/json; profile="http://x/y"'), id="quoted"),
        pytest.param(post(b"content-type:application/json"), id="small letters"),
        pytest.param(post(JSON, b"Accept: */*;q=0.1"), id="accept"),
        pytest.param(chunked(TASK), id="chunked"),
        pytest.param(chunked(TASK[:3], TASK[3:]), id="several chunks"),
        pytest.param(post(JSON, body='{"title": "Ñandú 🥛 e\u0301"}'.encode()), id="any character"),
    ],
)
def test_a_request_in_this_form_creates_a_task(service: ServedApp, request_: bytes) -> None:
    response = send(service, request_)
    assert response.status_code == 201
    assert response.headers["Location"] == response.json()["task"]["uri"]


REFUSED = {
    400: {
        "two media types": post(JSON, JSON),
        "no body": post(JSON, body=b""),
        "no UTF-8": post(JSON, body=b'{"title": "\xff"}'),
        "100,000 brackets": post(JSON, body=b"[" * 100_000),
        "5,000 digits": post(JSON, body=b'{"title": %b}' % (b"1" * 5000)),
        "NaN": post(JSON, body=b'{"title": NaN}'),
        "infinity": post(JSON, body=b'{"title": Infinity}'),
        "a name twice": post(JSON, body=b'{"title": "a", "title": "b"}'),
        "half a surrogate pair": post(JSON, body=b'{"title": "\\ud83e"}'),
        "NUL": post(JSON, body=b'{"title": "\\u0000"}'),
        "a byte order mark": post(JSON, body=b"\xef\xbb\xbf" + TASK),
        "a body where there is none": get(TASKS, b"Content-Length: 1") + b"1",
        "1_0": get(TASKS + b"?limit=1_0"),
        "an Arabic digit": get(TASKS + b"?limit=%D9%A1"),
        "a sign": get(TASKS + b"?limit=+5"),
        "two limits": get(TASKS + b"?limit=1&limit=2"),
        "no UTF-8 in a query": get(TASKS + b"?q=%FF"),
        "no host": get(TASKS, host=b""),
        "two hosts": get(TASKS, HOST),
        "two hosts for a page": get(b"/", HOST),
    },
    404: {
        "5,000 digits": get(TASKS + b"/" + b"1" * 5000),
        "2^63": get(TASKS + b"/9223372036854775808"),
        "a sign": get(TASKS + b"/+1"),
        "a leading zero": get(TASKS + b"/01"),
        "zero": get(TASKS + b"/0"),
        "less than zero": get(TASKS + b"/-1"),
        "a fraction": get(TASKS + b"/1.0"),
        "an Arabic digit": get(TASKS + b"/%D9%A1"),
        "no UTF-8": get(TASKS + b"/%FF"),
        "NUL": get(TASKS + b"/%00"),
        "a slash that separates nothing": get(BASE + b"/tasks%2F1"),
        "a slash at the end": get(TASKS + b"/"),
        "two slashes": get(b"/" + TASKS),
        "a path up": get(TASKS + b"/../tasks"),
    },
    406: {
        "only HTML accepted": get(TASKS, b"Accept: text/html"),
        "JSON ruled out": get(TASKS, b"Accept: application/json;q=0, text/*"),
    },
    413: {
        "a byte too many": post(JSON, body=TASK.ljust(2**17 + 1)),
        "300 MiB announced": post(JSON, body=b"", length=300 * 2**20),
        "a byte too many in chunks": chunked(b" " * 2**16, b" " * 2**16, b" "),
    },
    414: {"a long query": get(TASKS + b"?" + b"x" * 8192), "a long path": get(b"/" + b"x" * 8192)},
    415: {
        "no media type": post(),
        "another media type": post(b"Content-Type: text/plain"),
        "UTF-16": post(b"Content-Type: application/json; charset=utf-16"),
        "UTF-7": post(b"Content-Type: application/json;charset=utf-7"),
        "gzip": post(JSON, b"Content-Encoding: gzip", body=b"\x1f\x8b\x08"),
    },
    431: {
        "65 headers": get(TASKS, *[b"X-%d: 1" % number for number in range(63)]),
        "a long header": get(TASKS, b"X: " + b"x" * 16384),
    },
}


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(request, status, id=f"{status} {name}")
        for status, requests in REFUSED.items()
        for name, request in requests.items()
    ],
)
def test_a_request_in_this_form_is_refused(
    service: ServedApp, request_: bytes, status: int
) -> None:
    assert_refused(send(service, request_), status)


def assert_refused(response: httpx2.Response, status: int) -> None:
    """Assert that this is an error in the common shape, whichever places it names."""
    faults = response.json().get("errors", [])
    assert_problem(
        response, status, *[fault.get("pointer", fault.get("parameter")) for fault in faults]
    )


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        (b"PATCH", TASKS, "GET, HEAD, OPTIONS, POST"),
        (b"DELETE", TASKS, "GET, HEAD, OPTIONS, POST"),
        (b"POST", TASKS + b"/1", "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"),
        (b"GET", BASE + b"/users", "OPTIONS, POST"),
        (b"TRACE", BASE + b"/healthz", "GET, HEAD, OPTIONS"),
    ],
)
def test_the_answer_to_a_wrong_method_lists_the_right_ones(
    service: ServedApp, method: bytes, path: bytes, allowed: str
) -> None:
    wrong = send(service, get(path, method=method))
    assert_refused(wrong, 405)
    assert wrong.headers["Allow"] == allowed
    options = send(service, get(path, method=b"OPTIONS").replace(MIGUEL + b"\r\n", b""))
    assert options.status_code == 204
    assert options.headers["Allow"] == allowed
    assert options.content == b""


@pytest.mark.parametrize(
    ("request_", "header", "value"),
    [
        (REFUSED[415]["no media type"], "Accept", "application/json"),
        (REFUSED[415]["UTF-7"], "Accept", "application/json"),
        (REFUSED[415]["gzip"], "Accept-Encoding", "identity"),
        (REFUSED[413]["300 MiB announced"], "Connection", "close"),
    ],
)
def test_a_refusal_says_what_would_be_accepted(
    service: ServedApp, request_: bytes, header: str, value: str
) -> None:
    assert send(service, request_).headers[header] == value


def test_without_credentials_the_answer_is_the_articles_with_a_challenge(
    service: ServedApp,
) -> None:
    response = send(service, get(TASKS).replace(MIGUEL + b"\r\n", b""))
    assert_problem(response, 401)
    assert response.json() == {"error": "Unauthorized access", "code": "unauthorized"}
    realm = 'realm="Authentication Required"'
    challenges = f'Basic {realm}, charset="UTF-8", Bearer {realm}'
    assert response.headers["WWW-Authenticate"] == challenges


@pytest.mark.parametrize("path", [b"/1", b"/%31", b"/1?_=1700000000"])
def test_a_tasks_path_may_be_spelt_like_this(service: ServedApp, path: bytes) -> None:
    assert send(service, get(TASKS + path)).json()["task"]["id"] == 1


@pytest.mark.parametrize("path", [b"/tasks", b"/tasks/1", b"/tasks/", b"/nowhere"])
def test_a_host_that_is_not_ours_is_never_repeated(service: ServedApp, path: bytes) -> None:
    for target in (BASE + path, b"http://evil.example" + BASE + path):
        response = send(service, get(target, host=b"Host: evil.example"))
        assert_problem(response, 400)
        assert "evil" not in f"{response.headers} {response.text}"


def test_another_host_in_the_target_does_not_change_uris(service: ServedApp) -> None:
    response = send(service, get(b"http://evil.example" + TASKS + b"/1"))
    assert "evil" not in f"{response.headers} {response.text}"


def test_a_password_may_have_any_characters(service: ServedApp) -> None:
    body = '{"username": "zoe", "password": "пароль 🥛 für alle"}'.encode()
    registration = post(JSON, body=body).replace(TASKS, BASE + b"/users")
    response = send(service, registration)
    assert response.status_code == 201
    zoe = b"Authorization: Basic " + b64encode("zoe:пароль 🥛 für alle".encode())
    assert send(service, get(TASKS).replace(MIGUEL, zoe)).json() == {"tasks": []}


@pytest.mark.parametrize(
    "credentials",
    [
        b"miguel:wrong",
        b"miguel",
        b"",
        b":",
        b"mig\0uel:python",
        b"miguel:pyt\0hon",
        b"\xff:python",
        b"\xed\xa0\x80:python",
        b"x" * 8000 + b":python",
        b"miguel:" + b"x" * 8000,
    ],
)
def test_credentials_that_nobody_has_are_refused(service: ServedApp, credentials: bytes) -> None:
    nobody = b"Authorization: Basic " + b64encode(credentials)
    assert_problem(send(service, get(TASKS).replace(MIGUEL, nobody)), 401)


def test_a_large_bad_member_is_not_echoed(service: ServedApp) -> None:
    for body in (b'{"title": "x", "%b": 1}', b'{"title": "%b"}', b'{"title": "x", "done": "%b"}'):
        response = send(service, post(JSON, body=body % (b"y" * 100_000)))
        assert_refused(response, 400)
        assert len(response.text) < 500
