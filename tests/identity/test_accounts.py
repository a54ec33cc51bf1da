"""Accounts: which user a username and a password belong to."""

import asyncio
import gc
import threading
import time
import unicodedata
from collections.abc import Awaitable, Callable, Iterator
from statistics import median
from typing import Literal, TypeVar

import pytest
from argon2 import PasswordHasher

from todo_api.contract import Caller
from todo_api.identity import Accounts, OverloadedError, User, password_hasher
from todo_api.identity.accounts import MOST_WAITING
from todo_api.settings import Settings
from todo_api.storage import Database
from todo_api.storage.users import delete_user, insert_user, select_user, update_user
from todo_api.throttling import ThrottledError

T = TypeVar("T")

DEADLINE = 10  # seconds

pytestmark = pytest.mark.anyio


class ObservedHasher(PasswordHasher):
    """A hasher that counts its calls, and that a closed gate holds up."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=64, parallelism=1)
        self.verified = 0
        self.used: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.gate = threading.Event()
        self.gate.set()
        self._lock = threading.Lock()

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self._work()
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
        self.verified += 1
        self.used.append(str(hash))
        self._work()
        return super().verify(hash, password)

    def _work(self) -> None:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        assert self.gate.wait(DEADLINE)
        with self._lock:
            self.at_once -= 1


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def hasher() -> ObservedHasher:
    return ObservedHasher()


@pytest.fixture
def accounts(database: Database, hasher: ObservedHasher) -> Iterator[Accounts]:
    accounts = Accounts(database, hasher)
    yield accounts
    hasher.gate.set()
    accounts.close()


def hasher_of(time_cost: int, memory_kib: int) -> PasswordHasher:
    """Return a hasher of these costs."""
    costs = Settings(password_time_cost=time_cost, password_memory_kib=memory_kib)
    return password_hasher(costs)


def register(database: Database, username: str, password: str) -> User:
    password_hash = hasher_of(1, 64).hash(password)
    with database.transaction() as db:
        row = insert_user(db, username=username, email=None, password_hash=password_hash)
    return User(row.id, row.username, row.list_id)


def store_password(database: Database, user: User, password: str) -> None:
    password_hash = hasher_of(1, 64).hash(password)
    with database.transaction() as db:
        update_user(db, user.id, {"password_hash": password_hash})


def disable(database: Database, user: User) -> None:
    with database.transaction() as db:
        update_user(db, user.id, {"disabled_at": "2026-11-30T09:00:00.000000Z"})


def stored_hash(database: Database, username: str) -> str:
    with database.snapshot() as db:
        row = select_user(db, username)
    assert row is not None
    return row.password_hash


def somewhere(number: int) -> Caller:
    """Return a client with an address of its own: one address could guess a few times only."""
    return Caller(f"192.0.2.{number}", f"request-{number}")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not condition():  # noqa: ASYNC110  (it comes true in another thread)
            await asyncio.sleep(0.001)


async def test_a_username_and_its_password_give_the_user(
    database: Database, accounts: Accounts
) -> None:
    susan = register(database, "susan", "milk and pizza")
    david = register(database, "david", "cheese and fruit")
    assert await accounts.verify("susan", "milk and pizza") == susan
    assert await accounts.verify("david", "cheese and fruit") == david


REFUSED = [
    pytest.param("susan", "milk and bread", id="a wrong password"),
    pytest.param("nobody", "milk and pizza", id="an unknown user"),
    pytest.param("david", "milk and pizza", id="another user's password"),
    pytest.param("Susan", "milk and pizza", id="a username in other letters"),
    pytest.param("susan", "Milk and pizza", id="a password in other letters"),
    pytest.param("susan", "", id="no password"),
    pytest.param("", "milk and pizza", id="no username"),
    pytest.param("", "", id="neither"),
    pytest.param("susan", "x" * 129, id="an over-long password"),
    pytest.param("susan", "x" * 1_000_000, id="a huge password"),
    pytest.param("s" * 1_000_000, "milk and pizza", id="a huge username"),
    pytest.param("susan", "milk and pizza\0", id="NUL in the password"),
    pytest.param("susan\0", "milk and pizza", id="NUL in the username"),
    pytest.param("susan", "half a pair: \ud83e", id="a lone surrogate in the password"),
    pytest.param("\ud83e", "milk and pizza", id="a lone surrogate in the username"),
    pytest.param("shorty", "python", id="a password shorter than the rules allow"),
    pytest.param("peter", "milk and pizza", id="a disabled user"),
]


@pytest.mark.parametrize(("username", "password"), REFUSED)
async def test_anything_else_is_refused_each_time_at_the_price_of_one_verification(
    database: Database,
    accounts: Accounts,
    hasher: ObservedHasher,
    username: str,
    password: str,
) -> None:
    register(database, "susan", "milk and pizza")
    register(database, "david", "cheese and fruit")
    register(database, "shorty", "python")
    disable(database, register(database, "peter", "milk and pizza"))
    for tries in (1, 2):
        assert await accounts.verify(username, password) is None
        assert hasher.verified == tries


async def test_a_remembered_credential_of_a_user_who_is_disabled_meanwhile_is_refused(
    database: Database, accounts: Accounts
) -> None:
    susan = register(database, "susan", "milk and pizza")
    assert await accounts.verify("susan", "milk and pizza") == susan
    assert accounts.recall("susan", "milk and pizza") == susan
    disable(database, susan)
    assert accounts.recall("susan", "milk and pizza") is None
    assert await accounts.verify("susan", "milk and pizza") is None


async def test_a_user_who_is_disabled_during_the_verification_is_refused(
    database: Database, accounts: Accounts, hasher: ObservedHasher
) -> None:
    susan = register(database, "susan", "milk and pizza")
    hasher.gate.clear()
    verification = asyncio.create_task(accounts.verify("susan", "milk and pizza"))
    await until(lambda: hasher.verified == 1)
    disable(database, susan)
    hasher.gate.set()
    assert await verification is None


async def test_an_unknown_user_a_wrong_and_an_over_long_password_take_the_same_time(
    database: Database,
) -> None:
    accounts = Accounts(database, password_hasher(Settings()))
    with database.transaction() as db:
        password_hash = accounts.hash_password("milk and pizza")
        insert_user(db, username="susan", email=None, password_hash=password_hash)
    attempts = {
        ("susan", "milk and bread"): list[float](),
        ("nobody", "milk and bread"): list[float](),
        ("susan", "x" * 129): list[float](),
        ("susan", "short"): list[float](),
    }
    for number in range(9):
        for attempt, seconds in attempts.items():
            # The processor's time: what else runs on the machine must not count.
            started = time.process_time()
            assert await accounts.verify(*attempt, client=somewhere(number)) is None
            seconds.append(time.process_time() - started)
    accounts.close()
    medians = [median(seconds) for seconds in attempts.values()]
    assert max(medians) < 1.25 * min(medians)


async def test_a_username_that_nobody_has_takes_as_long_as_one_with_an_old_hash(
    database: Database,
) -> None:
    # Half of the users have hashes of other costs, as after a change of the settings.
    costs = {"old": hasher_of(1, 64), "new": hasher_of(2, 128)}
    hashes = {age: hasher.hash("milk and pizza") for age, hasher in costs.items()}
    with database.transaction() as db:
        for number in range(20):
            age = "old" if number % 2 else "new"
            insert_user(db, username=f"user-{number}", email=None, password_hash=hashes[age])
    hasher = ObservedHasher()
    first, second = Accounts(database, hasher), Accounts(database, hasher)
    for accounts in (first, second):
        for number in range(40):
            await accounts.verify(f"nobody-{number}", "a guess", client=somewhere(number))
    used = [password_hash.rsplit("$", 2)[0] for password_hash in hasher.used]
    assert set(used) == {password_hash.rsplit("$", 2)[0] for password_hash in hashes.values()}
    assert used[:40] == used[40:]  # The same for a name, in every process.
    first.close()
    second.close()


async def test_an_impossible_password_takes_as_long_as_a_wrong_one_of_the_same_user(
    database: Database,
) -> None:
    hasher = ObservedHasher()
    register(database, "susan", "milk and pizza")
    accounts = Accounts(database, hasher, demo=False)
    await accounts.verify("susan", "short", client=somewhere(1))
    [used] = hasher.used
    assert used.rsplit("$", 2)[0] == stored_hash(database, "susan").rsplit("$", 2)[0]
    assert used != stored_hash(database, "susan")
    accounts.close()


async def test_requests_with_the_same_credential_share_a_verification_though_nobody_has_it(
    accounts: Accounts, hasher: ObservedHasher
) -> None:
    hasher.gate.clear()
    requests = [asyncio.create_task(accounts.verify("nobody", "milk and pizza")) for _ in range(4)]
    await until(lambda: hasher.verified == 1)
    await asyncio.sleep(0.1)
    hasher.gate.set()
    assert await asyncio.gather(*requests) == [None] * 4
    assert hasher.verified == 1


async def test_whoever_fails_too_often_is_refused_before_anything_is_hashed(
    database: Database, accounts: Accounts, hasher: ObservedHasher
) -> None:
    susan = register(database, "susan", "milk and pizza")
    for number in range(5):
        assert await accounts.verify("susan", f"guess {number}", client=somewhere(1)) is None
    with pytest.raises(ThrottledError):
        await accounts.verify("susan", "milk and pizza", client=somewhere(1))
    assert hasher.verified == 5
    assert await accounts.verify("susan", "milk and pizza", client=somewhere(2)) == susan


async def test_guesses_at_once_are_counted_one_by_one(
    database: Database, accounts: Accounts, hasher: ObservedHasher
) -> None:
    register(database, "susan", "milk and pizza")
    guesses = [
        accounts.verify("susan", f"guess {number}", client=somewhere(1)) for number in range(50)
    ]
    answers = await asyncio.gather(*guesses, return_exceptions=True)
    assert sum(isinstance(answer, ThrottledError) for answer in answers) >= 44
    assert hasher.verified <= 6  # Two are hashed at once.


async def test_a_refusal_that_nobody_waits_for_is_no_error(
    database: Database,
    accounts: Accounts,
    hasher: ObservedHasher,
    caplog: pytest.LogCaptureFixture,
) -> None:
    register(database, "susan", "milk and pizza")
    hasher.gate.clear()
    guesses = [
        asyncio.create_task(accounts.verify("susan", f"guess {number}", client=somewhere(1)))
        for number in range(9)
    ]
    await until(lambda: hasher.at_once == 2)
    await asyncio.sleep(0.3)  # so that the others wait for their turn
    for guess in guesses:
        guess.cancel()
    await asyncio.wait(guesses)
    hasher.gate.set()
    await until(lambda: hasher.at_once == 0)
    await asyncio.sleep(0.3)
    gc.collect()
    assert caplog.messages == []


async def test_a_password_that_was_just_stored_is_remembered(
    database: Database, accounts: Accounts, hasher: ObservedHasher
) -> None:
    susan = register(database, "susan", "milk and pizza")
    accounts.remember("susan", "milk and pizza", stored_hash(database, "susan"))
    assert accounts.recall("susan", "milk and pizza") == susan
    assert hasher.verified == 0


async def test_a_password_matches_however_its_characters_are_composed(
    database: Database, accounts: Accounts
) -> None:
    composed = unicodedata.normalize("NFC", "crème brûlée à Đà Nẵng")
    decomposed = unicodedata.normalize("NFD", composed)
    susan = register(database, "susan", composed)
    assert await accounts.verify("susan", decomposed) == susan
    password_hash = accounts.hash_password(decomposed)
    with database.transaction() as db:
        update_user(db, susan.id, {"password_hash": password_hash})
    assert await accounts.verify("susan", composed) == susan


async def test_the_short_password_of_the_demo_is_good_in_the_demo(
    database: Database, hasher: ObservedHasher
) -> None:
    miguel = register(database, "miguel", "python")
    accounts = Accounts(database, hasher, demo=True)
    assert await accounts.verify("miguel", "python") == miguel
    assert await accounts.verify("miguel", "pytho") is None
    assert await accounts.verify("miguel", "") is None
    accounts.close()


async def test_a_verified_credential_is_not_verified_again(
    database: Database, accounts: Accounts, hasher: ObservedHasher
) -> None:
    susan = register(database, "susan", "milk and pizza")
    for _ in range(5):
        assert await accounts.verify("susan", "milk and pizza") == susan
    assert hasher.verified == 1


async def test_a_remembered_credential_says_nothing_about_others(
    database: Database, accounts: Accounts
) -> None:
    susan = register(database, "susan", "milk and pizza")
    register(database, "susan.m", "cheese and fruit")
    assert await accounts.verify("susan", "milk and pizza") == susan
    assert await accounts.verify("susan", "milk and pizz") is None
    assert await accounts.verify("susan.m", "milk and pizza") is None


async def test_a_credential_is_remembered_for_a_while_only(
    database: Database, hasher: ObservedHasher
) -> None:
    register(database, "susan", "milk and pizza")
    accounts = Accounts(database, hasher, remember_seconds=0)
    assert await accounts.verify("susan", "milk and pizza")
    assert await accounts.verify("susan", "milk and pizza")
    assert hasher.verified == 2
    accounts.close()


async def test_a_changed_password_takes_effect_at_once(
    database: Database, accounts: Accounts
) -> None:
    susan = register(database, "susan", "milk and pizza")
    assert await accounts.verify("susan", "milk and pizza") == susan
    store_password(database, susan, "milk and bread")
    assert await accounts.verify("susan", "milk and pizza") is None
    assert await accounts.verify("susan", "milk and bread") == susan


async def test_a_password_changed_back_is_good_again(
    database: Database, accounts: Accounts
) -> None:
    susan = register(database, "susan", "milk and pizza")
    for password in ("milk and pizza", "milk and bread", "milk and pizza"):
        store_password(database, susan, password)
        assert await accounts.verify("susan", password) == susan


async def test_a_deleted_account_is_gone_at_once(database: Database, accounts: Accounts) -> None:
    susan = register(database, "susan", "milk and pizza")
    assert await accounts.verify("susan", "milk and pizza") == susan
    with database.transaction() as db:
        delete_user(db, susan.id)
    assert await accounts.verify("susan", "milk and pizza") is None


async def test_requests_with_the_same_credential_share_a_verification(
    database: Database, accounts: Accounts, hasher: ObservedHasher
) -> None:
    susan = register(database, "susan", "milk and pizza")
    hasher.gate.clear()
    requests = [asyncio.create_task(accounts.verify("susan", "milk and pizza")) for _ in range(10)]
    await until(lambda: hasher.verified == 1)
    await asyncio.sleep(0.1)
    hasher.gate.set()
    assert await asyncio.gather(*requests) == [susan] * 10
    assert hasher.verified == 1


async def test_a_client_that_disconnects_does_not_take_the_result_from_others(
    database: Database, accounts: Accounts, hasher: ObservedHasher
) -> None:
    susan = register(database, "susan", "milk and pizza")
    hasher.gate.clear()
    first, second = (
        asyncio.create_task(accounts.verify("susan", "milk and pizza")) for _ in range(2)
    )
    await until(lambda: hasher.verified == 1)
    await asyncio.sleep(0.1)
    first.cancel()
    await asyncio.wait([first])
    hasher.gate.set()
    assert await second == susan
    assert hasher.verified == 1


async def test_a_verification_under_way_is_not_shared_across_a_change_of_password(
    database: Database, accounts: Accounts, hasher: ObservedHasher
) -> None:
    susan = register(database, "susan", "milk and pizza")
    hasher.gate.clear()
    before = asyncio.create_task(accounts.verify("susan", "milk and bread"))
    await until(lambda: hasher.verified == 1)
    store_password(database, susan, "milk and bread")
    after = asyncio.create_task(accounts.verify("susan", "milk and bread"))
    await until(lambda: hasher.verified == 2)
    hasher.gate.set()
    assert await before is None
    assert await after == susan


async def test_wrong_passwords_hold_up_neither_the_event_loop_nor_remembered_users(
    database: Database, accounts: Accounts, hasher: ObservedHasher
) -> None:
    susan = register(database, "susan", "milk and pizza")
    assert await accounts.verify("susan", "milk and pizza") == susan
    hasher.gate.clear()
    burst = [
        asyncio.create_task(
            accounts.verify("susan", f"wrong password {number}", client=somewhere(number))
        )
        for number in range(30)
    ]
    await until(lambda: hasher.at_once == 2)
    async with asyncio.timeout(DEADLINE):
        assert await accounts.verify("susan", "milk and pizza") == susan
    hasher.gate.set()
    assert await asyncio.gather(*burst) == [None] * 30


async def test_at_most_two_passwords_are_hashed_or_verified_at_once(
    database: Database, accounts: Accounts, hasher: ObservedHasher
) -> None:
    register(database, "susan", "milk and pizza")
    hasher.gate.clear()
    work: list[Awaitable[object]] = []
    for number in range(3):
        password = f"wrong password {number}"
        work += [
            asyncio.create_task(accounts.verify("susan", password)),
            asyncio.create_task(asyncio.to_thread(accounts.hash_password, password)),
        ]
    await until(lambda: hasher.at_once == 2)
    await asyncio.sleep(0.1)
    hasher.gate.set()
    await asyncio.gather(*work)
    assert hasher.most_at_once == 2


async def test_the_database_is_read_where_the_application_says(
    database: Database, hasher: ObservedHasher
) -> None:
    register(database, "susan", "milk and pizza")
    calls: list[object] = []

    async def run_in_thread(call: Callable[[], T]) -> T:
        calls.append(call)
        return await asyncio.to_thread(call)

    accounts = Accounts(database, hasher, run_in_thread=run_in_thread)
    assert await accounts.verify("susan", "milk and pizza")
    assert len(calls) == 2  # once more after the verification, which takes a while
    accounts.close()


async def test_a_hash_of_other_costs_is_renewed_when_its_user_logs_in(
    database: Database, accounts: Accounts, hasher: ObservedHasher
) -> None:
    susan = register(database, "susan", "milk and pizza")
    dearer = Accounts(database, hasher_of(2, 128))
    assert await dearer.verify("susan", "milk and bread") is None
    assert "$m=64,t=1,p=1$" in stored_hash(database, "susan")
    assert await dearer.verify("susan", "milk and pizza") == susan
    assert "$m=128,t=2,p=1$" in stored_hash(database, "susan")
    dearer.close()

    assert await accounts.verify("susan", "milk and pizza") == susan
    assert "$m=64,t=1,p=1$" in stored_hash(database, "susan")
    assert await accounts.verify("susan", "milk and pizza") == susan
    assert hasher.verified == 1


async def test_renewing_a_hash_never_undoes_a_change_of_password(
    database: Database, accounts: Accounts, hasher: ObservedHasher
) -> None:
    susan = register(database, "susan", "milk and pizza")
    outdated = hasher_of(2, 64).hash("milk and pizza")
    with database.transaction() as db:
        update_user(db, susan.id, {"password_hash": outdated})
    hasher.gate.clear()
    login = asyncio.create_task(accounts.verify("susan", "milk and pizza"))
    await until(lambda: hasher.at_once == 1)
    store_password(database, susan, "milk and bread")
    hasher.gate.set()
    assert await login is None  # the password was changed while it was verified
    assert await accounts.verify("susan", "milk and pizza") is None
    assert await accounts.verify("susan", "milk and bread") == susan


async def test_credentials_of_a_deleted_account_do_not_open_its_successor(
    database: Database, accounts: Accounts, hasher: ObservedHasher
) -> None:
    susan = register(database, "susan", "milk and pizza")
    hasher.gate.clear()
    login = asyncio.create_task(accounts.verify("susan", "milk and pizza"))
    await until(lambda: hasher.at_once == 1)
    with database.transaction() as db:
        delete_user(db, susan.id)
    successor = register(database, "susan", "cheese and fruit")
    hasher.gate.set()
    assert await login is None
    assert await accounts.verify("susan", "cheese and fruit") == successor


async def test_more_passwords_than_can_be_checked_soon_are_refused(
    database: Database, accounts: Accounts, hasher: ObservedHasher
) -> None:
    register(database, "susan", "milk and pizza")
    hasher.gate.clear()
    burst = [
        asyncio.create_task(
            accounts.verify("susan", f"wrong password {number}", client=somewhere(number))
        )
        for number in range(2 + MOST_WAITING)
    ]
    await until(lambda: hasher.at_once == 2)
    await asyncio.sleep(0.1)
    burst.append(asyncio.create_task(accounts.verify("susan", "one password too many")))
    await until(lambda: any(one.done() for one in burst))
    hasher.gate.set()
    answers = await asyncio.gather(*burst, return_exceptions=True)
    refused = [number for number, answer in enumerate(answers) if answer is not None]
    assert len(refused) == 1
    assert refused[0] < MOST_WAITING // 2  # It had waited longest, or nearly so.
    assert isinstance(answers[refused[0]], OverloadedError)


async def test_a_hash_that_cannot_be_renewed_still_lets_its_user_in(
    database: Database, accounts: Accounts, caplog: pytest.LogCaptureFixture
) -> None:
    susan = register(database, "susan", "milk and pizza")
    outdated = hasher_of(2, 64).hash("milk and pizza")
    with database.transaction() as db:
        update_user(db, susan.id, {"password_hash": outdated})
    with database.transaction() as db:
        update_user(db, susan.id, {"email": "susan@example.com"})  # holds the row
        assert await accounts.verify("susan", "milk and pizza") == susan
    assert caplog.messages == ["The password hash of susan could not be renewed."]
    assert stored_hash(database, "susan") == outdated


def test_a_stored_hash_can_be_checked_against_a_password(accounts: Accounts) -> None:
    password_hash = accounts.hash_password("milk and pizza")
    assert accounts.verify_password(password_hash, "milk and pizza")
    assert not accounts.verify_password(password_hash, "milk and bread")


async def test_credentials_are_recalled_once_they_were_verified(
    database: Database, accounts: Accounts
) -> None:
    susan = register(database, "susan", "milk and pizza")
    assert accounts.recall("susan", "milk and pizza") is None
    assert await accounts.verify("susan", "milk and pizza") == susan
    assert accounts.recall("susan", "milk and pizza") == susan
    assert accounts.recall("susan", "another password") is None
    assert accounts.recall("nobody", "milk and pizza") is None
