"""Who may choose a password now: few at once, none of them twice."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from threading import Event, Semaphore

import pytest

from todo_api.contract import Caller, Workers
from todo_api.identity import Choices, OverloadedError, User
from todo_api.identity.choices import AT_ONCE, MOST
from todo_api.throttling import ChoiceThrottle, counters_at

pytestmark = pytest.mark.anyio

HERE, ELSEWHERE = Caller("192.0.2.1", "request-1"), Caller("192.0.2.3", "request-3")
SUSAN, DAVID = User(1, "susan", 1), User(2, "david", 2)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def choices() -> Choices:
    return Choices(ChoiceThrottle(counters_at(None)))


@pytest.fixture
def workers() -> Iterator[Workers]:
    workers = Workers(1)
    yield workers
    workers.close()


def of_stranger(choices: Choices, address: str) -> AbstractContextManager[None]:
    return choices.of_stranger(Caller(address, "request-2"), is_invited=False)


async def test_a_user_chooses_once_at_a_time_and_holds_up_nobody(
    choices: Choices, workers: Workers
) -> None:
    def choose() -> None:
        with choices.of_user(SUSAN, HERE):
            for _ in range(10):
                with pytest.raises(OverloadedError), choices.of_user(SUSAN, HERE):
                    pass
            with choices.of_user(DAVID, HERE), of_stranger(choices, "192.0.2.2"):
                pass
        with choices.of_user(SUSAN, HERE):
            pass

    await workers.run(choose)


async def test_those_at_one_address_have_half_of_the_permits(
    choices: Choices, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("todo_api.identity.choices.PATIENCE", 0.01)

    def choose() -> None:
        with ExitStack() as stack:
            for number in range(AT_ONCE // 2):
                stack.enter_context(choices.of_user(User(number, f"user{number}", number), HERE))
            with pytest.raises(OverloadedError), choices.of_user(User(9, "user9", 9), HERE):
                pass
            with of_stranger(choices, "192.0.2.2"), choices.of_user(User(8, "user8", 8), ELSEWHERE):
                pass

    await workers.run(choose)


async def test_who_finds_no_permit_waits_for_one(
    choices: Choices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("todo_api.identity.choices.PATIENCE", 60)
    over = Event()
    taken = Semaphore(0)

    def choose(number: int) -> None:
        with choices.of_user(
            User(number, f"user{number}", number), Caller(f"192.0.2.{number}", "")
        ):
            taken.release()
            assert over.wait(60)

    workers = Workers(MOST)
    calls = [asyncio.create_task(workers.run(choose, number)) for number in range(MOST)]
    for _ in range(AT_ONCE):
        await asyncio.to_thread(taken.acquire)
    assert not taken.acquire(blocking=False)
    over.set()
    await asyncio.gather(*calls)
    workers.close()


async def test_an_address_chooses_once_at_a_time_and_a_site_of_ipv6_is_one(
    choices: Choices, workers: Workers
) -> None:
    def choose() -> None:
        with of_stranger(choices, "192.0.2.1"), of_stranger(choices, "2001:db8:7:1::1"):
            for address in ("192.0.2.1", "2001:db8:7:2::1"):
                with pytest.raises(OverloadedError), of_stranger(choices, address):
                    pass
            with of_stranger(choices, "192.0.2.2"), of_stranger(choices, "2001:db8:8:1::1"):
                pass

    await workers.run(choose)


async def test_few_choose_at_once(choices: Choices, workers: Workers) -> None:
    def choose() -> None:
        with ExitStack() as stack:
            for number in range(AT_ONCE):
                stack.enter_context(of_stranger(choices, f"192.0.2.{number}"))
            with pytest.raises(OverloadedError), choices.of_user(SUSAN, HERE):
                pass
        with choices.of_user(SUSAN, HERE):
            pass

    await workers.run(choose)
