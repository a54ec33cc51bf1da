"""Requests a second, latencies, memory and start-up time of all contenders at their peak."""

from contextlib import ExitStack
from pathlib import Path

from benchmarks import parity, wrk
from benchmarks.contenders import Contender
from benchmarks.engines import Template
from benchmarks.figures import Figures, load_of
from benchmarks.plan import Plan
from benchmarks.progress import say
from benchmarks.serving import Server
from benchmarks.story import TASKS


def measure(
    plan: Plan, contenders: list[Contender], database: Template, folder: Path, figures: Figures
) -> None:
    """Let the contenders take turns at every case, in every round with new processes.

    All run at once, so that turns can be short; those whose turn it is not are idle. Before the
    first round all must answer alike.
    """
    for number in range(plan.rounds):
        with ExitStack() as stack:
            servers: dict[str, Server] = {}
            for contender in contenders:
                server = stack.enter_context(
                    Server.of(contender, stack.enter_context(database.copy()), folder)
                )
                servers[contender.name] = server
                figures.start.setdefault(contender.name, []).append(server.start)
            if number == 0:
                for contender in contenders:
                    parity.check(contender, servers[contender.name])
                say("All answer alike.")
            for case in plan.cases:
                for contender in contenders:
                    port = servers[contender.name].port
                    requests = case.requests(port, tasks=len(TASKS))
                    if case is plan.cases[0]:
                        wrk.warm_up(requests, port, plan.warm_up, folder)
                    peak = wrk.measure(requests, port, plan.peak, folder)
                    load = load_of(figures.peak, contender.name, case)
                    load.rate.append(peak.rate)
                    load.p50.append(peak.p50)
                    load.p99.append(peak.p99)
                    say(
                        f"peak {number + 1}/{plan.rounds}  {case.title:<16} {contender.title:<27}"
                        f" {peak.rate:8,.0f}/s  p99 {peak.p99:6.1f} ms"
                    )
            for contender in contenders:
                memory = servers[contender.name].memory()
                figures.memory.setdefault(contender.name, []).append(memory)
