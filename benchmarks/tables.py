"""The figures as Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from benchmarks.cases import CASES
from benchmarks.contenders import FASTAPI, SERVICE
from benchmarks.figures import Figures, Load, Series, ratios, spread
from benchmarks.targets import GROWTH, verdicts


def summary(figures: Figures, titles: Mapping[str, str]) -> str:
    """Return the section that README shows."""
    rates = table(
        ["requests a second", *(case.title for case in figures.cases)],
        [
            [
                title,
                *(f"{median(figures.peak[name][case.name].rate):,.0f}" for case in figures.cases),
            ]
            for name, title in titles.items()
        ],
    )
    return f"""\
![Requests a second, by request and contender](docs/benchmark.svg)

{rates}

One process on one core, sixteen connections. The service and FastAPI keep tasks in SQLite with
`synchronous=FULL`: what was answered survives a power cut. The article's program keeps them in
memory.

{_growth(figures)}

`{figures.facts["command"]}` measures it all, on your machine too; latency, memory, start, the
contract layer alone, and each sort, filter and search in a large database are in
[docs/benchmark.md](docs/benchmark.md).
"""


def report(figures: Figures, titles: Mapping[str, str]) -> str:
    """Return the page with everything."""
    facts = figures.facts
    sizes = {size: f"{size} tasks" for size in figures.scale}
    pair = {name: titles[name] for name in (SERVICE, FASTAPI)}
    return f"""\
# Benchmark

`{facts["command"]}` wrote this page, the plot and README's section on {facts["date"]}, in
{facts["minutes"]} min, on {facts["machine"]}.

Each server is one process on one core; the load comes from the other core over sixteen
connections. Contenders take turns, with new processes and fresh
data in each round; a number is the median of the rounds ({facts["rounds"]}), with the least and the
greatest behind it.
Ratios are made within each round.

![Requests a second, by request and contender](benchmark.svg)

## Who

- **{titles["service"]}**: `todo-api serve` with its default settings: {facts["service"]}.
- **{titles["fastapi"]}**: the same tables, owner, Basic credentials (argon2id, remembered once
  verified), rules and answers by FastAPI, Pydantic and SQLAlchemy's ORM, under uvicorn with uvloop
  and httptools: {facts["fastapi"]}. `benchmarks/peers/fastapi_sqlalchemy.py` says how it is tuned.
- **{titles["asyncapp"]}**, **{
        titles["flaskapp"]
    }**: the service's document, handlers and storage on
  Connexion as it comes.
- **{titles["gunicorn"]}**, **{titles["granian"]}**: the article's program under two servers, for
  information: {facts["article"]}. It keeps its tasks in memory, for one user, with a password in
  plain text.

The first four use SQLite {facts["sqlite"]} with a write-ahead log and `synchronous=FULL`. Before
they are timed, all must answer the same requests with the same members and values, and refuse the
same ones; the article's program has no `id` in its tasks and no rules for a title, so it is not
asked for those.

## Targets

{targets(figures)}

## At the peak

Requests a second:

{_loads(figures.peak, titles, "rate")}

Median latency in milliseconds:

{_loads(figures.peak, titles, "p50", 1)}

99th percentile in milliseconds:

{_loads(figures.peak, titles, "p99", 1)}

## At 80 % of FastAPI's peak

99th percentile in milliseconds, from the moment when a request was due, whether or not a
connection was free for it then:

{_loads(figures.paced, pair, "p99", 1)}

## Memory and start

Memory after the load, shared pages counted once; the article's program has by then kept what was
posted. Start is from a process's first instruction to its first answer.

{
        table(
            ["", "MiB", "start, ms"],
            [
                [
                    title,
                    spread(figures.memory[name]),
                    spread([seconds * 1e3 for seconds in figures.start[name]]),
                ]
                for name, title in titles.items()
            ],
        )
    }

## The contract layer alone

CPU microseconds for a request, in process, without server, socket and database:

{
        table(
            ["", *(case.title for case in CASES if case.name in figures.layer[SERVICE])],
            [
                [
                    titles[name] if name != SERVICE else "`todo_api.contract`",
                    *map(spread, costs.values()),
                ]
                for name, costs in figures.layer.items()
            ],
        )
    }

## A large database

Requests a second; a tenth of the large database's tasks are the user's who asks, and the page is
one in the middle of them:

{_loads(figures.scale, sizes, "rate")}

## Sorts, filters, searches and changes in a large database

Milliseconds for a page of twenty, asked for by one client alone, over HTTP. Half of the tasks have
the word milk and the label home, the others bread and work; five have zebra, zoo and priority 3.

{_growth(figures)}

{
        table(
            ["", *sizes.values(), "ratio"],
            [
                [name, *(spread(series, 2) for series in costs.values()), f"{_ratio(costs):.2f}"]
                for name, costs in figures.lists.items()
            ],
        )
    }

What takes longer asks for tasks that are far apart in the order of the sort, or for what many tasks
have and few have together. The time grows with the list, not with the database.
"""


def _growth(figures: Figures) -> str:
    """Say how the costs of lists grow with the database."""
    within = sum(_ratio(costs) <= GROWTH for costs in figures.lists.values())
    size = list(figures.scale)[-1]
    name, slowest = max(
        ((name, median(costs[size])) for name, costs in figures.lists.items()),
        key=lambda listing: listing[1],
    )
    return f"""\
With {size} tasks in the database, a tenth of them one user's, {within} of {len(figures.lists)} ways
to list, sort, filter and search cost at most {GROWTH} times what they cost with a hundred. The
slowest, {name}, takes {slowest:.0f} ms."""


def _ratio(costs: Mapping[str, Series]) -> float:
    """Return how many times as much a list costs with a large database."""
    small, large = costs.values()
    return median(ratios(large, small))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table whose columns, but for the first, are aligned to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _loads(
    loads: Mapping[str, Mapping[str, Load]], titles: Mapping[str, str], what: str, places: int = 0
) -> str:
    cases = [case for case in CASES if all(case.name in of for of in loads.values())]
    return table(
        ["", *(case.title for case in cases)],
        [
            [title, *(spread(getattr(loads[name][case.name], what), places) for case in cases)]
            for name, title in titles.items()
        ],
    )


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
