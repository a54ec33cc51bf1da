"""How the server deals with clients that are slow, greedy or careless."""

import json
import re
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx2 import Response

from tests.support.clients import PASSWORD, PASSWORD_HASH
from tests.support.problems import assert_problem
from tests.support.sockets import (
    BASE,
    DEADLINE,
    MIB,
    STOP_SECONDS,
    THREADS,
    Service,
    get,
    head,
    served,
)
from todo_api.storage import Database, insert_user, migrate

WORDS = {
    408: "Request timeout",
    501: "Not implemented",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("server")) as service:
        yield service


def post(*fields: str) -> bytes:
    return head("POST", f"{BASE}/users", "Content-Type: application/json", *fields)


CHUNKED = post("Transfer-Encoding: chunked")
CLOSE = "Connection: close"
MIGUEL = "Authorization: Basic " + b64encode(b"miguel:correct horse battery").decode()
STRANGER = "Authorization: Basic " + b64encode(b"miguel:guess").decode()


def assert_refused(answers: list[Response], status: int) -> None:
    """Assert that the last answer is a refusal in the common shape and ends the connection."""
    assert_problem(answers[-1], status, error=WORDS.get(status))
    assert answers[-1].headers["Connection"] == "close"
    assert re.fullmatch("[0-9a-f]{32}", answers[-1].headers["X-Request-Id"])
    assert answers[-1].headers["Date"]


# What is not HTTP/1.1.

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def test_a_client_of_another_version_is_told_which_ones_are_spoken(service: Service) -> None:
    client = service.connect()
    client.send(PREFACE)
    (answer,) = client.answers()
    assert "HTTP/1.1 and HTTP/1.0" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 400, id="TLS"),
        pytest.param(PREFACE, 505, id="HTTP/2 preface"),
        pytest.param(PREFACE + b"\0\0\0\4\0\0\0\0\0", 505, id="HTTP/2 preface and settings"),
        pytest.param(b"GET / HTTP/1.2\r\nHost: localhost\r\n\r\n", 400, id="HTTP/1.2"),
        pytest.param(b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505, id="HTTP/2.0"),
        pytest.param(b"GET / HTTP/3.0\r\nHost: localhost\r\n\r\n", 505, id="HTTP/3.0"),
        pytest.param(b"GET / HTTP/2\r\nHost: localhost\r\n\r\n", 400, id="HTTP/2"),
        pytest.param(b"GET /\r\n\r\n", 400, id="HTTP/0.9"),
        pytest.param(b"GET / HTTP/0.9\r\nHost: localhost\r\n\r\n", 400, id="HTTP/0.9 by name"),
        pytest.param(b"GET / http/1.1\r\nHost: localhost\r\n\r\n", 400, id="http/1.1"),
        pytest.param(b"\r\n \r\nGET / HTTP/1.1\r\n\r\n", 400, id="blank line with a blank"),
        pytest.param(head("get", "/"), 400, id="method in lower case"),
        pytest.param(head("FROB", "/"), 400, id="unknown method"),
        pytest.param(head("CONNECT", "localhost:443"), 501, id="CONNECT"),
        pytest.param(head("GET", "tasks"), 400, id="relative target"),
        pytest.param(head("GET", "/\xe4"), 400, id="target beyond ASCII"),
        pytest.param(head("GET", f"{BASE}/healthz#x"), 400, id="fragment in the target"),
        pytest.param(head("GET", f"http://localhost{BASE}/healthz#x"), 400, id="fragment in a URL"),
        pytest.param(b"GET / HTTP/1.1\r\n Host: localhost\r\n\r\n", 400, id="blank before a field"),
        pytest.param(get().replace(b"\r\n", b"\n"), 400, id="bare LF"),
        pytest.param(get("X: a\nY: b"), 400, id="bare LF between fields"),
        pytest.param(get("X: a\rY: b"), 400, id="bare CR"),
        pytest.param(get("X: a", " b"), 400, id="folded field"),
        pytest.param(get("X : a"), 400, id="space before the colon"),
        pytest.param(get(": a"), 400, id="field without a name"),
        pytest.param(get("X: \0"), 400, id="NUL in a field"),
        pytest.param(post("Content-Length: -1"), 400, id="negative length"),
        pytest.param(post("Content-Length: +1"), 400, id="signed length"),
        pytest.param(post("Content-Length: "), 400, id="empty length"),
        pytest.param(post("Content-Length: 2, 2"), 400, id="list of lengths"),
        pytest.param(post("Content-Length: 2", "Content-Length: 2"), 400, id="two lengths"),
        pytest.param(post(f"Content-Length: {2**64 + 2}"), 400, id="overflowing length"),
        pytest.param(post("Transfer-Encoding: gzip, chunked") + b"0\r\n", 501, id="two codings"),
        pytest.param(post("Transfer-Encoding: identity"), 400, id="other coding"),
        pytest.param(post(*["Transfer-Encoding: chunked"] * 2), 400, id="chunked twice"),
        pytest.param(post("Transfer-Encoding: xchunked"), 400, id="not quite chunked"),
        pytest.param(post("Transfer-Encoding: \x0bchunked"), 400, id="odd blank before chunked"),
        pytest.param(post("Transfer-Encoding: chunked, gzip"), 400, id="chunked not last"),
        pytest.param(CHUNKED.replace(b"1.1", b"1.0") + b"0\r\n", 400, id="chunked HTTP/1.0"),
        pytest.param(CHUNKED + b"2\n{}\n0\n\n", 400, id="chunk with bare LF"),
        pytest.param(CHUNKED + b"0x2\r\n{}\r\n0\r\n\r\n", 400, id="chunk size in C"),
        pytest.param(CHUNKED + b"1\r\n{}\r\n0\r\n\r\n", 400, id="chunk longer than its size"),
        pytest.param(CHUNKED + b"f" * 17 + b"\r\n", 400, id="overflowing chunk size"),
        pytest.param(CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n", 400, id="negative chunk size"),
        pytest.param(CHUNKED + b"\r\n{}\r\n0\r\n\r\n", 400, id="no chunk size"),
        pytest.param(CHUNKED + b'2;a="\n"\r\n{}\r\n0\r\n\r\n', 400, id="bare LF in an extension"),
    ],
)
def test_what_is_not_http_is_refused_in_the_common_shape(
    service: Service, request_bytes: bytes, status: int
) -> None:
    client = service.connect()
    client.send(request_bytes)
    answers = client.answers()
    assert len(answers) == 1
    assert_refused(answers, status)


