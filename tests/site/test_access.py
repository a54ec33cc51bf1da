"""The web client for everybody: WCAG 2.2 AA, as far as a program can tell, in each state."""

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.support.npm import installed
from tests.support.serving import ServedApp
from tests.support.web_client import (
    PASSWORD,
    TOOLS,
    ApiOfUser,
    WebClient,
    registered,
    shared_list,
)

AXE = TOOLS / "node_modules" / "axe-core" / "axe.min.js"
RUN = """() => axe
  .run({ resultTypes: ["violations"], rules: { "target-size": { enabled: true } } })
  .then(({ violations }) => violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]))
"""
STILL = "Promise.all(document.getAnimations().map(({ finished }) => finished)).then(() => {})"
WHERE = """() => {
  const element = document.activeElement;
  const name = element.labels?.[0]?.textContent || element.textContent;
  const isSeen = getComputedStyle(element).outlineStyle !== "none";
  return [(element.ariaLabel ?? name).trim().replace(/\\s+/gu, " "), isSeen];
}"""


class Checked:
    """A page of one width in which axe-core has to find nothing."""

    def __init__(self, page: Page) -> None:
        installed(TOOLS)
        self.page = page
        self.client = WebClient(page)
        page.add_script_tag(path=AXE)

    def check(self, state: str) -> None:
        """See that nothing is wrong, and nothing beyond the edge."""
        self.page.evaluate(STILL)
        assert (state, self.page.evaluate(RUN)) == (state, [])
        too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert (state, self.page.evaluate(too_wide)) == (state, 0)


@pytest.mark.parametrize(("scheme", "width"), [("dark", 320), ("light", 1280)])
def test_axe_finds_nothing_in_any_state(
    browser: Browser,
    service: ServedApp,
    api: ApiOfUser,
    scheme: Literal["dark", "light"],
    width: int,
) -> None:
    with browser.new_context(
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        bypass_csp=True,
        timezone_id="Asia/Tokyo",
    ) as context:
        checked = Checked(context.new_page())
        page, client, check = checked.page, checked.client, checked.check
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        check("signing in")
        page.evaluate("sessionStorage.setItem('todo.invitation', 'none')")
        page.get_by_role("link", name="Create an account").click()
        check("registering")
        page.get_by_role("link", name="I have an account").click()
        client.sign_in("miguel", "java")
        expect(page.get_by_role("alert")).not_to_be_empty()
        check("refused")
        expect(page.get_by_text("You are invited to a list")).to_be_visible()
        client.sign_in(api.username, PASSWORD)
        expect(page.get_by_text("This invitation leads nowhere")).to_be_visible()
        check("an invitation that is none")
        page.get_by_role("button", name="Close").click()
        expect(client.adding).to_be_visible()
        check_tasks(checked)
        check_lists(checked)
        check_shared_lists(checked, service, api)
        check_trash(checked)
        check_account(checked)
        check_agreement(checked, api)
        check_zones(checked, api)


def check_tasks(checked: Checked) -> None:
    """Check each view, and what opens over it."""
    page, client, check = checked.page, checked.client, checked.check
    check("empty")
    for line in ("Late 2020-01-01 !3", "Soon tomorrow 9:00 #home !1", "Plain", "Gone"):
        client.add(line)
    client.checkbox("Gone").check()
    check("a list")
    client.adding.fill("Buy milk tomorrow #errand")
    check("typing")
    client.open("Soon")
    check("a task")
    page.get_by_label("Repeat").select_option("Every week")
    check("a task that repeats")
    page.get_by_role("textbox", name="Add a subtask").fill("Sooner")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Subtasks of “Soon”")).to_have_count(1)
    check("a task with a subtask")
    page.get_by_role("combobox", name="Subtask of").fill("Pla")
    page.keyboard.press("Tab")
    check("a task below one that is not there")
    page.get_by_label("Title").fill("")
    check("a task without a title")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Late").click(modifiers=["ControlOrMeta"])
    check("selected")
    for view in ("Today", "Upcoming", "Done"):
        client.go(view)
        check(view)
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    check("keys")
    page.keyboard.press("Escape")


def check_lists(checked: Checked) -> None:
    """Check a list of one's own making, and what is there to make and edit it."""
    page, client, check = checked.page, checked.client, checked.check
    client.open_menu()
    check("the menu")
    page.get_by_role("button", name="New list").click()
    page.get_by_role("textbox", name="Name").fill("The kitchen")
    check("a new list")
    page.get_by_role("button", name="Create the list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The kitchen")
    client.add("Sweep")
    client.open("Sweep")
    expect(page.get_by_role("button", name="Move up")).to_be_visible()
    check("a task that can be moved")
    page.keyboard.press("Escape")
    check("a list of several")
    page.get_by_role("button", name="Edit or share").click()
    expect(page.get_by_role("button", name="Delete the list")).to_be_visible()
    check("a list, edited")
    page.get_by_role("button", name="Make an invitation").click()
    expect(page.get_by_role("button", name="Withdraw")).to_be_visible()
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_text("The link is")).to_be_visible()
    check("an invitation")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    client.go("All tasks")
    expect(page.locator(".task", has_text="The kitchen")).to_have_count(1)
    check("tasks of several lists")


