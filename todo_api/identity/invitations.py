"""Invitations: who has the code of one may register, under one username, though nobody else may."""

from datetime import timedelta
from typing import NamedTuple

from todo_api import times
from todo_api.identity.administration import AdministrationError
from todo_api.identity.codes import INVITATION, hash_of, is_code, new_code
from todo_api.storage import (
    Connection,
    Database,
    delete_invitation,
    insert_invitation,
    is_invited,
    select_user,
)


class Invitation(NamedTuple):
    """An invitation, with the code that is told only once."""

    username: str
    code: str
    expires_at: str


def invite(database: Database, username: str, lifetime: timedelta) -> Invitation:
    """Make an invitation, instead of any earlier one of this name.

    Raises `AdministrationError` if there is a user of this name.
    """
    now = times.now()
    invitation = Invitation(username, new_code(INVITATION), times.later(now, lifetime))

    def insert() -> None:
        with database.transaction() as db:
            if select_user(db, username) is not None:
                raise AdministrationError(f"There is a user {username} already.")
            insert_invitation(
                db,
                username,
                hash_of(invitation.code),
                now=now,
                expires_at=invitation.expires_at,
            )

    database.retrying(insert)
    return invitation


def has_invitation(db: Connection, username: str, code: str) -> bool:
    """Tell whether a code lets somebody register under a username."""
    return is_code(INVITATION, code) and is_invited(db, username, hash_of(code), now=times.now())


def use_up_invitation(db: Connection, username: str, code: str) -> bool:
    """Use up an invitation, so that its code is good for nothing more; tell whether there was one.

    If the transaction is rolled back, it is as good as before.
    """
    return is_code(INVITATION, code) and delete_invitation(
        db, username, hash_of(code), now=times.now()
    )
