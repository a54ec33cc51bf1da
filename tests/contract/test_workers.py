"""Workers: plain functions in a bounded number of threads."""

import asyncio
import threading

import pytest

from todo_api.contract import Workers


def identify() -> int:
    return threading.get_ident()


def test_a_call_runs_in_a_thread_and_returns() -> None:
    workers = Workers(1)

    async def run() -> tuple[int, int, str]:
        return await workers.run(identify), await workers.run(identify), await workers.run(str, 1)

    first, second, text = asyncio.run(run())
    workers.close()
    assert first == second != identify()
    assert text == "1"


@pytest.mark.parametrize("failure", [KeyError("a"), StopIteration(), GeneratorExit()])
def test_an_exception_of_a_call_reaches_its_caller(failure: BaseException) -> None:
    workers = Workers(1)

    def fail() -> None:
        raise failure

    async def run() -> None:
        # A StopIteration cannot pass through a coroutine; Python makes it a RuntimeError.
        with pytest.raises((type(failure), RuntimeError)):
            await asyncio.wait_for(workers.run(fail), 2)

    try:
        asyncio.run(run())
    finally:
        workers.close()


def test_more_calls_than_threads_wait() -> None:
    workers = Workers(2)
    running: list[int] = []
    most = 0
    guard = threading.Lock()

    def work() -> None:
        nonlocal most
        with guard:
            running.append(1)
            most = max(most, len(running))
        threading.Event().wait(0.02)
        with guard:
            running.pop()

    async def run() -> None:
        await asyncio.gather(*(workers.run(work) for _ in range(6)))

    asyncio.run(run())
    workers.close()
    assert most == 2


def test_a_caller_that_is_cancelled_leaves_the_thread_usable() -> None:
    workers = Workers(1)
    held = threading.Event()

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(workers.run(held.wait), 0.05)

    asyncio.run(give_up())  # the loop is closed while the call still runs
    held.set()
    assert asyncio.run(asyncio.wait_for(workers.run(str, 1), 2)) == "1"
    workers.close()


def test_closing_waits_for_the_calls_under_way() -> None:
    workers = Workers(1)
    ended = threading.Event()

    def work() -> None:
        threading.Event().wait(0.05)
        ended.set()

    async def run() -> None:
        call = asyncio.ensure_future(workers.run(work))
        await asyncio.sleep(0)
        await asyncio.to_thread(workers.close)
        assert ended.is_set()
        await call

    asyncio.run(run())


def test_closed_workers_refuse_calls() -> None:
    workers = Workers(1)
    asyncio.run(workers.run(identify))
    workers.close()

    async def run() -> None:
        with pytest.raises(RuntimeError):
            await asyncio.wait_for(workers.run(identify), 2)

    asyncio.run(run())


def test_workers_can_be_closed_twice() -> None:
    workers = Workers(1)
    workers.close()
    workers.close()
