"""Tokens and invitations as they are stored."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from todo_api import times
from todo_api.storage import (
    Database,
    TokenRow,
    TooManyTokensError,
    UserGoneError,
    UserRow,
    delete_invitation,
    delete_token,
    delete_tokens,
    delete_user,
    insert_invitation,
    insert_token,
    is_invited,
    select_anybodys_token,
    select_token,
    select_tokens,
    select_valid_token,
    update_user,
)

NOW = "2026-11-30T09:00:00.000000Z"
LATER = "2026-12-07T09:00:00.000000Z"
MOST = 5


@pytest.fixture
def miguel(miguels_account: UserRow) -> int:
    """Return the id of a user."""
    return miguels_account.id


@pytest.fixture
def susan(susans_account: UserRow) -> int:
    """Return the id of a user."""
    return susans_account.id


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The present time, as the one item of a list."""
    present = [NOW]
    monkeypatch.setattr(times, "now", lambda: present[0])
    return present


def add(
    database: Database,
    user_id: int,
    token_hash: str,
    lifetime: timedelta | None = None,
    known_hash: str | None = None,
) -> TokenRow:
    with database.transaction() as db:
        return insert_token(
            db,
            user_id,
            name="Phone",
            scope="read",
            token_hash=token_hash,
            lifetime=lifetime,
            most=MOST,
            known_hash=known_hash,
        )


@pytest.mark.usefixtures("clock")
def test_a_token_is_found_by_its_hash_and_by_its_owner(
    database: Database, susan: int, miguel: int, susans_account: UserRow
) -> None:
    token = add(database, susan, "one", timedelta(days=7))
    assert token == TokenRow(token.id, "Phone", "read", NOW, LATER, None)
    with database.snapshot() as db:
        valid = select_valid_token(db, "one", now=NOW)
        assert valid == (susan, "susan", susans_account.list_id, token.id, "read", None)
        assert select_valid_token(db, "two", now=NOW) is None
        assert select_token(db, susan, token.id) == token
        assert select_token(db, miguel, token.id) is None
        assert select_tokens(db, susan) == [token]
        assert select_tokens(db, miguel) == []
        assert select_anybodys_token(db, token.id) == ("susan", susan, token)
        assert select_anybodys_token(db, token.id + 1) is None


@pytest.mark.parametrize(
    ("now", "is_valid"),
    [(NOW, True), ("2026-12-07T08:59:59.999999Z", True), (LATER, False), (times.LAST, False)],
)
@pytest.mark.usefixtures("clock")
def test_a_token_is_valid_until_it_expires(
    database: Database,
    susan: int,
    now: str,
    is_valid: bool,  # noqa: FBT001 - a table
) -> None:
    add(database, susan, "one", timedelta(days=7))
    add(database, susan, "for ever")
    with database.snapshot() as db:
        assert (select_valid_token(db, "one", now=now) is not None) is is_valid
        assert select_valid_token(db, "for ever", now=now)


def test_a_disabled_users_token_is_not_valid(database: Database, susan: int) -> None:
    add(database, susan, "one")
    for disabled_at, is_valid in ((NOW, False), (None, True)):
        with database.transaction() as db:
            update_user(db, susan, {"disabled_at": disabled_at})
        with database.snapshot() as db:
            assert (select_valid_token(db, "one", now=NOW) is not None) is is_valid


def test_a_disabled_user_gets_no_token(database: Database, susan: int) -> None:
    with database.transaction() as db:
        update_user(db, susan, {"disabled_at": NOW})
    with pytest.raises(UserGoneError):
        add(database, susan, "one")


def test_whoever_knew_an_old_password_gets_no_token(database: Database, susan: int) -> None:
    with database.transaction() as db:
        update_user(db, susan, {"password_hash": "old"})
    add(database, susan, "first", known_hash="old")
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as db:
            update_user(db, susan, {"password_hash": "new"}, known_hash="old")
            too_late = pool.submit(add, database, susan, "second", known_hash="old")
            time.sleep(0.2)  # It waits for this change.
            delete_tokens(db, susan)
        with pytest.raises(UserGoneError):
            too_late.result(10)
    with database.snapshot() as db:
        assert select_tokens(db, susan) == []
    add(database, susan, "third", known_hash="new")