@pytest.mark.parametrize(
    "fields",
    [
        ("Content-Length: 4", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Content-Length: 4"),
    ],
)
def test_a_request_smuggled_behind_two_lengths_is_not_answered(
    service: Service, fields: tuple[str, str]
) -> None:
    client = service.connect()
    client.send(post(*fields) + b"0\r\n\r\n" + get())
    answers = client.answers()
    assert len(answers) == 1
    assert_refused(answers, 400)


def test_a_trailer_is_no_header(service: Service) -> None:
    client = service.connect()
    client.send(
        post("Transfer-Encoding: chunked", CLOSE),
        b"2\r\n{}\r\n0\r\nHost: evil.example\r\nAccept: text/html\r\n\r\n",
    )
    assert [answer.status_code for answer in client.answers()] == [400]


def test_a_refusal_waits_for_its_turn(service: Service) -> None:
    client = service.connect()
    client.send(get() + get() + b"\0")
    answers = client.answers()
    assert [answer.status_code for answer in answers] == [200, 200, 400]
    assert_refused(answers, 400)


def test_a_connection_holds_only_so_many_requests(service: Service) -> None:
    before = service.most_memory()
    client = service.connect()
    client.send(get() * 20_000)
    answers = client.answers()
    assert [answer.status_code for answer in answers] == [200] * 33 + [503]
    assert_refused(answers, 503)
    assert service.most_memory() - before < 8 * MIB


# What is HTTP/1.1, though seldom seen.


@pytest.mark.parametrize(
    ("target", "host", "status"),
    [
        (f"http://localhost{BASE}/tasks", "localhost", 401),
        (f"http://localhost{BASE}/tasks", "evil.example", 401),
        (f"http://evil.example{BASE}/tasks", "localhost", 400),
        ("http://localhost/nothing?x=/", "localhost", 404),
        ("http://localhost?x=/", "localhost", 200),
        ("http://localhost:port/", "localhost", 400),
        ("http://susan@localhost/", "localhost", 400),
        ("http:///", "localhost", 400),
        ("*", "localhost", 404),
    ],
)
def test_an_absolute_target_names_the_host(
    service: Service, target: str, host: str, status: int
) -> None:
    client = service.connect()
    client.send(head("GET", target, CLOSE, host=host))
    assert [answer.status_code for answer in client.answers()] == [status]


@pytest.mark.parametrize("fields", [("Host: localhost", "Host: localhost"), ()])
def test_an_absolute_target_needs_one_host_header(
    service: Service, fields: tuple[str, ...]
) -> None:
    client = service.connect()
    client.send(head("GET", f"http://localhost{BASE}/healthz", CLOSE, *fields, host=None))
    assert [answer.status_code for answer in client.answers()] == [400]


def test_pipelined_requests_are_answered_in_order(service: Service) -> None:
    client = service.connect()
    client.send(get(), get(path="/nothing"), head("OPTIONS", f"{BASE}/tasks"), get(CLOSE))
    assert [answer.status_code for answer in client.answers()] == [200, 404, 204, 200]


def test_a_request_to_upgrade_is_ignored(service: Service) -> None:
    wish = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk")
    client = service.connect()
    client.send(get(*wish) + post("Content-Length: 2", *wish) + b"{}" + get(*wish))
    client.send(post("Content-Length: 2", *wish), b"{}", get(CLOSE), pause=0.1)
    assert [answer.status_code for answer in client.answers()] == [200, 400, 200, 400, 200]


@pytest.mark.parametrize("wish", ["close, Upgrade", "Upgrade , close", "close, Upgrade, X"])
def test_a_request_to_upgrade_and_to_close_is_answered_at_once_and_closed(
    service: Service, wish: str
) -> None:
    for request in (get, post):
        client = service.connect()
        begun = time.monotonic()
        client.send(request(f"Connection: {wish}", "Upgrade: h2c") + get())
        answers = client.answers()
        assert [answer.status_code for answer in answers] == [200 if request is get else 400]
        assert answers[0].headers["Connection"] == "close"
        assert time.monotonic() - begun < DEADLINE


@pytest.mark.parametrize("blanks", [" ", "\t", " \t  "], ids=repr)
def test_blanks_around_the_value_of_a_field_are_no_part_of_it(
    service: Service, blanks: str
) -> None:
    client = service.connect()
    newcomer = b'{"username": "ab", "password": "x"}'
    length, host = f"Content-Length:{blanks}{len(newcomer)} ", f"Host:{blanks}localhost{blanks}"
    kind = f"Content-Type:{blanks}application/json{blanks}"
    client.send(head("POST", f"{BASE}/users", host, length, kind, host=None) + newcomer)
    client.send(head("POST", f"{BASE}/users", host, kind, "Transfer-Encoding: chunked ", host=None))
    client.send(b"2\r\n{}\r\n0\r\n\r\n" + get(f"Connection:{blanks}close{blanks}"))
    answers = client.answers()
    assert [answer.status_code for answer in answers] == [400, 400, 200]
    assert ["/password" in answer.text for answer in answers[:2]] == [True, True]


@pytest.mark.parametrize("extension", [b";a=b", b";a", b';a="b;c"', b";a;b=c"], ids=repr)
def test_a_chunk_extension_is_ignored(service: Service, extension: bytes) -> None:
    client = service.connect()
    client.send(CHUNKED + b"2" + extension + b"\r\n{}\r\n0\r\n\r\n" + get(CLOSE))
    assert [answer.status_code for answer in client.answers()] == [400, 200]


def test_trace_is_refused_and_reflects_nothing(service: Service) -> None:
    client = service.connect()
    client.send(head("TRACE", f"{BASE}/tasks", MIGUEL, CLOSE))
    (answer,) = client.answers()
    assert answer.status_code == 405
    assert "Basic" not in answer.text


@pytest.mark.parametrize(
    ("fields", "first"),
    [
        (("Content-Length: 2",), b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 "),
        (("Content-Length: 200000",), b"HTTP/1.1 413 "),
        (("Content-Length: 2", "Content-Encoding: gzip"), b"HTTP/1.1 415 "),
        (("Content-Length: 0",), b"HTTP/1.1 400 "),
    ],
)
def test_a_client_is_told_to_continue_where_its_body_is_wanted(
    service: Service, fields: tuple[str, ...], first: bytes
) -> None:
    client = service.connect()
    client.send(post("Expect: 100-continue", CLOSE, *fields), b"{}", pause=0.1)
    assert client.receive().startswith(first)


@pytest.mark.parametrize("credentials", ["X: none", STRANGER], ids=["none", "wrong"])
@pytest.mark.parametrize(
    "announced",
    [
        ("Content-Length: 100000",),
        ("Transfer-Encoding: chunked",),
        ("Content-Length: 2", "Expect: 100-continue"),
    ],
    ids=str,
)
def test_a_stranger_is_refused_before_the_body_comes(
    service: Service, announced: tuple[str, ...], credentials: str
) -> None:
    for method, path, kind in (
        ("POST", f"{BASE}/tasks", "application/json"),
        ("PATCH", f"{BASE}/tasks/1", "application/merge-patch+json"),
        ("POST", f"{BASE}/tasks/import", "application/jsonl"),
    ):
        client = service.connect()
        begun = time.monotonic()
        client.send(head(method, path, credentials, f"Content-Type: {kind}", *announced))
        answers = client.answers()
        assert time.monotonic() - begun < DEADLINE
        (answer,) = answers
        assert answer.status_code in {401, 429}  # one who fails too often has to wait
        assert answer.headers["Connection"] == "close"


def test_a_password_that_changes_while_a_body_comes_is_good_no_more(service: Service) -> None:
    def send_json(method: str, path: str, body: object, *fields: str) -> int:
        client, content = service.connect(), json.dumps(body).encode()
        about = ("Content-Type: application/json", f"Content-Length: {len(content)}", CLOSE)
        client.send(head(method, BASE + path, *about, *fields) + content)
        (answer,) = client.answers()
        return answer.status_code

    old, new = "a boa and a king cobra", "two pugs in a wig"
    ida = "Authorization: Basic " + b64encode(f"ida:{old}".encode()).decode()
    assert send_json("POST", "/users", {"username": "ida", "password": old}) == 201
    body = b'{"name": "laptop", "scope": "write"}'
    client = service.connect()
    about = ("Content-Type: application/json", f"Content-Length: {len(body)}")
    client.send(head("POST", f"{BASE}/tokens", ida, *about, "Expect: 100-continue", CLOSE))
    assert client.socket.recv(100).startswith(b"HTTP/1.1 100 ")
    changes = {"current_password": old, "password": new, "revoke_tokens": True}
    assert send_json("PUT", "/users/ida", changes, ida) == 200
    client.send(body)
    (answer,) = client.answers()
    assert answer.status_code == 401


STRANGERS = {401, 429, 503}


def test_what_strangers_have_begun_to_send_is_not_held(service: Service) -> None:
    def memory_after(sent: int) -> int:
        clients = [service.connect() for _ in range(200)]
        for client in clients:
            kind = "Content-Type: application/json"
            client.send(head("POST", f"{BASE}/tasks", STRANGER, kind, "Content-Length: 130000"))
            client.send(b" " * sent)
        statuses = {answer.status_code for client in clients for answer in client.answers()}
        assert statuses <= STRANGERS
        return service.most_memory()

    without = memory_after(0)  # what their connections and passwords take
    assert memory_after(120_000) - without < 8 * MIB  # of 23 that were sent


@pytest.mark.parametrize("field", ["X: y", "Connection: keep-alive"])
def test_http_1_0_is_answered_and_closed(service: Service, field: str) -> None:
    client = service.connect()
    client.send(get(field).replace(b"HTTP/1.1", b"HTTP/1.0"))
    (answer,) = client.answers()
    assert (answer.status_code, answer.headers["Connection"]) == (200, "close")


# Time.


@pytest.mark.parametrize(
    ("parts", "statuses"),
    [
        pytest.param([], [], id="silent"),
        pytest.param([b"\r\n"] * 9, [], id="empty lines"),
        pytest.param([get()], [200], id="idle"),
        pytest.param([get(), *[b"\r\n"] * 9], [200], id="idle with empty lines"),
        pytest.param([get()[:-2]], [408], id="half a head"),
        pytest.param([bytes([byte]) for byte in get()[:20]], [408], id="head byte by byte"),
        pytest.param([get(), get()[:-2]], [200, 408], id="half of the second head"),
        pytest.param([get() + get()[:-2]], [200, 408], id="half of a pipelined head"),
        pytest.param([post("Content-Length: 9"), b"{"], [408], id="half a body"),
        pytest.param([post("Content-Length: 99"), *[b" "] * 20], [408], id="body byte by byte"),
        pytest.param([CHUNKED, b"1\r\n{\r\n"], [408], id="half of the chunks"),
        pytest.param([CHUNKED, b"2\r\n{}\r\n0\r\n", b"A: b\r\n"], [408], id="half the trailers"),
        pytest.param([get(CLOSE)[:-2], b"\r\n"], [200], id="slow, but in time"),
    ],
)
def test_a_client_that_keeps_the_service_waiting_is_dropped(
    service: Service, parts: list[bytes], statuses: list[int]
) -> None:
    client = service.connect()
    begun = time.monotonic()
    client.send(*parts, pause=0.08)
    answers = client.answers()
    assert time.monotonic() - begun < 4 * DEADLINE + 1
    assert [answer.status_code for answer in answers] == statuses
    if statuses[-1:] == [408]:
        assert_refused(answers, 408)
        assert time.monotonic() - begun >= DEADLINE


SLOW_LOGINS = """
import asyncio
from todo_api.identity import Accounts

verify = Accounts.verify

async def verify_slowly(self, *credentials, client):
    await asyncio.sleep(1.5 * float(os.environ["TEST_DEADLINE"]))
    return await verify(self, *credentials, client=client)

Accounts.verify = verify_slowly
"""


def test_what_the_service_takes_to_verify_a_password_is_not_the_clients_delay(
    tmp_path: Path,
) -> None:
    """Neither of a body that has half come, nor of one that is sent when it is asked for."""
    url = f"sqlite:///{tmp_path}/todo.db"
    database = Database(url)
    migrate(database)
    with database.transaction() as db:
        insert_user(db, username="susan", email=None, password_hash=PASSWORD_HASH)
    database.close()
    susan = "Authorization: Basic " + b64encode(f"susan:{PASSWORD}".encode()).decode()
    task = b'{"title": "Rest"' + b" " * 100_000 + b"}"
    lines = task.replace(b"\n", b" ") + b"\n"
    with served(tmp_path, before="import os" + SLOW_LOGINS, TEST_DEADLINE="4") as service:
        clients = []
        for path, kind, body, expect in (
            ("/tasks", "application/json", task, ()),
            ("/tasks/import", "application/jsonl", lines * 2, ()),
            ("/tasks", "application/json", task, ("Expect: 100-continue",)),
        ):
            about = (f"Content-Type: {kind}", f"Content-Length: {len(body)}", susan, CLOSE, *expect)
            client = service.connect()
            client.socket.settimeout(60)
            client.send(head("POST", BASE + path, *about))
            clients.append((client, body, expect))
        for client, body, expect in clients:
            if expect:
                assert client.socket.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
            client.send(body)
        statuses = [answer.status_code for client, *_ in clients for answer in client.answers()]
    assert statuses == [201, 200, 201]


def test_a_client_that_does_not_read_is_cut_off(service: Service) -> None:
    client = service.connect(receive_buffer=4096)
    client.send(*[get(path=f"{BASE}/openapi.json") * 30] * 8, pause=0.1)
    time.sleep(4 * DEADLINE)
    assert 0 < client.receive().count(b"HTTP/1.1 200") < 8 * 30


def test_a_client_may_take_its_time_to_read(service: Service) -> None:
    client = service.connect(receive_buffer=65536)
    client.send(get(path=f"{BASE}/openapi.json") * 30 + get(CLOSE))
    received = client.receive(pause=DEADLINE / 50)
    assert received.count(b"HTTP/1.1 200") == 30 + 1


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service at which miguel has 10,000 tasks."""
    newcomer = b'{"username": "miguel", "password": "correct horse battery"}'
    lines = b'{"title": "Rest", "description": "%b"}\n' % (b"z" * 300) * 10_000
    with served(tmp_path_factory.mktemp("filled")) as service:
        client = service.connect()
        client.send(post(f"Content-Length: {len(newcomer)}") + newcomer)
        client.send(post_lines(f"Content-Length: {len(lines)}", CLOSE) + lines)
        assert [answer.status_code for answer in client.answers()] == [201, 200]
        yield service


def post_lines(*fields: str) -> bytes:
    path, media_type = f"{BASE}/tasks/import", "Content-Type: application/jsonl"
    return head("POST", path, MIGUEL, media_type, *fields)


NEW_TASK = b'{"title": "Work"}'
CREATE = head(
    *("POST", f"{BASE}/tasks", MIGUEL),
    *("Content-Type: application/json", f"Content-Length: {len(NEW_TASK)}"),
)


@pytest.mark.parametrize(
    ("request_bytes", "statuses"),
    [
        pytest.param(get(), [200], id="nothing to wait for"),
        pytest.param(get(MIGUEL, path=f"{BASE}/tasks?limit=1"), [200], id="a read"),
        pytest.param(CREATE + NEW_TASK, [201], id="a change"),
        pytest.param(get(STRANGER, path=f"{BASE}/tasks"), [401], id="a wrong password"),
        pytest.param(get(path="/"), [200], id="a page"),
        pytest.param(get() + (CREATE + NEW_TASK) * 2 + get(), [200, 201, 201, 200], id="several"),
        pytest.param(CREATE + NEW_TASK + b"GET /tas", [201], id="the beginning of another"),
        pytest.param(CREATE + NEW_TASK + CREATE + NEW_TASK[:9], [], id="a part of another"),
        pytest.param(b"GET / HTTP/1.2\r\n\r\n", [400], id="no HTTP"),
        pytest.param(CREATE, [], id="a request without its body"),
        pytest.param(b"GET / HTTP/1.1\r\nHost:", [], id="half a head"),
    ],
)
def test_who_says_at_once_that_this_was_all_is_answered(
    filled: Service, request_bytes: bytes, statuses: list[int]
) -> None:
    client = filled.connect()
    client.say_all(request_bytes)
    assert [answer.status_code for answer in client.answers()] == statuses


def test_who_says_at_once_that_this_was_all_gets_a_long_answer(filled: Service) -> None:
    client = filled.connect()
    client.say_all(get(MIGUEL, path=f"{BASE}/tasks/export"))
    received = client.receive()
    assert received.endswith(b"0\r\n\r\n")
    assert received.count(b'"title":"Rest"') == 10_000


def test_a_long_body_may_be_slow_if_it_keeps_coming(filled: Service) -> None:
    parts = [b" " * 70_000] * 12
    client = filled.connect()
    begun = time.monotonic()
    client.send(post_lines(f"Content-Length: {12 * 70_000}", CLOSE))
    client.send(*parts, pause=0.3 * DEADLINE)
    assert [answer.status_code for answer in client.answers()] == [200]
    assert time.monotonic() - begun > 3 * DEADLINE


@pytest.mark.parametrize("part", [b"", b" " * 9_000], ids=["nothing", "little"])
def test_a_long_body_that_hardly_arrives_is_dropped(filled: Service, part: bytes) -> None:
    client = filled.connect()
    client.send(post_lines("Content-Length: 4000000"), b" " * 140_000)
    client.send(*[part] * 12, pause=0.2 * DEADLINE)
    assert_refused(client.answers(), 408)


def test_a_client_that_does_not_read_its_export_is_cut_off(
    filled: Service,
) -> None:
    stalled = [filled.connect(receive_buffer=4096) for _ in range(2 * THREADS)]
    for client in stalled:
        client.send(get(MIGUEL, CLOSE, path=f"{BASE}/tasks/export"))
    begun = time.monotonic()
    other = filled.connect()
    other.send(post_lines("Content-Length: 17", CLOSE) + b'{"title": "Work"}')
    assert [answer.status_code for answer in other.answers()] == [200]
    assert time.monotonic() - begun < 2 * DEADLINE
    time.sleep(8 * DEADLINE)  # to make what the kernel takes of all, and to wait for the clients
    received = [client.receive() for client in stalled]
    assert all(b"HTTP/1.1 200 " in each for each in received)
    assert not [each for each in received if each.endswith(b"0\r\n\r\n")]


def test_an_export_may_be_read_slowly(filled: Service) -> None:
    client = filled.connect(receive_buffer=65536)
    client.send(get(MIGUEL, CLOSE, path=f"{BASE}/tasks/export"))
    received = client.receive(pause=DEADLINE / 50)
    assert received.endswith(b"0\r\n\r\n")
    assert received.count(b'"title":"Rest"') == 10_000


def test_the_service_stops_although_clients_stay(tmp_path: Path) -> None:
    with served(tmp_path) as service:
        clients = [service.connect() for _ in range(4)]
        for client, part in zip(
            clients, [b"", get(), get()[:-2], post("Content-Length: 9")], strict=True
        ):
            client.send(part, pause=0.1)
        begun = time.monotonic()
    assert time.monotonic() - begun < STOP_SECONDS
    statuses = [[answer.status_code for answer in client.answers()] for client in clients]
    assert statuses == [[], [200], [408], [408]]


# Size.


def repeated(begin: bytes, part: bytes, size: int = 20 * MIB) -> Iterator[bytes]:
    yield begin
    block = part * (65536 // len(part))
    for _ in range(size // len(block)):
        yield block


@pytest.mark.parametrize(
    ("begin", "part", "status"),
    [
        pytest.param(b"GET /", b"x", 414, id="URL"),
        pytest.param(get()[:-2] + b"X", b"x", 431, id="name"),
        pytest.param(get()[:-2] + b"X: ", b"x", 431, id="value"),
        pytest.param(get()[:-2] + b"X: ", b" ", 431, id="white space"),
        pytest.param(get()[:-2], b"X: y\r\n", 431, id="fields"),
        pytest.param(b"", b"\r\n", 431, id="empty lines"),
        pytest.param(CHUNKED + b"2;x=", b"x", 431, id="chunk extension"),
        pytest.param(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: y\r\n", 431, id="trailers"),
        pytest.param(CHUNKED, b"400\r\n" + b" " * 1024 + b"\r\n", 413, id="chunks"),
        pytest.param(post(f"Content-Length: {64 * MIB}"), b" ", 413, id="body"),
        pytest.param(
            head("POST", f"{BASE}/tasks", f"Content-Length: {64 * MIB}"), b" ", 415, id="unwanted"
        ),
    ],
)
def test_a_request_without_end_is_refused_while_it_arrives(
    service: Service, begin: bytes, part: bytes, status: int
) -> None:
    before = service.most_memory()
    client = service.connect()
    client.send(*repeated(begin, part))
    answers = client.answers()
    assert len(answers) == 1
    assert_refused(answers, status)
    assert service.most_memory() - before < 8 * MIB


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        pytest.param(head("GET", "/" + "x" * 8191, CLOSE), 404, id="longest URL"),
        pytest.param(head("GET", "/" + "x" * 8192, CLOSE), 414, id="URL"),
        pytest.param(get(CLOSE, "X: " + "x" * 16000), 200, id="largest field"),
        pytest.param(get(CLOSE, "X: " + "x" * 16384), 431, id="field"),
        pytest.param(get(CLOSE, *["X: y"] * 62), 200, id="most fields"),
        pytest.param(get(CLOSE, *["X: y"] * 63), 431, id="fields"),
    ],
)
@pytest.mark.parametrize("packets", [1, 3])
def test_a_head_at_its_limits_is_read_however_it_is_cut(
    service: Service, request_bytes: bytes, status: int, packets: int
) -> None:
    client = service.connect()
    size = -(-len(request_bytes) // packets)
    client.send(
        *[request_bytes[at : at + size] for at in range(0, len(request_bytes), size)], pause=0.02
    )
    assert [answer.status_code for answer in client.answers()] == [status]
