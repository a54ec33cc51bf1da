"""What a request costs with a large database, compared with a small one."""

from contextlib import ExitStack
from pathlib import Path

import orjson

from benchmarks import wrk
from benchmarks.cases import GET_PAGE, Case, raw_request
from benchmarks.contenders import Contender
from benchmarks.data import make_database
from benchmarks.figures import Figures, load_of
from benchmarks.plan import Plan
from benchmarks.progress import say
from benchmarks.serving import Server, ask
from benchmarks.story import USERNAME

SMALL = 100


def tasks_of(total: int) -> dict[str, int]:
    """Give the user a tenth and forty others the rest, or the user all of a small database."""
    if total == SMALL:
        return {USERNAME: total}
    others = {f"user{number}": (total - total // 10) // 40 for number in range(40)}
    return {**others, USERNAME: total // 10}


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
    """Ask as the user with most tasks; for a page, for one in the middle of them."""
    tasks = shares[USERNAME]
    if case is GET_PAGE:
        case = case._replace(path=f"{case.path}&cursor={_middle(port, tasks)}")
    return case.requests(port, tasks=tasks, many=5000)


def _middle(port: int, tasks: int) -> str:
    """Follow the pages up to the middle of a user's tasks; return the cursor of the next one."""
    cursor = ""
    largest = min(100, tasks // 4)
    for _ in range(tasks // 2 // largest):
        path = f"/tasks?limit={largest}{cursor and '&cursor='}{cursor}"
        answer = ask(raw_request("GET", path, port), port)
        cursor = orjson.loads(answer.partition(b"\r\n\r\n")[2])["next_cursor"]
    return cursor
