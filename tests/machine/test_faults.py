"""The machine finds each fault that is planted: what it says of the service is worth something."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.faults import FAULTS
from tests.machine.house import Person
from tests.support.databases import SQLiteDatabases

CHOSEN = [*FAULTS] if os.environ.get("TEST_RELIABILITY") else [*FAULTS][::2]
"""All of them, or every other one, which takes a minute."""
BOUNDS = settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    print_blob=False,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow],
)
"""No more than in a run of all rooms together, and the same each time; nothing is made shorter."""


@pytest.fixture
def databases(sqlite_databases: SQLiteDatabases) -> SQLiteDatabases:
    """Give the engine that is quicker to test."""
    return sqlite_databases


@pytest.mark.parametrize("what", CHOSEN)
def test_the_machine_finds_it_in_the_room_where_it_is(
    newcomers: Iterator[Person], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    room, plant = FAULTS[what]
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            lambda: room(newcomers),  # type: ignore[arg-type]  # any factory will do
            settings=BOUNDS,
        )
