"""What all commands have in common: databases that are away, exit statuses, help, completion."""

import re
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from tests.support.commands import environment_with, installed_command, run_command
from todo_api.cli import main
from todo_api.storage import Database

PASSWORD = b"a boa and a king cobra"
ON_DATABASE = [
    ["user", "add", "susan", "--password-stdin"],
    ["user", "add", "susan", "--invite"],
    ["user", "list"],
    ["user", "password", "susan", "--password-stdin"],
    ["user", "disable", "susan"],
    ["user", "enable", "susan"],
    ["user", "delete", "susan", "--yes"],
    ["token", "list", "susan"],
    ["token", "revoke", "1", "--yes"],
]
NOBODY_LISTENS = 1


def commands(group: click.Group = main, *path: str) -> list[tuple[str, ...]]:
    """Return the words of each command."""
    found = []
    for name in group.commands:
        words = (*path, name)
        _, command, _ = group.resolve_command(click.Context(group), [name])
        found += commands(command, *words) if isinstance(command, click.Group) else [words]
    return found


@pytest.mark.parametrize("arguments", ON_DATABASE, ids=" ".join)
def test_a_database_that_is_away_is_said_in_a_sentence(arguments: list[str]) -> None:
    url = f"postgresql+psycopg://todo:secret@127.0.0.1:{NOBODY_LISTENS}/list"
    settings = environment_with(TODO_DATABASE_URL=url)
    failed = CliRunner().invoke(main, arguments, input=PASSWORD, env=settings)
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert re.fullmatch(
        r"Error: The PostgreSQL database list on 127\.0\.0\.1:1 is unavailable: [^\n]+\.\n",
        failed.stderr,
    )


@pytest.mark.parametrize("arguments", ON_DATABASE, ids=" ".join)
def test_a_database_of_another_version_is_left_alone(
    database: Database, database_url: str, arguments: list[str]
) -> None:
    settings = environment_with(TODO_DATABASE_URL=database_url)
    for revision, sentence in (("0001", "run `todo-api migrate`"), ("9999", "newer version")):
        with database.transaction() as db:
            db.execute(text(f"UPDATE todo_api_revision SET version_num = '{revision}'"))  # noqa: S608 - ours
        refused = CliRunner().invoke(main, arguments, input=PASSWORD, env=settings)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert sentence in refused.stderr
    with database.snapshot() as db:
        assert db.scalar(text("SELECT count(*) FROM users")) == 0


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "todo.db"
    refused = run_command("user", "list", TODO_DATABASE_URL=f"sqlite:///{path}")
    sentence = f"There is no SQLite database {path}: run `todo-api init` to make one."
    assert refused == (1, "", f"Error: {sentence}\n")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_setting_stops_every_command() -> None:
    for arguments in (["user", "list"], ["migrate"], ["serve"], ["demo"]):
        refused = run_command(*arguments, TODO_PROT="8080")
        sentence = "TODO_PROT is not a setting: did you mean TODO_PORT?"
        assert refused == (1, "", f"Error: {sentence}\n")


def test_a_database_url_may_be_in_a_file(database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "url"
    path.write_text(f"{database_url}\n")
    listed = run_command("user", "list", TODO_DATABASE_URL_FILE=str(path))
    assert (listed.status, listed.stderr) == (0, "")


def test_the_help_tells_what_an_exit_status_means() -> None:
    explained = CliRunner().invoke(main, ["--help"]).stdout
    for status in range(3):
        assert re.search(rf"^ +{status}  \w", explained, re.MULTILINE)


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    explained = CliRunner().invoke(main, [*words, "--help"])
    assert explained.exit_code == 0
    assert re.search(r"^  [A-Z].+\.$", explained.stdout, re.MULTILINE)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_be_taught_to_complete(shell: str) -> None:
    done = subprocess.run(
        [installed_command()],
        env=environment_with() | {"_TODO_API_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "_TODO_API_COMPLETE" in done.stdout


def test_completion_knows_the_commands() -> None:
    done = subprocess.run(
        [installed_command()],
        env=environment_with()
        | {
            "_TODO_API_COMPLETE": "bash_complete",
            "COMP_WORDS": "todo-api user d",
            "COMP_CWORD": "2",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "plain,delete\nplain,disable\n"
