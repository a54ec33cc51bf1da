"""The console for everybody: by links, by keyboard, by screen readers, in light and in darkness."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.site.test_access import AXE, STILL
from tests.support.browser import ADDRESS, Console
from tests.support.npm import installed
from tests.support.web_client import TOOLS

CONSOLE = f"{ADDRESS}/todo/api/v1.0/ui/"
RUN = """() => axe
  .run({ resultTypes: ["violations"], rules: { "target-size": { enabled: true } } })
  .then(({ violations }) => violations
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))]))
"""
FOCUSED = """() => {
  const { activeElement: element } = document;
  const name = element.ariaLabel ?? element.labels?.[0]?.textContent ?? element.textContent;
  return name.replaceAll("\\u200b", "").trim();
}"""


@pytest.fixture
def console(browser: Browser) -> Iterator[Console]:
    """The console in a new page, which must not have reported an error by the end."""
    with browser.new_context() as context:
        context.set_default_timeout(30_000)
        console = Console(context.new_page())
        yield console
    assert console.complaints == []


def opened(page: Page) -> list[str]:
    """Return the operations that are open."""
    ids = page.locator(".opblock.is-open").evaluate_all("blocks => blocks.map(({ id }) => id)")
    return [name.removeprefix("operations-").replace("-", "/", 1) for name in ids]


class TestLinks:
    """The page's address names the operation that was opened last."""

    def test_a_link_opens_its_operation_and_goes_there(self, browser: Browser) -> None:
        with browser.new_context() as context:
            page = Console(context.new_page(), "#/tokens/create_token").page
            operation = page.locator("#operations-tokens-create_token")
            expect(operation.get_by_role("button", name="Execute")).to_be_visible()
            summary = operation.get_by_role("button", name="Create a token")
            expect(summary).to_be_in_viewport(ratio=1)
            expect(summary).to_be_focused()
            assert opened(page) == ["tokens/create_token"]

    @pytest.mark.parametrize("fragment", ["#/", "#/tasks", "#/tasks/fly", "#/a/b/c"])
    def test_a_link_to_nothing_opens_nothing(self, browser: Browser, fragment: str) -> None:
        with browser.new_context() as context:
            console = Console(context.new_page(), fragment)
            expect(console.operations.first).to_be_visible()
            assert (opened(console.page), console.complaints) == ([], [])

    def test_the_address_follows_what_is_open(self, console: Console) -> None:
        page = console.page
        for operation_id in ("get_tasks", "get_task"):
            console.open(operation_id)
            expect(page).to_have_url(f"{CONSOLE}#/tasks/{operation_id}")
        console.open("get_task")  # closes it
        expect(page).to_have_url(f"{CONSOLE}#/tasks/get_tasks")
        console.open("get_tasks")
        expect(page).to_have_url(CONSOLE)
        assert opened(page) == []

    def test_going_back_and_reloading_show_what_was_open(self, console: Console) -> None:
        page = console.page
        console.open("get_tasks")
        console.open("get_user")
        page.go_back()
        expect(page).to_have_url(f"{CONSOLE}#/tasks/get_tasks")
        assert opened(page) == ["tasks/get_tasks"]
        page.go_forward()
        expect(page).to_have_url(f"{CONSOLE}#/users/get_user")
        page.reload()
        expect(page.locator(".opblock.is-open")).to_have_count(2)
        assert opened(page) == ["tasks/get_tasks", "users/get_user"]

    def test_an_address_that_is_typed_opens_another_operation_as_well(
        self, console: Console
    ) -> None:
        console.open("get_tasks")
        console.page.goto(f"{CONSOLE}#/users/get_user")
        expect(console.page.locator("#operations-users-get_user")).to_be_in_viewport()
        assert opened(console.page) == ["tasks/get_tasks", "users/get_user"]


