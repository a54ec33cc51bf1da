"""The administrator's commands: ``todo-api``.

Each command is a module of its own name. `main`, the group that they are in, turns what stops a
command into one sentence.

- `serve` serves the API.
- `migrate` brings the database up to date; `init`, in the same module, makes it first.
- `user` is a group of its own: the accounts. `access` opens the database for it, `member` and
  `password` are what it takes.
- `token` is another: the tokens of users.
- `check` tells whether the service could run here, `healthcheck` whether it does; `config` shows
  the settings.
- `sweep` removes what has expired, as the service does by itself.
- `backup` copies the database, and `restore`, in the same module, brings a copy back.
- `output` is how commands print.
- `demo` serves a demo to this machine; `demo_data` is the user and the tasks in it.
"""

import logging
from typing import Any

import click

from todo_api import __version__
from todo_api.cli.backup import backup_command, restore_command
from todo_api.cli.check import check_command
from todo_api.cli.config import config_command
from todo_api.cli.demo import DemoNotLocalError, demo_command
from todo_api.cli.healthcheck import healthcheck_command
from todo_api.cli.migrate import init_command, migrate_command
from todo_api.cli.serve import serve_command
from todo_api.cli.sweep import sweep_command
from todo_api.cli.token import token_group
from todo_api.cli.user import user_group
from todo_api.contract import BrokenDocumentError
from todo_api.environment import SettingError
from todo_api.identity import AdministrationError
from todo_api.server import CertificateError, ListenError
from todo_api.storage import DatabaseUnavailableError, DatabaseUnusableError

__all__ = ["main"]

EXPLAINED = (
    AdministrationError,
    BrokenDocumentError,
    CertificateError,
    DatabaseUnavailableError,
    DatabaseUnusableError,
    DemoNotLocalError,
    ListenError,
    SettingError,
)
"""Errors whose message tells a person what to do. Any other is a fault of the program."""


class ExplainingGroup(click.Group):
    """Commands that end with one sentence and exit status 1 when they cannot do their work."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run a command."""
        try:
            return super().invoke(ctx)
        except EXPLAINED as fault:
            raise click.ClickException(str(fault)) from fault


EXIT_STATUSES = """\b
Exit status:
  0  done
  1  it could not be done; a sentence on standard error says why
  2  wrong usage
"""


@click.group(cls=ExplainingGroup, epilog=EXIT_STATUSES)
@click.version_option(__version__, prog_name="todo-api")
def main() -> None:
    """Run a to-do list web service; settings come from the environment as TODO_*."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")


main.add_command(serve_command)
main.add_command(init_command)
main.add_command(migrate_command)
main.add_command(demo_command)
main.add_command(user_group)
main.add_command(token_group)
main.add_command(check_command)
main.add_command(healthcheck_command)
main.add_command(config_command)
main.add_command(sweep_command)
main.add_command(backup_command)
main.add_command(restore_command)
