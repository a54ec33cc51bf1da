"""``todo-api serve``: the service."""

import os

import click

from todo_api import security_log
from todo_api.application import create_app
from todo_api.cli.migrate import bring_up_to_date
from todo_api.logs import write_log
from todo_api.metrics import Metrics
from todo_api.server import refuse_unsafe, serve
from todo_api.settings import read_settings
from todo_api.stopping import Stopping


@click.command("serve")
def serve_command() -> None:
    """Serve the API, after bringing the database up to date."""
    settings = read_settings(os.environ)
    write_log(settings.log_format)
    refuse_unsafe(settings)
    if settings.security_log:
        security_log.write_to_stderr()
    bring_up_to_date(settings)
    stopping = Stopping()
    metrics = None if settings.metrics_port is None else Metrics()
    app = create_app(settings, stopping=stopping, metrics=metrics)
    serve(
        app,
        settings,
        lambda url: click.echo(f"Serving {url}{app.base_path}/"),
        stopping=stopping,
        metrics=metrics,
    )
