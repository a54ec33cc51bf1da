"""Turns: a few at once, in order, and none lost when somebody gives up."""

import asyncio
from contextlib import AsyncExitStack, ExitStack
from threading import Event
from time import monotonic

import pytest

from todo_api.contract import Crowd, FairTurns, Problem, Shares, Workers
from todo_api.contract.turns import Turns

HERE, THERE, ELSEWHERE = "192.0.2.1", "192.0.2.2", "192.0.2.3"


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
        greedy = [asyncio.create_task(shares.run("greedy", HERE, held.wait, 10)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Problem):
            await shares.run("greedy", HERE, held.wait, 10)
        assert await shares.run("modest", HERE, len, "ab") == 2
        assert await shares.run(None, HERE, len, "abc") == 3
        held.set()
        assert await asyncio.gather(*greedy) == [True, True]
        assert await shares.run("greedy", HERE, len, "a") == 1

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
    lane = FairTurns(1, most_waiting=0, refusal="Too many.")

    async def story() -> None:
        first = asyncio.ensure_future(shares.run("miguel", HERE, release.wait, lane=lane))
        await asyncio.sleep(0.02)
        with pytest.raises(Problem):
            await shares.run("susan", HERE, str, 1, lane=lane)
        assert await shares.run("susan", HERE, str, 2) == "2"
        release.set()
        await first
        assert await shares.run("susan", HERE, str, 3, lane=lane) == "3"

    asyncio.run(story())
    workers.close()


class TestFairTurns:
    """Turns of all together, of which no address takes all."""

    def test_a_part_is_kept_for_addresses_that_have_none(self) -> None:
        async def story() -> None:
            queue = FairTurns(8, most_waiting=8, refusal="Too many.")
            async with AsyncExitStack() as taken:
                for _ in range(6):
                    await taken.enter_async_context(queue.taken(HERE))
                with pytest.raises(Problem):
                    await taken.enter_async_context(queue.taken(HERE, monotonic()))
                await taken.enter_async_context(queue.taken(THERE))
                with pytest.raises(Problem):
                    await taken.enter_async_context(queue.taken(THERE, monotonic()))
                await taken.enter_async_context(queue.taken(ELSEWHERE))

        asyncio.run(story())

    def test_the_next_one_is_of_the_address_that_has_the_fewest(self) -> None:
        async def story() -> list[str]:
            queue, served = FairTurns(2, most_waiting=8, refusal="Too many."), []

            async def take(name: str, address: str, over: asyncio.Event) -> None:
                async with queue.taken(address):
                    served.append(name)
                    await over.wait()

            over = [asyncio.Event() for _ in range(2)]
            tasks = [asyncio.create_task(take(f"h{n}", HERE, one)) for n, one in enumerate(over)]
            await asyncio.sleep(0)
            done = asyncio.Event()
            done.set()
            waiting = [("h2", HERE), ("h3", HERE), ("t0", THERE), ("e0", ELSEWHERE)]
            tasks += [asyncio.create_task(take(*one, done)) for one in waiting]
            await asyncio.sleep(0)
            over[0].set()
            await asyncio.gather(tasks[0], *tasks[2:])
            over[1].set()
            await tasks[1]
            assert queue.waiting == 0
            return served

        assert asyncio.run(story()) == ["h0", "h1", "t0", "e0", "h2", "h3"]

    def test_whoever_fills_the_room_to_wait_gives_way(self) -> None:
        async def story() -> None:
            queue = FairTurns(1, most_waiting=3, refusal="Too many.")
            served = []

            async def take(name: str, address: str) -> None:
                async with queue.taken(address):
                    served.append(name)

            async with queue.taken(HERE):
                tasks = [asyncio.create_task(take(f"h{n}", HERE)) for n in range(3)]
                await asyncio.sleep(0)
                assert queue.is_full(HERE)
                assert not queue.is_full(THERE)
                with pytest.raises(Problem):
                    await take("h3", HERE)
                tasks += [asyncio.create_task(take("t0", THERE))]
                await asyncio.sleep(0)
                assert queue.is_full(THERE)
                with pytest.raises(Problem):
                    await take("t1", THERE)
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            assert [isinstance(one, Problem) for one in outcomes] == [False, False, True, False]
            assert served == ["t0", "h0", "h1"]

        asyncio.run(story())

    @pytest.mark.parametrize("granted", [False, True])
    def test_no_turn_is_lost_when_who_waited_is_gone(self, granted: bool) -> None:  # noqa: FBT001 - the case
        async def story() -> None:
            queue = FairTurns(1, most_waiting=8, refusal="Too many.")

            async def take() -> None:
                async with queue.taken(HERE):
                    pass

            async with queue.taken(HERE):
                gone = asyncio.create_task(take())
                next_one = asyncio.create_task(take())
                await asyncio.sleep(0)
                if not granted:
                    gone.cancel()
                    await asyncio.sleep(0)
            if granted:
                gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
            await next_one
            await take()

        asyncio.run(story())

    def test_whoever_is_patient_waits_however_many_do(self) -> None:
        async def story() -> None:
            queue = FairTurns(1, most_waiting=0, refusal="Too many.")

            async def go_on() -> None:
                async with queue.taken(HERE, patient=True):
                    pass

            async with queue.taken(HERE):
                tasks = [asyncio.create_task(go_on()) for _ in range(3)]
                await asyncio.sleep(0)
                assert queue.waiting == 3
                with pytest.raises(Problem):
                    async with queue.taken(THERE):
                        pass
            await asyncio.gather(*tasks)

        asyncio.run(story())


class TestCrowd:
    """Who is under way, whatever they wait for."""

    def test_it_is_full_for_addresses_that_have_their_part(self) -> None:
        crowd = Crowd(4)
        with ExitStack() as here:
            for _ in range(4):
                assert not crowd.is_full(HERE)
                here.enter_context(crowd.joined(HERE))
            assert crowd.is_full(HERE)
            with crowd.joined(THERE):
                assert not crowd.is_full(THERE)
                with crowd.joined(THERE):
                    assert crowd.is_full(THERE)
                    assert not crowd.is_full(ELSEWHERE)
            assert crowd.is_full(HERE)
        assert not crowd.is_full(HERE)

    def test_whoever_has_failed_has_left(self) -> None:
        crowd = Crowd(1)
        with pytest.raises(LookupError), crowd.joined(HERE):
            raise LookupError
        assert not crowd.is_full(HERE)
