"""The workflows call what there is, and install what it needs."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.serving import CHECKOUT

WORKFLOWS = sorted((CHECKOUT / ".github" / "workflows").glob("*.yml"))
NIGHTLY: dict[str, Any] = yaml.safe_load(
    (CHECKOUT / ".github" / "workflows" / "nightly.yml").read_text("utf-8")
)
MATRIX = NIGHTLY["jobs"]["tools"]["strategy"]["matrix"]["include"]
TARGETS = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_calls_what_is_there(workflow: Path) -> None:
    jobs = yaml.safe_load(workflow.read_text("utf-8"))["jobs"]
    commands = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    called = [word for run in commands for word in re.findall(r"^make (.+)$", run, re.MULTILINE)]
    assert set(called) <= TARGETS | {"${{ matrix.target }}"}
    for script in re.findall(r"^\.\S+", "\n".join(commands), re.MULTILINE):
        assert (CHECKOUT / script).stat().st_mode & 0o100, f"{script} cannot be run"


@pytest.mark.parametrize("entry", MATRIX, ids=lambda entry: str(entry["target"]))
def test_what_is_run_each_night_can_be_made(entry: dict[str, str]) -> None:
    assert entry["target"] in TARGETS


def test_the_packages_that_the_clients_need_are_installed_each_night() -> None:
    page = (CHECKOUT / "docs" / "clients.md").read_text("utf-8")
    (needed,) = re.findall(r"and Debian's (.+?)\)", page, re.DOTALL)
    (entry,) = (entry for entry in MATRIX if entry["target"] == "clients-all")
    assert set(re.findall(r"`([^`]+)`", needed)) <= set(entry["packages"].split())