def check_shared_lists(checked: Checked, service: ServedApp, api: ApiOfUser) -> None:
    """Check somebody else's list, which can only be read."""
    page, client, check = checked.page, checked.client, checked.check
    with registered(service) as owner:
        shared_list(owner, api, "viewer", "Read")
        client.look_again()
        client.open_menu()
        client.go("Kitchen")
        expect(client.checkbox("Read")).to_be_disabled()
        check("a list to read")
        client.open("Read")
        check("a task to read")
        page.keyboard.press("Escape")
        page.keyboard.press("x")
        expect(page.get_by_role("alert")).to_contain_text("only read")
        check("nothing changed")
        page.get_by_role("button", name="Dismiss").click()
        page.get_by_role("button", name="Members").click()
        expect(page.get_by_text(owner.username)).to_be_visible()
        check("the members")
        page.keyboard.press("Escape")
        mine = api.post("/lists", json={"name": "Mine"}).json()["list"]
        code = api.post(f"{mine['uri']}/invitations", json={"role": "editor"}).json()
        owner.post("/invitations/redeem", json={"code": code["invitation"]["code"]})
        client.look_again()
        client.open_menu()
        client.go("Mine")
        page.get_by_role("button", name="Edit or share").click()
        expect(page.get_by_role("button", name="Make owner")).to_be_visible()
        check("the members, as their owner")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        client.add("Ask")
        client.open("Ask").get_by_label("Assigned to").select_option(owner.username)
        check("a task that is assigned")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def check_trash(checked: Checked) -> None:
    """Check the trash, empty and not."""
    page, client, check = checked.page, checked.client, checked.check
    client.open_menu()
    client.go("Trash")
    expect(page.get_by_text("Nothing is in the trash.")).to_be_visible()
    check("the trash, empty")
    client.go("All tasks")
    client.open("Sweep").get_by_role("button", name="Delete").click()
    client.hide()
    client.show()
    client.open_menu()
    client.go("Trash")
    expect(page.get_by_role("button", name="Restore “Sweep”")).to_be_visible()
    check("the trash")
    client.go("All tasks")


def check_account(checked: Checked) -> None:
    """Check the account page."""
    page, client, check = checked.page, checked.client, checked.check
    client.open_menu()
    page.get_by_role("button", name="Account").click()
    expect(page.get_by_label("Password")).to_be_visible()
    check("the account, locked")
    page.get_by_label("Password").fill("java")
    page.get_by_label("Password").press("Enter")
    expect(page.get_by_text("The password is wrong")).to_be_visible()
    check("the account, refused")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    expect(page.get_by_role("button", name="Revoke")).to_be_visible()
    check("the account, open")
    page.keyboard.press("Escape")


def check_agreement(checked: Checked, api: ApiOfUser) -> None:
    """Check how it looks while the service is away, and after a conflict."""
    page, client, check = checked.page, checked.client, checked.check
    client.go("All tasks")
    client.saved()
    page.route("**/todo/api/**", lambda route: route.abort())
    client.open("Plain").get_by_label("Title").fill("Mine")
    page.keyboard.press("Escape")
    expect(client.status).to_have_text("Offline")
    check("offline")
    plain = next(task for task in api.get("/tasks").json()["tasks"] if task["title"] == "Plain")
    api.put(f"/tasks/{plain['id']}", json={"title": "Theirs"})
    client.reach_again("**/todo/api/**")
    expect(page.get_by_role("alert")).to_contain_text("was changed elsewhere", timeout=20_000)
    check("a conflict")


def check_zones(checked: Checked, api: ApiOfUser) -> None:
    """Check what is told where a list has another zone than the browser."""
    page, client, check = checked.page, checked.client, checked.check
    [own, *_] = api.get("/lists").json()["lists"]
    api.put(own["uri"], json={"time_zone": "UTC"})
    client.look_again()
    expect(page.get_by_role("button", name="Keep UTC")).to_be_visible()
    check("the question which zone one's own list is to have")
    expect(client.open("Late")).to_contain_text("those of UTC")
    check("a task on a day of another zone")


