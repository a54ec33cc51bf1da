"""The administrator's commands: ``todo-api``."""

import logging
import os
from typing import Any

import click

from todo_api import __version__
from todo_api.application import create_app
from todo_api.cli import demo
from todo_api.contract import BrokenDocumentError
from todo_api.server import ListenError, is_loopback, serve
from todo_api.settings import SettingError, Settings, read_settings
from todo_api.storage import Database, DatabaseUnavailableError, DatabaseUnusableError, migrate

EXPLAINED = (
    BrokenDocumentError,
    DatabaseUnusableError,
    ListenError,
    SettingError,
    DatabaseUnavailableError,
    demo.DemoNotLocalError,
)
"""What stops a command with a sentence; anything else is a fault of the program."""


class ExplainingGroup(click.Group):
    """Commands that end with one sentence and exit status 1 when they cannot do their work."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run a command."""
        try:
            return super().invoke(ctx)
        except EXPLAINED as fault:
            raise click.ClickException(str(fault)) from fault


@click.group(cls=ExplainingGroup)
@click.version_option(__version__, prog_name="todo-api")
def main() -> None:
    """Run a to-do list web service; settings come from the environment as TODO_*."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")


@main.command("serve")
def serve_command() -> None:
    """Serve the API, after bringing the database up to date."""
    settings = read_settings(os.environ)
    _migrate(settings)
    app = create_app(settings)
    serve(app, settings, lambda url: click.echo(f"Serving {url}{demo.BASE_PATH}/"))


@main.command("migrate")
def migrate_command() -> None:
    """Bring the database up to date, then stop."""
    _migrate(read_settings(os.environ))
    click.echo("The database is up to date.")


@main.command("demo")
def demo_command() -> None:
    """Serve a demo to this machine, with the article's user miguel and two tasks."""
    settings = read_settings(os.environ, registration=True)
    if not is_loopback(settings.host):
        raise demo.DemoNotLocalError(
            f"The demo's password is known to everybody, so it is not served on {settings.host}:"
            " leave TODO_HOST unset, or run `todo-api serve`, which has no demo user."
        )
    if settings.public_url is not None:
        raise demo.DemoNotLocalError(
            "The demo's password is known to everybody, so it is not served behind a proxy:"
            " leave TODO_PUBLIC_URL unset, or run `todo-api serve`, which has no demo user."
        )
    _migrate(settings, with_demo=True)
    app = create_app(settings, demo=True)
    serve(app, settings, lambda url: click.echo(demo.greeting(url)))


def _migrate(settings: Settings, *, with_demo: bool = False) -> None:
    database = Database(settings.database_url)
    try:
        migrate(database, seed=demo.seed if with_demo else None)
    finally:
        database.close()
