"""Turns: a few at once, in order, and none lost when somebody gives up."""

import asyncio
from threading import Event
from time import monotonic

import pytest

from todo_api.contract import Problem, Shares, Workers
from todo_api.contract.turns import Turns


def turns(at_once: int = 1, most_waiting: int = 8) -> Turns:
    """Return turns that nobody has taken."""
    return Turns(at_once, most_waiting=most_waiting, refusal="Too many.")


def test_who_waits_is_served_in_the_order_of_arrival() -> None:
    async def story() -> list[int]:
        queue, served = turns(), []

        async def take(number: int) -> None:
            await queue.enter()
            served.append(number)
            await asyncio.sleep(0)
            queue.leave()

        await asyncio.gather(*map(take, range(5)))
        assert queue.is_idle
        return served

    assert asyncio.run(story()) == [0, 1, 2, 3, 4]


def test_too_many_are_refused_unless_they_are_patient() -> None:
    async def story() -> None:
        queue = turns(most_waiting=0)
        await queue.enter()
        with pytest.raises(Problem) as refusal:
            await queue.enter()
        assert (refusal.value.status, refusal.value.headers) == (503, {"Retry-After": "5"})
        patient = asyncio.create_task(queue.enter(patient=True))
        await asyncio.sleep(0)
        queue.leave()
        await patient

    asyncio.run(story())


@pytest.mark.parametrize("granted", [False, True])
def test_a_turn_is_not_lost_when_who_waited_is_gone(granted: bool) -> None:  # noqa: FBT001 - the case
    async def story() -> None:
        queue = turns()
        await queue.enter()
        gone = asyncio.create_task(queue.enter())
        next_one = asyncio.create_task(queue.enter())
        await asyncio.sleep(0)
        if granted:
            queue.leave()
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        if not granted:
            queue.leave()
        await next_one
        queue.leave()
        assert queue.is_idle

    asyncio.run(story())


def test_a_senders_calls_leave_threads_to_others() -> None:
    workers = Workers(2)
    shares = Shares(workers, 1, most_waiting=1)
    held = Event()

    async def story() -> None:
        greedy = [asyncio.create_task(shares.run("greedy", held.wait, 10)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Problem):
            await shares.run("greedy", held.wait, 10)
        assert await shares.run("modest", len, "ab") == 2
        assert await shares.run(None, len, "abc") == 3
        held.set()
        assert await asyncio.gather(*greedy) == [True, True]
        assert await shares.run("greedy", len, "a") == 1

    try:
        asyncio.run(asyncio.wait_for(story(), 10))
    finally:
        held.set()
        workers.close()


def test_who_has_waited_too_long_is_refused_and_loses_no_turn() -> None:
    async def story() -> None:
        queue = turns()
        await queue.enter()
        with pytest.raises(Problem) as refusal:
            await queue.enter(monotonic() + 0.02)
        assert refusal.value.status == 503
        queue.leave()
        assert queue.is_idle

    asyncio.run(story())


def test_a_lane_is_shared_by_all_senders() -> None:
    workers, release = Workers(2), Event()
    shares = Shares(workers, 2, 8)
    lane = turns(most_waiting=0)

    async def story() -> None:
        first = asyncio.ensure_future(shares.run("miguel", release.wait, lane=lane))
        await asyncio.sleep(0.02)
        with pytest.raises(Problem):
            await shares.run("susan", str, 1, lane=lane)
        assert await shares.run("susan", str, 2) == "2"
        release.set()
        await first
        assert await shares.run("susan", str, 3, lane=lane) == "3"

    asyncio.run(story())
    workers.close()
