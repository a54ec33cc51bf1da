"""``todo-api token``: the tokens of users."""

import click

from todo_api import identity
from todo_api.cli.access import opened_database
from todo_api.cli.member import USERNAME
from todo_api.cli.output import confirm, json_option, print_json, print_table
from todo_api.storage import TokenRow


@click.group("token")
def token_group() -> None:
    """List and revoke tokens; users create them by the API."""


@token_group.command("list")
@click.argument("name", type=USERNAME)
@json_option
def list_command(name: str, *, as_json: bool) -> None:
    """List a user's tokens, the oldest first."""
    with opened_database() as (database, _):
        tokens = identity.list_tokens(database, name)
    if as_json:
        print_json({"tokens": [_represent(name, token) for token in tokens]})
        return
    print_table(
        ("ID", "NAME", "SCOPE", "CREATED AT", "EXPIRES AT", "LAST USED AT"),
        [
            (
                token.id,
                token.name,
                token.scope,
                token.created_at,
                token.expires_at,
                token.last_used_at,
            )
            for token in tokens
        ],
    )


@token_group.command("revoke")
@click.argument("token_id", metavar="ID", type=click.IntRange(1, 2**53 - 1))
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def revoke_command(token_id: int, *, yes: bool, as_json: bool) -> None:
    """Refuse a token from now on."""
    with opened_database() as (database, _):
        found = identity.find_token(database, token_id)
        confirm(f"Revoke the token {found.token.name!r} of {found.username}?", yes=yes)
        identity.revoke_token(database, found)
    if as_json:
        print_json({"token": _represent(found.username, found.token)})
    else:
        click.echo(f"The token {found.token.name!r} of {found.username} has been revoked.")


def _represent(username: str, token: TokenRow) -> dict[str, object]:
    return {"username": username, **token._asdict()}
