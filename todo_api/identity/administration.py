"""What an administrator does with the accounts of others."""

from collections.abc import Iterator

from todo_api.identity.hashing import password_hasher
from todo_api.identity.passwords import encode, normalize, password_faults, service_words
from todo_api.settings import Settings
from todo_api.storage import (
    Connection,
    Database,
    OwnedToken,
    Removal,
    TokenRow,
    UsernameTakenError,
    UserSummary,
    count_belongings,
    delete_token,
    delete_user,
    insert_user,
    select_anybodys_token,
    select_tokens,
    select_user_summary,
    update_user,
    withdraw_invitation,
)
from todo_api.times import now


class AdministrationError(Exception):
    """Something that cannot be done for an account; the message is a sentence that says why."""


def find_user(database: Database, username: str) -> UserSummary:
    """Return a user. Raises `AdministrationError` if there is none of this name."""
    with database.snapshot() as db:
        return _select(db, username)


def add_user(
    database: Database, settings: Settings, *, username: str, email: str | None, password: str
) -> UserSummary:
    """Add a user. Raises `AdministrationError` for a name that is taken or a weak password."""
    password_hash = _hash(settings, username, email, password)
    try:
        with database.transaction() as db:
            insert_user(
                db,
                username=username,
                email=email,
                password_hash=password_hash,
                time_zone=settings.time_zone,
            )
            withdraw_invitation(db, username)
            return _select(db, username)
    except UsernameTakenError:
        raise AdministrationError(f"There is a user {username} already.") from None


def set_password(
    database: Database, settings: Settings, username: str, password: str
) -> UserSummary:
    """Replace a user's password. Raises `AdministrationError`."""
    user = find_user(database, username)
    password_hash = _hash(settings, username, user.email, password)
    return _update(database, user, {"password_hash": password_hash})


def disable_user(database: Database, username: str) -> UserSummary:
    """Refuse a user's credentials from now on. Raises `AdministrationError`."""
    user = find_user(database, username)
    return _update(database, user, {"disabled_at": user.disabled_at or now()})


def enable_user(database: Database, username: str) -> UserSummary:
    """Accept a user's credentials again. Raises `AdministrationError`."""
    return _update(database, find_user(database, username), {"disabled_at": None})


def count_for_removal(database: Database, user: UserSummary) -> int:
    """Return how many rows `remove_user` removes, but for the user's own."""
    with database.snapshot() as db:
        return count_belongings(db, user.id)


def remove_user(database: Database, user: UserSummary) -> Iterator[int]:
    """Delete a user, and then all that they had, in pieces; yield how many rows each had.

    The user is gone before the first piece. If it is interrupted, a service removes what is left.
    """

    def delete() -> None:
        with database.transaction() as db:
            delete_user(db, user.id)
            withdraw_invitation(db, user.username)

    removal = Removal()

    def remove() -> int:
        with database.transaction() as db:
            return removal.remove_piece(db, user.id)

    database.retrying(delete)
    while removed := database.retrying(remove):
        yield removed
    database.forget_deleted()


def list_tokens(database: Database, username: str) -> list[TokenRow]:
    """Return a user's tokens, the oldest first. Raises `AdministrationError`."""
    with database.snapshot() as db:
        return select_tokens(db, _select(db, username).id)


def find_token(database: Database, token_id: int) -> OwnedToken:
    """Return a token of anybody's. Raises `AdministrationError` if there is none of this id."""
    with database.snapshot() as db:
        token = select_anybodys_token(db, token_id)
    if token is None:
        raise AdministrationError(f"There is no token {token_id}.")
    return token


def revoke_token(database: Database, token: OwnedToken) -> None:
    """Refuse a token from now on: it is deleted."""

    def delete() -> None:
        with database.transaction() as db:
            delete_token(db, token.user_id, token.token.id)

    database.retrying(delete)


def _hash(settings: Settings, username: str, email: str | None, password: str) -> str:
    words = service_words(settings)
    if faults := password_faults(password, username=username, email=email, service=words):
        raise AdministrationError(f"This password will not do. {' '.join(faults)}")
    return password_hasher(settings).hash(encode(normalize(password)))


def _update(database: Database, user: UserSummary, changes: dict[str, str | None]) -> UserSummary:
    def update() -> UserSummary:
        with database.transaction() as db:
            if update_user(db, user.id, changes) is None:
                raise _unknown(user.username)
            return _select(db, user.username)

    return database.retrying(update)


def _select(db: Connection, username: str) -> UserSummary:
    user = select_user_summary(db, username)
    if user is None:
        raise _unknown(username)
    return user


def _unknown(username: str) -> AdministrationError:
    return AdministrationError(f"There is no user {username}.")
