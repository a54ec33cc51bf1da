"""What the service is to reach, as ratios within one run unless it says otherwise."""

from collections.abc import Iterator
from itertools import chain
from statistics import median
from typing import NamedTuple

from benchmarks import latency, sharing
from benchmarks.cases import GET_ONE, GET_PAGE, POST, PUT, Case
from benchmarks.contenders import (
    FASTAPI,
    FASTAPI_POSTGRESQL,
    FASTIFY,
    SERVICE,
    SERVICE_POSTGRESQL,
)
from benchmarks.figures import Figures, Load, Series, ratios
from benchmarks.lists import ON_POSTGRESQL

RIVALS = (
    (
        "FastAPI + SQLAlchemy on SQLite",
        SERVICE,
        FASTAPI,
        {GET_ONE: 10.0, GET_PAGE: 6.0, PUT: 6.0, POST: 5.0},
    ),
    (
        "Fastify from the same document",
        SERVICE,
        FASTIFY,
        {GET_ONE: 0.5, GET_PAGE: 0.8, PUT: 0.4, POST: 1.0},
    ),
    (
        "FastAPI + SQLAlchemy, both on PostgreSQL",
        SERVICE_POSTGRESQL,
        FASTAPI_POSTGRESQL,
        {GET_ONE: 4.0, GET_PAGE: 4.0, PUT: 4.0, POST: 4.0},
    ),
)
"""Requests a second, against whom: who on our side, who on theirs, and how many times as many."""
NARROWED = 1.5
SHARED_READS, SHARED_WRITES = 1.8, 2.0
GROWTH = 1.3
LAYER_SHARE = 0.1
START_MS, IDLE_MIB = 600.0, 90.0
CONFLICT, CONFLICT_MS = "`/tasks?q=milk+bread&sort=-due`", 30.0


class Verdict(NamedTuple):
    """What was measured, round by round, beside its bound."""

    what: str
    series: Series
    bound: float
    at_least: bool

    @property
    def met(self) -> bool:
        """Whether the median is on the right side of the bound."""
        middle = median(self.series)
        return middle >= self.bound if self.at_least else middle <= self.bound


def verdicts(figures: Figures) -> Iterator[Verdict]:
    """Hold the figures against every target."""
    return chain(
        _against_rivals(figures),
        _pages(figures),
        _latencies(figures),
        _processes(figures),
        _growth(figures),
        _resources(figures),
    )


def _against_rivals(figures: Figures) -> Iterator[Verdict]:
    for title, own, rival, bounds in RIVALS:
        for case in figures.cases:
            rates = [figures.peak[name][case.name].rate for name in (own, rival)]
            what = f"{case.title}: requests a second, against {title}"
            yield Verdict(what, ratios(*rates), bounds[case], at_least=True)


def _pages(figures: Figures) -> Iterator[Verdict]:
    for name in ("done", "q"):
        loads = figures.narrowed[SERVICE]
        costs = ratios(loads[GET_PAGE.name].rate, loads[name].rate)
        what = f"GET a page with `{name}=`: cost, against the plain page"
        yield Verdict(what, costs, NARROWED, at_least=False)


def _latencies(figures: Figures) -> Iterator[Verdict]:
    for case in figures.cases:
        own, alike, rival = (
            figures.paced[name][case.name].p99 for name in (SERVICE, latency.ALIKE, FASTIFY)
        )
        what = f"{case.title}: p99 at half of capacity, against Fastify's at half of its own"
        yield Verdict(what, ratios(own, rival), 1.0, at_least=False)
        what = f"{case.title}: p99 at half of Fastify's capacity, against Fastify's"
        yield Verdict(what, ratios(alike, rival), 1.0, at_least=False)


def _processes(figures: Figures) -> Iterator[Verdict]:
    def loads(case: Case) -> tuple[Load, Load]:
        two, one = (figures.sharing[name][case.name] for name in (sharing.TWO, sharing.ONE))
        return two, one

    two, one = loads(GET_ONE)
    what = "Two processes on one SQLite file: GET one, requests a second, against one process"
    yield Verdict(what, ratios(two.rate, one.rate), SHARED_READS, at_least=True)
    two, one = loads(PUT)
    what = "Two processes on one SQLite file: PUT, p99, against one process"
    yield Verdict(what, ratios(two.p99, one.p99), SHARED_WRITES, at_least=False)


def _growth(figures: Figures) -> Iterator[Verdict]:
    small, large = figures.scale
    for case in figures.cases:
        rates = [figures.scale[size][case.name].rate for size in (small, large)]
        what = f"{case.title}: cost with {large} tasks, against {small}"
        yield Verdict(what, ratios(*rates), GROWTH, at_least=False)
    what = f"{CONFLICT} with {large} tasks on PostgreSQL, ms"
    series = figures.lists[CONFLICT][ON_POSTGRESQL]
    yield Verdict(what, series, CONFLICT_MS, at_least=False)


def _resources(figures: Figures) -> Iterator[Verdict]:
    for case in (GET_ONE, GET_PAGE):
        costs = [figures.layer[name][case.name] for name in (SERVICE, "flaskapp")]
        what = f"{case.title}: CPU of the contract layer, against stock Connexion's FlaskApp"
        yield Verdict(what, ratios(*costs), LAYER_SHARE, at_least=False)
    start = [seconds * 1e3 for seconds in figures.listening[SERVICE]]
    yield Verdict("Start until it listens, ms", start, START_MS, at_least=False)
    yield Verdict("Idle, MiB", figures.idle[SERVICE], IDLE_MIB, at_least=False)
