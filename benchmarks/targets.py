"""What the service is to reach, as ratios within one run."""

from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from benchmarks.cases import GET_ONE, GET_PAGE, POST
from benchmarks.contenders import FASTAPI, SERVICE
from benchmarks.figures import Figures, Series, ratios

FASTER_THAN_FASTAPI = {GET_ONE: 4.0, GET_PAGE: 4.0, POST: 3.0}
LAYER_SHARE = 0.1
GROWTH = 1.3


class Verdict(NamedTuple):
    """A ratio, round by round, beside its bound."""

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
    for case, bound in FASTER_THAN_FASTAPI.items():
        if case not in figures.cases:
            continue
        rates = [figures.peak[name][case.name].rate for name in (SERVICE, FASTAPI)]
        what = f"{case.title}: requests a second, against FastAPI"
        yield Verdict(what, ratios(*rates), bound, at_least=True)
    for case in figures.cases:
        p99s = [figures.paced[name][case.name].p99 for name in (SERVICE, FASTAPI)]
        what = f"{case.title}: p99 at 80 % of FastAPI's peak, against FastAPI's"
        yield Verdict(what, ratios(*p99s), 1.0, at_least=False)
    for case in (GET_ONE, GET_PAGE):
        costs = [figures.layer[name][case.name] for name in (SERVICE, "flaskapp")]
        what = f"{case.title}: CPU of the contract layer, against stock FlaskApp"
        yield Verdict(what, ratios(*costs), LAYER_SHARE, at_least=False)
    small, large = figures.scale
    for case in figures.cases:
        rates = [figures.scale[size][case.name].rate for size in (small, large)]
        what = f"{case.title}: cost with {large} tasks, against {small}"
        yield Verdict(what, ratios(*rates), GROWTH, at_least=False)
