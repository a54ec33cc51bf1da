"""The README, whose commands do what it shows."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.databases import lack
from tests.support.serving import CHECKOUT, ServedApp, served

README = (CHECKOUT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = [
    command
    for block in BLOCKS
    for command in re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]
CURL = [command for command in COMMANDS if command[0].startswith("curl ")]
MAKE = [command.split()[1] for command, _ in COMMANDS if command.startswith("make ")]


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApp]:
    directory = tmp_path_factory.mktemp("readme")
    with served(f"sqlite:///{directory}/todo.db", directory / "errors.log") as demo:
        yield demo


def test_make_run_prints_what_the_readme_shows(tour: ServedApp) -> None:
    ((_, shown),) = [command for command in COMMANDS if command[0] == "make run"]
    printed = tour.greeting.replace(tour.origin, "http://127.0.0.1:5000")
    assert printed == shown


def timeless(text: str) -> str:
    """Return a text with the same time, entity tag or token wherever there is one."""
    text = re.sub(r'"etag":"\\"[0-9]+\\""', '"etag":"…"', text)
    text = re.sub(r'"(next|next_cursor)":"[A-Za-z0-9_-]+"', r'"\1":"…"', text)
    return re.sub(r'_at":"[0-9T:.-]+Z"', '_at":"…"', text)


@pytest.mark.parametrize(("command", "shown"), CURL)
def test_a_curl_line_answers_what_the_readme_shows(
    tour: ServedApp, command: str, shown: str
) -> None:
    if shutil.which("curl") is None:
        lack("curl")
    typed = command.replace("http://127.0.0.1:5000", tour.origin)
    printed = subprocess.run(
        ["sh", "-c", typed], capture_output=True, text=True, check=True, timeout=30
    ).stdout
    printed = printed.replace(tour.origin, "http://127.0.0.1:5000")
    assert timeless(printed) == timeless(shown).rstrip("\n") + "\n"


@pytest.mark.parametrize("target", MAKE)
def test_a_make_target_of_the_readme_is_one_that_make_help_lists(target: str) -> None:
    assert re.search(rf"^{target}:.*## ", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)


def test_the_readme_shows_files_that_exist() -> None:
    linked = re.findall(r"\]\(([^)#]+)\)", README)
    assert linked
    assert not [name for name in linked if not Path(CHECKOUT / name).exists()]


def test_the_curl_lines_are_found() -> None:
    assert len(CURL) >= 12
