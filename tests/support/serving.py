"""The service as a person starts it: in a process of its own, reached over HTTP."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
STOP_SECONDS = 15


class ServedApp:
    """A running service."""

    def __init__(self, process: subprocess.Popen[str], greeting: str, errors: Path) -> None:
        self.process = process
        self.greeting = greeting
        match = re.search(r"http://\S+?:\d+", greeting)
        assert match, greeting + errors.read_text()
        self.origin = match[0]
        self.base_url = f"{self.origin}/todo/api/v1.0"


@contextmanager
def served(database_url: str, log: Path, **settings: str) -> Iterator[ServedApp]:
    """Run ``app.py`` on a free port; afterwards stop it and see that it had nothing to complain.

    Every response is held against the document: one that is not as declared is an error in the
    log.
    """
    environment = {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        "TODO_PORT": "0",
        "TODO_DATABASE_URL": database_url,
        "TODO_CHECK_RESPONSES": "on",
        **settings,
    }
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=CHECKOUT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        yield ServedApp(process, _read_greeting(process), log)
    finally:
        process.terminate()
        process.wait(STOP_SECONDS)
        assert process.stdout
        process.stdout.close()
    assert not log.read_text()


def _read_greeting(process: subprocess.Popen[str]) -> str:
    """Read what the service prints when it is ready, up to how to stop it."""
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl+C" in line:
            break
    return "".join(lines)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
