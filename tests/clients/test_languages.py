"""Clients in other languages: generated, compiled or checked, and used by the same scenario.

Only `make clients-all` runs them. The languages are Debian's: golang-go; php-cli, php-curl,
php-guzzlehttp-guzzle and php-mbstring; ruby and ruby-typhoeus.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.test_clients import HERE, document_of, run
from tests.support.databases import lack
from tests.support.npm import installed
from tests.support.serving import ServedApp, served

LANGUAGES = HERE / "languages"
NODE_MODULES = "--additional-properties=importFileExtension=.js"
"""Without it, modules import each other as bundlers allow it, and Node.js does not."""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ServedApp]:
    """A service of its own for each client, so that each can register the same user."""
    with served(f"sqlite:///{tmp_path / 'todo.db'}", tmp_path / "errors.log") as service:
        yield service


def generate(language: str, program: str, service: ServedApp, folder: Path, *options: str) -> Path:
    """Let openapi-generator make a client from nothing but the document's URL."""
    for needed in ("java", program):
        if shutil.which(needed) is None:
            lack(needed)
    client = folder / language
    run(
        *("openapi-generator-cli", "generate", "--generator-name", language),
        *("--input-spec", document_of(service), "--output", str(client)),
        *options,
    )
    return client


def test_go(service: ServedApp, tmp_path: Path) -> None:
    client = generate("go", "go", service, tmp_path)
    program = client / "scenario" / "main.go"
    program.parent.mkdir()
    shutil.copy(LANGUAGES / "scenario.go", program)
    caches = {"GOCACHE": str(tmp_path / "go-build"), "GOFLAGS": "-mod=mod", "GOPROXY": "off"}
    scenario = str(tmp_path / "scenario")
    run(
        "sh",
        "-c",
        f'cd "{client}" && go build ./... && go build -o "{scenario}" ./scenario',
        **caches,
    )
    run(scenario, service.base_url)


def test_php(service: ServedApp, tmp_path: Path) -> None:
    client = generate("php", "php", service, tmp_path)
    options = ("-d", "error_reporting=-1", "-d", "display_errors=stderr")
    prepended = ("-d", f"auto_prepend_file={LANGUAGES / 'autoload.php'}")
    scenario = (str(LANGUAGES / "scenario.php"), service.base_url)
    output = run("php", *options, *prepended, *scenario, CLIENT=f"{client / 'lib'}/")
    assert output == ""


def test_ruby(service: ServedApp, tmp_path: Path) -> None:
    client = generate("ruby", "ruby", service, tmp_path)
    run("ruby", "-I", str(client / "lib"), str(LANGUAGES / "scenario.rb"), service.base_url)


def test_typescript_fetch(service: ServedApp, tmp_path: Path) -> None:
    client = with_modules("typescript-fetch", tmp_path)
    generated = generate("typescript-fetch", "npm", service, tmp_path / "generator", NODE_MODULES)
    generated.rename(client / "generated")
    check_and_use(client, service)


@pytest.mark.parametrize("name", ["hey-api", "orval"])
def test_generators_from_npm(service: ServedApp, tmp_path: Path, name: str) -> None:
    client = with_modules(name, tmp_path)
    run("npm", "--prefix", str(client), "run", "generate", DOCUMENT=document_of(service))
    check_and_use(client, service)


def with_modules(name: str, folder: Path) -> Path:
    """Copy the folder of a scenario in TypeScript, and install what its lock lists."""
    client = folder / name
    shutil.copytree(LANGUAGES / name, client, ignore=shutil.ignore_patterns("node_modules"))
    installed(client)
    return client


def check_and_use(client: Path, service: ServedApp) -> None:
    """Check the types of a scenario and of what it uses, and run it."""
    run("npm", "--prefix", str(client), "run", "check")
    run("node", str(client / "build" / "scenario.js"), service.base_url)
