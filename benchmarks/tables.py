"""The figures as tables and sentences of Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from benchmarks.cases import CASES, Case
from benchmarks.contenders import SERVICE
from benchmarks.figures import Figures, Loads, Series, ratios, spread
from benchmarks.lists import ON_POSTGRESQL
from benchmarks.targets import GROWTH, verdicts


def rates(loads: Loads, titles: Mapping[str, str]) -> str:
    """Return rates with the CPU of a request behind each."""
    cases = _common(loads)
    return table(
        ["requests a second (CPU us)", *(case.title for case in cases)],
        [
            [
                title,
                *(
                    f"{median(loads[name][case.name].rate):,.0f}"
                    f" ({median(loads[name][case.name].cpu):,.0f})"
                    for case in cases
                ),
            ]
            for name, title in titles.items()
        ],
    )


def faster(figures: Figures, titles: Mapping[str, str]) -> str:
    """Say who answers more requests than the service on SQLite, or that nobody does."""
    found = []
    for case in figures.cases:
        own = figures.peak[SERVICE][case.name].rate
        times = {
            title: median(ratios(figures.peak[name][case.name].rate, own))
            for name, title in titles.items()
        }
        names = [f"{title} ({by:.2f} times)" for title, by in times.items() if by > 1]
        if names:
            found.append(f"- {case.title}: {'; '.join(names)}")
    if not found:
        return "None of the others answers more requests than this service on SQLite."
    return "\n".join(["Faster than this service on SQLite are:", "", *found])


def beside(loads: Loads, cases: Sequence[Case], titles: Mapping[str, str]) -> str:
    """Return what some requests cost beside the first of them."""
    plainest = cases[0]
    rows = []
    for case in cases:
        if case.name not in loads[SERVICE]:
            continue
        cells = []
        for name in titles:
            load, plain = (loads[name][one.name] for one in (case, plainest))
            cells += [
                f"{median(load.rate):,.0f} ({median(load.cpu):,.0f})",
                f"{median(ratios(load.cpu, plain.cpu)):.2f}",
            ]
        rows.append([case.title, *cells])
    head = [cell for title in titles.values() for cell in (title, "ratio")]
    return table(["", *head], rows)


def paced(figures: Figures, titles: Mapping[str, str]) -> str:
    """Return the latencies at half of capacity, and the rates at which they were measured."""
    rows = [
        [
            case.title,
            title,
            f"{median(load.rate):,.0f}",
            *(spread(series, 1) for series in (load.p50, load.p99, load.p999)),
        ]
        for case in figures.cases
        for name, title in titles.items()
        for load in [figures.paced[name][case.name]]
    ]
    return table(["", "", "requests a second", "p50", "p99", "p99.9"], rows)


def growth(figures: Figures) -> str:
    """Say how the costs of lists grow with the database."""
    within = sum(growth_of(costs) <= GROWTH for costs in figures.lists.values())
    size = list(figures.scale)[-1]
    name, slowest = max(
        ((name, median(costs[size])) for name, costs in figures.lists.items()),
        key=lambda listing: listing[1],
    )
    return f"""\
With {size} tasks in the database, a tenth of them one user's, {within} of {len(figures.lists)} ways
to list, sort, filter and search cost at most {GROWTH} times what they cost with a hundred. The
slowest, {name}, takes {slowest:.0f} ms."""


def growth_of(costs: Mapping[str, Series]) -> float:
    """Return how many times as much a list costs with a large database."""
    small, large = (series for size, series in costs.items() if size != ON_POSTGRESQL)
    return median(ratios(large, small))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table whose columns, but for the first, are aligned to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def loads_of(loads: Loads, titles: Mapping[str, str], what: str, places: int = 0) -> str:
    """Return one kind of number of all, with its spread."""
    cases = _common(loads)
    return table(
        ["", *(case.title for case in cases)],
        [
            [title, *(spread(getattr(loads[name][case.name], what), places) for case in cases)]
            for name, title in titles.items()
        ],
    )


def _common(loads: Loads) -> list[Case]:
    """Return the cases that were measured of all."""
    return [case for case in CASES if all(case.name in of for of in loads.values())]


def targets(figures: Figures) -> str:
    """Return what is to be reached beside what was."""
    return table(
        ["", "measured", "target", "met"],
        [
            [
                verdict.what,
                spread(verdict.series, 2),
                f"{'at least' if verdict.at_least else 'at most'} {verdict.bound:g}",
                "yes" if verdict.met else "**no**",
            ]
            for verdict in verdicts(figures)
        ],
    )
