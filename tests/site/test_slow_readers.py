"""Clients that ask for much and read nothing: everybody else is still answered."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.support.serving import ServedApp, served

CONNECTIONS = 10
PIPELINED = 8
SECONDS = 10
"""Far less than those who do not read are waited for."""
BUNDLE = "/assets/swagger-ui-bundle.js"
CONSOLE = "/todo/api/v1.0/ui/"
DOCUMENT = "/todo/api/v1.0/openapi.json"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApp]:
    """The demo on a new database, in a process of its own."""
    folder = tmp_path_factory.mktemp("slow-readers")
    with served(f"sqlite:///{folder}/todo.db", folder / "log") as service:
        yield service


@pytest.mark.parametrize("unread", [BUNDLE, DOCUMENT, CONSOLE, "/", "/problems", "/nowhere", "//"])
def test_clients_that_do_not_read_hold_up_nobody(service: ServedApp, unread: str) -> None:
    with ExitStack() as unreading:
        for _ in range(CONNECTIONS):
            client = unreading.enter_context(connected(service))
            client.sendall(f"GET {unread} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * PIPELINED)
        time.sleep(0.3)  # until the service has begun to answer, and can send no more
        for path, status in (
            (CONSOLE, 200),
            ("/problems", 200),
            ("/", 200),
            (BUNDLE, 200),
            (DOCUMENT, 200),
            ("/todo/api/v1.0/healthz", 200),
            ("/nowhere", 404),
            ("/assets/nothing.js", 404),
        ):
            begun = time.monotonic()
            answer = httpx2.get(service.origin + path, timeout=2 * SECONDS)
            assert (path, answer.status_code) == (path, status)
            assert time.monotonic() - begun < SECONDS


def test_a_client_that_finally_reads_gets_every_answer_complete(service: ServedApp) -> None:
    size = len(httpx2.get(service.origin + BUNDLE).content)
    request = f"GET {BUNDLE} HTTP/1.1\r\nHost: localhost\r\n"
    with connected(service) as client:
        some = f"{request}\r\n" * (PIPELINED - 1)
        client.sendall(f"{some}{request}Connection: close\r\n\r\n".encode())
        time.sleep(0.3)
        received = 0
        while chunk := client.recv(2**16):
            received += len(chunk)
    assert received > PIPELINED * size


def connected(service: ServedApp) -> socket.socket:
    """Return a connection that buffers little of what is not read."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**12)
    client.settimeout(5)
    client.connect(("127.0.0.1", urlsplit(service.origin).port))
    return client
