"""The workflows beside the document, run against the demo by Redocly's Respect.

The linters' test looks at how they are written.
"""

import json
import re
import shlex
import subprocess
from pathlib import Path
from uuid import uuid4

import pytest
import yaml

from tests.support.npm import installed
from tests.support.serving import CHECKOUT, ServedApp

LINT = CHECKOUT / "tests" / "lint"
WORKFLOWS = CHECKOUT / "openapi" / "workflows.arazzo.yaml"
PAGE = (CHECKOUT / "docs" / "contract-tests.md").read_text("utf-8")
HANGS_SECONDS = 600


@pytest.fixture(scope="module")
def redocly() -> Path:
    """Where Redocly is, installed from the linters' lock."""
    return installed(LINT) / "redocly"


def run(*command: str) -> str:
    """Run a command in the checkout, to a happy end; return what it printed."""
    done = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, timeout=HANGS_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # the tool sees only HTTP
def test_the_pages_command_runs_every_step_to_its_end(
    redocly: Path, demo: ServedApp, tmp_path: Path
) -> None:
    (command,) = re.findall(r"^\$ npx redocly (respect .*?[^\\])$", PAGE, re.MULTILINE | re.DOTALL)
    typed = shlex.split(command.replace("http://127.0.0.1:5000", demo.origin).replace("\\\n", ""))
    report = tmp_path / "report.json"
    typed = [word.replace("$(uuidgen)", str(uuid4())) for word in typed]
    run(str(redocly), *typed, "--json-output", str(report))
    workflows = yaml.safe_load(WORKFLOWS.read_text("utf-8"))["workflows"]
    (done,) = json.loads(report.read_text("utf-8"))["files"].values()
    assert done["totalRequests"] == sum(len(workflow["steps"]) for workflow in workflows)
