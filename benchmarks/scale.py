"""What a request costs with a large database, compared with a small one."""

from contextlib import ExitStack
from pathlib import Path

from benchmarks import wrk
from benchmarks.cases import GET_PAGE, Case
from benchmarks.contenders import Contender
from benchmarks.data import make_database
from benchmarks.figures import Figures, load_of
from benchmarks.plan import Plan
from benchmarks.progress import say
from benchmarks.serving import Server
from benchmarks.story import STRANGER, USERNAME

SMALL = 100
PAGE = 20


def tasks_of(total: int) -> dict[str, int]:
    """Share tasks out: a tenth to the user, a page to the stranger, the rest to forty others.

    Of the small database the user has all but that page.
    """
    if total == SMALL:
        return {USERNAME: total - PAGE, STRANGER: PAGE}
    rest = total - total // 10 - PAGE
    others = {f"user{number}": rest // 40 for number in range(40)}
    return {**others, USERNAME: total // 10, STRANGER: PAGE}


def measure(plan: Plan, service: Contender, folder: Path, figures: Figures) -> None:
    """Let a small and a large database take turns."""
    databases = {}
    for total in (SMALL, plan.large):
        shares = tasks_of(total)
        databases[f"{total:,}"] = make_database(folder / f"{total}.db", shares), shares
        say(f"Made a database of {total:,} tasks.")
    for number in range(plan.rounds):
        with ExitStack() as stack:
            servers = {
                size: stack.enter_context(Server.of(service, database, folder))
                for size, (database, _) in databases.items()
            }
            for case in plan.cases:
                for size, (_, shares) in databases.items():
                    requests = _requests(case, servers[size].port, shares)
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


def _requests(case: Case, port: int, shares: dict[str, int]) -> list[bytes]:
    """Ask as the user with most tasks; for a page of twenty, as the stranger, who has as many."""
    username = STRANGER if case is GET_PAGE else USERNAME
    return case.requests(port, tasks=shares[username], username=username, many=5000)
