"""README and the tour, whose commands do what they show."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.support.databases import lack
from tests.support.serving import CHECKOUT, ServedApp, served

README = (CHECKOUT / "README.md").read_text("utf-8")
# The demo is for all of it but this section, which tests/project/test_administer.py follows.
OF_THE_DEMO = re.sub(
    r"^## Run it for others\n.*?^(?=## )", "", README, flags=re.MULTILINE | re.DOTALL
)
TOUR = (CHECKOUT / "docs" / "tour.md").read_text("utf-8")
LONGEST_LINE = 200

COMMANDS = [
    (command.replace("\\\n", ""), shown)
    for block in re.findall(r"^```console\n(.*?)^```", OF_THE_DEMO + TOUR, re.MULTILINE | re.DOTALL)
    for command, shown in re.findall(
        r"^\$ ((?:.*\\\n)*.+)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE
    )
]
"""Each command with what it prints, as shown."""
CURL = [command for command in COMMANDS if command[0].startswith("curl ")]
CODE = re.compile(r"todolist_\w{39}")
MAKE = [command.split()[1] for command, _ in COMMANDS if command.startswith("make ")]


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApp]:
    """The demo that all commands go to, one after the other."""
    directory = tmp_path_factory.mktemp("readme")
    with served(f"sqlite:///{directory}/todo.db", directory / "errors.log") as demo:
        yield demo


def test_make_run_prints_what_the_readme_shows(tour: ServedApp) -> None:
    ((_, shown),) = [command for command in COMMANDS if command[0] == "make run"]
    printed = tour.greeting.replace(tour.origin, "http://127.0.0.1:5000")
    assert printed == shown


def compact(text: str) -> str:
    """Return JSON as one line without spaces, in the order of its members; other text as it is."""
    with suppress(ValueError):
        text = json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
    return text.strip()


def timeless(text: str) -> str:
    """Return a text with the same time, tag, token or random id wherever there is one."""
    text = re.sub(r'"etag":"\\"[0-9]+\\""', '"etag":"…"', text)
    text = re.sub(r'"(next|next_cursor)":"[A-Za-z0-9_-]+"', r'"\1":"…"', text)
    text = re.sub(r'"(id|list_id|version)":[0-9]{2,}', r'"\1":"…"', text)
    text = re.sub(r"(/tasks/|/lists/|/invitations/|list_id=)[0-9]{2,}", r"\1…", text)
    text = CODE.sub("…", text)
    return re.sub(r'_at":"[0-9T:.-]+Z"', '_at":"…"', text)


def test_the_curl_commands_print_what_is_shown(tour: ServedApp, subtests: pytest.Subtests) -> None:
    """One test, as each command goes on where the last one ended."""
    if shutil.which("curl") is None:
        lack("curl")
    printed_codes: dict[str, str] = {}
    for command, shown in CURL:
        with subtests.test(command):
            typed = CODE.sub(lambda code: printed_codes[code[0]], command)
            typed = typed.replace("http://127.0.0.1:5000", tour.origin)
            printed = subprocess.run(
                ["sh", "-c", typed], capture_output=True, text=True, check=True, timeout=30
            ).stdout
            printed = printed.replace(tour.origin, "http://127.0.0.1:5000")
            printed_codes.update(zip(CODE.findall(shown), CODE.findall(printed), strict=True))
            assert timeless(compact(printed)) == timeless(compact(shown))


@pytest.mark.parametrize("target", MAKE)
def test_a_make_target_of_the_readme_is_one_that_make_help_lists(target: str) -> None:
    assert re.search(rf"^{target}:.*## ", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)


def test_the_curl_commands_are_found() -> None:
    assert "$ curl " in README
    assert "$ curl " in TOUR
    assert len(CURL) == (OF_THE_DEMO + TOUR).count("$ curl ")


def test_no_line_of_the_readme_is_too_long_to_read() -> None:
    assert [line for line in README.splitlines() if len(line) > LONGEST_LINE] == []


def test_the_map_shows_what_is_there() -> None:
    mapped = list(mapped_paths())
    assert [path for path in mapped if not (CHECKOUT / path).exists()] == []


def test_the_map_leaves_no_part_of_the_package_out() -> None:
    parts = {
        path.relative_to(CHECKOUT).as_posix()
        for path in (CHECKOUT / "todo_api").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    mapped = {path.removesuffix("/") for path in mapped_paths()}
    assert parts - mapped == {"todo_api/__init__.py"}


def mapped_paths() -> Iterator[str]:
    """Yield each path of README's map; a level is indented by two spaces."""
    (tree,) = re.findall(r"^## The map\n\n```\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    folders: list[str] = []
    for line in tree.splitlines():
        level = (len(line) - len(line.lstrip())) // 2
        names = re.match(r" *((?:[\w/]+(?:/|\.py|\.yaml) *)+)", line)
        assert names, line
        del folders[level:]
        for name in names[1].split():
            yield "".join(folders) + name
        folders += names[1].split()[:1]
