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
    scale,
    tables,
    throughput,
    trees,
)
from benchmarks.cases import Case
from benchmarks.client import RefusedError
from benchmarks.contenders import contenders
from benchmarks.data import make_database
from benchmarks.engines import SQLiteTemplate
from benchmarks.environment import ROOT, WORKSHOP, peers_python, versions
from benchmarks.figures import Figures
from benchmarks.lists import UnmeasuredError
from benchmarks.parity import DifferentError
from benchmarks.plan import FULL, QUICK, Plan
from benchmarks.publication import publish
from benchmarks.serving import NotServingError
from benchmarks.wrk import FaultyAnswersError
from todo_api.storage.engine.sqlite import load_driver

COMPARABLE = {case.name: case for case in against.COMPARED}
ENGINES = ("sqlite", "postgresql")
EXPLAINED = (
    machine.UnfitError,
    DifferentError,
    FaultyAnswersError,
    NotServingError,
    RefusedError,
    trees.NoTreeError,
    UnmeasuredError,
)


def main() -> None:
    """Measure everything, or this tree against another one."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only see whether it works")
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="write there instead of docs and README.md"
    )
    other = parser.add_argument_group("this tree against another")
    other.add_argument(
        "--against", metavar="TREE", help="print ratios to a commit, or to the checkout in a folder"
    )
    names = ",".join(COMPARABLE)
    other.add_argument("--only", type=_cases, metavar="CASES", help=f"some of {names}")
    other.add_argument("--rounds", type=int, metavar="N", help="turns of both at each case")
    other.add_argument("--seconds", type=int, metavar="N", help="length of a turn")
    other.add_argument("--engine", choices=ENGINES, help="the database; SQLite if not given")
    other.add_argument("--pinned", action="store_true", help="servers on one core, load on another")
    arguments = parser.parse_args()
    try:
        machine.check_fit()
        if arguments.against:
            _compare(arguments)
        else:
            output = arguments.output or (None if arguments.quick else ROOT)
            run(QUICK if arguments.quick else FULL, output)
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
    with _workshop() as folder:
        database = SQLiteTemplate(folder, make_database)
        throughput.measure(plan, everybody, database, folder, figures)
        latency.measure(plan, everybody, database, folder, figures)
        scale.measure(plan, everybody[0], folder, figures)
    contract_layer.measure(plan, figures)
    figures.facts = {
        "command": "make bench",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "minutes": f"{(time.monotonic() - started) / 60:.0f}",
        "rounds": str(plan.rounds),
        "machine": machine.describe(),
        "sqlite": str(load_driver().sqlite_version),
        "service": versions(
            Path(sys.executable), "connexion", "sqlalchemy", "uvicorn", "uvloop", "httptools"
        ),
        "fastapi": versions(peers_python(), "fastapi", "pydantic", "sqlalchemy", "uvicorn"),
        "article": versions(peers_python(), "flask", "flask-httpauth", "gunicorn", "granian"),
    }
    titles = {contender.name: contender.title for contender in everybody}
    sys.stdout.write(f"{tables.summary(figures, titles)}\n{tables.targets(figures)}\n")
    if output is not None:
        publish(figures, titles, output)


if __name__ == "__main__":
    main()
