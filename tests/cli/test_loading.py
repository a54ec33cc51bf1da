"""What commands load: who waits for one does not wait for what others need."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from tests.support.commands import environment_with
from tests.support.processes import is_imported_by_the_application
from todo_api.cli import main
from todo_api.cli.group import EXPLAINED, NamedCommand

SERVICE = ["connexion", "flask", "starlette.applications", "uvicorn"]
"""What the service is made of."""
ANYTHING = [*SERVICE, "sqlalchemy", "todo_api.contract", "todo_api.storage"]

RUN = f"""
import json, sys
from click.testing import CliRunner
from todo_api.cli import main

for line in sys.stdin:
    done = CliRunner().invoke(main, json.loads(line), input="a boa and a king cobra")
    loaded = [name for name in {ANYTHING} if name in sys.modules]
    print(json.dumps([done.exit_code, done.output, loaded]))
"""


def run(*commands: list[str], **settings: str) -> list[tuple[int, str, list[str]]]:
    """Run commands one after the other in a new process: status, output, and what is loaded."""
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input="".join(f"{json.dumps(command)}\n" for command in commands),
        env=environment_with(**settings),
        capture_output=True,
        text=True,
        check=True,
    )
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_who_asks_about_the_commands_waits_for_none_of_them(option: str) -> None:
    ((status, _, loaded),) = run([option])
    assert (status, loaded) == (0, [])


def test_what_administrators_run_loads_nothing_of_the_service(tmp_path: Path) -> None:
    commands = [
        ["init"],
        ["migrate"],
        ["user", "add", "susan", "--password-stdin"],
        ["user", "add", "david", "--invite"],
        ["user", "list"],
        ["user", "password", "susan", "--password-stdin"],
        ["token", "list", "susan"],
        ["user", "disable", "susan"],
        ["user", "enable", "susan"],
        ["user", "delete", "susan", "--yes"],
        ["sweep"],
        ["config"],
        ["backup", str(tmp_path / "copy.db")],
    ]
    ended = run(*commands, TODO_DATABASE_URL=f"sqlite:///{tmp_path / 'todo.db'}")
    for command, (status, output, loaded) in zip(commands, ended, strict=True):
        assert status == 0, (command, output)
        assert not set(SERVICE) & set(loaded), command


def test_what_fails_loads_no_more(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'todo.db'}"
    ((status, output, loaded),) = run(["user", "list"], TODO_DATABASE_URL=url)
    assert (status, output[:29]) == (1, "Error: There is no SQLite dat")
    assert not set(SERVICE) & set(loaded)


def test_a_healthcheck_loads_no_storage() -> None:
    ((status, output, loaded),) = run(["healthcheck"], TODO_PORT="1")
    assert (status, output[:25]) == (1, "Error: Nothing answers at")
    assert loaded == ["todo_api.contract"]  # of which the settings are


@pytest.mark.parametrize(
    "name", ["charset_normalizer", "flask.testing", "httpcore", "pygments", "rich", "urllib3"]
)
def test_serving_loads_nothing_that_only_others_need(name: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'todo.db'}"
    assert not is_imported_by_the_application(name, url)


def test_collections_of_garbage_leave_out_what_is_loaded() -> None:
    program = (
        "import gc; from todo_api.cli import main; main(['config'], standalone_mode=False);"
        " print(gc.isenabled(), len(gc.get_objects()) < gc.get_freeze_count() / 10)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment_with(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "True True"


@pytest.mark.parametrize("command", main.commands.values(), ids=lambda command: command.name)
def test_the_list_of_commands_says_what_each_says_of_itself(command: click.Command) -> None:
    assert isinstance(command, NamedCommand)
    itself = command.load()
    assert itself.name == command.name
    assert itself.help
    assert itself.help.partition("\n")[0] == command.help


@pytest.mark.parametrize("place", EXPLAINED)
def test_each_error_that_is_explained_is_where_the_commands_look_for_it(place: str) -> None:
    module, _, name = place.rpartition(".")
    assert issubclass(getattr(import_module(module), name), Exception)
