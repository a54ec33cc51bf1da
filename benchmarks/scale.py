"""What a request costs with a large database, compared with a small one."""

from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks import lists, wrk
from benchmarks.cases import GET_PAGE, Case
from benchmarks.client import Client
from benchmarks.contenders import Contender
from benchmarks.data import make_large_database
from benchmarks.engines import SQLiteTemplate
from benchmarks.figures import Figures, load_of
from benchmarks.plan import Plan
from benchmarks.progress import say
from benchmarks.serving import Server

SMALL = 100


def measure(plan: Plan, service: Contender, folder: Path, figures: Figures) -> None:
    """Let a small and a large database take turns."""
    databases = {}
    for total, own in ((SMALL, SMALL), (plan.large, plan.large // 10)):
        fill = partial(make_large_database, own=own, others=total - own)
        databases[f"{total:,}"] = SQLiteTemplate(folder, fill), own
        say(f"Made a database of {total:,} tasks.")
    lists.measure(plan, service, databases, folder, figures)
    for number in range(plan.rounds):
        with ExitStack() as stack:
            servers = {
                size: stack.enter_context(
                    Server.of(service, stack.enter_context(database.copy()), folder)
                )
                for size, (database, _) in databases.items()
            }
            for case in plan.cases:
                for size, (_, own) in databases.items():
                    requests = _requests(case, servers[size].port, own)
                    if case is plan.cases[0]:
                        wrk.warm_up(requests, servers[size].port, plan.warm_up, folder)
                    peak = wrk.measure(requests, servers[size].port, plan.peak, folder)
                    load = load_of(figures.scale, size, case)
                    load.rate.append(peak.rate)
                    load.p50.append(peak.p50)
                    load.p99.append(peak.p99)
                    say(
                        f"scale {number + 1}/{plan.rounds} {case.title:<16} {size:>9} tasks"
                        f" {peak.rate:8,.0f}/s"
                    )


def _requests(case: Case, port: int, own: int) -> list[bytes]:
    """Ask as the user with most tasks; for a page, for one in the middle of them."""
    if case is GET_PAGE:
        with Client.of(port) as client:
            case = case._replace(path=lists.path_to_middle(client, case.path, own))
    return case.requests(port, tasks=own, many=5000)
