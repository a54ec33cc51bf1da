"""Bounds on all clients together: connections, and answers that nobody takes."""

import json
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support.problems import assert_problem
from tests.support.sockets import BASE, MIB, Client, Service, get, head, served
from todo_api.server.bounds import STALLED_SECONDS, Bounds, Most, whose

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="Only Linux has all of 127.0.0.0/8 for clients."
)

LONG_DEADLINE = 5
CLOSE = "Connection: close"
BUNDLE = "/assets/swagger-ui-bundle.js"
PER_ADDRESS = r"(127\.0\.0\.1 has 10 connections, the most .*\n)?"
ALL = r"(There are 40 connections, the most .*\n)?"
MIGUEL = "Authorization: Basic " + b64encode(b"miguel:correct horse battery").decode()
SUSAN = "Authorization: Basic " + b64encode(b"susan:correct horse battery").decode()


def status_of(client: Client) -> int | None:
    """Return the status of the one answer, None if the connection was closed without any."""
    answers = client.answers()
    return answers[0].status_code if answers else None


@contextmanager
def bounded(folder: Path, **settings: str) -> Iterator[Service]:
    """Run a service with room for 40 connections, and for 10 from one address."""
    bounds = {"TODO_CONNECTIONS": "40", "TODO_CONNECTIONS_PER_ADDRESS": "10"}
    log = f"(?s:{PER_ADDRESS}{ALL}|{ALL}{PER_ADDRESS})"
    with served(folder, log, **bounds, **settings) as service:
        yield service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with short deadlines."""
    with bounded(tmp_path_factory.mktemp("bounds")) as service:
        yield service


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Service]:
    """A service that waits longer for what does not come."""
    with bounded(tmp_path, TEST_DEADLINE=str(LONG_DEADLINE)) as service:
        yield service


def answered_in_part(service: Service) -> list[Client]:
    """Return ten clients to whom answers are being sent, which they do not take."""
    clients = [service.connect(receive_buffer=4096) for _ in range(10)]
    for each in clients:
        each.send(get(path=BUNDLE) * 8)
    for each in clients:
        assert each.socket.recv(1, socket.MSG_PEEK)
    return clients


class TestConnections:
    """At most 40 connections, at most 10 from one address."""

    def test_silent_ones_of_an_address_give_way_to_another_of_the_same(
        self, service: Service
    ) -> None:
        silent = [service.connect() for _ in range(30)]
        client = service.connect()
        client.send(get(CLOSE))
        assert status_of(client) == 200
        assert not any(each.receive() for each in silent)

    def test_silent_ones_of_many_addresses_give_way_to_whoever_asks(self, patient: Service) -> None:
        for part in (b"", get()[:-2], head("POST", f"{BASE}/users", "Content-Length: 9")):
            greedy = [patient.connect(source=f"127.0.1.{n % 9 + 1}") for n in range(90)]
            for each in greedy:
                each.send(part)
            time.sleep(0.5)  # the service has taken what they have sent
            begun = time.monotonic()
            client = patient.connect(source="127.0.2.1")
            client.send(get(CLOSE))
            assert status_of(client) == 200
            assert time.monotonic() - begun < LONG_DEADLINE
            for each in greedy:
                each.socket.close()

    def test_those_that_are_answered_do_not_give_way_and_others_are_told(
        self, service: Service
    ) -> None:
        busy = answered_in_part(service)
        with closing(service.connect().socket) as refused:
            told = refused.recv(65536)
        assert told.startswith(b"HTTP/1.1 503 ")
        assert b"\r\nretry-after: 5\r\n" in told
        client = service.connect(source="127.0.0.2")
        client.send(get(CLOSE))
        assert status_of(client) == 200
        for each in busy:
            each.socket.close()

    def test_those_that_take_nothing_of_their_answers_give_way_after_a_while(
        self, service: Service
    ) -> None:
        stalled = answered_in_part(service)
        time.sleep(STALLED_SECONDS + 1)
        client = service.connect()
        client.send(get(CLOSE))
        assert status_of(client) == 200
        for each in stalled:
            each.socket.close()

    def test_what_is_told_is_an_error_like_any_other(self, service: Service) -> None:
        busy = answered_in_part(service)
        [answer] = service.connect().answers()
        assert_problem(answer, 503)
        assert answer.headers["Cache-Control"] == "no-store"
        for each in busy:
            each.socket.close()


def test_a_trusted_proxy_may_have_more_connections(tmp_path: Path) -> None:
    bounds = {"TODO_CONNECTIONS_PER_ADDRESS": "2", "TODO_TRUSTED_PROXIES": "127.0.0.0/24"}
    with served(tmp_path, **bounds) as service:
        clients = [service.connect() for _ in range(20)]
        for client in clients:
            client.send(get(CLOSE))
        assert [status_of(client) for client in clients] == [200] * 20


def test_a_flood_fills_neither_the_log_nor_the_descriptors(tmp_path: Path) -> None:
    bounds = {"TODO_CONNECTIONS": "50", "TODO_CONNECTIONS_PER_ADDRESS": "40"}
    log = r"127\.0\.0\.1 has 40 connections, the most .*\n"
    with served(tmp_path, log, **bounds) as service:
        silent = [service.connect() for _ in range(500)]
        descriptors = len(list(Path(f"/proc/{service.process.pid}/fd").iterdir()))
        assert descriptors < 50 + 64
        client = service.connect(source="127.0.0.2")
        client.send(get(CLOSE))
        assert status_of(client) == 200
        for each in silent:
            each.socket.close()


def test_there_are_as_many_connections_as_descriptors_allow() -> None:
    code = (
        "import logging, resource;"
        "from todo_api.server.descriptors import within_descriptors as within;"
        "logging.basicConfig();"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (100, 1000));"
        "print(within(500), resource.getrlimit(resource.RLIMIT_NOFILE)[0], within(5000))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "500 564 936\n"
    assert "1000 file descriptors are allowed" in done.stderr
    assert done.stderr.endswith("so there can be 936 connections, not 5000.\n")


def newcomer(username: str) -> bytes:
    return json.dumps({"username": username, "password": "correct horse battery"}).encode()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service at which miguel and susan have 400 tasks of 10 KB each."""
    folder = tmp_path_factory.mktemp("unsent")
    bounds = {"TODO_UNSENT_BYTES": str(8 * MIB), "TODO_UNSENT_BYTES_PER_ADDRESS": str(2 * MIB)}
    log = r"((\S+|all clients) leave more than \d+ bytes .*\n)*"
    lines = b'{"title": "Rest", "description": "%b"}\n' % (b"z" * 9_990) * 400
    with served(folder, log, **bounds) as service:
        for path, media_type, fields, body in (
            ("/users", "application/json", [], newcomer("miguel")),
            ("/tasks/import", "application/jsonl", [MIGUEL], lines),
            ("/users", "application/json", [], newcomer("susan")),
            ("/tasks/import", "application/jsonl", [SUSAN], lines),
        ):
            client = service.connect()
            length = f"Content-Length: {len(body)}"
            kind = f"Content-Type: {media_type}"
            client.send(head("POST", BASE + path, length, kind, CLOSE, *fields) + body)
            assert status_of(client) in {200, 201}
        yield service
    told = (folder / "log").read_text().splitlines()
    assert 1 <= len(told) <= 10


