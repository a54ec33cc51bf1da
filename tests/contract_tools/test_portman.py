"""Portman: the document becomes a collection with tests, which Newman runs against the demo.

Only `make contract-tools-all` runs it.
"""

import json
import re
import shlex
import subprocess
from pathlib import Path

import httpx2
import pytest

from tests.support.serving import CHECKOUT, ServedApp

PAGE = (CHECKOUT / "docs" / "contract-tests.md").read_text("utf-8")
HANGS_SECONDS = 600
STATUS, JSON_BODY, SCHEMA = "Status code is 2xx", "Response has JSON Body", "Schema is valid"
FAILING = {
    "GET /tasks/export": {JSON_BODY, SCHEMA},
    "DELETE /users/:username": {STATUS, SCHEMA},
    "DELETE /lists/:list_id": {STATUS, SCHEMA},
    "GET /tokens/:token_id": {STATUS, SCHEMA},
    "DELETE /tokens/:token_id": {STATUS, SCHEMA},
    "PUT /lists/:list_id/members/:username": {STATUS, SCHEMA},
    "DELETE /lists/:list_id/members/:username": {STATUS, SCHEMA},
    "DELETE /lists/:list_id/invitations/:invitation_id": {STATUS, SCHEMA},
    "POST /invitations/look": {STATUS, SCHEMA},
    "POST /invitations/redeem": {STATUS, SCHEMA, "Response header ETag is present"},
}
"""The tests that cannot pass: the page names each request."""


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # the tool sees only HTTP
def test_every_test_of_its_collection_passes_or_is_named(
    longer_tools: Path, demo: ServedApp, tmp_path: Path
) -> None:
    document = httpx2.get(f"{demo.base_url}/openapi.json")
    (tmp_path / "openapi.json").write_bytes(document.content)
    convert, use = re.findall(
        r"^\$ npx ((?:portman|newman run with-tests).*?[^\\])$", PAGE, re.MULTILINE | re.DOTALL
    )
    report = tmp_path / "report.json"
    run(longer_tools, convert, tmp_path)
    options = f"--suppress-exit-code --reporters json --reporter-json-export {report}"
    run(longer_tools, f"{use} {options}", tmp_path)

    done = json.loads(report.read_text("utf-8"))["run"]
    operations = [
        operation
        for item in document.json()["paths"].values()
        for operation in item.keys() - {"parameters"}
    ]
    assert done["stats"]["requests"] == {"total": len(operations), "pending": 0, "failed": 0}
    assert done["stats"]["assertions"]["total"] > 5 * len(operations)
    failing: dict[str, set[str]] = {}
    for failure in done["failures"]:
        method, path, test = re.findall(r"\[(\w+)\]::(\S+) - (.+)", failure["error"]["test"])[0]
        failing.setdefault(f"{method} {path}", set()).add(test)
    assert failing == FAILING
    for request in FAILING:
        assert f"| `{request}` |" in PAGE


def run(programs: Path, command: str, folder: Path) -> None:
    """Run a command of the page to a happy end."""
    program, *arguments = shlex.split(command.replace("\\\n", ""))
    done = subprocess.run(
        [str(programs / program), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=HANGS_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
