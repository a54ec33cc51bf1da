"""``todo-api healthcheck``: whether the service answers."""

import re
import socket
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

from tests.support.commands import run_command
from tests.support.serving import free_port
from tests.support.sockets import served

ANYWHERE = "0.0.0.0"  # noqa: S104 - asked here only


def test_a_service_that_answers_is_healthy(tmp_path: Path) -> None:
    with served(tmp_path) as service:
        ended = run_command("healthcheck", TODO_PORT=str(service.port))
        assert (ended.status, ended.stdout, ended.stderr) == (0, "The service answers.\n", "")
        everywhere = run_command("healthcheck", TODO_HOST=ANYWHERE, TODO_PORT=str(service.port))
        assert everywhere.status == 0


def test_where_nothing_listens_it_fails_with_a_sentence() -> None:
    ended = run_command("healthcheck", TODO_PORT=str(free_port()))
    assert (ended.status, ended.stdout) == (1, "")
    assert re.fullmatch(
        r"Error: Nothing answers at 127\.0\.0\.1, port \d+: connection refused\."
        r" Is the service running, with these values of TODO_HOST, .+\?\n",
        ended.stderr,
    )


def test_what_speaks_no_http_is_no_service() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:

        def chat() -> None:
            client, _ = other.accept()
            with client:
                client.recv(1000)
                client.sendall(b"220 Good morning\r\n")

        chatting = Thread(target=chat)
        chatting.start()
        ended = run_command("healthcheck", TODO_PORT=str(other.getsockname()[1]))
        chatting.join()
    assert ended.status == 1
    assert ": what listens there does not speak HTTP. Is the service running," in ended.stderr


def test_a_server_that_is_another_is_no_service() -> None:
    other = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)  # it knows no method at all
    answering = Thread(target=other.handle_request)
    answering.start()
    ended = run_command("healthcheck", TODO_PORT=str(other.server_port))
    answering.join()
    other.server_close()
    assert ended.status == 1
    assert " answers with the status 501, as the service never does: " in ended.stderr
