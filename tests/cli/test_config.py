"""``todo-api config``: every setting, its value and where that comes from, but no secret."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.support.commands import environment_with, run_command
from todo_api.cli import main
from todo_api.settings import Settings, read_settings, show_settings

SECRET = "s3cret"


def shown(**settings: str) -> dict[str, dict[str, Any]]:
    """Return what the command says in JSON, by the settings' names."""
    said = CliRunner().invoke(main, ["config", "--json"], env=environment_with(**settings))
    assert (said.exit_code, said.stderr) == (0, "")
    return {setting["name"]: setting for setting in json.loads(said.stdout)["settings"]}


def test_tells_where_each_value_comes_from(tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("https://todo.example\n")
    settings = shown(TODO_PORT="8080", TODO_REGISTRATION="Open", TODO_PUBLIC_URL_FILE=str(file))
    told = {name: (settings[name]["value"], settings[name]["source"]) for name in settings}
    assert told["TODO_PORT"] == ("8080", "environment")
    assert told["TODO_REGISTRATION"] == ("Open", "environment")
    assert told["TODO_PUBLIC_URL"] == ("https://todo.example", "file")
    assert told["TODO_HOST"] == ("127.0.0.1", "default")
    assert told["TODO_CHECK_RESPONSES"] == ("off", "default")


def test_has_each_setting_with_the_same_members() -> None:
    settings = shown()
    assert len(settings) == len(show_settings({}))
    for setting in settings.values():
        assert list(setting) == ["name", "value", "source", "description"]


def test_shows_defaults_as_they_would_be_written_in_the_environment() -> None:
    given = {setting.name: setting.text for setting in show_settings({}) if setting.text}
    assert read_settings(given) == Settings()


@pytest.mark.parametrize(
    ("url", "value"),
    [
        (f"postgresql+psycopg://todo:{SECRET}@db/list", "postgresql+psycopg://todo:***@db/list"),
        (f"postgresql://db/list?password={SECRET}", "postgresql://db/list?password=***"),
        (f"postgresql://db/list?sslpassword={SECRET}", "postgresql://db/list?sslpassword=***"),
        (f"postgresql://todo:{SECRET}@{SECRET}@db/list", "***"),
        (f"postgresql://todo:p@{SECRET}/{SECRET}@db/list", "***"),
        (f"{SECRET}", "***"),
        ("sqlite:////srv/todo.db", "sqlite:////srv/todo.db"),
    ],
)
def test_hides_the_passwords_of_a_database_url(tmp_path: Path, url: str, value: str) -> None:
    file = tmp_path / "url"
    file.write_text(url)
    for settings in ({"TODO_DATABASE_URL": url}, {"TODO_DATABASE_URL_FILE": str(file)}):
        assert shown(**settings)["TODO_DATABASE_URL"]["value"] == value
        told = CliRunner().invoke(main, ["config"], env=environment_with(**settings))
        assert SECRET not in told.output


def test_is_a_table_for_a_person() -> None:
    told = run_command("config", TODO_PORT="8080")
    assert (told.status, told.stderr) == (0, "")
    head, *rows = told.stdout.splitlines()
    assert head.split() == ["SETTING", "VALUE", "FROM"]
    assert ["TODO_PORT", "8080", "environment"] in [row.split() for row in rows]
    assert ["TODO_PUBLIC_URL", "-", "default"] in [row.split() for row in rows]


def test_refuses_what_the_service_would_refuse() -> None:
    refused = run_command("config", TODO_PROT="8080")
    assert refused == (1, "", "Error: TODO_PROT is not a setting: did you mean TODO_PORT?\n")
