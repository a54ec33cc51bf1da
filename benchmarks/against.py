"""This tree against another one: both at once, in turns, as ratios."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks import wrk
from benchmarks.cases import GET_ONE, GET_PAGE, NARROWED, POST, PUT, Case
from benchmarks.contenders import POSTGRESQL, SQLITE, Contender
from benchmarks.engines import PostgreSQLTemplate, SQLiteTemplate, Template
from benchmarks.figures import Loads, load_of, ratios
from benchmarks.machine import Placement
from benchmarks.postgresql import postgresql
from benchmarks.progress import say
from benchmarks.seeding import seed
from benchmarks.serving import Server
from benchmarks.story import USERNAME, VARIED, varied_tasks
from benchmarks.tables import table
from benchmarks.turns import take_turn

COMPARED = (GET_ONE, GET_PAGE, *NARROWED, PUT, POST)
"""All of them; what changes the list comes last."""


class Comparison(NamedTuple):
    """What is compared, and how often and how long; times in seconds."""

    cases: Sequence[Case] = COMPARED
    rounds: int = 5
    seconds: float = 1
    warm_up: float = 1
    engine: str = SQLITE
    placement: Placement = Placement.FREE


QUICK = Comparison(cases=(GET_ONE, POST), rounds=1, warm_up=0)


def compare(comparison: Comparison, here: Contender, there: Contender, folder: Path) -> Loads:
    """Let two trees take turns at every case, in every round with new processes and fresh data.

    Each has a database of its own, which it made itself, and who is first changes with the rounds.
    """
    loads: Loads = {}
    with _templates(comparison.engine, (here, there), folder) as templates:
        for number in range(comparison.rounds):
            with ExitStack() as stack:
                servers = [
                    stack.enter_context(
                        Server.of(
                            tree,
                            stack.enter_context(template.copy()),
                            folder,
                            comparison.placement,
                        )
                    )
                    for tree, template in zip((here, there), templates, strict=True)
                ]
                turns = list(zip((here, there), servers, strict=True))
                for case in comparison.cases:
                    for tree, server in turns[:: -1 if number % 2 else 1]:
                        requests = case.requests(server.port, tasks=VARIED)
                        warm_up = comparison.warm_up if case is comparison.cases[0] else 0
                        wrk.warm_up(requests, server.port, warm_up, folder, comparison.placement)
                        load = load_of(loads, tree.name, case)
                        take_turn(
                            server,
                            requests,
                            comparison.seconds,
                            folder,
                            comparison.placement,
                            load,
                        )
                say(f"round {number + 1}/{comparison.rounds}")
    return loads


@contextmanager
def _templates(engine: str, trees: Sequence[Contender], folder: Path) -> Iterator[list[Template]]:
    """Give each tree's own database."""

    def template(tree: Contender) -> Template:
        def fill(url: str) -> None:
            seed(tree, url, folder, {USERNAME: varied_tasks()})

        if port is None:
            return SQLiteTemplate(folder, fill)
        return PostgreSQLTemplate(port, fill)

    with ExitStack() as stack:
        port = stack.enter_context(postgresql()) if engine == POSTGRESQL else None
        yield [template(tree) for tree in trees]


def report(
    comparison: Comparison,
    here: Contender,
    there: Contender,
    loads: Loads,
) -> str:
    """Return the comparison as a table."""
    rows = []
    for case in comparison.cases:
        own, other = (loads[tree.name][case.name] for tree in (here, there))
        rows.append(
            [
                case.title,
                *(f"{median(load.rate):,.0f}" for load in (own, other)),
                _ratio(own.rate, other.rate),
                *(f"{median(load.cpu):,.0f}" for load in (own, other)),
                _ratio(own.cpu, other.cpu),
                *(f"{median(load.p99):,.1f}" for load in (own, other)),
            ]
        )
    shown = table(
        [
            f"{comparison.engine}, {comparison.placement.value}",
            *("requests/s here", there.title, "ratio"),
            *("CPU us/request here", there.title, "ratio"),
            *("p99 ms here", there.title),
        ],
        rows,
    )
    return f"""\
{shown}

{comparison.rounds} rounds of {comparison.seconds:g} s. Rates and CPU are medians; a ratio, here \
divided by {there.title}, is the
median of the rounds' ratios, with the least and the greatest. The CPU is the service's own.
"""


def _ratio(upper: Sequence[float], lower: Sequence[float]) -> str:
    series = ratios(upper, lower)
    return f"{median(series):.2f} ({min(series):.2f} to {max(series):.2f})"
