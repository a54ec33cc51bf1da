"""Latency at half of what each can do, as a service runs that has a reserve."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks import pacing, wrk
from benchmarks.contenders import (
    FASTAPI,
    FASTIFY,
    LITESTAR,
    SERVICE,
    SERVICE_POSTGRESQL,
    Contender,
)
from benchmarks.databases import Databases
from benchmarks.figures import Figures, load_of
from benchmarks.plan import Plan
from benchmarks.progress import say
from benchmarks.serving import Server
from benchmarks.story import TASKS

SHARE = 0.5
PACED = (SERVICE, FASTIFY, LITESTAR, FASTAPI, SERVICE_POSTGRESQL)
"""Those that are compared take their turns one behind the other."""


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
                for contender, server in servers * plan.turns:
                    rate = SHARE * median(figures.peak[contender.name][case.name].rate)
                    requests = case.requests(server.port, tasks=len(TASKS))
                    latencies = pacing.measure(requests, server.port, rate, plan.paced, folder)
                    load = load_of(figures.paced, contender.name, case)
                    load.rate.append(rate)
                    load.p50.append(latencies.p50)
                    load.p99.append(latencies.p99)
                    load.p999.append(latencies.p999)
                    say(
                        f"paced {number + 1}/{plan.paced_rounds} {case.title:<16}"
                        f" {contender.title:<39} {rate:8,.0f}/s  p99 {latencies.p99:6.1f} ms"
                    )
