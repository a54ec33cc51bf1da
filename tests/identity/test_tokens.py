"""Tokens: which user a secret belongs to, and when it was last used."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest

from todo_api import storage, times
from todo_api.contract import Granted
from todo_api.identity import TOKEN, Tokens, User, Uses, hash_of, new_code, uses
from todo_api.identity.tokens import SCOPES
from todo_api.storage import Database, DatabaseUnavailableError, TokenRow

T = TypeVar("T")

pytestmark = pytest.mark.anyio

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/none"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def noted(database: Database) -> Uses:
    """The uses that are still to be written."""
    return Uses(database)


@pytest.fixture
def tokens(database: Database, noted: Uses) -> Tokens:
    return Tokens(database, noted)


@pytest.fixture
def susan(database: Database) -> User:
    with database.transaction() as db:
        row = storage.insert_user(db, username="susan", email=None, password_hash="")
    return User(row.id, row.username, row.list_id)


def add(
    database: Database, user: User, scope: str = "read", lifetime: timedelta | None = None
) -> tuple[str, TokenRow]:
    """Add a token; return its secret and its row."""
    secret = new_code(TOKEN)
    with database.transaction() as db:
        row = storage.insert_token(
            db,
            user.id,
            name="Phone",
            scope=scope,
            token_hash=hash_of(secret),
            lifetime=lifetime,
            most=9,
        )
    return secret, row


def last_used_at(database: Database, user: User, token: TokenRow) -> str | None:
    with database.snapshot() as db:
        row = storage.select_token(db, user.id, token.id)
    assert row is not None
    return row.last_used_at


@pytest.mark.parametrize("scope", SCOPES)
def test_a_secret_gives_its_user_and_scopes(
    database: Database, tokens: Tokens, susan: User, scope: str
) -> None:
    secret, _ = add(database, susan, scope)
    assert tokens.recall(secret) == Granted(susan, SCOPES[scope])


async def test_a_secret_that_is_not_recalled_is_nobodys(tokens: Tokens) -> None:
    assert tokens.recall(new_code(TOKEN)) is None
    await tokens.verify(new_code(TOKEN))


@pytest.mark.parametrize("secret", ["", "todo_", "password", f"todo_{'0' * 38}1"])
def test_a_wrong_checksum_never_reaches_the_database(secret: str) -> None:
    nowhere = Database(NOWHERE)
    tokens = Tokens(nowhere, Uses(nowhere))
    assert tokens.recall(secret) is None
    with pytest.raises(DatabaseUnavailableError):
        tokens.recall(new_code(TOKEN))


def test_an_expired_token_is_nobodys(
    database: Database, tokens: Tokens, susan: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, row = add(database, susan, lifetime=timedelta(days=1))
    assert row.expires_at is not None
    assert tokens.recall(secret) is not None
    monkeypatch.setattr(
        times, "now", lambda: times.later(row.expires_at or "", -timedelta.resolution)
    )
    assert tokens.recall(secret) is not None
    monkeypatch.setattr(times, "now", lambda: row.expires_at)
    assert tokens.recall(secret) is None


def test_a_use_is_written_later(
    database: Database, tokens: Tokens, noted: Uses, susan: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, row = add(database, susan)
    _, other = add(database, susan)
    monkeypatch.setattr(times, "now", lambda: "2026-11-30T09:00:10.000000Z")
    tokens.recall(secret)
    assert last_used_at(database, susan, row) is None
    noted.write()
    assert last_used_at(database, susan, row) == "2026-11-30T09:00:10.000000Z"
    assert last_used_at(database, susan, other) is None


def test_a_use_is_written_once_a_minute(
    database: Database, tokens: Tokens, noted: Uses, susan: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, row = add(database, susan)
    written = []
    for moment in ("09:00:10", "09:00:11", "09:00:59", "09:01:00", "09:01:01", "08:59:00"):
        monkeypatch.setattr(times, "now", lambda moment=moment: f"2026-11-30T{moment}.000000Z")
        tokens.recall(secret)
        noted.write()
        written.append((last_used_at(database, susan, row) or "")[11:19])
    assert written == ["09:00:10", "09:00:10", "09:00:10", "09:01:00", "09:01:00", "09:01:00"]


def test_what_another_process_has_written_is_not_set_back(
    database: Database, tokens: Tokens, noted: Uses, susan: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, row = add(database, susan)
    others = Uses(database)
    monkeypatch.setattr(times, "now", lambda: "2026-11-30T09:00:10.000000Z")
    tokens.recall(secret)
    monkeypatch.setattr(times, "now", lambda: "2026-11-30T09:00:20.000000Z")
    Tokens(database, others).recall(secret)
    others.write()
    noted.write()
    assert last_used_at(database, susan, row) == "2026-11-30T09:00:20.000000Z"


def test_the_uses_that_are_remembered_are_bounded(
    database: Database, tokens: Tokens, noted: Uses, susan: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uses, "MOST_REMEMBERED", 2)
    made = [add(database, susan) for _ in range(3)]
    for secret, _ in made:
        tokens.recall(secret)
    noted.write()
    assert [last_used_at(database, susan, row) is None for _, row in made] == [False, False, True]


def test_uses_of_what_is_gone_are_written_without_a_word(
    database: Database, tokens: Tokens, noted: Uses, susan: User
) -> None:
    secret, row = add(database, susan)
    tokens.recall(secret)
    with database.transaction() as db:
        storage.delete_token(db, susan.id, row.id)
    noted.write()


async def in_thread(call: Callable[[], T], /) -> T:
    return await asyncio.to_thread(call)


async def test_uses_are_written_in_the_background_and_at_the_end(
    database: Database, tokens: Tokens, noted: Uses, susan: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uses, "WRITTEN_EVERY", 0.01)
    (first, first_row), (last, last_row) = add(database, susan), add(database, susan)
    async with noted.written_regularly(in_thread):
        tokens.recall(first)
        async with asyncio.timeout(30):
            while last_used_at(database, susan, first_row) is None:  # noqa: ASYNC110 - in a thread
                await asyncio.sleep(0.01)
        monkeypatch.setattr(uses, "WRITTEN_EVERY", 1000)
        await asyncio.sleep(0.05)
        tokens.recall(last)
        assert last_used_at(database, susan, last_row) is None
    assert last_used_at(database, susan, last_row) is not None


async def test_an_outage_costs_nothing_but_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    noted = Uses(Database(NOWHERE))
    async with noted.written_regularly(in_thread):
        noted.note(storage.ValidToken(1, "susan", 1, 2, "read", None), times.now())
    assert "When 1 tokens were last used could not be written." in caplog.text
    assert {record.levelno for record in caplog.records} == {logging.WARNING}
