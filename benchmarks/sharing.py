"""Several processes of the service on one database, against one."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple

from benchmarks import wrk
from benchmarks.cases import GET_ONE, PUT, Case
from benchmarks.contenders import POSTGRESQL, SERVICE_POSTGRESQL, Contender, service
from benchmarks.databases import Databases
from benchmarks.figures import Figures, load_of
from benchmarks.machine import cores
from benchmarks.plan import Plan
from benchmarks.progress import say
from benchmarks.serving import Server
from benchmarks.story import TASKS

CASES = (GET_ONE, PUT)
ONE, TWO, SHARING = "one process", "two processes", "`--workers 2`"


class Team(NamedTuple):
    """So many servers on one database."""

    contender: Contender
    servers: int = 1


def _teams() -> Mapping[str, Team]:
    def on_postgresql(workers: int) -> Team:
        return Team(service(SERVICE_POSTGRESQL, engine=POSTGRESQL, workers=workers))

    return {
        ONE: Team(service()),
        TWO: Team(service(), servers=2),
        SHARING: Team(service(workers=2)),
        f"{ONE}, PostgreSQL": on_postgresql(1),
        f"{SHARING}, PostgreSQL": on_postgresql(2),
    }


def measure(plan: Plan, databases: Databases, folder: Path, figures: Figures) -> None:
    """Let them take turns, sixteen connections to each team in all."""
    for number in range(plan.rounds):
        with ExitStack() as stack:
            teams: dict[str, list[Server]] = {}
            for name, (contender, count) in _teams().items():
                url = stack.enter_context(databases.copy_for(contender))
                servers = (Server.of(contender, url, folder) for _ in range(count))
                teams[name] = [stack.enter_context(server) for server in servers]
            for case in CASES:
                if case is CASES[0]:
                    for team in teams.values():
                        _measure_all(case, team, plan.warm_up, folder)
                for name, team in [*teams.items()] * plan.turns:
                    before = sum(server.cpu_seconds() for server in team)
                    peaks = _measure_all(case, team, plan.peak, folder)
                    seconds = sum(server.cpu_seconds() for server in team) - before
                    load = load_of(figures.sharing, name, case)
                    load.rate.append(sum(peak.rate for peak in peaks))
                    load.cpu.append(seconds / sum(peak.requests for peak in peaks) * 1e6)
                    load.asking.append(mean(peak.cpu for peak in peaks))
                    load.p50.append(max(peak.p50 for peak in peaks))
                    load.p99.append(max(peak.p99 for peak in peaks))
                    say(
                        f"sharing {number + 1}/{plan.rounds} {case.title:<16} {name:<25}"
                        f" {load.rate[-1]:8,.0f}/s  p99 {load.p99[-1]:6.1f} ms"
                    )


def ceiling(figures: Figures) -> tuple[float, float, float]:
    """Return how many times as many reads as one process two could serve, were no core ever idle.

    Behind it are the microseconds of CPU that a read takes, and that it takes to ask for it.
    """
    one, two = (figures.sharing[name][GET_ONE.name] for name in (ONE, TWO))
    answering, asking = median(two.cpu), median(two.asking)
    return cores() * 1e6 / (answering + asking) / median(one.rate), answering, asking


def _measure_all(
    case: Case, team: Sequence[Server], seconds: float, folder: Path
) -> list[wrk.Peak]:
    """Load all processes of a team at once."""
    if not seconds:
        return []
    connections = wrk.CONNECTIONS // len(team)
    with ThreadPoolExecutor(len(team)) as threads:
        running = [
            threads.submit(
                wrk.measure,
                case.requests(server.port, tasks=len(TASKS)),
                server.port,
                seconds,
                folder,
                connections=connections,
            )
            for server in team
        ]
        return [peak.result() for peak in running]