def test_axe_finds_nothing_in_german(browser: Browser, service: ServedApp, api: ApiOfUser) -> None:
    with (
        registered(service) as owner,
        browser.new_context(
            locale="de-DE", viewport={"width": 320, "height": 800}, bypass_csp=True
        ) as context,
    ):
        kitchen = owner.post("/lists", json={"name": "Küche"}).json()["list"]
        offered = owner.post(f"{kitchen['uri']}/invitations", json={"role": "viewer"}).json()
        checked = Checked(context.new_page())
        page = checked.page
        page.get_by_label("Benutzername").fill(api.username)
        page.get_by_label("Passwort").fill(PASSWORD)
        checked.check("signing in")
        code = offered["invitation"]["code"]
        page.evaluate("code => sessionStorage.setItem('todo.invitation', code)", code)
        page.get_by_role("button", name="Anmelden").click()
        expect(page.get_by_role("button", name="Beitreten")).to_be_focused()
        expect(page.get_by_role("dialog")).to_contain_text(
            f"{owner.username} lädt zu „Küche“ ein, nur zum Lesen der Aufgaben."
        )
        checked.check("an invitation")
        page.get_by_role("button", name="Jetzt nicht").click()
        page.get_by_role("textbox", name="Neue Aufgabe").fill("Milch kaufen morgen #einkauf")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Milch kaufen").click()
        checked.check("a task")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Menü").click()
        page.get_by_role("button", name="Neue Liste").click()
        expect(page.get_by_role("button", name="Liste anlegen")).to_be_visible()
        checked.check("a new list")
        page.keyboard.press("Escape")
        page.get_by_role("link", name="Papierkorb").click()
        expect(page.get_by_text("Im Papierkorb ist nichts.")).to_be_visible()
        checked.check("the trash")
        page.get_by_role("button", name="Menü").click()
        page.get_by_role("button", name="Konto").click()
        page.get_by_label("Passwort").fill(PASSWORD)
        page.get_by_role("button", name="Weiter").click()
        expect(page.get_by_role("button", name="Widerrufen")).to_be_visible()
        checked.check("the account")


def test_the_focus_goes_through_the_page_in_its_order_and_is_seen(client: WebClient) -> None:
    client.add("Read #book")
    client.saved()
    client.page.reload()
    expect(client.checkbox("Read")).to_be_visible()
    names = []
    for _ in range(18):
        client.page.keyboard.press("Tab")
        name, is_seen = client.page.evaluate(WHERE)
        assert is_seen, name
        names.append(name)
    assert names == [
        "Skip to the tasks",
        "Today",
        "Upcoming",
        "All tasks",
        "Done",
        "Tasks",
        "New list",
        "#book",
        "ThemeSystemLightDark",
        "Trash",
        "Account",
        "Shortcuts",
        "API console",
        "Sign out",
        "Search",
        "Add a task",
        "Read",
        "Read#book",
    ]


def test_what_happens_is_told_in_regions_that_were_there_before(client: WebClient) -> None:
    page = client.page
    client.saved()
    regions = page.evaluate_handle(
        "['.undo[aria-live]', '.selection[aria-live]', '.troubles[role=alert]', '[role=status]']"
        ".map((selector) => document.querySelector(selector))"
    )
    client.add("Read")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    client.page.locator(".task .name").click(modifiers=["ControlOrMeta"])
    expect(page.get_by_text("1 selected")).to_be_visible()
    client.saved()
    told = page.evaluate(
        "(regions) => regions.map((region) => region.isConnected && region.textContent.trim())",
        regions,
    )
    assert "Added" in told[0]
    assert "1 selected" in told[1]
    assert told[2:] == ["", "All changes saved"]


@pytest.mark.parametrize(("motion", "moving"), [("no-preference", 1), ("reduce", 0)])
def test_nothing_moves_where_motion_is_reduced(
    browser: Browser, api: ApiOfUser, motion: Literal["no-preference", "reduce"], moving: int
) -> None:
    with browser.new_context(reduced_motion=motion) as context:
        client = WebClient(context.new_page())
        client.sign_in(api.username, PASSWORD)
        client.page.evaluate(
            "() => { globalThis.moved = 0;"
            " addEventListener('animationstart', () => (globalThis.moved += 1)); }"
        )
        client.add("Read")
        undo = client.page.get_by_role("button", name="Undo")
        expect(undo).to_be_visible()
        client.page.evaluate(STILL)
        assert client.page.evaluate("globalThis.moved") == moving


@pytest.mark.parametrize("percent", [200, 400])
def test_enlarged_it_works_in_one_column(browser: Browser, api: ApiOfUser, percent: int) -> None:
    scale = percent / 100
    size: ViewportSize = {"width": round(1280 / scale), "height": round(1024 / scale)}
    with browser.new_context(viewport=size, device_scale_factor=scale) as context:
        client = WebClient(context.new_page())
        client.sign_in(api.username, PASSWORD)
        for title in ("One", "Two", "Three"):
            client.add(title)
        client.checkbox("Three").check()
        expect(client.checkbox("Three")).to_have_count(0)
        client.open("Two").get_by_label("Due day").fill("2031-05-06")
        client.page.get_by_role("button", name="Close").click()
        expect(client.page.get_by_role("button", name="Two")).to_contain_text("2031")
        width = client.page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"]
        client.saved()
