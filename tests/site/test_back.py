"""Going back in the web client on a phone, where the open task covers the list."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import ADDRESS
from tests.support.web_client import ApiOfUser, WebClient


@pytest.fixture
def phone(client: WebClient, api: ApiOfUser) -> WebClient:
    """The client on a phone, where one has come to all tasks from elsewhere."""
    api.post("/tasks", json={"title": "Travel"})
    client.page.set_viewport_size({"width": 360, "height": 740})
    for view in ("today", "all"):
        client.page.goto(f"{ADDRESS}/#{view}")
    client.look_again()
    expect(client.checkbox("Travel")).to_be_visible()
    return client


def view_of(page: Page) -> str:
    """Return which view the address names."""
    return page.url.removeprefix(f"{ADDRESS}/")


def test_going_back_closes_the_open_task_and_nothing_else(phone: WebClient, api: ApiOfUser) -> None:
    page = phone.page
    editor = phone.open("Travel")
    editor.get_by_label("Title").fill("Travel to Kyoto")
    page.go_back()
    expect(editor).to_have_count(0)
    assert view_of(page) == "#all"
    expect(page.locator(".task .name")).to_be_focused()
    phone.saved()
    assert api.get("/tasks").json()["tasks"][0]["title"] == "Travel to Kyoto"
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")


@pytest.mark.parametrize("way", ["Close", "Escape", "Delete"])
def test_what_is_closed_is_not_gone_back_to(phone: WebClient, way: str) -> None:
    page = phone.page
    editor = phone.open("Travel")
    if way == "Escape":
        page.keyboard.press("Escape")
    else:
        editor.get_by_role("button", name=way).click()
    expect(editor).to_have_count(0)
    page.wait_for_function("() => !history.state")
    assert view_of(page) == "#all"
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")


def test_going_back_from_a_subtask_leads_to_the_list(phone: WebClient) -> None:
    page = phone.page
    editor = phone.open("Travel")
    editor.get_by_role("textbox", name="Add a subtask").fill("Pack")
    page.keyboard.press("Enter")
    editor.get_by_role("button", name="Pack", exact=True).click()
    expect(editor.get_by_label("Title")).to_have_value("Pack")
    page.go_back()
    expect(editor).to_have_count(0)
    assert view_of(page) == "#all"


def test_after_a_reload_going_back_closes_what_is_opened_again(phone: WebClient) -> None:
    page = phone.page
    phone.open("Travel")
    page.reload()
    editor = phone.open("Travel")
    page.wait_for_function(
        "() => document.activeElement.closest('.editor')"
    )  # it hears of going back
    page.go_back()
    expect(editor).to_have_count(0)
    assert view_of(page) == "#all"