def test_deleting_names_the_owner(database: Database, susan: int, miguel: int) -> None:
    token = add(database, susan, "one")
    with database.transaction() as db:
        assert not delete_token(db, miguel, token.id)
        assert delete_tokens(db, miguel) == 0
        assert delete_token(db, susan, token.id)
        assert not delete_token(db, susan, token.id)
    for number in range(3):
        add(database, susan, f"hash {number}")
    with database.transaction() as db:
        assert delete_tokens(db, susan) == 3


def test_tokens_go_with_their_user(database: Database, susan: int) -> None:
    token = add(database, susan, "one")
    with database.transaction() as db:
        delete_user(db, susan)
    with database.snapshot() as db:
        assert db.scalar(text("SELECT count(*) FROM tokens")) == 0
        assert select_anybodys_token(db, token.id) is None
    with pytest.raises(UserGoneError):
        add(database, susan, "two")


def test_there_are_never_more_than_there_may_be(database: Database, susan: int) -> None:
    def try_to_add(number: int) -> bool:
        try:
            database.retrying(lambda: add(database, susan, f"hash {number}"))
        except TooManyTokensError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(try_to_add, range(3 * MOST)))
    assert sum(added) == MOST
    with database.snapshot() as db:
        assert len(select_tokens(db, susan)) == MOST


def test_a_new_token_takes_the_place_of_expired_ones(
    database: Database, susan: int, miguel: int, clock: list[str]
) -> None:
    for number in range(MOST):
        add(database, susan, f"hash {number}", timedelta(days=1 + number))
    add(database, miguel, "miguel's", timedelta(days=1))
    with pytest.raises(TooManyTokensError):
        add(database, susan, "one too many")
    clock[0] = times.later(NOW, timedelta(days=3))
    new = add(database, susan, "new")
    with database.snapshot() as db:
        kept = select_tokens(db, susan)
        assert len(select_tokens(db, miguel)) == 1
    assert {token.expires_at for token in kept} == {
        times.later(NOW, timedelta(days=4)),
        times.later(NOW, timedelta(days=5)),
        None,
    }
    assert kept[-1] == new


@pytest.mark.parametrize(
    ("username", "code_hash", "now", "is_good"),
    [
        ("david", "code", NOW, True),
        ("david", "code", LATER, False),
        ("david", "other", NOW, False),
        ("susan", "code", NOW, False),
    ],
)
def test_an_invitation_is_for_one_name_by_one_code_and_for_a_while(
    database: Database,
    username: str,
    code_hash: str,
    now: str,
    is_good: bool,  # noqa: FBT001 - a table
) -> None:
    with database.transaction() as db:
        insert_invitation(db, "david", "code", now=NOW, expires_at=LATER)
    with database.snapshot() as db:
        assert is_invited(db, username, code_hash, now=now) is is_good
    with database.transaction() as db:
        assert delete_invitation(db, username, code_hash, now=now) is is_good
        assert not delete_invitation(db, username, code_hash, now=now)


def test_an_invitation_replaces_the_one_before_and_those_that_have_expired(
    database: Database,
) -> None:
    with database.transaction() as db:
        insert_invitation(db, "david", "first", now=NOW, expires_at=LATER)
        insert_invitation(db, "susan", "hers", now=NOW, expires_at=LATER)
        insert_invitation(db, "david", "second", now=NOW, expires_at=LATER)
        assert not is_invited(db, "david", "first", now=NOW)
        assert is_invited(db, "david", "second", now=NOW)
        assert is_invited(db, "susan", "hers", now=NOW)
        insert_invitation(db, "eve", "new", now=LATER, expires_at=times.LAST)
        assert db.all(text("SELECT username FROM invitations")) == [("eve",)]
