"""Clients that other tools generate from the served document: their types are checked, then used.

Each scenario is a program in the client's own language; what it asserts is the test.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import lack
from tests.support.npm import installed
from tests.support.serving import CHECKOUT, ServedApp, served

HERE = Path(__file__).parent
TYPESCRIPT = HERE / "typescript"
WARNING = re.compile(r"^WARNING parsing (.+) within .+\.\n\n(.+)$", re.MULTILINE)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ServedApp]:
    """A service of its own for each client, so that each can register the same user."""
    with served(f"sqlite:///{tmp_path / 'todo.db'}", tmp_path / "errors.log") as service:
        yield service


def test_openapi_python_client_writes_a_client_that_works(
    service: ServedApp, tmp_path: Path
) -> None:
    client, scenario = tmp_path / "client", HERE / "python_client.py"
    output = run(
        *("openapi-python-client", "generate", "--config", str(HERE / "python_client.yaml")),
        *("--url", document_of(service), "--output-path", str(client)),
    )
    # Of what an import may be, it can be given one: a File does not say of which type it is.
    assert set(WARNING.findall(output)) == {
        ("POST /tasks/import", "Unsupported content type application/x-ndjson"),
        ("POST /tasks/import", "Unsupported content type text/csv"),
        ("POST /tasks/import", "Unsupported content type text/calendar"),
        ("POST /tasks/import", "Unsupported content type text/plain"),
    }
    check_types(scenario, client, "--strict", "--config-file=")
    run(sys.executable, str(scenario), service.base_url, PYTHONPATH=str(client))


def test_openapi_generator_writes_a_client_that_works(service: ServedApp, tmp_path: Path) -> None:
    if shutil.which("java") is None:
        lack("Java")
    client, scenario = tmp_path / "client", HERE / "generator_client.py"
    run(
        *("openapi-generator-cli", "generate", "--generator-name", "python"),
        *("--input-spec", document_of(service), "--output", str(client)),
    )
    # The generated code is less than strict: it is held to what its own pyproject.toml says.
    check_types(scenario, client, "--config-file", str(client / "pyproject.toml"))
    run(sys.executable, str(scenario), service.base_url, PYTHONPATH=str(client))


def test_openapi_typescript_writes_types_for_a_client_that_works(service: ServedApp) -> None:
    installed(TYPESCRIPT)
    npm = ("npm", "--prefix", str(TYPESCRIPT))
    run(*npm, "run", "generate", "--", document_of(service))
    run(*npm, "run", "check")
    run(*npm, "run", "scenario", "--", service.base_url)


def document_of(service: ServedApp) -> str:
    """Return where the service hands out its document."""
    return f"{service.base_url}/openapi.json"


def check_types(scenario: Path, client: Path, *options: str) -> None:
    """Check the types of a scenario and of the generated code that it imports."""
    mypy = (sys.executable, "-m", "mypy", "--cache-dir", f".mypy_cache/{scenario.stem}")
    run(*mypy, *options, str(scenario), MYPYPATH=str(client))


def run(*command: str, **environment: str) -> str:
    """Run a command to a happy end, with the programs of this Python's environment in reach.

    Return what it printed.
    """
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    done = subprocess.run(
        [shutil.which(command[0], path=path) or command[0], *command[1:]],
        cwd=CHECKOUT,
        env={**os.environ, "PATH": path, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
