"""Users' own accounts: the handlers of the tag ``users``."""

from datetime import timedelta
from typing import Any

from todo_api import storage, times
from todo_api.contract import Answer, Caller, Problem, Reply, Sentence, UrlFor, bad_body
from todo_api.identity import (
    Accounts,
    PasswordChangedError,
    User,
    has_invitation,
    password_faults,
    service_words,
    use_up_invitation,
)
from todo_api.monitoring import record
from todo_api.operations.representation import refuse_other_values, split_body
from todo_api.settings import Settings
from todo_api.storage import Connection, Database, Quotas, UsernameTakenError, UserRow
from todo_api.sweeping import Sweeper


def create_user(
    body: dict[str, Any],
    database: Database,
    accounts: Accounts,
    settings: Settings,
    quotas: Quotas,
    url_for: UrlFor,
    caller: Caller,
) -> Answer:
    """Register a user."""
    username, code = body["username"], body.get("invitation", "")
    most, yesterday = quotas.registrations, times.ago(timedelta(days=1))

    def refuse_uninvited(db: Connection) -> None:
        if not settings.registration:
            record("registration", caller, "refused", reason="closed")
            raise _closed()
        storage.check_registrations(db, most, after=yesterday)

    with database.snapshot() as db:  # before a password is hashed for a stranger
        is_invited = has_invitation(db, username, code)
        if not is_invited:
            refuse_uninvited(db)
        is_taken = storage.select_user(db, username) is not None
    with accounts.choices.of_stranger(caller, is_invited=is_invited):
        if is_taken:
            raise _taken()
        _refuse_weak(body["password"], username, body.get("email"), settings)
        password_hash = accounts.hash_password(body["password"])
    try:
        with database.transaction() as db:
            if not use_up_invitation(db, username, code):
                storage.lock_registration(db)
                refuse_uninvited(db)
            row = storage.insert_user(
                db,
                username=username,
                email=body.get("email"),
                password_hash=password_hash,
                registered_at=times.now(),
                time_zone=settings.time_zone,
            )
    except UsernameTakenError:
        raise _taken() from None
    accounts.remember(row.username, body["password"], password_hash)
    record("registration", caller, user=row.username)
    user = _represent(row, url_for)
    return Reply({"user": user}, 201, {"Location": user["uri"]})


def get_user(username: str, user: User, database: Database, url_for: UrlFor) -> Answer:
    """Get your account."""
    _refuse_others(username, user)
    with database.snapshot() as db:
        row = storage.select_user_by_id(db, user.id)
    return _answer(row, url_for)


def update_user(
    username: str,
    body: dict[str, Any],
    user: User,
    database: Database,
    accounts: Accounts,
    settings: Settings,
    url_for: UrlFor,
    caller: Caller,
) -> Answer:
    """Update your account."""
    _refuse_others(username, user)
    stored = {"username": username, "uri": url_for("get_user", username=username)}
    changes, read_only = split_body(body, stored)
    refuse_other_values(read_only, stored)
    current = changes.pop("current_password", None)
    password = changes.pop("password", None)
    revoke_tokens = changes.pop("revoke_tokens", False)
    known_hash = None
    if password is not None or current is not None:
        with accounts.choices.of_user(user, caller):
            account = _verify_current(current, user, database, accounts, caller)
            known_hash = account.password_hash
            if password is not None:
                _refuse_weak(password, username, body.get("email", account.email), settings)
                _refuse_shared(user, accounts)
                changes["password_hash"] = accounts.hash_password(password)
    with database.transaction() as db:
        row = storage.update_user(db, user.id, changes, known_hash=known_hash)
        if row is not None and revoke_tokens:
            storage.delete_tokens(db, user.id)
    if row is None and known_hash is not None:
        raise PasswordChangedError(f"The password of {username} has changed since it was verified.")
    if row is not None:
        if password is not None:
            accounts.remember(username, password, row.password_hash)
        for member in changes:
            record(_EVENTS[member], caller, user=username)
    return _answer(row, url_for)


def delete_user(
    username: str,
    user: User,
    database: Database,
    accounts: Accounts,
    sweeper: Sweeper,
    caller: Caller,
) -> Answer:
    """Delete your account."""
    _refuse_others(username, user)
    _refuse_shared(user, accounts)
    with database.transaction() as db:
        deleted = storage.delete_user(db, user.id)
    if not deleted:
        raise Problem(404)

    def note() -> None:
        sweeper.wake()
        record("account_deletion", caller, user=username)

    return Reply({"result": True}, then=note)


def _taken() -> Problem:
    sentence = "This username is taken: choose another."
    return Problem(409, sentence, code="username_taken")


def _closed() -> Problem:
    sentence = "Registration is closed: ask the administrator for an account."
    return Problem(403, sentence, code="registration_closed")


_EVENTS = {"password_hash": "password_change", "email": "email_change"}
"""By the column that a change is of, what the security log calls it."""


def _refuse_others(username: str, user: User) -> None:
    """Treat another user's account like one that does not exist."""
    if username != user.username:
        raise Problem(404)


def _refuse_shared(user: User, accounts: Accounts) -> None:
    """Keep the demo's account for the next one who tries it."""
    if accounts.is_shared(user.username):
        sentence = (
            "Everybody shares the demo's account, so it stays and keeps its password:"
            " register a user."
        )
        raise Problem(403, sentence, code="demo_account")


def _refuse_weak(password: str, username: str, email: str | None, settings: Settings) -> None:
    words = service_words(settings)
    if faults := password_faults(password, username=username, email=email, service=words):
        raise bad_body(("/password", Sentence("weak_password", fault)) for fault in faults)


def _verify_current(
    current: str | None, user: User, database: Database, accounts: Accounts, caller: Caller
) -> UserRow:
    """Return the account, whose password is the current one."""
    if current is None:
        sentence = "To change the password, give the current one."
        raise _not_current(Sentence("required", sentence))
    with database.snapshot() as db:
        row = storage.select_user_by_id(db, user.id)
    if row is None or not accounts.confirm(row, current, client=caller):
        record("password_change", caller, "failure", user=user.username)
        raise _not_current(Sentence("wrong_password", "This is not the current password."))
    return row


def _not_current(sentence: Sentence) -> Problem:
    faults = [{"pointer": "/current_password", "detail": sentence}]
    return Problem(403, code="wrong_password", faults=faults)


def _answer(row: UserRow | None, url_for: UrlFor) -> Answer:
    """Represent the account, which may have been deleted since its owner was authenticated."""
    if row is None:
        raise Problem(404)
    return {"user": _represent(row, url_for)}


def _represent(row: UserRow, url_for: UrlFor) -> dict[str, Any]:
    return {
        "username": row.username,
        "uri": url_for("get_user", username=row.username),
        "email": row.email,
    }
