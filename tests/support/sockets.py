"""The service on a socket, with short deadlines, and clients that may send it anything."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import environ
from pathlib import Path

from httpx2 import Response

BASE = "/todo/api/v1.0"
DEADLINE = 0.5
STOP_SECONDS = 8
THREADS = 4
MIB = 1024 * 1024

SERVICE = """
import os
from todo_api.application import create_app
from todo_api.server import serve
from todo_api.server.connection import Deadlines
from todo_api.settings import read_settings
from todo_api.storage import Database, migrate

settings = read_settings(os.environ)
database = Database(settings.database_url)
migrate(database)
database.close()
app = create_app(settings)
deadline = float(os.environ["TEST_DEADLINE"])
deadlines = Deadlines(*[deadline] * 3, answer=2 * deadline, farewell=deadline)
serve(app, settings, lambda url: print(url, flush=True), deadlines)
"""


class Service:
    """A running service, known by its process, its port and its log."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        assert process.stdout
        self.log = log
        self.process = process
        self.port = int(process.stdout.readline().rpartition(":")[2])

    def connect(self, receive_buffer: int = 0, source: str = "") -> "Client":
        """Connect, from another of this machine's addresses if need be (Linux has 127.0.0.0/8)."""
        return Client(self.port, receive_buffer, source)

    def memory(self) -> int:
        """Return the process's memory in bytes."""
        return self._status("VmRSS")

    def most_memory(self) -> int:
        """Return the process's peak memory in bytes."""
        return self._status("VmHWM")

    def _status(self, name: str) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(rf"{name}:\s+(\d+) kB", status)[0]) * 1024


class Client:
    """A client that may send anything."""

    def __init__(self, port: int, receive_buffer: int, source: str) -> None:
        self.socket = socket.socket()
        if source:
            self.socket.bind((source, 0))
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(5)
        self.socket.connect(("127.0.0.1", port))

    def send(self, *parts: bytes, pause: float = 0) -> None:
        """Send until the service stops reading."""
        with suppress(ConnectionError):
            for part in parts:
                self.socket.sendall(part)
                time.sleep(pause)

    def say_all(self, *parts: bytes) -> None:
        """Send, and close the own side of the connection."""
        self.send(*parts)
        self.socket.shutdown(socket.SHUT_WR)

    def receive(self, pause: float = 0) -> bytes:
        """Return what arrives until the service closes the connection."""
        received = b""
        with self.socket, suppress(ConnectionResetError):
            while some := self.socket.recv(65536):
                received += some
                time.sleep(pause)
        return received

    def answers(self) -> list[Response]:
        """Return the answers that arrive until the service closes the connection."""
        rest = self.receive()
        answers = []
        while rest:
            head, _, rest = rest.partition(b"\r\n\r\n")
            length = int(re.findall(rb"content-length: (\d+)|\Z", head)[0] or 0)
            status, *fields = head.split(b"\r\n")
            headers = dict(field.split(b": ", 1) for field in fields)
            answers.append(Response(int(status.split()[1]), headers=headers, content=rest[:length]))
            rest = rest[length:]
        return answers


@contextmanager
def served(folder: Path, log: str = "", *, before: str = "", **settings: str) -> Iterator[Service]:
    """Run the service with short deadlines, and assert that its log is as this pattern says.

    `TEST_DEADLINE` makes them longer; ``before`` is a program that runs first.

    Clients' faults are not in it.
    """
    settings = {
        "TODO_PORT": "0",
        "TODO_DATABASE_URL": f"sqlite:///{folder}/todo.db",
        "TODO_REGISTRATION": "open",
        "TODO_PASSWORD_MEMORY_KIB": "1024",
        "TODO_THREADS": str(THREADS),
        "TEST_DEADLINE": str(DEADLINE),
        **settings,
    }
    with (folder / "log").open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", before + SERVICE],
            env={**environ, **settings},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    with process:
        try:
            yield Service(process, folder / "log")
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)
    written = (folder / "log").read_text()
    assert re.fullmatch(log, written), written


def head(method: str, path: str, *fields: str, host: str | None = "localhost") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", *([f"Host: {host}"] if host else []), *fields, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def get(*fields: str, path: str = f"{BASE}/healthz") -> bytes:
    return head("GET", path, *fields)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
