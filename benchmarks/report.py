"""The page and README's section, as Markdown."""

from collections.abc import Mapping

from benchmarks import tables
from benchmarks.cases import CASES, CHANGES, GET_PAGE, NARROWED
from benchmarks.contenders import (
    FASTAPI,
    FASTAPI_POSTGRESQL,
    FASTIFY,
    GRANIAN,
    GUNICORN,
    LITESTAR,
    SERVICE,
    SERVICE_POSTGRESQL,
)
from benchmarks.figures import Figures, spread
from benchmarks.lists import ON_POSTGRESQL
from benchmarks.machine import cores
from benchmarks.sharing import ceiling
from benchmarks.story import VARIED

LAYERS = {
    SERVICE: "`todo_api.contract`",
    "asyncapp": "stock AsyncApp",
    "flaskapp": "stock FlaskApp",
}


def summary(figures: Figures, titles: Mapping[str, str]) -> str:
    """Return the section that README shows."""
    return f"""\
![Requests a second, by request and contender](docs/benchmark.svg)

{tables.rates(figures.peak, titles)}

One process of each on the same {figures.facts["cores"]} cores as the load, where the system puts \
them; sixteen connections.
SQLite with `synchronous=FULL` and PostgreSQL with its default settings: what was answered survives
a power cut. The article's program keeps its tasks in memory.

{tables.faster(figures, titles)}

{tables.growth(figures)}

`{figures.facts["command"]}` measures it all, on your machine too; it needs wrk, Node.js and npm.
What one core of its own does for each, latencies at half of capacity, memory, start, two processes
on one file, and each sort, filter and search in a large database are in
[docs/benchmark.md](docs/benchmark.md).
"""


