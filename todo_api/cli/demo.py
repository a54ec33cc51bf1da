"""``todo-api demo``: the service with the article's user and tasks, for this machine only."""

import os
from functools import partial

import click

from todo_api.application import create_app
from todo_api.cli.demo_data import PASSWORD, USERNAME, insert_demo
from todo_api.cli.migrate import bring_up_to_date
from todo_api.server import is_loopback, serve
from todo_api.settings import Settings, read_settings
from todo_api.site import DemoUser


class DemoNotLocalError(Exception):
    """The settings would let other machines reach the demo; the message says which, and why not."""


@click.command("demo")
def demo_command() -> None:
    """Serve a demo to this machine, with the article's user miguel and two tasks."""
    settings = read_settings(os.environ, registration=True)
    _refuse_other_machines(settings)
    bring_up_to_date(settings, create=True, seed=partial(insert_demo, settings=settings))
    app = create_app(settings, demo=DemoUser(USERNAME, PASSWORD))
    serve(app, settings, lambda url: click.echo(_greeting(url, url + app.base_path)))


def _refuse_other_machines(settings: Settings) -> None:
    if not is_loopback(settings.host):
        raise DemoNotLocalError(
            f"The demo's password is known to everybody, so it is not served on {settings.host}:"
            " leave TODO_HOST unset, or run `todo-api serve`, which has no demo user."
        )
    if settings.public_url is not None:
        raise DemoNotLocalError(
            "The demo's password is known to everybody, so it is not served behind a proxy:"
            " leave TODO_PUBLIC_URL unset, or run `todo-api serve`, which has no demo user."
        )


def _greeting(url: str, api: str) -> str:
    """Return what to print once the demo is served at these URLs."""
    return f"""\
The list       {url}/
The API        {api}/tasks
The console    {api}/ui/
The document   {api}/openapi.json

  curl -i -u {USERNAME}:{PASSWORD} {api}/tasks

Press Ctrl+C to stop."""
