"""``todo-api serve`` in a process of its own, to be signalled and looked at."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from tests.support.commands import SECONDS, environment_with, installed_command

API = "/todo/api/v1.0"


def is_imported_by_the_application(name: str, database_url: str) -> bool:
    """Tell whether a module has been imported once the application is made by default settings."""
    program = (
        "import sys; from todo_api.application import create_app;"
        " from todo_api.settings import read_settings;"
        f" create_app(read_settings({{'TODO_DATABASE_URL': {database_url!r}}}));"
        f" print({name!r} in sys.modules)"
    )
    command = [sys.executable, "-c", program]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told in {"True\n", "False\n"}
    return told == "True\n"


class Running:
    """A service that has announced its address."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process = process
        self.log = log
        assert process.stdout
        announced = re.match(r"Serving (http://127\.0\.0\.1:(\d+))/", process.stdout.readline())
        assert announced, log.read_text()
        self.origin = announced[1]
        self.port = int(announced[2])
        self.url = self.origin + API

    def connect(self, seconds: float = SECONDS) -> HTTPConnection:
        """Return a client with a connection of its own."""
        return HTTPConnection("127.0.0.1", self.port, timeout=seconds)

    def signal(self, number: int) -> None:
        """Send the process a signal."""
        self.process.send_signal(number)

    def ended(self, seconds: float = SECONDS) -> int:
        """Wait for the end of the process, and return its exit status."""
        return self.process.wait(seconds)


@contextmanager
def running(log: Path, database_url: str, *arguments: str, **settings: str) -> Iterator[Running]:
    """Run the service, on a free port by default; its standard error goes to a file."""
    defaults = {"TODO_PORT": "0", "TODO_SECURITY_LOG": "off", "PYTHONUNBUFFERED": "1"}
    with log.open("a") as errors:
        process = subprocess.Popen(
            [installed_command(), "serve", *arguments],
            env=environment_with(**defaults | {"TODO_DATABASE_URL": database_url} | settings),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    with process:
        try:
            yield Running(process, log)
        finally:
            process.terminate()
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