class TestUnsent:
    """Answers of 1 MB that nobody reads: 8 MiB for all, 2 for one address."""

    def test_those_who_read_nothing_are_cut_off_and_others_are_not(self, filled: Service) -> None:
        page = get(MIGUEL, path=f"{BASE}/tasks?limit=100")
        hers = get(SUSAN, path=f"{BASE}/tasks?limit=100")
        last = get(SUSAN, CLOSE, path=f"{BASE}/tasks?limit=100")
        before = filled.most_memory()

        def ask_and_read_nothing(number: int) -> Client:
            client = filled.connect(receive_buffer=4096, source=f"127.0.3.{number % 10 + 1}")
            client.send(page * 20)
            return client

        unread = [ask_and_read_nothing(number) for number in range(150)]
        reading = filled.connect(receive_buffer=65536)
        reading.socket.settimeout(30)
        reading.send(hers * 9 + last)
        received = reading.receive(pause=0.0005)
        assert received.count(b"HTTP/1.1 200 ") == 10
        assert received.endswith(b"}\n")
        assert filled.most_memory() - before < (8 + 48) * MIB
        deadline = time.monotonic() + 30
        while not filled.log.read_text() and time.monotonic() < deadline:
            # The system takes a part of each answer before the service keeps any, and on a busy
            # machine most of the requests have been refused.
            unread.append(ask_and_read_nothing(0))
            time.sleep(0.1)
        for client in unread:
            client.socket.close()


