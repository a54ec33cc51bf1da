"""Latency at half of what each can do, as a service runs that has a reserve."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks import pacing, wrk
from benchmarks.cases import Case
from benchmarks.contenders import (
    FASTAPI,
    FASTIFY,
    LITESTAR,
    SERVICE,
    SERVICE_POSTGRESQL,
    Contender,
)
from benchmarks.databases import Databases
from benchmarks.figures import Figures, Loads, load_of
from benchmarks.plan import Plan
from benchmarks.progress import say
from benchmarks.serving import Server
from benchmarks.story import TASKS

SHARE = 0.5
PACED = (SERVICE, FASTIFY, LITESTAR, FASTAPI, SERVICE_POSTGRESQL)
"""Those that are compared take their turns one behind the other."""
ALIKE = "this service, SQLite, at Fastify's rate"
"""The service once more: half of what each can do may be twice as much for one as for another."""


class _Pace(NamedTuple):
    """A rate at which a server is asked, and the name under which that is noted."""

    name: str
    title: str
    server: Server
    rate: float


def measure(
    plan: Plan,
    contenders: Sequence[Contender],
    databases: Databases,
    folder: Path,
    figures: Figures,
) -> None:
    """Ask each at half of the rate that it reached at its peak, case by case, in turns."""
    for number in range(plan.paced_rounds):
        with ExitStack() as stack:
            servers: list[tuple[Contender, Server]] = []
            for contender in sorted(
                (one for one in contenders if one.name in PACED),
                key=lambda one: PACED.index(one.name),
            ):
                url = stack.enter_context(databases.copy_for(contender))
                server = stack.enter_context(Server.of(contender, url, folder))
                servers.append((contender, server))
            for case in plan.cases:
                for contender, server in servers:
                    requests = case.requests(server.port, tasks=len(TASKS))
                    wrk.warm_up(requests, server.port, plan.warm_up * contender.warming, folder)
                for name, title, server, rate in _paces(figures.peak, case, servers) * plan.turns:
                    requests = case.requests(server.port, tasks=len(TASKS))
                    latencies = pacing.measure(requests, server.port, rate, plan.paced, folder)
                    load = load_of(figures.paced, name, case)
                    load.rate.append(rate)
                    load.p50.append(latencies.p50)
                    load.p99.append(latencies.p99)
                    load.p999.append(latencies.p999)
                    say(
                        f"paced {number + 1}/{plan.paced_rounds} {case.title:<16}"
                        f" {title:<39} {rate:8,.0f}/s  p99 {latencies.p99:6.1f} ms"
                    )


def _paces(peaks: Loads, case: Case, servers: Sequence[tuple[Contender, Server]]) -> list[_Pace]:
    """Return half of each one's capacity, and of Fastify's, for the service beside it."""
    paces = []
    for contender, server in servers:
        rate = SHARE * median(peaks[contender.name][case.name].rate)
        if contender.name == FASTIFY:
            own = next(server for one, server in servers if one.name == SERVICE)
            paces.append(_Pace(ALIKE, ALIKE, own, rate))
        paces.append(_Pace(contender.name, contender.title, server, rate))
    return paces
