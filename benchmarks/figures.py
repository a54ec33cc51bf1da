"""Numbers that were measured, and what they say together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.cases import CASES, Case

Series = list[float]
"""One number for each round."""


@dataclass
class Load:
    """What one contender did at one case, round by round: a rate, and latencies in ms."""

    rate: Series = field(default_factory=list)
    cpu: Series = field(default_factory=list)
    """Microseconds of the server's CPU for a request."""
    asking: Series = field(default_factory=list)
    """Microseconds that it takes the CPU to ask, where that was noted."""
    p50: Series = field(default_factory=list)
    p99: Series = field(default_factory=list)
    p999: Series = field(default_factory=list)


Loads = dict[str, dict[str, Load]]
"""By contender, or whatever else is compared, and by the name of a case."""


@dataclass
class Figures:
    """Everything that a run measured; the outer keys are contenders, the inner ones cases."""

    peak: Loads = field(default_factory=dict)
    pinned: Loads = field(default_factory=dict)
    """The same with the server on one core and the load on another."""
    narrowed: Loads = field(default_factory=dict)
    """Of the service: pages that are filtered, searched and sorted, beside the plain one."""
    changes: Loads = field(default_factory=dict)
    """Of the service: moves and completions, beside a plain change."""
    paced: Loads = field(default_factory=dict)
    sharing: Loads = field(default_factory=dict)
    """Of one process of the service, and of two on one file."""
    listening: dict[str, Series] = field(default_factory=dict)
    """Seconds from a process's start until it listens."""
    start: dict[str, Series] = field(default_factory=dict)
    """Seconds from a process's start to its first answer."""
    idle: dict[str, Series] = field(default_factory=dict)
    """MiB before the load."""
    memory: dict[str, Series] = field(default_factory=dict)
    """MiB after the load."""
    layer: dict[str, dict[str, Series]] = field(default_factory=dict)
    """Microseconds of CPU for a request to the contract layer alone."""
    scale: Loads = field(default_factory=dict)
    """Of the service, by size of its database."""
    lists: dict[str, dict[str, Series]] = field(default_factory=dict)
    """Milliseconds that the service takes, by listing and then by size of its database."""
    facts: dict[str, str] = field(default_factory=dict)
    """What to know of the run: machine, versions, command."""

    @property
    def cases(self) -> list[Case]:
        """The cases that were measured."""
        return [case for case in CASES if any(case.name in loads for loads in self.peak.values())]


def load_of(loads: Loads, name: str, case: Case) -> Load:
    """Return where to note what ``name`` does at a case."""
    return loads.setdefault(name, {}).setdefault(case.name, Load())


def ratios(upper: Sequence[float], lower: Sequence[float]) -> Series:
    """Divide round by round, so that what disturbed a round disturbs both sides of it."""
    return [above / below for above, below in zip(upper, lower, strict=True)]


def spread(series: Sequence[float], places: int = 0) -> str:
    """Write a median with the least and the greatest: ``1,160 (1,090 to 1,180)``."""
    middle, least, most = (
        f"{value:,.{places}f}" for value in (median(series), min(series), max(series))
    )
    return middle if least == most else f"{middle} ({least} to {most})"
