"""How often and how long things are measured."""

from typing import NamedTuple

from benchmarks.cases import CASES, CHANGES, GET_ONE, GET_PAGE, NARROWED, POST, Case


class Plan(NamedTuple):
    """The size of a run; times in seconds."""

    cases: tuple[Case, ...]
    narrowed: tuple[Case, ...]
    """Filtered and searched pages, beside the plain one."""
    changes: tuple[Case, ...]
    """Moves and completions, beside a plain change."""
    rounds: int
    """Turns of every contender at every case; medians are of these."""
    pinned_rounds: int
    narrowed_rounds: int
    paced_rounds: int
    turns: int
    """Within a round, where few requests decide, such as the slowest, or a hundredth counts."""
    warm_up: float
    peak: float
    """One measurement at the peak."""
    paced: float
    """One measurement at a given rate."""
    layer_requests: int
    """Requests to the contract layer alone, a measurement."""
    large: int
    """Tasks in the large database, a tenth of them one user's."""

    def with_rounds(self, number: int) -> "Plan":
        """Return this plan with so many turns of everything."""
        return self._replace(
            rounds=number, pinned_rounds=number, narrowed_rounds=number, paced_rounds=number
        )


FULL = Plan(
    cases=CASES,
    narrowed=(GET_PAGE, *NARROWED),
    changes=CHANGES,
    rounds=5,
    pinned_rounds=2,
    narrowed_rounds=3,
    paced_rounds=3,
    turns=3,
    warm_up=1,
    peak=1,
    paced=3,
    layer_requests=2000,
    large=1_000_000,
)
QUICK = Plan(
    cases=(GET_ONE, GET_PAGE, POST),
    narrowed=(GET_PAGE, *NARROWED[:2]),
    changes=CHANGES,
    rounds=1,
    pinned_rounds=1,
    narrowed_rounds=1,
    paced_rounds=1,
    turns=1,
    warm_up=1,
    peak=1,
    paced=1,
    layer_requests=100,
    large=10_000,
)