class TestFiles:
    """A body that is a file can be typed."""

    @pytest.mark.parametrize(
        ("media_type", "text"),
        [
            ("application/jsonl", '{"title": "Typed"}\n{"title": "And typed"}\n'),
            ("application/x-ndjson", '{"title": "Typed"}\n{"title": "And typed"}\n'),
            ("text/csv", "title,labels\nTyped,home\nAnd typed,shop\n"),
        ],
    )
    def test_of_lines_or_a_table(self, console: Console, media_type: str, text: str) -> None:
        console.authorize("miguel", "python")
        operation = console.open("import_tasks")
        operation.get_by_label("Request content type").select_option(media_type)
        body = operation.get_by_label(f"Request body, {media_type}")
        expect(body).not_to_have_value("")  # the document's example
        body.fill(text)
        status, answer = console.execute(operation)
        assert (status, '"imported": 2' in answer) == ("200", True), answer

    def test_begins_with_the_example_of_its_type(self, console: Console) -> None:
        console.authorize("miguel", "python")
        operation = console.open("import_tasks")
        of_type = operation.get_by_label("Request content type")
        for media_type, begin in (
            ("text/csv", "title,"),
            ("application/json", "{\n"),
            ("application/jsonl", '{"title": '),
            ("text/calendar", "BEGIN:VCALENDAR"),
        ):
            of_type.select_option(media_type)
            shown = operation.locator("textarea.body-param__text")
            expect(shown).to_have_value(re.compile(f"^{re.escape(begin)}"))
            status, answer = console.execute(operation)
            assert (media_type, status) == (media_type, "200"), answer

    def test_can_be_emptied_and_typed_anew(self, console: Console) -> None:
        operation = console.open("import_tasks")
        body = operation.get_by_label("Request body, application/jsonl")
        body.fill("")
        body.press_sequentially("{}")
        expect(body).to_have_value("{}")
        operation.get_by_role("button", name="Reset").click()
        expect(body).not_to_have_value("{}")

    def test_of_another_program_has_an_example_to_choose(self, console: Console) -> None:
        console.authorize("miguel", "python")
        operation = console.open("import_tasks")
        operation.get_by_label("Request content type").select_option("text/plain")
        operation.locator(".file-body select").select_option("HolidayTodoist")
        operation.locator("tr[data-param-name=format] select").select_option("todoist")
        status, answer = console.execute(operation)
        assert (status, "imported" in answer) == ("200", True), answer


class TestKeyboard:
    """All that a mouse can do."""

    def test_authorize_is_a_dialog_that_gives_the_focus_back(self, console: Console) -> None:
        page = console.page
        authorize = page.get_by_role("button", name="Authorize", exact=True)
        authorize.focus()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Available authorizations")
        expect(dialog).to_be_visible()
        for _ in range(12):  # The focus stays inside, or leaves the page.
            page.keyboard.press("Tab")
            inside = "document.activeElement.closest('dialog') ?? document.activeElement.tagName"
            assert page.evaluate(f"String({inside})") in {"[object HTMLDialogElement]", "BODY"}
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(authorize).to_be_focused()

    def test_signs_in_and_sends_a_request(self, console: Console) -> None:
        page = console.page
        page.get_by_role("button", name="Authorize", exact=True).focus()
        page.keyboard.press("Enter")
        page.get_by_label("Username").focus()
        page.keyboard.type("miguel")
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED) == "Password"
        page.keyboard.type("python")
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        operation = page.locator("#operations-tasks-get_task")
        operation.get_by_role("button", name="Get a task").focus()
        page.keyboard.press("Enter")
        operation.get_by_label("task_id").fill("2")
        operation.get_by_role("button", name="Execute").focus()
        page.keyboard.press("Enter")
        expect(operation.locator(".live-responses-table")).to_contain_text("Learn Python")
        download = operation.get_by_role("button", name="Download")
        download.focus()
        with page.expect_download():
            page.keyboard.press("Enter")


@pytest.mark.parametrize(("scheme", "width"), [("dark", 390), ("light", 1280)])
def test_axe_finds_nothing_serious(
    browser: Browser, scheme: Literal["light", "dark"], width: int
) -> None:
    installed(TOOLS)
    with browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 844}, bypass_csp=True
    ) as context:
        context.set_default_timeout(30_000)
        console = Console(context.new_page())
        page = console.page

        def check(state: str) -> None:
            page.add_script_tag(path=AXE)
            page.evaluate(STILL)
            assert (state, page.evaluate(RUN)) == (state, [])
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert (state, page.evaluate(wide)) == (state, 0)

        check("a list")
        page.get_by_role("button", name="Authorize", exact=True).click()
        check("authorizing")
        page.keyboard.press("Escape")
        console.authorize("miguel", "python")
        for operation_id in ("get_tasks", "patch_task", "import_tasks"):
            console.execute(console.open(operation_id))
            check(operation_id)
        page.get_by_role("button", name="Schemas").click()
        page.get_by_role("button", name="Task", exact=True).click()
        check("schemas")
        page.goto(f"{ADDRESS}/problems#415")
        check("errors")
