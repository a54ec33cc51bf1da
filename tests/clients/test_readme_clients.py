"""README's clients: made from the document's URL alone, checked strictly, and run."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.test_clients import TYPESCRIPT, document_of, run
from tests.support.npm import installed
from tests.support.serving import CHECKOUT, ServedApp, served

README = (CHECKOUT / "README.md").read_text("utf-8")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[ServedApp]:
    """The demo, which README's clients ask."""
    with served(f"sqlite:///{tmp_path / 'todo.db'}", tmp_path / "errors.log") as demo:
        yield demo


def program(language: str, demo: ServedApp) -> str:
    """Return README's program in a language, for this demo."""
    (code,) = re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    return str(code).replace("http://127.0.0.1:5000", demo.origin)


def test_the_python_client(demo: ServedApp, tmp_path: Path) -> None:
    client, file = tmp_path / "client", tmp_path / "list_tasks.py"
    generate = ("openapi-python-client", "generate")
    run(*generate, "--url", document_of(demo), "--output-path", str(client))
    file.write_text(program("python", demo))
    mypy = (sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir")
    run(*mypy, str(tmp_path / "mypy"), str(file), MYPYPATH=str(client))
    printed = run(sys.executable, str(file), PYTHONPATH=str(client))
    assert printed == "1 Buy groceries\n2 Learn Python\n"


def test_the_typescript_client(demo: ServedApp, tmp_path: Path) -> None:
    programs = installed(TYPESCRIPT)
    (tmp_path / "node_modules").symlink_to(programs.parent)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    types = tmp_path / "todo.ts"
    tool = str(programs / "openapi-typescript")
    run(tool, document_of(demo), "--output", str(types))
    (tmp_path / "list.ts").write_text(program("typescript", demo))
    (options,) = re.findall(r"^\$ npx tsc (.*) list\.ts && node list\.js$", README, re.MULTILINE)
    run(str(programs / "tsc"), *options.split(), str(tmp_path / "list.ts"))
    printed = run("node", str(tmp_path / "list.js"))
    assert "Buy groceries" in printed
