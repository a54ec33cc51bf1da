"""Postman: the document becomes a collection, whose requests Newman sends in order to the demo."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.npm import installed
from tests.support.serving import CHECKOUT, ServedApp

HERE = Path(__file__).parent
PAGE = (CHECKOUT / "docs" / "contract-tests.md").read_text("utf-8")
# Optional parameters are left out: Postman would make up cursors, keys and entity tags.
OPTIONS = "folderStrategy=Tags,parametersResolution=Example,enableOptionalParameters=false"
REFUSED = {
    ("DELETE", "users/miguel", 403): "demo_account",
    ("DELETE", "lists/1", 403): "own_list",
    ("GET", "tokens/2733186475921334", 404): "not_found",
    ("DELETE", "tokens/2733186475921334", 404): "not_found",
    ("PUT", "lists/1/members/susan", 404): "not_found",
    ("DELETE", "lists/1/members/susan", 404): "not_found",
    ("DELETE", "lists/1/invitations/5620492334958379", 404): "not_found",
    ("POST", "invitations/look", 404): "no_invitation",
    ("POST", "invitations/redeem", 404): "no_invitation",
}
"""What a collection cannot express, with the code of the refusal: the page names each."""


@pytest.fixture(scope="module")
def programs() -> Path:
    """Where the tools are, installed from the lock."""
    return installed(HERE)


def run(*command: str, folder: Path) -> None:
    """Run a command to a happy end."""
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def sent(report: dict[str, Any]) -> list[tuple[tuple[str, str, int], dict[str, Any] | None]]:
    """Return each request with its status, and the body of the answer if that is JSON."""
    answers = []
    for execution in report["run"]["executions"]:
        request, response = execution["request"], execution["response"]
        path = "/".join(request["url"]["path"]).removeprefix("todo/api/v1.0/")
        fields = {field["key"].lower(): field["value"] for field in response["header"]}
        text = bytes(response["stream"]["data"])
        body = json.loads(text) if fields["content-type"] == "application/json" else None
        answers.append(((request["method"], path, response["code"]), body))
    return answers


@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)  # the tool sees only HTTP
def test_every_request_of_a_collection_succeeds_or_is_named(
    programs: Path, demo: ServedApp, tmp_path: Path
) -> None:
    document, collection, report = (tmp_path / name for name in ("todo", "collection", "report"))
    run("curl", "-sf", "-o", str(document), f"{demo.base_url}/openapi.json", folder=tmp_path)
    convert = str(programs / "openapi2postmanv2")
    run(convert, "-s", str(document), "-o", str(collection), "-O", OPTIONS, folder=tmp_path)
    run(
        *(str(programs / "newman"), "run", str(collection)),
        *("--global-var", "basicAuthUsername=miguel", "--global-var", "basicAuthPassword=python"),
        *("--reporters", "json", "--reporter-json-export", str(report)),
        folder=tmp_path,
    )
    answers = sent(json.loads(report.read_text("utf-8")))
    operations = [
        operation
        for item in json.loads(document.read_text("utf-8"))["paths"].values()
        for operation in item.keys() - {"parameters"}
    ]
    assert len(answers) == len(operations)
    refused = {answer: body and body["code"] for answer, body in answers if answer[2] >= 400}
    assert refused == REFUSED
    for method, path, status in REFUSED:
        assert f"| `{method} /{path}` | {status} |" in PAGE


def test_the_page_shows_the_options_that_are_tested() -> None:
    assert OPTIONS in PAGE
