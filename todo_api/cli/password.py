"""How a command is given a password: never as an argument, which other users could read."""

import sys

import click

LONGEST_INPUT = 4096

stdin_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)


def read_password(*, from_stdin: bool) -> str:
    """Return the password that is typed twice at the terminal, or piped in."""
    if from_stdin:
        return _piped()
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask at: pipe it in with --password-stdin.")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password


def _piped() -> str:
    """Return what is piped in, without the newline that `echo` puts at its end."""
    if sys.stdin.isatty():
        raise click.UsageError("A terminal would show the password: leave --password-stdin out.")
    try:
        text = sys.stdin.buffer.read(LONGEST_INPUT).decode()
    except UnicodeDecodeError:
        raise click.ClickException("The password is not text in UTF-8.") from None
    return text.removesuffix("\n").removesuffix("\r")
