"""Turns: who comes first where only a few can at once."""

import asyncio

import pytest

from todo_api.identity import OverloadedError
from todo_api.identity.turns import Turns

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Queue:
    """People with a rank who want a turn each."""

    def __init__(self, turns: Turns) -> None:
        self.came: list[str] = []
        self.left: list[str] = []
        self._turns = turns

    async def enter(self, name: str, rank: int) -> None:
        try:
            async with self._turns.taken(rank):
                self.came.append(name)
                await asyncio.sleep(0.01)
        except OverloadedError:
            self.left.append(name)


async def test_the_lowest_rank_comes_first_and_of_equals_the_last_one() -> None:
    queue = Queue(Turns(1, most_waiting=10))
    people = [("first", 9), ("a guesser", 5), ("early", 0), ("known", -1), ("late", 0)]
    await asyncio.gather(*(queue.enter(*one) for one in people))
    assert queue.came == ["first", "known", "late", "early", "a guesser"]


async def test_if_too_many_wait_the_highest_rank_has_to_go() -> None:
    queue = Queue(Turns(1, most_waiting=2))
    people = [("first", 0), ("a guesser", 5), ("early", 0), ("late", 0), ("another guesser", 7)]
    await asyncio.gather(*(queue.enter(*one) for one in people))
    assert queue.came == ["first", "late", "early"]
    assert sorted(queue.left) == ["a guesser", "another guesser"]


async def test_whoever_gives_up_takes_no_turn_from_others() -> None:
    turns = Turns(1, most_waiting=10)
    queue = Queue(turns)
    tasks = [asyncio.create_task(queue.enter(str(number), number)) for number in range(4)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    tasks[0].cancel()
    await asyncio.wait(tasks)
    assert queue.came == ["0", "2", "3"]
    async with asyncio.timeout(20), turns.taken(0):
        pass


async def test_whoever_gives_up_with_the_turn_in_hand_passes_it_on() -> None:
    turns = Turns(1, most_waiting=10)
    queue = Queue(turns)
    async with turns.taken(0):
        waiting = asyncio.create_task(queue.enter("gone", 0))
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    async with asyncio.timeout(20), turns.taken(0):
        assert queue.came == []
