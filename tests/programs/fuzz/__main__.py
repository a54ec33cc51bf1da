"""The long search: several seeds, both databases, checks together and one by one.

A check that fails can hide another, and the requests that some checks send besides change what
the next ones find; one by one they are on their own.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import click
from schemathesis.checks import CHECKS, load_all_checks

from tests.programs.fuzz import hooks  # noqa: F401 - so that Schemathesis knows our own check, too
from tests.programs.fuzz.run import ALL, run
from tests.support.databases import (
    Databases,
    PostgreSQLDatabases,
    SQLiteDatabases,
    postgresql_server_url,
)

ENGINES = ("sqlite", "postgresql")


class Plan(NamedTuple):
    """A run to make."""

    engine: str
    seed: int
    checks: str

    def __str__(self) -> str:
        """Return the command that makes this run alone."""
        return (
            "python -m tests.programs.fuzz"
            f" --seed {self.seed} --database {self.engine} --checks {self.checks}"
        )


@click.command(help=__doc__)
@click.option("--seed", default=1, show_default=True, help="The first seed.")
@click.option("--seeds", default=1, show_default=True, help="How many seeds, counting up.")
@click.option("--minutes", default=60, show_default=True, help="Begin no run after this time.")
@click.option("--database", "engines", type=click.Choice(ENGINES), multiple=True, default=ENGINES)
@click.option("--checks", help="Only these, separated by commas, or `all` of them together.")
def main(seed: int, seeds: int, minutes: int, engines: tuple[str, ...], checks: str | None) -> None:
    """Make the runs; exit with 1 if any of them found something."""
    deadline = time.monotonic() + 60 * minutes
    plans = list(_plans(range(seed, seed + seeds), engines, checks))
    findings = []
    with _databases(engines) as databases:
        for number, plan in enumerate(plans, 1):
            if time.monotonic() > deadline:
                click.echo(f"The time is up: {len(plans) - number + 1} runs were not begun.")
                break
            if not _make(plan, databases[plan.engine], f"{number}/{len(plans)}"):
                findings.append(plan)
    for plan in findings:
        click.echo(f"Found by: {plan}")
    sys.exit(bool(findings))


def _plans(seeds: range, engines: tuple[str, ...], checks: str | None) -> Iterator[Plan]:
    """Yield the runs, those with all checks together first."""
    load_all_checks()
    for each in [checks] if checks else [ALL, *CHECKS.get_all_names()]:
        for seed in seeds:
            for engine in engines:
                yield Plan(engine, seed, each)


@contextmanager
def _databases(engines: tuple[str, ...]) -> Iterator[dict[str, Databases]]:
    """Give databases of each engine."""
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="fuzz-"))
        databases: dict[str, Databases] = {"sqlite": SQLiteDatabases(Path(directory))}
        if "postgresql" in engines:
            postgresql = PostgreSQLDatabases(stack.enter_context(postgresql_server_url()))
            stack.callback(postgresql.close)
            databases["postgresql"] = postgresql
        yield databases


def _make(plan: Plan, databases: Databases, number: str) -> bool:
    """Make a run and report it; return whether it found nothing."""
    url = databases.empty()
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as directory:
        failures, report = run(url, Path(directory), seed=plan.seed, checks=plan.checks)
    databases.discard(url)
    seconds = time.monotonic() - start
    verdict = "FOUND SOMETHING" if failures else "nothing found"
    click.echo(
        f"{number:>8}  {plan.engine:10}  seed {plan.seed}  {plan.checks:30}"
        f"  {len(report.sent):5} requests  {seconds:3.0f} s  {verdict}"
    )
    if failures:
        click.echo(f"\n{failures}\n\n{report}\n\nAgain with: {plan}\n")
    return not failures


if __name__ == "__main__":
    main()