def report(figures: Figures, titles: Mapping[str, str]) -> str:
    """Return the page with everything."""
    facts = figures.facts
    sizes = {size: f"{size} tasks" for size in figures.scale}
    own = {name: titles[name] for name in (SERVICE, SERVICE_POSTGRESQL)}
    paced = {name: titles.get(name, name) for name in figures.paced}
    processes = {name: name for name in figures.sharing}
    most, answering, asking = ceiling(figures)
    return f"""\
# Benchmark

`{facts["command"]}` wrote this page, the plot and README's section on {facts["date"]}, in
{facts["minutes"]} min, on {facts["machine"]}.

It needs wrk (Debian and Ubuntu: `apt install wrk`), Node.js and npm; better-sqlite3 is compiled, so
a C++ compiler and Node.js's headers, too (`apt install build-essential libnode-dev`, if Node.js is
Debian's).

Contenders take turns, with new processes and fresh data in each round; a number is the median of
the rounds, with the least and the greatest behind it. Ratios are made within each round. Where
nothing else is said, nothing is pinned: server, database and load share the cores as the system
has it, over sixteen connections, each of which sends its next request as soon as the last one is
answered.

![Requests a second, by request and contender](benchmark.svg)

## Who

- **{titles[SERVICE]}**, **{titles[SERVICE_POSTGRESQL]}**: `todo-api serve` with its default
  settings: {facts["service"]}.
- **{titles[FASTAPI]}**, **{titles[FASTAPI_POSTGRESQL]}**: the same tables, owner, Basic credentials
  (argon2id, remembered once verified), rules and answers by FastAPI, Pydantic and SQLAlchemy's ORM,
  under uvicorn with uvloop and httptools: {facts["fastapi"]}.
  `benchmarks/peers/fastapi_sqlalchemy.py` says how it is tuned.
- **{
        titles[FASTIFY]
    }**: `openapi/todo.yaml` itself, by fastify-openapi-glue, with the same tables and
  credentials: {facts["fastify"]}. `benchmarks/peers/fastify/server.js` says how it is set up.
- **{titles[LITESTAR]}**: the same in `benchmarks/peers/litestar_sqlite.py`, without an ORM:
  {facts["litestar"]}.
- **{titles[GUNICORN]}**, **{titles[GRANIAN]}**: the article's program under two servers, for
  information: {facts["article"]}. It keeps its tasks in memory, for one user, with a password in
  plain text.

SQLite {facts["sqlite"]} (Fastify: that of better-sqlite3) has a write-ahead log and
`synchronous=FULL`, PostgreSQL {
        facts["postgresql"]
    } its default settings, `fsync` among them; all use
the same server. Before they are timed, all must answer the same requests with the same members and
values, and refuse the same ones; the article's program has no `id` in its tasks and no rules for a
title, so it is not asked for those. The service does more than is compared: entity tags, a search
index, a feed of changes and bounded inputs are in its figures and not in the others'.

## Targets

{tables.targets(figures)}

{tables.faster(figures, titles)}

## At the peak

Requests a second, and behind them microseconds of the server's CPU for a request; a database
server's are not counted:

{tables.rates(figures.peak, titles)}

Requests a second, from the least to the greatest:

{tables.loads_of(figures.peak, titles, "rate")}

Median latency in milliseconds:

{tables.loads_of(figures.peak, titles, "p50", 1)}

99th percentile in milliseconds:

{tables.loads_of(figures.peak, titles, "p99", 1)}

## One core for the server

The same with the server pinned to one core and the load to another, as on a machine where each
process is given a core of its own. Threads that hand work to each other gain by it, since the
interpreter's lock does not move from core to core. Nobody's default is like this.

{tables.rates(figures.pinned, titles)}

## Filters, searches and sorts

Requests a second for a page of twenty out of {VARIED} tasks, CPU microseconds, and how many times
as much CPU as the plain page:

{tables.beside(figures.narrowed, (GET_PAGE, *NARROWED), own)}

## Moves and repeating tasks

The same for changes of one of {VARIED} tasks, and how many times as much CPU as a plain PUT. A task
that repeats is done or open again by half of the requests each, so that half of them at most make
the task that follows, or remove it:

{tables.beside(figures.changes, CHANGES, own)}

## Latency at half of capacity

Each is asked at half of the rate that it reached above, so the rates differ; the service is asked
at Fastify's rate, too. The first half second of a turn, after others had theirs, does not count.
Milliseconds from the moment when a request was due, whether or not a connection was free for it
then: p50, p99 and p99.9, which is the slowest request where there were fewer than a thousand.

Below its peak, a server sleeps between requests, and works more for each of them than at the peak:
its groups of writes are small, and caches and processor have turned to something else meanwhile.

{tables.paced(figures, paced)}

## Several processes

Sixteen connections to one process, eight to each of two on one SQLite file, or sixteen to two that
share an address (`todo-api serve --workers 2`):

{tables.loads_of(figures.sharing, processes, "rate")}

Two processes leave no core to the load. A GET takes them {answering:.0f} us of CPU and the load
{asking:.0f} to ask for it, so that {cores()} cores would serve {most:.2f} times what one process
does, if none of them were ever idle.

99th percentile in milliseconds, of the slower process:

{tables.loads_of(figures.sharing, processes, "p99", 1)}

## Memory and start

Idle, and after the load; pages that processes share are counted once. The article's program has by
then kept what was posted. A start is from a process's first instruction until it listens, and to
its first answer, with the database already there; some listen before they can answer, and ours
verifies a password first.

{
        tables.table(
            ["", "idle, MiB", "after, MiB", "listening, ms", "first answer, ms"],
            [
                [
                    title,
                    spread(figures.idle[name]),
                    spread(figures.memory[name]),
                    spread([seconds * 1e3 for seconds in figures.listening[name]]),
                    spread([seconds * 1e3 for seconds in figures.start[name]]),
                ]
                for name, title in titles.items()
            ],
        )
    }

## The contract layer alone

CPU microseconds for a request, in process on one core, without server, socket and database; the
service's document with the same trivial functions on Connexion as it comes:

{
        tables.table(
            ["", *(case.title for case in CASES if case.name in figures.layer[SERVICE])],
            [[LAYERS[name], *map(spread, costs.values())] for name, costs in figures.layer.items()],
        )
    }

## A large database

Requests a second on SQLite; a tenth of the large database's tasks are the user's who asks, and the
page is one in the middle of them. In both, a PUT changes a number in the title of a task that has
been changed before:

{tables.loads_of(figures.scale, sizes, "rate")}

## Sorts, filters, searches and changes in a large database

Milliseconds for a page of twenty, asked for by one client alone, over HTTP, on SQLite and, in the
large size, on PostgreSQL. Half of the tasks have the word milk and the label home, the others bread
and work; five have zebra, zoo and priority 3.

{tables.growth(figures)}

{
        tables.table(
            ["", *sizes.values(), "ratio", f"{list(sizes.values())[-1]}, PostgreSQL"],
            [
                [
                    name,
                    *(spread(costs[size], 2) for size in sizes),
                    f"{tables.growth_of(costs):.2f}",
                    spread(costs[ON_POSTGRESQL], 2),
                ]
                for name, costs in figures.lists.items()
            ],
        )
    }

What takes longer asks for tasks that are far apart in the order of the sort, or for what many tasks
have and few have together. The time grows with the list, not with the database.
"""
