"""The web client without a mouse: every action by keys, where the focus is, several at once."""

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import ADDRESS
from tests.support.web_client import PASSWORD, ApiOfUser, WebClient, held_back, until


def expect_focus_on(client: WebClient, title: str) -> None:
    expect(client.page.locator(".task .name:focus .title")).to_have_text(title)


def states_of(api: httpx2.Client) -> list[tuple[str, bool, int]]:
    tasks = api.get("/tasks").json()["tasks"]
    return [(task["title"], task["done"], task["priority"]) for task in tasks]


@pytest.fixture
def filled(client: WebClient) -> WebClient:
    """Five tasks, and the focus on the second."""
    for title in ("One", "Two", "Three", "Four", "Five"):
        client.add(title)
    client.saved()
    client.page.keyboard.press("Escape")
    client.page.keyboard.press("j")
    expect_focus_on(client, "One")
    client.page.keyboard.press("j")
    expect_focus_on(client, "Two")
    return client


class TestFocus:
    """Where one is after something has closed or gone."""

    @pytest.mark.parametrize("by", ["Escape", "button"])
    def test_it_is_back_on_the_task_when_the_editor_closes(
        self, filled: WebClient, by: str
    ) -> None:
        filled.page.keyboard.press("e")
        expect(filled.page.get_by_label("Title")).to_be_focused()
        if by == "button":
            filled.page.get_by_role("button", name="Close").click()
        else:
            filled.page.keyboard.press("Escape")
        expect_focus_on(filled, "Two")

    def test_it_is_on_the_next_task_when_one_is_deleted(self, filled: WebClient) -> None:
        filled.page.keyboard.press("e")
        filled.page.get_by_role("button", name="Delete").click()
        expect_focus_on(filled, "Three")
        filled.page.keyboard.press("Delete")
        expect_focus_on(filled, "Four")

    def test_it_is_back_on_the_button_when_a_dialog_closes(self, filled: WebClient) -> None:
        filled.page.get_by_role("button", name="Shortcuts").click()
        expect(filled.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
        filled.page.keyboard.press("Escape")
        expect(filled.page.get_by_role("button", name="Shortcuts")).to_be_focused()


def test_escape_takes_back_what_is_still_being_loaded(browser: Browser, api: ApiOfUser) -> None:
    with browser.new_context(locale="en-GB", service_workers="block") as context:
        page = context.new_page()
        held = held_back(page, "**/later.js")
        client = WebClient(page)
        client.sign_in(api.username, PASSWORD)
        page.get_by_role("button", name="Account").click()
        until(page, lambda: len(held) == 1)
        page.keyboard.press("Escape")
        held[0].continue_()
        page.get_by_role("button", name="Shortcuts").click()
        expect(page.get_by_role("dialog")).to_have_count(1)
        expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


class TestSeveral:
    """Tasks that are selected together."""

    def test_shift_selects_and_keys_act_on_all_and_are_undone_together(
        self, filled: WebClient, api: ApiOfUser
    ) -> None:
        keys = filled.page.keyboard
        keys.press("Shift+J")
        keys.press("Shift+ArrowDown")
        expect(filled.page.get_by_text("3 selected")).to_be_visible()
        keys.press("3")
        expect(filled.page.get_by_text("3 tasks are changed")).to_be_visible()
        filled.saved()
        assert [state[2] for state in states_of(api)] == [0, 3, 3, 3, 0]
        keys.press("Control+z")
        filled.saved()
        assert [state[2] for state in states_of(api)] == [0, 0, 0, 0, 0]

    def test_they_are_finished_together_and_undone(self, filled: WebClient, api: ApiOfUser) -> None:
        keys = filled.page.keyboard
        keys.press("Shift+K")
        expect(filled.page.get_by_text("2 selected")).to_be_visible()
        keys.press("x")
        expect(filled.checkbox("One")).to_have_count(0)
        expect(filled.checkbox("Two")).to_have_count(0)
        filled.page.get_by_role("button", name="Undo").click()
        expect(filled.checkbox("One")).to_be_visible()
        filled.saved()
        assert [state[1] for state in states_of(api)] == [False] * 5

    def test_they_are_deleted_together_and_come_back(
        self, filled: WebClient, api: ApiOfUser
    ) -> None:
        before = states_of(api)
        filled.page.keyboard.press("Shift+J")
        filled.page.keyboard.press("Delete")
        expect(filled.checkbox("Three")).to_have_count(0)
        expect_focus_on(filled, "Four")
        filled.page.keyboard.press("Control+z")
        expect(filled.checkbox("Two")).to_be_visible()
        expect(filled.checkbox("Three")).to_be_visible()
        filled.saved()
        assert states_of(api) == before

    def test_what_becomes_of_one_of_them_alone_is_told_in_the_singular(
        self, client: WebClient, api: ApiOfUser
    ) -> None:
        page = client.page
        api.post("/tasks", json={"title": "Wash up"})
        api.post("/tasks", json={"title": "Wash", "done": True})
        client.look_again()
        page.get_by_role("searchbox").fill("wash")
        expect(page.locator(".task")).to_have_count(2)
        page.locator("#list").focus()
        page.keyboard.press("j")
        page.keyboard.press("Shift+J")
        expect(page.get_by_text("2 selected")).to_be_visible()
        page.keyboard.press("x")
        expect(page.locator(".toast")).to_contain_text("1 task is done")

    def test_they_are_selected_by_clicks_as_well(self, filled: WebClient, api: ApiOfUser) -> None:
        names = filled.page.locator(".task .name")
        names.nth(0).click(modifiers=["ControlOrMeta"])
        names.nth(3).click(modifiers=["Shift"])
        expect(filled.page.get_by_text("4 selected")).to_be_visible()
        names.nth(1).click(modifiers=["ControlOrMeta"])
        selected = filled.page.get_by_role("group", name="The selected tasks")
        expect(selected).to_contain_text("3 selected")
        selected.get_by_label("Priority").select_option("Low")
        expect(selected).to_have_count(0)
        filled.saved()
        assert [state[2] for state in states_of(api)] == [1, 0, 1, 1, 0]

    def test_escape_and_another_view_clear_the_selection(self, filled: WebClient) -> None:
        selected = filled.page.get_by_role("group", name="The selected tasks")
        filled.page.keyboard.press("Shift+J")
        expect(selected).to_be_visible()
        filled.page.keyboard.press("Escape")
        expect(selected).to_have_count(0)
        filled.page.keyboard.press("Shift+J")
        filled.go("Today")
        filled.go("All tasks")
        expect(selected).to_have_count(0)


class TestTurnedOff:
    """WCAG 2.1.4: single keys can be turned off."""

    def test_then_only_keys_with_names_do_something(self, filled: WebClient) -> None:
        page = filled.page
        page.keyboard.press("?")
        page.get_by_label("Single keys").uncheck()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.reload()
        expect(filled.checkbox("Two")).to_be_visible()
        for key in ("q", "/", "?", "j", "x", "1", "g", "d"):
            page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("heading", level=1)).to_have_text("All tasks")
        assert page.evaluate("document.activeElement === document.body")
        page.locator(".task .name").first.focus()
        page.keyboard.press("ArrowDown")
        expect_focus_on(filled, "Two")
        page.keyboard.press("Delete")
        expect(filled.checkbox("Two")).to_have_count(0)
        page.keyboard.press("Control+z")
        expect(filled.checkbox("Two")).to_be_visible()
        page.get_by_role("button", name="Shortcuts").click()
        page.get_by_label("Single keys").check()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("q")
        expect(filled.adding).to_be_focused()


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("#label/100%", "#100%"),
        ("#nowhere/%", "All tasks"),
        ("#done/%", "Done"),
    ],
)
def test_any_address_opens_something(signed_in: Page, address: str, title: str) -> None:
    complaints: list[str] = []
    signed_in.on("pageerror", lambda error: complaints.append(str(error)))
    signed_in.goto("about:blank")
    signed_in.goto(f"{ADDRESS}/{address}")
    expect(signed_in.get_by_role("heading", level=1)).to_have_text(title)
    assert complaints == []


@pytest.fixture(scope="module")
def signed_in(browser: Browser) -> Page:
    """A page in which the demo's user is signed in, for tests that change nothing."""
    page = browser.new_page(locale="en-GB")
    client = WebClient(page)
    client.sign_in("miguel", "python")
    expect(client.adding).to_be_visible()
    return page
