"""The documentation, whose links and paths lead somewhere."""

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
PAGES = sorted([*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md")])
NAMES = [page.relative_to(CHECKOUT).as_posix() for page in PAGES]

CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
PATH = re.compile(r"`((?:benchmarks|docs|openapi|tests|todo_api)/[\w./-]*)`")


def prose(page: Path) -> str:
    """Return a page without its blocks of code."""
    return CODE.sub("", page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page, as forges derive them from its headings."""
    headings = (heading.lower().replace("`", "") for heading in HEADING.findall(prose(page)))
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_each_relative_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(prose(page)):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"There is no {name}."
        assert not anchor or anchor in anchors(target), f"{link} has no such heading."


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_each_path_that_is_named_exists(page: Path) -> None:
    assert [path for path in PATH.findall(prose(page)) if not (CHECKOUT / path).exists()] == []


def test_there_are_pages_with_links() -> None:
    assert {"README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md"} <= set(NAMES)
    assert all(LINK.search(prose(CHECKOUT / name)) for name in ("README.md", "CONTRIBUTING.md"))


PROMISES = [CHECKOUT / "docs" / "operate.md", CHECKOUT / "docs" / "security.md"]
TESTS = sorted((CHECKOUT / "tests").glob("*/test_*.py"))
TEST = re.compile(r"^ *(?:async )?def test_(\w+)|^class (Test\w+)", re.MULTILINE)
NAMED = re.compile(
    r"`(?:test_(\w+?)|([a-z0-9]+(?:_[a-z0-9]+){2,}))(_?\.\.\.)?`|`(Test\w+)`|`(test_\w+\.py)`"
)


def rows_of_promises(page: Path) -> list[str]:
    """Return what is said to show each promise of a page."""
    rows, is_among_promises, shown_by = [], False, 1
    for line in page.read_text("utf-8").splitlines():
        if not line.startswith("|"):
            is_among_promises = False
        elif line.startswith("| promise |"):
            is_among_promises = True
            shown_by = 2 if "ASVS" in line else 1
        elif is_among_promises and not line.startswith("|---"):
            rows.append(line.strip("|").split("|")[shown_by].strip())
    return rows


@pytest.mark.parametrize("page", PROMISES, ids=lambda page: str(page.name))
def test_each_test_that_is_named_beside_a_promise_exists(page: Path) -> None:
    texts = [path.read_text("utf-8") for path in TESTS]
    found = {name for text in texts for pair in TEST.findall(text) for name in pair}
    files = {path.name for path in TESTS}
    rows = rows_of_promises(page)
    assert len(rows) > 20
    for row in rows:
        assert "`" in row or row.startswith("the same"), f"Nothing shows this: {row}"
        for test, also_test, is_beginning, group, file in NAMED.findall(row):
            name = test or also_test or group or file
            if is_beginning:
                assert any(one.startswith(name) for one in found), f"No test begins with {name}."
            else:
                assert name in found | files, f"There is no {name}."


def test_each_migration_is_told_to_operators() -> None:
    migrations = CHECKOUT / "todo_api" / "storage" / "migrations" / "versions"
    steps = sorted(path.name[:4] for path in migrations.glob("[0-9]*.py"))
    page = (CHECKOUT / "docs" / "operate.md").read_text("utf-8")
    assert re.findall(r"^\| (\d{4}) \|", page, re.MULTILINE) == steps
