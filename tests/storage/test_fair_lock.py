"""The turnstile: one at a time, in the order of arrival."""

import time
from concurrent.futures import ThreadPoolExecutor

from todo_api.storage.engine.fair_lock import FairLock


def test_it_lets_one_through_at_a_time() -> None:
    turnstile, inside, most = FairLock(), [], []

    def pass_often(thread: int) -> None:
        for _ in range(200):
            assert turnstile.enter(patience=10)
            inside.append(thread)
            most.append(len(inside))
            inside.remove(thread)
            turnstile.leave()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(pass_often, range(8)))
    assert most == [1] * 1600


def test_who_comes_first_is_served_first() -> None:
    turnstile, served = FairLock(), []

    def pass_once(number: int) -> None:
        assert turnstile.enter(patience=10)
        served.append(number)
        turnstile.leave()

    assert turnstile.enter(patience=0)
    with ThreadPoolExecutor(10) as pool:
        for number in range(10):
            pool.submit(pass_once, number)
            time.sleep(0.01)
        turnstile.leave()
    assert served == list(range(10))


def test_who_gives_up_is_not_waited_for() -> None:
    turnstile = FairLock()
    assert turnstile.enter(patience=0)
    assert not turnstile.enter(patience=0.01)
    turnstile.leave()
    assert turnstile.enter(patience=0)


def test_it_is_handed_on_only_to_somebody_who_waits() -> None:
    turnstile = FairLock()
    assert turnstile.enter(patience=0)
    assert not turnstile.hand_on()
    with ThreadPoolExecutor(1) as pool:
        entered = pool.submit(turnstile.enter, patience=10)
        while not turnstile.hand_on():
            time.sleep(0.001)
        assert entered.result()
    assert not turnstile.enter(patience=0)
