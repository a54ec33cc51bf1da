"""Whatever people do with lists that they share, each sees what the oracle says, and no more."""

import os
from collections.abc import Iterator

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.house import Person
from tests.machine.household import Household

WHOLE = bool(os.environ.get("TEST_RELIABILITY"))
BOUNDS = settings(
    max_examples=100 if WHOLE else 12,
    stateful_step_count=40 if WHOLE else 25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def test_whatever_people_do_each_sees_what_the_oracle_says(newcomers: Iterator[Person]) -> None:
    run_state_machine_as_test(
        lambda: Household(newcomers),  # type: ignore[arg-type]  # any factory will do
        settings=BOUNDS,
    )
