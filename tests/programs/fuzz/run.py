"""One run of Schemathesis against the served app, over HTTP."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.programs.fuzz.report import Report
from tests.programs.fuzz.users import authentication
from tests.support.serving import CHECKOUT, ServedApp, served
from todo_api.document import document_path

CONFIGURATION = CHECKOUT / "tests" / "programs" / "fuzz" / "schemathesis.toml"
TIMEOUT_SECONDS = 3600
ALL = "all"
ACCEPTS = ("*/*", "application/problem+json")
"""Errors come in two forms; the seed decides which one a run asks for."""
SETTINGS = {
    "TODO_PASSWORD_TIME_COST": "1",
    "TODO_PASSWORD_MEMORY_KIB": "1024",
    # One user makes all that are made in a phase.
    "TODO_MAX_TOKENS": "1000",
    "TODO_MAX_MEMBERS": "1000",
    "TODO_MAX_INVITATIONS": "1000",
}

DOCUMENT = yaml.safe_load(document_path().read_text("utf-8"))
OPERATIONS = {
    operation["operationId"]: f"{method.upper()} {path}"
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}
SCHEMES = {
    f"{method.upper()} {path}": {
        DOCUMENT["components"]["securitySchemes"][name]["scheme"]
        for requirement in operation["security"]
        for name in requirement
    }
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}
LINKED = {OPERATIONS[link["operationId"]] for link in DOCUMENT["components"]["links"].values()}
SCENARIOS: int = tomllib.loads(CONFIGURATION.read_text("utf-8"))["phases"]["stateful"][
    "generation"
]["max-examples"]


class Outcome(NamedTuple):
    """The result of a run."""

    failures: str
    """What Schemathesis found, the service logged, or nothing tested; empty if all is well."""
    report: Report


def run(database_url: str, directory: Path, *, seed: int, checks: str = ALL) -> Outcome:
    """Serve the demo on an empty database and test it.

    Args:
        database_url: the database.
        directory: for what is written on the way; nothing of another run may be in it.
        seed: decides on what is sent.
        checks: the names of checks, separated by commas.

    """
    log = directory / "errors.log"
    with served(database_url, log, **SETTINGS) as service:
        process = _schemathesis(service, directory, seed, checks)
        complaints = _take(log)
    (events,) = directory.glob("*.ndjson")
    report = Report(events)
    gaps = report.gaps(SCHEMES, LINKED, SCENARIOS)
    if checks == ALL and not report.has_stranger:
        gaps.append("Nothing of one user was ever asked for as the other.")
    output = process.stdout + process.stderr if process.returncode else ""
    return Outcome("\n".join([output, *complaints, *gaps]).strip(), report)


def _schemathesis(
    service: ServedApp, directory: Path, seed: int, checks: str
) -> subprocess.CompletedProcess[str]:
    users = directory / "users.json"
    users.write_text(json.dumps(authentication()))
    return subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", CONFIGURATION, "run"),
            *(f"{service.base_url}/openapi.json", "--checks", checks, "--seed", str(seed)),
            *("--header", f"Accept: {ACCEPTS[seed % len(ACCEPTS)]}"),
            *("--report", "ndjson", "--report-dir", directory, "--no-color"),
        ],
        cwd=CHECKOUT,
        env={**os.environ, "FUZZ_USERS": str(users)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


def _take(log: Path) -> list[str]:
    """Empty the log of the service; return its lines."""
    lines = log.read_text("utf-8").splitlines()
    log.write_text("")
    return lines
