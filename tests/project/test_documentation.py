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
