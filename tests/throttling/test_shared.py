"""Counters in a real Redis, and without it."""

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.redis import REDIS, Redis, running_redis
from todo_api.throttling import LoginThrottle, ThrottledError, Window, counters_at
from todo_api.throttling.windows import count_in, seconds_left

WINDOW = Window(5, 60)

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(REDIS is None, reason="there is no redis-server on this machine"),
]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    """A Redis of the test's own, on a socket in its directory."""
    with running_redis(tmp_path) as redis:
        yield redis


@pytest.fixture
def redis_process(redis: Redis) -> subprocess.Popen[bytes]:
    return redis.process


@pytest.fixture
def url(redis: Redis) -> str:
    return redis.url


async def test_processes_count_together(url: str) -> None:
    here, there = counters_at(url), counters_at(url)
    assert [await count_in(one, WINDOW, "x") for one in (here, there, here)] == [1, 2, 3]
    assert await there.get(WINDOW.key("x")) == 3
    assert 58 <= await seconds_left(here, WINDOW, "x") <= 60
    assert await count_in(there, WINDOW, "x", amount=-1) == 2
    for one in (here, there):
        await one.close()


async def test_whoever_guessed_at_one_process_waits_at_the_other(url: str) -> None:
    counters = [counters_at(url) for _ in range(2)]
    here, there = map(LoginThrottle, counters)
    for _ in range(5):
        await here.fail("susan", "192.0.2.1")
    with pytest.raises(ThrottledError):
        await there.check("susan", "192.0.2.1")
    assert await there.check("susan", "192.0.2.2") == 0
    for one in counters:
        await one.close()


@pytest.mark.parametrize("silent", [False, True], ids=["dead", "silent"])
async def test_without_redis_each_process_counts_by_itself(
    url: str,
    redis_process: subprocess.Popen[bytes],
    caplog: pytest.LogCaptureFixture,
    silent: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    counters = counters_at(url)
    throttle = LoginThrottle(counters)
    await throttle.fail("susan", "192.0.2.1")
    redis_process.send_signal(signal.SIGSTOP if silent else signal.SIGKILL)
    has_ended = os.WSTOPPED if silent else os.WEXITED
    os.waitid(os.P_PID, redis_process.pid, has_ended | os.WNOWAIT)  # noqa: ASYNC222 - at once
    started = time.monotonic()
    assert await throttle.check("susan", "192.0.2.1") == 0  # not locked out
    for _ in range(5):
        await throttle.fail("susan", "192.0.2.1")
    with pytest.raises(ThrottledError):  # nor let in without end
        await throttle.check("susan", "192.0.2.1")
    assert time.monotonic() - started < 10
    [warning] = caplog.messages
    assert warning.startswith("The Redis of TODO_THROTTLE_URL ")
    assert ("does not answer within" if silent else "cannot be reached") in warning
    assert warning.endswith(" Meanwhile each process counts logins and requests by itself.")
    await counters.close()


async def test_requests_that_come_together_tell_of_an_outage_once(
    url: str,
    redis_process: subprocess.Popen[bytes],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("todo_api.throttling.shared.RETRY_SECONDS", 0.01)
    counters = counters_at(url)

    async def count_together() -> None:
        await asyncio.gather(*(count_in(counters, WINDOW, "x") for _ in range(8)))

    await count_together()
    redis_process.send_signal(signal.SIGSTOP)
    await count_together()
    redis_process.send_signal(signal.SIGCONT)
    await asyncio.sleep(0.02)
    await count_together()
    assert len(caplog.messages) == 2
    assert "does not answer within" in caplog.messages[0]
    assert caplog.messages[1] == "The Redis of TODO_THROTTLE_URL answers again."
    await counters.close()


async def test_a_redis_that_is_back_is_used_again(
    url: str,
    redis_process: subprocess.Popen[bytes],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("todo_api.throttling.shared.RETRY_SECONDS", 0.01)
    counters = counters_at(url)
    await count_in(counters, WINDOW, "x")
    redis_process.send_signal(signal.SIGSTOP)
    assert await count_in(counters, WINDOW, "x") == 1
    redis_process.send_signal(signal.SIGCONT)
    time.sleep(0.02)  # noqa: ASYNC251 - nothing else runs here
    # What was sent to it while it stood still has been counted in the meantime.
    assert await count_in(counters, WINDOW, "x") >= 2
    assert caplog.messages[-1] == "The Redis of TODO_THROTTLE_URL answers again."
    await counters.close()


async def test_a_redis_that_never_was_there_is_no_obstacle() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        counters = counters_at(f"redis://127.0.0.1:{nobody.getsockname()[1]}/0")
        assert [await count_in(counters, WINDOW, "x") for _ in range(2)] == [1, 2]
        await counters.close()
