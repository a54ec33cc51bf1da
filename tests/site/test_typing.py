"""What is typed into the open task of the web client: nothing is lost, or written over unsaid."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.web_client import ApiOfUser, WebClient

BEGIN_TYPING = """box => {
  box.focus();
  globalThis.typing = setInterval(() => document.execCommand("insertText", false, "x"), 100);
}"""
"""Type on in a box without the pause after which it is kept, however slow the machine is."""


@contextmanager
def typed_on(box: Locator) -> Iterator[None]:
    """Have somebody type into a box without a pause."""
    box.evaluate(BEGIN_TYPING)
    expect(box).to_have_value(re.compile("x"))
    yield
    box.page.evaluate("clearInterval(typing)")


def followed(page: Page) -> None:
    """Let the client follow what there is to tell."""
    with page.expect_response(
        lambda response: "/tasks/changes" in response.url and response.status == 200
    ):
        page.evaluate("dispatchEvent(new Event('online'))")


def only_task(api: ApiOfUser) -> dict[str, Any]:
    """Return the one task of a user."""
    tasks: list[dict[str, Any]] = api.get("/tasks").json()["tasks"]
    [task] = tasks
    return task


@pytest.mark.parametrize("member", ["title", "description"])
def test_what_others_wrote_while_one_typed_is_told(
    client: WebClient, api: ApiOfUser, member: str
) -> None:
    page = client.page
    client.add("Report")
    client.saved()
    uri = only_task(api)["uri"]
    box = client.open("Report").get_by_label(member.title())
    with typed_on(box):
        assert api.patch(uri, json={member: "Theirs"}).status_code == 200
        followed(page)
        page.wait_for_timeout(500)  # it is taken in, and one types on
    expect(page.get_by_role("alert")).to_contain_text(f"was changed elsewhere as well ({member})")
    client.saved()
    text = box.input_value()
    assert "x" in text
    assert only_task(api)[member] == text
