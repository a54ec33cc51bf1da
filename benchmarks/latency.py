"""Latency at a load that the peer can bear: 80 % of what FastAPI answers at its peak."""

from pathlib import Path
from statistics import median

from benchmarks import pacing, wrk
from benchmarks.contenders import FASTAPI, SERVICE, Contender
from benchmarks.engines import Template
from benchmarks.figures import Figures, load_of
from benchmarks.plan import Plan
from benchmarks.progress import say
from benchmarks.serving import Server
from benchmarks.story import TASKS

SHARE = 0.8


def measure(
    plan: Plan, contenders: list[Contender], database: Template, folder: Path, figures: Figures
) -> None:
    """Let the service and FastAPI take turns at the rate of each case."""
    pair = [contender for contender in contenders if contender.name in {SERVICE, FASTAPI}]
    for number in range(plan.rounds):
        for contender in pair:
            with database.copy() as url, Server.of(contender, url, folder) as server:
                for case in plan.cases:
                    rate = SHARE * median(figures.peak[FASTAPI][case.name].rate)
                    requests = case.requests(server.port, tasks=len(TASKS))
                    if case is plan.cases[0]:
                        wrk.warm_up(requests, server.port, plan.warm_up, folder)
                    p50, p99 = pacing.measure(requests, server.port, rate, plan.paced, folder)
                    load = load_of(figures.paced, contender.name, case)
                    load.rate.append(rate)
                    load.p50.append(p50)
                    load.p99.append(p99)
                    say(
                        f"paced {number + 1}/{plan.rounds} {case.title:<16} {contender.title:<27}"
                        f" {rate:8,.0f}/s  p99 {p99:6.1f} ms"
                    )
