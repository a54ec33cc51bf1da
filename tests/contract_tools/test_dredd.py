"""Dredd: the page's command holds each success that the document declares against its example.

Only `make contract-tools-all` runs it.
"""

import re
import shlex
import subprocess
from pathlib import Path

import httpx2
import pytest

from tests.support.serving import CHECKOUT, ServedApp

PAGE = (CHECKOUT / "docs" / "contract-tests.md").read_text("utf-8")
HOOKS = "openapi/dredd_hooks.js"
HANGS_SECONDS = 600
SKIPPED = [
    "POST (201) /tasks/2/move",
    "POST (200) /tasks/batch",
    "GET (200) /tasks/export as text/csv",
    "GET (200) /tasks/export as text/calendar",
    "DELETE (200) /lists/1",
    "GET (200) /lists/1/members",
    "PUT (200) /lists/1/members/susan",
    "DELETE (200) /lists/1/members/susan",
    "GET (200) /lists/1/invitations",
    "DELETE (200) /lists/1/invitations/5620492334958379",
    "POST (200) /invitations/look",
    "POST (200) /invitations/redeem",
    "DELETE (200) /users/miguel",
    "GET (200) /tokens/2733186475921334",
    "DELETE (200) /tokens/2733186475921334",
]
"""What Dredd cannot express: the page names each."""
PASSED = 35


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # the tool sees only HTTP
def test_every_success_passes_or_is_named(
    longer_tools: Path, demo: ServedApp, tmp_path: Path
) -> None:
    (command,) = re.findall(r"^\$ npx dredd (.*?[^\\])$", PAGE, re.MULTILINE | re.DOTALL)
    command = command.replace("\\\n", "").replace("http://127.0.0.1:5000", demo.origin)
    typed = shlex.split(command.replace(HOOKS, str(CHECKOUT / HOOKS)))
    (tmp_path / "openapi.json").write_bytes(httpx2.get(f"{demo.base_url}/openapi.json").content)
    done = subprocess.run(
        [str(longer_tools / "dredd"), *typed, "--no-color"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=HANGS_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    counts = f"{PASSED} passing, 0 failing, 0 errors, {len(SKIPPED)} skipped"
    assert f"complete: {counts}, {PASSED + len(SKIPPED)} total" in done.stdout
    skipped = re.findall(r"^skip: (.+)$", done.stdout, re.MULTILINE)
    assert [told.split("?")[0] for told in skipped] == [name.split(" as ")[0] for name in SKIPPED]


def test_the_page_names_what_is_skipped() -> None:
    for name in SKIPPED:
        method, _, rest = name.split(" ", 2)
        assert f"| `{method} {rest}` |" in PAGE
