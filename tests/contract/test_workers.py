"""Workers: plain functions in a bounded number of threads."""

import asyncio
import threading

import pytest

from todo_api.contract import Problem, Workers
from todo_api.contract import workers as module
from todo_api.contract.workers import WAITING_PER_THREAD


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


def test_as_many_calls_run_at_once_as_there_are_threads() -> None:
    workers = Workers(2)
    pair = threading.Barrier(2)
    running: set[int] = set()
    at_once: list[int] = []

    def work(number: int) -> None:
        running.add(number)
        pair.wait(20)  # breaks, if the two threads do not run together
        at_once.append(len(running))
        pair.wait(20)
        running.discard(number)

    async def run() -> None:
        await asyncio.gather(*(workers.run(work, number) for number in range(6)))

    asyncio.run(run())
    workers.close()
    assert at_once == [2] * 6


def test_a_caller_that_is_cancelled_leaves_the_thread_usable() -> None:
    workers = Workers(1)
    held = threading.Event()

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(workers.run(held.wait), 0.05)

    asyncio.run(give_up())  # the loop is closed while the call still runs
    held.set()
    assert asyncio.run(asyncio.wait_for(workers.run(str, 1), 20)) == "1"
    workers.close()


def test_closing_waits_for_the_calls_under_way() -> None:
    workers = Workers(1)
    begun, ended = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        threading.Event().wait(0.05)
        ended.set()

    async def run() -> None:
        call = asyncio.ensure_future(workers.run(work))
        await asyncio.to_thread(begun.wait, 20)
        await asyncio.to_thread(workers.close, 20)
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


class TestOverload:
    """More calls than the threads can take."""

    def test_a_call_that_has_waited_too_long_is_not_made(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "PATIENCE", 0.05)
        workers = Workers(1)
        release = threading.Event()
        made: list[str] = []

        async def run() -> None:
            first = asyncio.ensure_future(workers.run(release.wait))
            late = asyncio.ensure_future(workers.run_soon(made.append, "late"))
            patient = asyncio.ensure_future(workers.run(made.append, "patient"))
            await asyncio.sleep(0.1)
            release.set()
            await asyncio.wait([first, late, patient])
            assert_refused(late.exception())
            await patient

        asyncio.run(run())
        workers.close()
        assert made == ["patient"]

    def test_a_late_call_that_keeps_nobody_waiting_is_made(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "PATIENCE", 0)
        workers = Workers(1)
        assert asyncio.run(workers.run_soon(identify))
        workers.close()

    def test_a_call_whose_caller_has_gone_is_not_made(self) -> None:
        workers = Workers(1)
        release = threading.Event()
        made: list[str] = []

        async def run() -> None:
            first = asyncio.ensure_future(workers.run(release.wait))
            gone = asyncio.ensure_future(workers.run(made.append, "gone"))
            last = asyncio.ensure_future(workers.run(made.append, "last"))
            await asyncio.sleep(0)
            gone.cancel()
            await asyncio.wait([gone])
            release.set()
            await asyncio.gather(first, last)

        asyncio.run(run())
        workers.close()
        assert made == ["last"]

    def test_one_too_many_is_refused_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "PATIENCE", 60)
        workers = Workers(1)
        release = threading.Event()

        async def run() -> None:
            first = asyncio.ensure_future(workers.run(release.wait))
            await asyncio.sleep(0.05)
            waiting = [
                asyncio.ensure_future(workers.run_soon(identify)) for _ in range(WAITING_PER_THREAD)
            ]
            await asyncio.sleep(0)
            with pytest.raises(Problem) as refusal:
                await asyncio.wait_for(workers.run_soon(identify), 2)
            assert_refused(refusal.value)
            release.set()
            await asyncio.gather(first, *waiting)

        asyncio.run(run())
        workers.close()

    def test_closing_drops_what_waits_and_does_not_wait_for_ever(self) -> None:
        workers = Workers(1)
        release = threading.Event()

        async def run() -> None:
            first = asyncio.ensure_future(workers.run(release.wait))
            waiting = asyncio.ensure_future(workers.run(identify))
            await asyncio.sleep(0.05)
            workers.close(patience=0.05)
            with pytest.raises(RuntimeError):
                await asyncio.wait_for(waiting, 20)
            release.set()
            await first

        asyncio.run(run())


def assert_refused(failure: BaseException | None) -> None:
    """Assert that a call was refused for the time being."""
    assert isinstance(failure, Problem)
    assert (failure.status, failure.headers) == (503, {"Retry-After": "5"})
