"""README's command: Schemathesis as a stranger runs it, against the demo.

`TEST_SEEDS=5` runs it with five seeds, and as long as a stranger's run takes.
"""

import os
import re
import shlex
import subprocess
import sys
import tomllib

import pytest

from tests.support.serving import CHECKOUT, ServedApp

README = (CHECKOUT / "README.md").read_text("utf-8")
SEEDS = int(os.environ.get("TEST_SEEDS", "0"))
FEW = () if SEEDS else ("--max-examples", "2")
HANGS_SECONDS = 3600
PHASES = ("Examples", "Coverage", "Fuzzing", "Stateful")


@pytest.mark.parametrize("seed", range(1, max(SEEDS, 1) + 1))
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # the tool sees only HTTP
def test_a_stranger_finds_nothing_with_all_checks_and_phases(demo: ServedApp, seed: int) -> None:
    (command,) = re.findall(r"^\$ st (.*)$", README, re.MULTILINE)
    typed = shlex.split(command.replace("http://127.0.0.1:5000", demo.origin))
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", *typed, *FEW, "--no-color", f"--seed={seed}"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=HANGS_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for phase in PHASES:
        assert re.search(rf"✅ {phase}$", done.stdout, re.MULTILINE), done.stdout


def test_the_published_configuration_switches_nothing_off() -> None:
    text = (CHECKOUT / "openapi" / "schemathesis.toml").read_text("utf-8")
    settings = tomllib.loads(text)
    assert settings.keys() & {"phases", "warnings"} == set()
    assert settings["suppress-health-check"] == ["too_slow"]  # it judges the machine
    for scope in (settings, *settings["operations"]):
        # All that is told of a check is which statuses are right, one by one.
        assert scope["checks"].keys() <= {"positive_data_acceptance", "negative_data_rejection"}
        for check in scope["checks"].values():
            assert check.keys() == {"expected-statuses"}
            assert not {"4xx", "5xx", "500"} & set(check["expected-statuses"])
    rejections = settings["checks"]["negative_data_rejection"]["expected-statuses"]
    assert all(status.startswith("4") for status in rejections)
