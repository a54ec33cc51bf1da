"""``todo-api serve``: the service."""

import os
import socket
import sys
from contextlib import suppress
from dataclasses import replace

import click

from todo_api.application import create_app
from todo_api.cli.access import opened_database
from todo_api.cli.migrate import bring_up_to_date
from todo_api.monitoring import Metrics, write_log, write_security_log
from todo_api.server import refuse_unsafe, serve, supervise
from todo_api.settings import Settings, read_settings
from todo_api.stopping import Stopping
from todo_api.storage import DatabaseUnavailableError

MOST_WORKERS = 64
LAST_PORT = 65535


@click.command("serve")
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    default=1,
    help="Processes that share the address; SIGHUP replaces them one after the other.",
)
@click.option("--number", type=int, default=0, hidden=True)
@click.option("--listener", type=int, hidden=True)
def serve_command(workers: int, number: int, listener: int | None) -> None:
    """Serve the API, after bringing the database up to date."""
    settings = read_settings(os.environ)
    write_log(settings.log_format)
    if listener is not None:  # this is one of several workers
        # Said in a sentence; a database that cannot be reached may come back.
        with suppress(DatabaseUnavailableError), opened_database():
            pass
        if settings.metrics_port is not None:
            settings = replace(settings, metrics_port=settings.metrics_port + number)
        _serve(settings, socket.socket(fileno=listener))
        return
    _refuse_ports(settings, workers)
    refuse_unsafe(settings)
    bring_up_to_date(settings)
    if workers == 1:
        _serve(settings)
    elif not supervise(_command, settings, workers, click.echo):
        sys.exit(1)


def _refuse_ports(settings: Settings, workers: int) -> None:
    """See that each worker has a port to give out metrics on, the first one's and those after."""
    first = settings.metrics_port or 0
    if first + workers - 1 > LAST_PORT:
        raise click.ClickException(
            f"{workers} workers give out metrics on as many ports from {first} on, but the last"
            f" port is {LAST_PORT}: set TODO_METRICS_PORT to {LAST_PORT - workers + 1} or less."
        )


def _serve(settings: Settings, listener: socket.socket | None = None) -> None:
    if settings.security_log:
        write_security_log()
    stopping = Stopping()
    metrics = None if settings.metrics_port is None else Metrics()
    app = create_app(settings, stopping=stopping, metrics=metrics)
    serve(
        app,
        settings,
        lambda url: click.echo(f"Serving {url}{app.base_path}/"),
        stopping=stopping,
        metrics=metrics,
        listener=listener,
    )


def _command(number: int, listener: int) -> list[str]:
    """Return what starts one of several workers, with this program as it is installed then."""
    program = "from todo_api.cli import main; main(prog_name='todo-api')"
    options = [f"--number={number}", f"--listener={listener}"]
    return [sys.executable, "-c", program, "serve", *options]
