"""The administrator's commands: ``todo-api``.

Each command is a module of its own name, which is loaded when the command is run. `main` is the
`group` that they are in, which turns what stops a command into one sentence.

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

import click

from todo_api.cli.group import CommandGroup, NamedCommand

__all__ = ["main"]

EXIT_STATUSES = """\b
Exit status:
  0  done
  1  it could not be done; a sentence on standard error says why
  2  wrong usage
"""


@click.group(cls=CommandGroup, epilog=EXIT_STATUSES)
@click.version_option(package_name="todo-api", prog_name="todo-api")
def main() -> None:
    """Run a to-do list web service; settings come from the environment as TODO_*."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")


for _name, _place, _sentence in (
    ("serve", "serve.serve_command", "Serve the API, after bringing the database up to date."),
    (
        "init",
        "migrate.init_command",
        "Make the database that the settings name, unless it is there.",
    ),
    ("migrate", "migrate.migrate_command", "Bring the database up to date, then stop."),
    (
        "demo",
        "demo.demo_command",
        "Serve a demo to this machine, with the article's user miguel and two tasks.",
    ),
    ("user", "user.user_group", "Add, list, disable and delete users; set their passwords."),
    ("token", "token.token_group", "List and revoke tokens; users create them by the API."),
    ("check", "check.check_command", "Check settings, document and database; change nothing."),
    (
        "healthcheck",
        "healthcheck.healthcheck_command",
        "Tell whether the service answers here, as containers ask.",
    ),
    (
        "config",
        "config.config_command",
        "Show every setting, its value, and where that comes from; secrets are hidden.",
    ),
    (
        "sweep",
        "sweep.sweep_command",
        "Remove what has expired, and what deleted users and lists have left.",
    ),
    ("backup", "backup.backup_command", "Copy the database into FILE, while the service goes on."),
    (
        "restore",
        "backup.restore_command",
        "Fill an empty database from FILE, a copy that `backup` has made.",
    ),
):
    main.add_command(NamedCommand(_name, _sentence, f"{__name__}.{_place}"))
