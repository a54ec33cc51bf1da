"""``todo-api`` as people and scripts run it: in a process of its own, at a terminal or not."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner

from todo_api.cli import main

SECONDS = 60


class Ended(NamedTuple):
    """A command that has ended."""

    status: int
    stdout: str
    stderr: str


def installed_command() -> str:
    """Return where ``todo-api`` is installed: beside the Python that runs the tests."""
    found = shutil.which("todo-api", path=Path(sys.executable).parent)
    assert found, "the project is not installed"
    return found


def environment_with(**settings: str) -> dict[str, str]:
    """Return the environment with these settings and no others.

    Password hashes are cheap, and nobody waits for a database that is away.
    """
    own = {name: value for name, value in os.environ.items() if not name.startswith("TODO_")}
    cheap = {"TODO_PASSWORD_TIME_COST": "1", "TODO_PASSWORD_MEMORY_KIB": "1024"}
    return own | cheap | {"TODO_DATABASE_WAIT_SECONDS": "0"} | settings


def run_command(*arguments: str, stdin: bytes = b"", **settings: str) -> Ended:
    """Run a command as a script does, without a terminal."""
    done = subprocess.run(
        [installed_command(), *arguments],
        input=stdin,
        env=environment_with(**settings),
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())


def run_within(*arguments: str, stdin: bytes = b"", **settings: str) -> Ended:
    """Run a command as `run_command` does, but in this process: a start takes a second."""
    others: dict[str, str | None] = dict.fromkeys(os.environ)
    chosen = others | environment_with(**settings)
    done = CliRunner().invoke(main, arguments, input=stdin, env=chosen, prog_name="todo-api")
    return Ended(done.exit_code, done.stdout, done.stderr)


def run_at_terminal(
    *arguments: str, answers: Iterable[tuple[str, str]], **settings: str
) -> tuple[int, str]:
    """Run a command at a terminal and type an answer after each question.

    Returns the exit status and what the terminal shows.
    """
    return type_at_terminal(
        [installed_command(), *arguments], answers, environment_with(**settings), Path.cwd()
    )


def type_at_terminal(
    command: list[str], answers: Iterable[tuple[str, str]], environment: dict[str, str], cwd: Path
) -> tuple[int, str]:
    """Run a program at a terminal of its own, as `run_at_terminal` does."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        # A session of its own, whose terminal is the one that the program opens first.
        [sys.executable, "-c", TAKE_TERMINAL, os.ttyname(theirs), *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env=environment,
        cwd=cwd,
    )
    os.close(theirs)
    shown = ""
    try:
        for question, answer in answers:
            asked_from = len(shown)
            while not re.search(question, shown[asked_from:]):
                shown += _read(ours)
            os.write(ours, f"{answer}\n".encode())
        while text := _read(ours):
            shown += text
        return process.wait(SECONDS), shown.replace("\r\n", "\n")
    finally:
        process.kill()
        process.wait()
        os.close(ours)


TAKE_TERMINAL = (
    "import os, sys; os.open(sys.argv[1], os.O_RDWR); os.execv(sys.argv[2], sys.argv[2:])"
)


def _read(terminal: int) -> str:
    """Return what comes next on a terminal; nothing when the program has ended."""
    deadline = time.monotonic() + SECONDS
    while not select.select([terminal], [], [], 0.1)[0]:
        assert time.monotonic() < deadline, "The program is silent."
    try:
        return os.read(terminal, 65536).decode()
    except OSError:  # Linux's way to say that nobody has the other end open
        return ""


@contextmanager
def serving(**settings: str) -> Iterator[str]:
    """Run ``todo-api serve`` on a free port; give the API's URL."""
    with subprocess.Popen(
        [installed_command(), "serve"],
        env=environment_with(TODO_PORT="0", PYTHONUNBUFFERED="1", **settings),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout
            announced = re.match(r"Serving (\S+)/\n", process.stdout.readline())
            assert announced, "the service did not start; its own words stand above"
            yield announced[1]
        finally:
            process.terminate()
            process.wait(SECONDS)
