"""The fair lock: one at a time, in the order of arrival."""

import time
from concurrent.futures import ThreadPoolExecutor

from todo_api.storage.engine.fair_lock import FairLock


def test_it_lets_one_through_at_a_time() -> None:
    lock, inside, most = FairLock(), [], []

    def pass_often(thread: int) -> None:
        for _ in range(200):
            assert lock.enter(patience=10)
            inside.append(thread)
            most.append(len(inside))
            inside.remove(thread)
            lock.leave()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(pass_often, range(8)))
    assert most == [1] * 1600


def test_who_comes_first_is_served_first() -> None:
    lock, served = FairLock(), []

    def pass_once(number: int) -> None:
        assert lock.enter(patience=10)
        served.append(number)
        lock.leave()

    assert lock.enter(patience=0)
    with ThreadPoolExecutor(10) as pool:
        for number in range(10):
            pool.submit(pass_once, number)
            time.sleep(0.01)
        lock.leave()
    assert served == list(range(10))


def test_who_gives_up_is_not_waited_for() -> None:
    lock = FairLock()
    assert lock.enter(patience=0)
    assert not lock.enter(patience=0.01)
    lock.leave()
    assert lock.enter(patience=0)


def test_it_can_be_had_at_once_if_nobody_has_it() -> None:
    lock = FairLock()
    assert lock.try_enter()
    assert not lock.try_enter()
    lock.leave()
    assert lock.try_enter()


def test_nobody_who_tries_overtakes_those_who_wait() -> None:
    lock = FairLock()
    assert lock.try_enter()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lock.enter, patience=10)
        time.sleep(0.05)  # for it to queue
        lock.leave()
        assert not lock.try_enter()
        assert waiting.result()
    lock.leave()
    assert lock.try_enter()
