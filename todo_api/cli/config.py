"""``todo-api config``: the settings."""

import os

import click

from todo_api.cli.output import json_option, print_json, print_table
from todo_api.settings import Shown, show_settings
from todo_api.storage import without_secrets


@click.command("config")
@json_option
def config_command(*, as_json: bool) -> None:
    """Show every setting, its value, and where that comes from; secrets are hidden."""
    settings = show_settings(os.environ)
    if as_json:
        print_json({"settings": [_represent(setting) for setting in settings]})
        return
    print_table(
        ("SETTING", "VALUE", "FROM"),
        [(setting.name, _value(setting), setting.source) for setting in settings],
    )


def _represent(setting: Shown) -> dict[str, str | None]:
    return {
        "name": setting.name,
        "value": _value(setting),
        "source": setting.source,
        "description": setting.sentence,
    }


def _value(setting: Shown) -> str | None:
    """Return what may be shown of a value: of a secret, a URL without its passwords at most."""
    if setting.text is not None and setting.is_secret:
        return without_secrets(setting.text)
    return setting.text
