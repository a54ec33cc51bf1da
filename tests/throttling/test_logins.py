"""Failed logins: who has to wait, how long, and who does not."""

from contextlib import suppress

import pytest

from todo_api.throttling import LoginThrottle, ThrottledError
from todo_api.throttling.memory import MemoryCounters

pytestmark = pytest.mark.anyio

HOME = "192.0.2.1"
ELSEWHERE = "198.51.100.1"


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(clock: Clock) -> LoginThrottle:
    return LoginThrottle(MemoryCounters(monotonic=clock), monotonic=clock)


async def fail(throttle: LoginThrottle, times: int, account: str, address: str = HOME) -> None:
    for _ in range(times):
        await throttle.check(account, address)
        await throttle.fail(account, address)


async def wait_of(throttle: LoginThrottle, account: str, address: str = HOME) -> int:
    with pytest.raises(ThrottledError) as throttled:
        await throttle.check(account, address)
    return throttled.value.seconds


async def test_whoever_guesses_at_an_account_waits_longer_and_longer(
    throttle: LoginThrottle, clock: Clock
) -> None:
    waits = []
    for _ in range(4):
        await fail(throttle, 5, "susan")
        waits.append(await wait_of(throttle, "susan"))
        clock.now += waits[-1]
    assert waits == [60, 540, 60, 2940]


async def test_a_day_of_guessing_at_an_account_from_one_address_is_480_guesses(
    throttle: LoginThrottle, clock: Clock
) -> None:
    end = clock.now + 86400
    guesses = 0
    while clock.now < end:
        try:
            await fail(throttle, 1, "susan")
            guesses += 1
        except ThrottledError as throttled:
            clock.now += throttled.seconds
    assert guesses <= 480


async def test_nobody_is_locked_out_from_elsewhere(throttle: LoginThrottle) -> None:
    await fail(throttle, 5, "susan")
    await wait_of(throttle, "susan")
    assert await throttle.check("susan", ELSEWHERE) == 0
    assert await throttle.check("david", HOME) == 5


async def test_an_address_may_not_go_from_account_to_account(throttle: LoginThrottle) -> None:
    for number in range(20):
        await fail(throttle, 1, f"user-{number}")
    assert await wait_of(throttle, "susan") == 60
    assert await throttle.check("susan", ELSEWHERE) == 0


async def test_whoever_logged_in_from_an_address_is_not_held_up_by_others_there(
    throttle: LoginThrottle,
) -> None:
    throttle.succeed("susan", HOME)
    for number in range(20):
        await fail(throttle, 1, f"user-{number}")
    await wait_of(throttle, "david")
    assert await throttle.check("susan", HOME) == -1


async def test_even_a_known_account_cannot_be_guessed_at(throttle: LoginThrottle) -> None:
    throttle.succeed("susan", HOME)
    await fail(throttle, 5, "susan")
    assert await wait_of(throttle, "susan") == 60


async def test_an_account_is_known_for_thirty_days(throttle: LoginThrottle, clock: Clock) -> None:
    throttle.succeed("susan", HOME)
    clock.now += 30 * 86400 - 1
    assert await throttle.check("susan", HOME) == -1
    clock.now += 1
    assert await throttle.check("susan", HOME) == 0


GUESSES = [
    "susan, 4 users, susan, a minute, susan",
    "20 users, 5 susan, a minute, susan",
    "20 users, 9 susan, 8 minutes, 20 users, 9 susan, 9 minutes, 20 users, 9 susan, 4 users",
    "20 users, 30 susan, an hour, 5 susan, 15 users, susan, users",
    "19 users, 2 susan, 2 users",
]


@pytest.mark.parametrize("guesses", GUESSES)
async def test_whoever_guesses_does_not_learn_who_has_logged_in_from_there(
    guesses: str, clock: Clock
) -> None:
    is_known, is_not = [
        LoginThrottle(MemoryCounters(monotonic=clock), monotonic=clock) for _ in range(2)
    ]
    await fail(is_known, 4, "susan")
    await fail(is_not, 4, "susan")
    is_known.succeed("susan", HOME)
    for step in guesses.split(", "):
        number, _, what = step.rpartition(" ")
        if what in {"minute", "minutes", "hour"}:
            unit = 3600 if what == "hour" else 60
            clock.now += unit * (int(number) if number.isdecimal() else 1)
            continue
        for _ in range(int(number or 1)):
            account = "susan" if what == "susan" else f"a user of {clock.now}"
            assert await answer_to(is_known, account) == await answer_to(is_not, account)
            clock.now += 0.5


async def answer_to(throttle: LoginThrottle, account: str) -> int:
    """Return how long a wrong password has to wait, 0 if it has failed."""
    try:
        await fail(throttle, 1, account)
    except ThrottledError as throttled:
        return throttled.seconds
    return 0


async def test_few_guesses_at_a_known_account_are_heard_where_others_wait(
    throttle: LoginThrottle,
) -> None:
    throttle.succeed("susan", HOME)
    for number in range(20):
        await fail(throttle, 1, f"user-{number}")
    for _ in range(5):
        assert await throttle.check("susan", HOME) == -1
        with pytest.raises(ThrottledError):
            await throttle.fail("susan", HOME)
    assert await wait_of(throttle, "susan") == 60


async def test_a_network_of_ipv6_counts_as_one_address(throttle: LoginThrottle) -> None:
    for number in range(5):
        await fail(throttle, 1, "susan", f"2001:db8::{number}")
    await wait_of(throttle, "susan", "2001:db8::ffff")
    assert await throttle.check("susan", "2001:db8:0:1::") == 5


async def test_a_site_of_ipv6_cannot_go_from_network_to_network(throttle: LoginThrottle) -> None:
    for number in range(100):
        await fail(throttle, 1, f"user-{number}", f"2001:db8:7:{number:x}::1")
    assert await wait_of(throttle, "susan", "2001:db8:7:ffff::1") == 60
    assert await throttle.check("susan", "2001:db8:8::1") == 0


async def test_networks_of_one_site_stand_behind_whoever_has_not_failed(
    throttle: LoginThrottle,
) -> None:
    for number in range(50):
        await fail(throttle, 1, "susan", f"2001:db8:7:{number:x}::1")
    assert await throttle.check("susan", "2001:db8:7:ffff::1") == 50
    assert await throttle.check("susan", "2001:db8:8::1") == 0


async def test_a_site_of_ipv6_does_not_push_others_counters_out(clock: Clock) -> None:
    counters = MemoryCounters(monotonic=clock)
    throttle = LoginThrottle(counters)
    await fail(throttle, 5, "susan")
    for number in range(20_000):
        clock.now += 2
        with suppress(ThrottledError):
            await fail(throttle, 1, f"user-{number}", f"2001:db8:7:{number:x}::1")
    assert len(counters) < 20_000
    assert await throttle.check("david", HOME) == 5


async def test_whoever_has_failed_stands_behind_whoever_has_not(throttle: LoginThrottle) -> None:
    throttle.succeed("susan", ELSEWHERE)
    await fail(throttle, 3, "david")
    ranks = [
        await throttle.check("susan", ELSEWHERE),
        await throttle.check("david", ELSEWHERE),
        await throttle.check("susan", HOME),
        await throttle.check("david", HOME),
    ]
    assert ranks == sorted(ranks) == [-1, 0, 3, 6]
