"""What is typed into the open task of the web client: nothing is lost, or written over unsaid."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import ADDRESS
from tests.support.web_client import ApiOfUser, WebClient, until

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
    text = box.input_value()
    assert "x" in text
    until(page, lambda: only_task(api)[member] == text)


@pytest.mark.parametrize("is_left", [True, False])
@pytest.mark.parametrize("member", ["title", "description"])
def test_what_is_being_typed_outlasts_the_page(
    client: WebClient,
    api: ApiOfUser,
    member: str,
    is_left: bool,  # noqa: FBT001 - the case
) -> None:
    page = client.page
    client.add("Report")
    client.saved()
    box = client.open("Report").get_by_label(member.title())
    with typed_on(box):
        expect(box).to_have_value(re.compile("xxx"))
    text = box.input_value()
    if is_left:
        page.goto(f"{ADDRESS}/problems")
        page.goto(ADDRESS)
    else:
        page.reload()
    until(page, lambda: only_task(api)[member] == text)


def test_what_is_typed_without_a_pause_is_kept_meanwhile(client: WebClient, api: ApiOfUser) -> None:
    client.add("Report")
    client.saved()
    box = client.open("Report").get_by_label("Description")
    with typed_on(box):
        until(client.page, lambda: only_task(api)["description"] != "", seconds=10)
    until(client.page, lambda: only_task(api)["description"] == box.input_value())


@pytest.mark.parametrize("way", ["Close", "Escape", "reload"])
def test_a_subtask_that_was_written_is_added_when_one_leaves_it(
    client: WebClient, api: ApiOfUser, way: str
) -> None:
    page = client.page
    client.add("Travel")
    client.saved()
    editor = client.open("Travel")
    editor.get_by_role("textbox", name="Add a subtask").fill("Pack")
    if way == "Close":
        editor.get_by_role("button", name="Close").click()
    elif way == "Escape":
        page.keyboard.press("Escape")
    else:
        page.reload()
    until(page, lambda: client.titles == ["Travel", "Pack"])
    client.saved()
    parent, subtask = api.get("/tasks").json()["tasks"]
    assert (subtask["title"], subtask["parent_id"]) == ("Pack", parent["id"])


def test_nothing_is_added_below_a_task_that_is_deleted_meanwhile(
    client: WebClient, api: ApiOfUser
) -> None:
    client.add("Travel")
    client.saved()
    editor = client.open("Travel")
    editor.get_by_role("textbox", name="Add a subtask").fill("Pack")
    editor.get_by_role("button", name="Delete").click()
    expect(editor).to_be_hidden()
    client.hide()
    until(client.page, lambda: api.get("/tasks").json()["tasks"] == [])
    assert client.titles == []