def test_what_large_bodies_took_goes_back_to_the_system(tmp_path: Path) -> None:
    rows, columns = b"title\n" + b"\n" * (4 * MIB - 6), b"title," * (4 * MIB // 6)
    with served(tmp_path) as service:

        def post(path: str, media_type: str, body: bytes, *fields: str) -> int | None:
            kind, length = f"Content-Type: {media_type}", f"Content-Length: {len(body)}"
            client = service.connect()
            client.send(head("POST", BASE + path, kind, length, CLOSE, *fields) + body)
            return status_of(client)

        assert post("/users", "application/json", newcomer("miguel")) == 201
        before = service.memory()
        statuses = [post("/tasks/import", "text/csv", body, MIGUEL) for body in [rows, columns] * 8]
        assert statuses == [200, 400] * 8
        assert service.memory() - before < 48 * MIB


class Reader:
    """A client of which the bounds know what a test says."""

    def __init__(self, address: str = "192.0.2.1", *, is_exempt: bool = False) -> None:
        self.address = address
        self.is_exempt = is_exempt
        self.unsent = 0
        self.idle: float | None = None
        self.is_cut_off = False

    def idle_since(self) -> float | None:
        return None if self.is_cut_off else self.idle

    def unsent_bytes(self) -> int:
        return self.unsent

    def cut_off(self) -> None:
        self.is_cut_off = True


class Clock:
    """A clock that a test turns."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


class TestChoice:
    """Whom the bounds end, decided step by step."""

    def test_who_takes_something_outlives_who_takes_nothing(self) -> None:
        clock = Clock()
        bounds = Bounds(Most(unsent=250), clock)
        readers = [Reader(f"192.0.2.{number}") for number in range(3)]
        for reader in readers[:2]:
            reader.unsent = 100
            bounds.slow_down(reader)
        clock.now += STALLED_SECONDS + 1
        readers[0].unsent = 90
        readers[2].unsent = 100
        bounds.slow_down(readers[2])
        assert [reader.is_cut_off for reader in readers] == [False, True, False]

    def test_among_equals_it_is_an_address_that_has_most(self) -> None:
        bounds = Bounds(Most(unsent=350), Clock())
        readers = [Reader(f"192.0.2.{number}") for number in (1, 2, 2, 3)]
        for reader in readers:
            reader.unsent = 100
            bounds.slow_down(reader)
        assert [reader.is_cut_off for reader in readers].count(True) == 1
        assert readers[1].is_cut_off or readers[2].is_cut_off

    def test_an_address_has_a_bound_of_its_own_unless_it_is_a_proxys(self) -> None:
        for is_exempt in (True, False):
            bounds = Bounds(Most(unsent=1000, unsent_per_address=150), Clock())
            readers = [Reader(is_exempt=is_exempt), Reader(is_exempt=is_exempt), Reader("other")]
            for reader in readers:
                reader.unsent = 100
                bounds.slow_down(reader)
            assert any(reader.is_cut_off for reader in readers) is not is_exempt
            assert not readers[2].is_cut_off

    def test_who_has_caught_up_counts_no_more(self) -> None:
        bounds = Bounds(Most(unsent=150), Clock())
        first, second = Reader(), Reader()
        first.unsent = second.unsent = 100
        bounds.slow_down(first)
        bounds.catch_up(first)
        bounds.slow_down(second)
        assert not first.is_cut_off
        bounds.forget(second)
        bounds.slow_down(first)
        assert not first.is_cut_off

    def test_the_longest_idle_of_the_greediest_address_gives_way_first(self) -> None:
        bounds = Bounds(Most(connections=4), Clock())
        readers = [Reader(f"192.0.2.{number}") for number in (1, 2, 2, 3)]
        for idle, reader in zip([1.0, 3.0, 2.0, None], readers, strict=True):
            reader.idle = idle
            assert bounds.admit(reader)
        assert bounds.admit(Reader("192.0.2.4"))
        assert [reader.is_cut_off for reader in readers] == [False, False, True, False]

    def test_without_any_idle_one_there_is_no_room(self) -> None:
        bounds = Bounds(Most(connections=1), Clock())
        first, second = Reader(), Reader()
        assert bounds.admit(first)
        assert not bounds.admit(second)
        bounds.forget(second)
        assert not bounds.admit(second)
        bounds.forget(first)
        assert bounds.admit(second)


@pytest.mark.parametrize(
    ("peer", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_clients_are_counted_by_address_and_those_of_ipv6_by_network(
    peer: str, counted_as: str
) -> None:
    assert whose(peer) == counted_as
