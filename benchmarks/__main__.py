"""``python -m benchmarks``: measure, then write the page, the plot and README's section."""

import argparse
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import contract_layer, latency, machine, scale, tables, throughput
from benchmarks.client import RefusedError
from benchmarks.contenders import contenders
from benchmarks.data import make_database
from benchmarks.environment import ROOT, WORKSHOP, peers_python, versions
from benchmarks.figures import Figures
from benchmarks.lists import UnmeasuredError
from benchmarks.parity import DifferentError
from benchmarks.plan import FULL, QUICK, Plan
from benchmarks.publication import publish
from benchmarks.serving import NotServingError
from benchmarks.wrk import FaultyAnswersError
from todo_api.storage.engine.sqlite import load_driver

EXPLAINED = (
    machine.UnfitError,
    DifferentError,
    FaultyAnswersError,
    NotServingError,
    RefusedError,
    UnmeasuredError,
)


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only see whether it works")
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="write there instead of docs and README.md"
    )
    arguments = parser.parse_args()
    plan = QUICK if arguments.quick else FULL
    output = arguments.output or (None if arguments.quick else ROOT)
    try:
        machine.check_fit()
        run(plan, output)
    except EXPLAINED as fault:
        sys.exit(str(fault))


def run(plan: Plan, output: Path | None) -> None:
    """Measure by a plan, print the outcome and, with an output, publish it below that folder."""
    started = time.monotonic()
    WORKSHOP.mkdir(exist_ok=True)
    figures = Figures()
    everybody = contenders()
    # Not in /tmp, which may be a file system in memory, where nothing waits for a disk.
    with tempfile.TemporaryDirectory(dir=WORKSHOP) as name:
        folder = Path(name)
        database = folder / "start.db"
        make_database(f"sqlite:///{database}")
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
