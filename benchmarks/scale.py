"""What a request costs with a large database, compared with a small one."""

from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks import lists, wrk
from benchmarks.cases import GET_PAGE, PUT, Case
from benchmarks.client import Client
from benchmarks.contenders import Contender, service
from benchmarks.data import make_large_database
from benchmarks.engines import Fill, PostgreSQLTemplate, SQLiteTemplate
from benchmarks.figures import Figures, load_of
from benchmarks.lists import Grown
from benchmarks.machine import Placement
from benchmarks.plan import Plan
from benchmarks.progress import say
from benchmarks.serving import Server
from benchmarks.turns import take_turn

SMALL = 100
CHANGED_BEFORE = PUT._replace(title_of_task="Changed 9{n} times")
"""Of a hundred tasks, each has soon been changed; of more, those that are measured have to be, or
three times as many of their words would change."""
CHANGED = 6000
"""So many changes are measured in a turn at the most, and were made before with another number."""
WARM_UP_OF_CHANGES = 4
"""Times as long as another: for all of them."""


def measure(plan: Plan, postgresql: int, folder: Path, figures: Figures) -> None:
    """Let a small and a large database take turns; of PostgreSQL, the lists of a large one."""
    databases: dict[str, Grown] = {}
    for total, own in ((SMALL, SMALL), (plan.large, plan.large // 10)):
        databases[f"{total:,}"] = Grown(SQLiteTemplate(folder, _fill(total, own)), own)
        say(f"Made a SQLite database of {total:,} tasks.")
    own = plan.large // 10
    large = Grown(PostgreSQLTemplate(postgresql, _fill(plan.large, own)), own)
    say(f"Made a PostgreSQL database of {plan.large:,} tasks.")
    lists.measure(plan, {**databases, lists.ON_POSTGRESQL: large}, folder, figures)
    for number in range(plan.rounds):
        with ExitStack() as stack:
            servers = {
                size: stack.enter_context(
                    Server.of(_roomy(), stack.enter_context(grown.template.copy()), folder)
                )
                for size, grown in databases.items()
            }
            for case in plan.cases:
                for size, grown in databases.items():
                    if case is plan.cases[0]:
                        requests = _requests(case, servers[size].port, grown.own)
                        wrk.warm_up(requests, servers[size].port, plan.warm_up, folder)
                    elif case is PUT:
                        before = _requests(CHANGED_BEFORE, servers[size].port, grown.own)
                        seconds = WARM_UP_OF_CHANGES * plan.warm_up
                        wrk.warm_up(before, servers[size].port, seconds, folder)
                for size, grown in [*databases.items()] * plan.turns:
                    requests = _requests(case, servers[size].port, grown.own)
                    load = load_of(figures.scale, size, case)
                    take_turn(servers[size], requests, plan.peak, folder, Placement.FREE, load)
                    say(
                        f"scale {number + 1}/{plan.rounds} {case.title:<16} {size:>9} tasks"
                        f" {load.rate[-1]:8,.0f}/s"
                    )


def _roomy() -> Contender:
    """Return the service with room for more tasks than there are, as POST adds some."""
    ours = service()
    return ours._replace(settings={**ours.settings, "TODO_MAX_TASKS": "1000000"})


def _fill(total: int, own: int) -> Fill:
    return partial(make_large_database, own=own, others=total - own)


def _requests(case: Case, port: int, own: int) -> list[bytes]:
    """Ask as the user with most tasks; for a page, for one in the middle of them."""
    if case is GET_PAGE:
        with Client.of(port) as client:
            case = case._replace(path=lists.path_to_middle(client, case.path, own))
    many = CHANGED if case in {PUT, CHANGED_BEFORE} else 40_000
    return case.requests(port, tasks=own, many=many)
