"""``todo-api user``: the accounts of the service."""

import sys
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import click

from todo_api import identity, storage
from todo_api.cli.access import opened_database
from todo_api.cli.member import EMAIL, USERNAME
from todo_api.cli.output import confirm, json_option, print_json, print_table
from todo_api.cli.password import read_password, stdin_option
from todo_api.storage import UserSummary

name_argument = click.argument("name", type=USERNAME)

INVITATION_DAYS = 7


@click.group("user")
def user_group() -> None:
    """Add, list, disable and delete users; set their passwords."""


@user_group.command("add")
@name_argument
@click.option("--email", type=EMAIL, help="The user's e-mail address.")
@stdin_option
@click.option("--invite", is_flag=True, help="Print a code by which they register themselves.")
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    help=f"How long the code is good for; {INVITATION_DAYS} unless given.",
)
@json_option
def add_command(
    name: str,
    email: str | None,
    *,
    password_stdin: bool,
    invite: bool,
    days: int | None,
    as_json: bool,
) -> None:
    """Add a user; the password is asked for twice, or chosen by whoever is invited."""
    if invite and (email is not None or password_stdin):
        raise click.UsageError("Whoever is invited chooses address and password: give neither.")
    if days is not None and not invite:
        raise click.UsageError("Only an invitation is for some days: add --invite.")
    if invite:
        _invite(name, days or INVITATION_DAYS, as_json=as_json)
        return
    with opened_database() as (database, settings):
        password = read_password(from_stdin=password_stdin)
        user = identity.add_user(database, settings, username=name, email=email, password=password)
    _say(user, f"The user {name} has been added.", as_json=as_json)


@user_group.command("list")
@json_option
def list_command(*, as_json: bool) -> None:
    """List the users."""
    with opened_database() as (database, _), database.snapshot() as db:
        users = storage.select_user_summaries(db)
    if as_json:
        print_json({"users": [_represent(user) for user in users]})
        return
    print_table(
        ("USERNAME", "EMAIL", "TASKS", "LAST CHANGED AT", "DISABLED AT"),
        [
            (user.username, user.email, user.tasks, user.last_changed_at, user.disabled_at)
            for user in users
        ],
    )


@user_group.command("password")
@name_argument
@stdin_option
@json_option
def password_command(name: str, *, password_stdin: bool, as_json: bool) -> None:
    """Set a user's password; it is asked for twice."""
    with opened_database() as (database, settings):
        identity.find_user(database, name)
        password = read_password(from_stdin=password_stdin)
        user = identity.set_password(database, settings, name, password)
    _say(user, f"The password of {name} has been set.", as_json=as_json)


@user_group.command("disable")
@name_argument
@json_option
def disable_command(name: str, *, as_json: bool) -> None:
    """Refuse a user's credentials from now on; the tasks stay."""
    with opened_database() as (database, _):
        user = identity.disable_user(database, name)
    _say(user, f"The user {name} is disabled.", as_json=as_json)


@user_group.command("enable")
@name_argument
@json_option
def enable_command(name: str, *, as_json: bool) -> None:
    """Accept a disabled user's credentials again."""
    with opened_database() as (database, _):
        user = identity.enable_user(database, name)
    _say(user, f"The user {name} is enabled.", as_json=as_json)


@user_group.command("delete")
@name_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def delete_command(name: str, *, yes: bool, as_json: bool) -> None:
    """Delete a user and all of the user's tasks."""
    with opened_database() as (database, _):
        user = identity.find_user(database, name)
        confirm(f"Delete {name} and {user.tasks:,} tasks for ever?", yes=yes)
        rows = identity.count_for_removal(database, user)
        with _progress_bar(rows) as bar:
            for deleted in identity.remove_user(database, user):
                bar.update(deleted)
    _say(user, f"The user {name} has been deleted.", as_json=as_json)


def _invite(name: str, days: int, *, as_json: bool) -> None:
    with opened_database() as (database, _):
        invitation = identity.invite(database, name, timedelta(days=days))
    if as_json:
        print_json({"invitation": invitation._asdict()})
        return
    click.echo(
        f"Until {invitation.expires_at}, whoever has this code can register as {name}."
        " It is not shown again."
    )
    click.echo(invitation.code)


def _progress_bar(length: int) -> AbstractContextManager[Any]:
    """Return a progress bar for a person at a terminal; it is not there for a program."""
    stream = sys.stderr
    return click.progressbar(
        length=length, label="Deleting", file=stream, hidden=not stream.isatty()
    )


def _say(user: UserSummary, sentence: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"user": _represent(user)})
    else:
        click.echo(sentence)


def _represent(user: UserSummary) -> dict[str, object]:
    return {
        "username": user.username,
        "email": user.email,
        "tasks": user.tasks,
        "last_changed_at": user.last_changed_at,
        "disabled_at": user.disabled_at,
    }
