"""How often and how long things are measured."""

from typing import NamedTuple

from benchmarks.cases import CASES, GET_ONE, POST, Case


class Plan(NamedTuple):
    """The size of a run; times in seconds."""

    cases: tuple[Case, ...]
    rounds: int
    """Turns of every contender at every case; medians are of these."""
    warm_up: float
    peak: float
    """One measurement at the peak."""
    paced: float
    """One measurement at a given rate."""
    layer_requests: int
    """Requests to the contract layer alone, a measurement."""
    large: int
    """Tasks in the large database, a tenth of them one user's."""


FULL = Plan(
    cases=CASES,
    rounds=5,
    warm_up=1,
    peak=2,
    paced=3,
    layer_requests=2000,
    large=1_000_000,
)
QUICK = Plan(
    cases=(GET_ONE, POST),
    rounds=1,
    warm_up=0,
    peak=1,
    paced=1,
    layer_requests=100,
    large=10_000,
)
