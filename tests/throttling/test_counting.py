"""How often something happened: addresses, windows, and counters in memory."""

import time

import pytest

from todo_api.throttling.addresses import bucket_of, site_of
from todo_api.throttling.memory import MemoryCounters
from todo_api.throttling.windows import Window, count_in, read_window, seconds_left

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("address", "bucket", "site"),
    [
        ("192.0.2.7", "192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64", "2001:db8:1::/48"),
        ("2001:DB8:1:3:0::1", "2001:db8:1:3::/64", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/64", "fe80::/48"),
        ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7"),
        ("", "", ""),
        ("a socket's path", "", ""),
    ],
)
def test_an_ipv6_network_counts_as_one_address(address: str, bucket: str, site: str) -> None:
    assert (bucket_of(address), site_of(address)) == (bucket, site)


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("600/minute", Window(600, 60)),
        (" 1 / second ", Window(1, 1)),
        ("20/hour", Window(20, 3600)),
        ("5/day", Window(5, 86400)),
    ],
)
def test_a_window_is_read(text: str, window: Window) -> None:
    assert read_window(text) == window


async def test_a_counter_is_forgotten_when_its_window_ends() -> None:
    clock = Clock()
    counters = MemoryCounters(monotonic=clock)
    window = Window(5, 60)
    assert [await count_in(counters, window, "x") for _ in range(3)] == [1, 2, 3]
    clock.now += 59.5
    assert await counters.get(window.key("x")) == 3
    assert await seconds_left(counters, window, "x") == 1
    clock.now += 0.5
    assert await counters.get(window.key("x")) == 0
    assert await count_in(counters, window, "x") == 1
    assert await seconds_left(counters, window, "x") == 60


async def test_counters_are_apart_by_window_and_by_name() -> None:
    counters = MemoryCounters()
    for window in (Window(5, 60), Window(5, 600)):
        for name in ("x", "y"):
            assert await count_in(counters, window, name) == 1


async def test_a_counter_goes_down_to_zero_and_no_further() -> None:
    counters = MemoryCounters()
    window = Window(5, 60)
    await count_in(counters, window, "x")
    assert [await count_in(counters, window, "x", amount=-1) for _ in range(2)] == [0, 0]


async def test_what_has_expired_makes_room_for_what_is_new() -> None:
    clock = Clock()
    counters = MemoryCounters(monotonic=clock)
    for number in range(1000):
        await counters.incr(f"short {number}", 60)
        await counters.incr(f"long {number}", 3600)
    assert len(counters) == 2000
    clock.now += 61
    for number in range(1000):
        await counters.incr(f"another {number}", 3600)
    assert len(counters) == 2000


async def test_there_is_a_most_of_counters_and_the_oldest_goes_first() -> None:
    counters = MemoryCounters(at_most=100)
    for number in range(150):
        await counters.incr(f"{number}", 60)
    assert len(counters) == 100
    assert await counters.get("0") == 0
    assert await counters.get("149") == 1


async def test_counting_costs_next_to_nothing_however_many_counters_there_are() -> None:
    counters = MemoryCounters()
    for number in range(50_000):
        await counters.incr(f"{number}", 60)
    started = time.thread_time()
    for number in range(10_000):
        await counters.incr(f"new {number}", 3600)
    assert (time.thread_time() - started) / 10_000 < 100e-6
