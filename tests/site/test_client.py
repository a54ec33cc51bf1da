"""The web client, as a person uses it: in a browser, on a running service."""

import re
import subprocess
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, Route, expect

from tests.support.browser import ADDRESS
from tests.support.npm import installed
from tests.support.serving import ServedApp
from tests.support.tracing import longest_task
from tests.support.web_client import PASSWORD, TOOLS, ApiOfUser, WebClient, held_back, until
from todo_api.site.pages import CLIENT

NUMBERS = count(1)
LONG_TASK = 50
"""Milliseconds, as browsers have it: what takes longer is felt."""


def tasks_of(api: ApiOfUser) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = api.get("/tasks").json()["tasks"]
    return tasks


HOLD_TASKS = """username => new Promise(resolve => {
  const opening = indexedDB.open(`todo:${username}`);
  opening.onsuccess = () => {
    const db = opening.result;
    const tasks = db.transaction("tasks", "readwrite").objectStore("tasks");
    globalThis.isHeld = true;
    const hold = () => {
      tasks.get("none").onsuccess = () => { resolve(); isHeld ? hold() : db.close(); };
    };
    hold();
  };
})"""
"""Keep the tasks of the local copy locked until ``isHeld`` is false."""


def stored(client: WebClient, api: ApiOfUser, count: int) -> None:
    """Wait until this much to be sent is in the local copy."""
    until(client.page, lambda: len(client.copy_of(api.username, "outbox")) >= count)


def pulled(page: Page) -> Response:
    """Let the client follow the changes now, as when a connection comes back."""
    with page.expect_response("**/tasks/changes**") as answer:
        page.evaluate("dispatchEvent(new Event('online'))")
    return answer.value


ADD_LINES = """async ([from, to]) => {
  const box = document.getElementById("add");
  for (let number = from; number <= to; number++) {
    box.value = `Line ${number}`;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.form.requestSubmit();
    await new Promise((resolve) => setTimeout(resolve));
  }
}"""
"""Adds lines as fast as the page can take them, each in a turn of its event loop."""


class TestSigningIn:
    """Who may see a list."""

    def test_the_demo_fills_in_its_user_and_says_so(self, page: Page) -> None:
        client = WebClient(page)
        expect(page.get_by_text("This is the demo: its user miguel")).to_be_visible()
        page.get_by_role("button", name="Sign in").click()
        expect(client.checkbox("Buy groceries")).to_be_visible()

    def test_a_wrong_password_is_told_and_nothing_typed_is_lost(self, page: Page) -> None:
        client = WebClient(page)
        client.sign_in("miguel", "java")
        expect(page.get_by_role("alert")).to_contain_text("password is wrong. Check both")
        expect(page.get_by_role("textbox", name="Username")).to_have_value("miguel")
        expect(page.get_by_role("textbox", name="Password")).to_have_value("java")

    def test_the_first_list_is_written_by_whoever_registers(self, page: Page) -> None:
        client = WebClient(page)
        page.get_by_role("link", name="Create an account").click()
        page.get_by_role("textbox", name="Username").fill("Susan K")
        page.get_by_role("textbox", name="Password").fill(PASSWORD)
        page.get_by_role("button", name="Create account").click()
        expect(page.locator("#username:focus:invalid")).to_have_accessible_description(
            "Small letters and digits, with . _ - between them."
        )
        page.get_by_role("textbox", name="Username").fill(f"newcomer{next(NUMBERS)}")
        page.get_by_role("textbox", name="Password").fill("short")
        page.get_by_role("button", name="Create account").click()
        expect(page.locator("#password:focus:invalid")).to_have_count(1)  # the browser says why
        page.get_by_role("textbox", name="Password").fill("password")
        page.get_by_role("button", name="Create account").click()
        expect(page.get_by_role("alert")).to_contain_text("harder to guess")
        page.get_by_role("textbox", name="Password").fill(PASSWORD)
        page.get_by_role("button", name="Create account").click()
        client.add("Begin")
        expect(client.checkbox("Begin")).to_be_visible()
        client.saved()

    @pytest.mark.usefixtures("client")
    def test_staying_signed_in_outlasts_the_tab(self, context: BrowserContext) -> None:
        other = WebClient(context.new_page())
        expect(other.adding).to_be_visible()

    def test_without_it_the_tab_alone_is_signed_in(
        self, page: Page, api: ApiOfUser, context: BrowserContext
    ) -> None:
        client = WebClient(page)
        client.sign_in(api.username, PASSWORD)
        expect(client.adding).to_be_visible()
        page.reload()
        expect(client.adding).to_be_visible()
        other = WebClient(context.new_page())
        expect(other.page.get_by_role("button", name="Sign in")).to_be_visible()

    def test_the_token_is_named_after_the_device_and_replaces_its_last_one(
        self, client: WebClient, api: ApiOfUser
    ) -> None:
        names = [token["name"] for token in api.get("/tokens").json()["tokens"]]
        assert names == ["Chrome on Linux"]
        client.page.get_by_role("button", name="Sign out").click()
        client.sign_in(api.username, PASSWORD, stay=True)
        expect(client.adding).to_be_visible()
        assert len(api.get("/tokens").json()["tokens"]) == 1

    def test_a_revoked_token_leads_back_to_signing_in_and_loses_nothing(
        self, page: Page, api: ApiOfUser
    ) -> None:
        client = WebClient(page)
        client.sign_in(api.username, PASSWORD, stay=True)
        client.add("Seen")
        client.saved()
        [token] = api.get("/tokens").json()["tokens"]
        assert api.delete(f"/tokens/{token['id']}").status_code == 200
        client.add("Written too late")
        expect(page.get_by_role("alert")).to_contain_text("Your session has ended")
        client.sign_in(api.username, PASSWORD, stay=True)
        expect(client.checkbox("Written too late")).to_be_visible()
        client.saved()
        assert [task["title"] for task in tasks_of(api)] == ["Seen", "Written too late"]


class TestTasks:
    """What one does all day."""

    def test_a_task_is_added_as_it_was_understood(self, client: WebClient, api: ApiOfUser) -> None:
        client.add("Buy milk tomorrow 17:00 #errand !2")
        expect(client.checkbox("Buy milk")).to_be_visible()
        client.saved()
        [task] = tasks_of(api)
        assert (task["title"], task["labels"], task["priority"]) == ("Buy milk", ["errand"], 2)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT17:00:00\+0[12]:00", task["due"])

    def test_what_is_added_before_it_can_be_understood_waits_for_that_alone(
        self, browser: Browser, api: ApiOfUser
    ) -> None:
        with browser.new_context(locale="en-GB", service_workers="block") as context:
            page = context.new_page()
            held = held_back(page, "**/later.js")
            client = WebClient(page)
            client.sign_in(api.username, PASSWORD)
            client.add("Buy milk !2")
            client.add("Read #book")
            expect(client.adding).to_have_value("")
            until(page, lambda: len(held) == 1)
            expect(client.status).not_to_have_text("All changes saved")
            held[0].continue_()
            expect(client.checkbox("Read")).to_be_visible()
            client.saved()
        found = {(task["title"], task["priority"], *task["labels"]) for task in tasks_of(api)}
        assert found == {("Buy milk", 2), ("Read", 0, "book")}

    def test_lines_keep_their_order_while_what_understands_them_comes(
        self, browser: Browser, api: ApiOfUser
    ) -> None:
        with browser.new_context(locale="de-DE", service_workers="block") as context:
            page = context.new_page()
            held = held_back(page, "**/later.js")
            WebClient(page)
            page.get_by_role("textbox", name="Benutzername").fill(api.username)
            page.get_by_role("textbox", name="Passwort").fill(PASSWORD)
            page.get_by_role("button", name="Anmelden").click()
            page.locator("#add").wait_for()
            page.evaluate(ADD_LINES, [1, 2])
            until(page, lambda: len(held) == 1)
            held[0].continue_()
            page.evaluate(ADD_LINES, [3, 40])
            until(page, lambda: len(tasks_of(api)) == 40)
        assert [task["title"] for task in tasks_of(api)] == [f"Line {n}" for n in range(1, 41)]

    @pytest.mark.parametrize(
        ("place", "line", "found"),
        [
            ("#list/{own}", "Quit", ("own", [], False)),
            ("#list/{garden}", "Dig", ("garden", [], False)),
            ("#today", "Ring", ("own", [], True)),
            ("#label/home", "Sweep", ("own", ["home"], False)),
        ],
    )
    def test_what_is_added_before_it_can_be_understood_goes_where_one_was(
        self,
        browser: Browser,
        api: ApiOfUser,
        place: str,
        line: str,
        found: tuple[str, list[str], bool],
    ) -> None:
        garden, kitchen = (
            api.post("/lists", json={"name": name}).json()["list"]["id"]
            for name in ("Garden", "Kitchen")
        )
        [own] = [one["id"] for one in api.get("/lists").json()["lists"] if one["is_own"]]
        with browser.new_context(locale="en-GB", service_workers="block") as context:
            page = context.new_page()
            held = held_back(page, "**/later.js")
            client = WebClient(page, f"/{place.format(own=own, garden=garden)}")
            client.sign_in(api.username, PASSWORD)
            expect(page.get_by_role("link", name="Kitchen", exact=True)).to_be_visible()
            client.add(line)
            client.go("Kitchen")
            until(page, lambda: len(held) == 1)
            held[0].continue_()
            until(page, lambda: len(tasks_of(api)) == 1)
        [task] = tasks_of(api)
        names = {own: "own", garden: "garden", kitchen: "kitchen"}
        assert (names[task["list_id"]], task["labels"], bool(task["due"])) == found

    def test_what_was_not_meant_can_be_removed_while_typing(
        self, client: WebClient, api: ApiOfUser
    ) -> None:
        client.adding.fill("Watch Tomorrow Never Dies tomorrow #film")
        client.page.get_by_role("button", name="Do not take “Tomorrow”").click()
        client.adding.press("Enter")
        client.saved()
        [task] = tasks_of(api)
        assert (task["title"], task["due"], task["labels"]) == (
            "Watch Tomorrow Never Dies",
            (datetime.now(UTC) + timedelta(days=1, hours=1)).date().isoformat(),
            ["film"],
        )

    def test_a_task_is_ticked_and_found_under_done(self, client: WebClient, api: ApiOfUser) -> None:
        client.add("Read")
        client.checkbox("Read").check()
        expect(client.checkbox("Read")).to_have_count(0)
        client.go("Done")
        expect(client.checkbox("Read")).to_be_checked()
        client.saved()
        assert [task["done"] for task in tasks_of(api)] == [True]

    def test_what_is_ticked_is_as_clear_below_the_pointer_as_elsewhere(
        self, client: WebClient
    ) -> None:
        client.add("Read")
        client.checkbox("Read").click()
        client.go("Done")
        box = client.checkbox("Read")
        colour = "element => getComputedStyle(element).backgroundColor"
        client.page.mouse.move(0, 0)
        before = box.evaluate(colour)
        box.hover()
        assert box.evaluate(colour) == before

    def test_each_member_can_be_edited(self, client: WebClient, api: ApiOfUser) -> None:
        client.add("Raed")
        editor = client.open("Raed")
        editor.get_by_label("Title").fill("Read")
        editor.get_by_label("Description").fill("Chapter **one**")
        editor.get_by_label("Due day").fill("2031-05-06")
        editor.get_by_label("Time").fill("08:30")
        editor.get_by_label("High").check()
        editor.get_by_role("combobox", name="Labels").fill("home, book")
        editor.get_by_role("combobox", name="Labels").press("Enter")
        editor.get_by_role("button", name="Close").click()
        client.saved()
        [task] = tasks_of(api)
        assert {name: task[name] for name in ("title", "description", "due", "priority")} == {
            "title": "Read",
            "description": "Chapter **one**",
            "due": "2031-05-06T08:30:00+02:00",
            "priority": 3,
        }
        assert task["labels"] == ["book", "home"]

    def test_what_is_edited_while_a_batch_is_packed_is_in_the_next_one(
        self, client: WebClient, api: ApiOfUser
    ) -> None:
        """The browser is slow to read its copy, and one writes on; nothing waits for time."""
        client.add("Raed")
        client.saved()
        page = client.page
        while pulled(page).status != 304:  # until all is followed, and its answer writes nothing
            pass
        page.route("**/tasks/changes**", lambda _route: None)  # until it is routed no more
        editor = client.open("Raed")
        with page.expect_request("**/tasks/changes**"):
            editor.get_by_label("Title").fill("Read")
            editor.get_by_label("Description").focus()
        stored(client, api, 1)
        page.evaluate(HOLD_TASKS, api.username)
        with page.expect_response("**/tasks/changes**"):
            page.unroute("**/tasks/changes**")
        page.wait_for_timeout(300)  # for the fault to come; without it all is well at any time
        editor.get_by_label("Description").fill("Chapter one")
        editor.get_by_label("Due day").fill("2031-05-06")
        editor.get_by_label("High").check()
        editor.get_by_role("button", name="Close").click()
        page.evaluate("isHeld = false")
        client.saved()
        [task] = tasks_of(api)
        assert [task[name] for name in ("title", "description", "due", "priority")] == [
            *("Read", "Chapter one", "2031-05-06", 3),
        ]

    @pytest.mark.parametrize(
        ("keys", "due"),
        [("12242031", "2031-12-24"), ("122431", "2031-12-24"), ("12240531", "2030-12-24")],
    )
    def test_a_year_is_meant_as_it_is_typed(
        self, client: WebClient, api: ApiOfUser, keys: str, due: str
    ) -> None:
        client.add("Read 2030-05-06")
        client.saved()
        day = client.open("Read").get_by_label("Due day")
        day.focus()
        for key in keys:  # the browser's own box has the month first
            client.page.keyboard.press(key)
            [shown] = client.page.locator(".task .due").all_inner_texts()
            assert "Overdue" not in shown
        client.page.keyboard.press("Tab")
        client.page.keyboard.press("Escape")
        client.saved()
        assert [task["due"] for task in tasks_of(api)] == [due]

    def test_a_deletion_can_be_undone_and_keeps_the_id(
        self, client: WebClient, api: ApiOfUser
    ) -> None:
        client.add("Keep")
        client.saved()
        [kept] = tasks_of(api)
        client.open("Keep").get_by_role("button", name="Delete").click()
        expect(client.checkbox("Keep")).to_have_count(0)
        client.page.get_by_role("button", name="Undo").click()
        expect(client.checkbox("Keep")).to_be_visible()
        client.saved()
        assert [task["id"] for task in tasks_of(api)] == [kept["id"]]

    def test_a_double_click_undoes_one_thing(self, client: WebClient, api: ApiOfUser) -> None:
        client.add("First")
        client.add("Second")
        client.checkbox("First").check()
        client.page.get_by_role("button", name="Undo").dblclick()
        expect(client.checkbox("First")).not_to_be_checked()
        client.saved()
        assert [(task["title"], task["done"]) for task in tasks_of(api)] == [
            *(("First", False), ("Second", False)),
        ]

    def test_after_ten_seconds_a_deletion_is_sent(self, client: WebClient, api: ApiOfUser) -> None:
        client.add("Go")
        client.saved()
        client.open("Go").get_by_role("button", name="Delete").click()
        client.saved()
        assert tasks_of(api) == []
        expect(client.page.get_by_role("button", name="Undo")).to_have_count(0)

    def test_today_shows_what_is_late_and_upcoming_what_comes(self, client: WebClient) -> None:
        for line in ("Late 2020-01-01", "Now today", "Then in 3 days", "Ever"):
            client.add(line)
        client.go("Today")
        assert client.titles == ["Late", "Now"]
        expect(client.page.locator(".heading").first).to_have_text("Overdue")
        client.go("Upcoming")
        assert client.titles == ["Then"]
        client.go("All tasks")
        assert client.titles == ["Late", "Now", "Then", "Ever"]

    def test_a_search_finds_words_anywhere_in_a_task(self, client: WebClient) -> None:
        for line in ("Buy milk", "Buy bread #bakery", "Sleep"):
            client.add(line)
        search = client.page.get_by_role("searchbox", name="Search")
        search.fill("BUY bak")
        expect(client.page.locator(".task")).to_have_count(1)
        assert client.titles == ["Buy bread"]

    def test_a_description_becomes_no_markup(self, client: WebClient, api: ApiOfUser) -> None:
        text = "<img src=x onerror=alert(1)> [bad](javascript:alert(1)) [good](https://x.example)"
        api.post("/tasks", json={"title": "Nasty", "description": text})
        editor = client.open("Nasty")
        expect(editor.get_by_role("link")).to_have_count(1)
        expect(editor.get_by_role("link")).to_have_attribute("href", "https://x.example")
        expect(editor.locator(".markdown")).to_contain_text("<img src=x onerror=alert(1)>")

    def test_the_keys_do_it_all_and_never_while_typing(
        self, client: WebClient, api: ApiOfUser
    ) -> None:
        keys = client.page.keyboard
        keys.press("q")
        keys.type("exit jokes")
        keys.press("Enter")
        keys.type("Second")
        keys.press("Enter")
        expect(client.checkbox("Second")).to_be_visible()
        keys.press("Escape")
        keys.press("j")
        keys.press("2")
        keys.press("j")
        keys.press("x")
        expect(client.checkbox("Second")).to_have_count(0)
        keys.press("Control+z")
        expect(client.checkbox("Second")).to_be_visible()
        keys.press("e")
        expect(client.page.get_by_role("dialog", name="Task")).to_be_visible()
        keys.press("Escape")
        expect(client.page.get_by_role("dialog", name="Task")).to_be_hidden()
        keys.press("?")
        expect(client.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
        keys.press("Escape")
        expect(client.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
        keys.press("g")
        keys.press("t")
        expect(client.page.get_by_role("heading", level=1)).to_have_text("Today")
        keys.press("/")
        expect(client.page.get_by_role("searchbox", name="Search")).to_be_focused()
        client.saved()
        assert [(task["title"], task["priority"]) for task in tasks_of(api)] == [
            ("exit jokes", 2),
            ("Second", 0),
        ]


class TestAgreement:
    """One list in several places."""

    def test_offline_work_is_marked_survives_a_reload_and_arrives_once_in_order(
        self, page: Page, api: ApiOfUser
    ) -> None:
        client = WebClient(page)
        client.sign_in(api.username, PASSWORD, stay=True)
        client.saved()
        page.route("**/todo/api/**", lambda route: route.abort())
        for title in ("One", "Two", "Three"):
            client.add(title)
        client.checkbox("Two").check()
        expect(client.status).to_have_text("Offline")
        expect(page.get_by_text("3 unsent")).to_be_visible()
        page.reload()
        expect(client.status).to_have_text("Offline")
        assert client.titles == ["One", "Three"]
        client.reach_again("**/todo/api/**")
        client.saved()
        assert [(task["title"], task["done"]) for task in tasks_of(api)] == [
            ("One", False),
            ("Two", True),
            ("Three", False),
        ]

    def test_an_answer_that_was_lost_makes_no_second_task(
        self, page: Page, api: ApiOfUser, service: ServedApp
    ) -> None:
        client = WebClient(page)
        client.sign_in(api.username, PASSWORD, stay=True)
        client.saved()
        lost: list[int] = []

        def lose(route: Route) -> None:
            if lost:
                route.continue_()
            else:
                request = route.request
                address = request.url.replace(ADDRESS, service.origin)
                headers = {**request.all_headers(), "origin": service.origin}
                answer = httpx2.post(address, content=request.post_data, headers=headers)
                lost.append(answer.status_code)
                route.abort()

        page.route("**/tasks/batch", lose)
        client.add("Once")
        client.saved()
        assert lost == [200]
        assert [task["title"] for task in tasks_of(api)] == ["Once"]

    def test_what_others_do_appears_within_seconds(self, client: WebClient, api: ApiOfUser) -> None:
        client.saved()
        afar = api.post("/tasks", json={"title": "From afar"}).headers["Location"]
        expect(client.checkbox("From afar")).to_be_visible(timeout=10_000)
        assert api.delete(afar).status_code == 200
        expect(client.checkbox("From afar")).to_have_count(0, timeout=10_000)

    def test_two_tabs_agree_at_once(self, client: WebClient, context: BrowserContext) -> None:
        other = WebClient(context.new_page())
        expect(other.adding).to_be_visible()
        client.add("Seen in both")
        expect(other.checkbox("Seen in both")).to_be_visible()
        other.checkbox("Seen in both").check()
        expect(client.checkbox("Seen in both")).to_have_count(0)
        client.saved()

    def test_changes_of_both_sides_are_merged_by_member_and_told(
        self, page: Page, api: ApiOfUser
    ) -> None:
        client = WebClient(page)
        client.sign_in(api.username, PASSWORD, stay=True)
        client.add("Draft #home")
        client.saved()
        [draft] = tasks_of(api)
        page.route("**/todo/api/**", lambda route: route.abort())
        editor = client.open("Draft")
        editor.get_by_label("Title").fill("Mine")
        editor.get_by_label("High").check()
        editor.get_by_role("button", name="Close").click()
        expect(client.status).to_have_text("Offline")
        theirs = {"title": "Theirs", "description": "Theirs too", "labels": ["away", "home"]}
        assert api.put(draft["uri"], json=theirs).status_code == 200
        client.reach_again("**/todo/api/**")
        client.saved()
        [task] = tasks_of(api)
        assert (task["title"], task["description"]) == ("Mine", "Theirs too")
        assert (task["priority"], task["labels"]) == (3, ["away", "home"])
        expect(page.get_by_role("alert")).to_contain_text("was changed elsewhere as well (title)")


class TestNothingIsLost:
    """What goes wrong, and what becomes of what was written."""

    def test_an_answer_that_breaks_off_is_asked_for_again(
        self, client: WebClient, api: ApiOfUser
    ) -> None:
        client.saved()
        page = client.page
        page.route(
            "**/tasks/changes**",
            lambda route: route.fulfill(body='{"changes": [', content_type="application/json"),
        )
        client.add("Written meanwhile")
        expect(client.status).to_have_text("Offline")
        client.reach_again("**/tasks/changes**")
        client.saved()
        assert [task["title"] for task in tasks_of(api)] == ["Written meanwhile"]

    def test_what_the_browser_could_not_keep_is_kept_later(
        self, client: WebClient, api: ApiOfUser
    ) -> None:
        client.saved()
        client.page.evaluate("""() => {
          const { transaction } = IDBDatabase.prototype;
          globalThis.heal = () => { IDBDatabase.prototype.transaction = transaction; };
          IDBDatabase.prototype.transaction = () => { throw new DOMException("Full"); };
        }""")
        client.add("Written meanwhile")
        expect(client.status).to_have_text("Not saved")
        expect(client.page.get_by_role("alert")).to_contain_text("could not keep your changes")
        client.page.evaluate("heal()")
        client.saved()
        assert [task["title"] for task in tasks_of(api)] == ["Written meanwhile"]

    def test_who_signs_out_in_one_tab_is_signed_out_in_all(
        self, client: WebClient, context: BrowserContext
    ) -> None:
        other = WebClient(context.new_page())
        other.adding.fill("Not added yet")
        client.page.get_by_role("button", name="Sign out").click()
        expect(other.page.get_by_role("button", name="Sign in")).to_be_visible()
        assert "Not added yet" not in other.page.evaluate("JSON.stringify({...sessionStorage})")

    def test_all_that_was_deleted_elsewhere_while_it_was_changed_is_made_again(
        self, page: Page, api: ApiOfUser
    ) -> None:
        client = WebClient(page)
        client.sign_in(api.username, PASSWORD, stay=True)
        titles = [f"Task {number}" for number in range(5)]
        for title in titles:
            client.add(title)
        client.saved()
        page.route("**/todo/api/**", lambda route: route.abort())
        for title in titles:
            client.checkbox(title).check()
        expect(page.get_by_text("5 unsent")).to_be_visible()
        for task in tasks_of(api):
            assert api.delete(task["uri"]).status_code == 200
        client.reach_again("**/todo/api/**")
        client.saved()
        assert [(task["title"], task["done"]) for task in tasks_of(api)] == [
            (title, True) for title in titles
        ]
        client.go("Done")
        assert sorted(client.titles) == titles

    def test_the_copy_of_a_former_account_of_this_name_is_left_behind(
        self, page: Page, api: ApiOfUser
    ) -> None:
        client = WebClient(page)
        client.sign_in(api.username, PASSWORD, stay=True)
        client.add("Former")
        client.saved()
        pulled(page)
        page.route("**/todo/api/**", lambda route: route.abort())
        client.add("Unsent")
        client.checkbox("Former").check()
        expect(page.get_by_text("2 unsent")).to_be_visible()
        assert api.delete(f"/users/{api.username}").status_code == 200
        account = {"username": api.username, "password": PASSWORD}
        assert api.post("/users", json=account).status_code == 201
        api.post("/tasks", json={"title": "New"})
        client.reach_again("**/todo/api/**")
        expect(page.get_by_role("alert")).to_contain_text("Your session has ended")
        client.sign_in(api.username, PASSWORD, stay=True)
        expect(page.get_by_role("alert")).to_contain_text("is not the one that had this name")
        client.saved()
        assert {(task["title"], task["done"]) for task in tasks_of(api)} == {
            *(("New", False), ("Unsent", False), ("Former", True)),
        }
        expect(client.checkbox("New")).not_to_be_checked()

    def test_for_one_tab_the_device_keeps_only_what_is_unsent(
        self, page: Page, api: ApiOfUser, context: BrowserContext
    ) -> None:
        client = WebClient(page)
        client.sign_in(api.username, PASSWORD)
        client.add("Private")
        client.saved()
        page.route("**/todo/api/**", lambda route: route.abort())
        client.add("Unsent")
        client.checkbox("Private").check()
        expect(page.get_by_text("2 unsent")).to_be_visible()
        page.close()
        other = WebClient(context.new_page())
        other.sign_in(api.username, PASSWORD)
        other.saved()
        assert [(task["title"], task["done"]) for task in tasks_of(api)] == [
            *(("Private", True), ("Unsent", False)),
        ]
        until(other.page, lambda: other.copy_of(api.username, "tasks") == [])

    def test_an_answer_lost_for_longer_than_a_day_makes_no_second_task(
        self, page: Page, api: ApiOfUser, service: ServedApp
    ) -> None:
        client = WebClient(page)
        client.sign_in(api.username, PASSWORD, stay=True)
        client.saved()

        def lose(route: Route) -> None:
            request = route.request
            address = request.url.replace(ADDRESS, service.origin)
            headers = {
                **request.all_headers(),
                "origin": service.origin,
                "idempotency-key": str(next(NUMBERS)),
            }
            sent = httpx2.post(address, content=request.post_data, headers=headers)
            assert sent.status_code == 200
            page.route("**/todo/api/**", lambda route: route.abort())
            route.abort()

        page.route("**/tasks/batch", lose, times=1)
        client.add("Once #home")
        client.add("Twice")
        expect(client.status).to_have_text("Offline")
        page.clock.set_fixed_time(datetime.now(UTC) + timedelta(hours=25))
        client.reach_again("**/todo/api/**")
        client.saved()
        assert sorted(task["title"] for task in tasks_of(api)) == ["Once", "Twice"]
        assert sorted(client.titles) == ["Once", "Twice"]

    def test_what_the_service_asks_to_wait_for_is_waited_for(
        self, page: Page, api: ApiOfUser
    ) -> None:
        client = WebClient(page)
        client.sign_in(api.username, PASSWORD, stay=True)
        client.saved()
        asked: list[str] = []

        def refuse(route: Route) -> None:
            asked.append(route.request.url)
            route.fulfill(status=503, headers={"Retry-After": "3600"}, json={"detail": "No."})

        page.route("**/todo/api/**", refuse)
        client.add("Patient")
        expect(client.status).to_have_text("Not saved")
        before = len(asked)
        client.add("Also patient")
        stored(client, api, 2)
        page.evaluate("dispatchEvent(new Event('online'))")
        client.copy_of(api.username, "outbox")
        assert len(asked) == before


def test_the_texts_are_german_where_the_browser_is(browser: Browser) -> None:
    with browser.new_context(locale="de-DE") as context:
        client = WebClient(context.new_page())
        client.page.get_by_role("button", name="Anmelden").click()
        expect(client.page.get_by_role("textbox", name="Neue Aufgabe")).to_be_visible()
        expect(client.status).to_have_text("Alles gespeichert", timeout=20_000)
        client.page.get_by_role("textbox", name="Neue Aufgabe").fill("Milch morgen 17 Uhr #einkauf")
        expect(client.page.locator(".chip")).to_contain_text(["Morgen 17:00", "#einkauf"])
        assert client.complaints == []


def test_the_views_stand_in_one_line_on_a_phone_in_each_language(browser: Browser) -> None:
    for locale, submit in (("en-US", "Sign in"), ("de-DE", "Anmelden")):
        phone = browser.new_context(locale=locale, viewport={"width": 390, "height": 844})
        with phone as context:
            client = WebClient(context.new_page())
            client.page.get_by_role("button", name=submit).click()
            views = client.page.locator(".side > nav a")
            expect(views).to_have_count(4)
            tops = views.evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
            assert len(set(tops)) == 1, locale


def test_the_service_worker_keeps_one_version_of_them(
    client: WebClient, service: ServedApp
) -> None:
    page = client.page
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    page.evaluate("caches.open('todo-shell-former').then(() => {})")
    page.evaluate("navigator.serviceWorker.getRegistration().then(known => known.unregister())")
    page.reload()
    until(page, lambda: len(page.evaluate("caches.keys()")) == 1)
    [name] = page.evaluate("caches.keys()")
    version = re.fullmatch(r"todo-shell-([0-9a-f]{16})", name)
    assert version
    assert f"-{version[1]}`" in httpx2.get(f"{service.origin}/worker.js").text


def test_ten_thousand_tasks_are_followed_and_scrolled_without_being_in_the_page(
    page: Page, api: ApiOfUser
) -> None:
    lines = "".join(
        f'{{"title": "Task {number}", "due": "2030-{1 + number % 12:02}-{1 + number % 28:02}"}}\n'
        for number in range(10_000)
    )
    headers = {"Content-Type": "application/jsonl"}
    answer = api.post("/tasks/import", content=lines, headers=headers, timeout=120)
    assert answer.json() == {"imported": 10_000}
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    expect(client.status).to_have_text("All changes saved", timeout=120_000)
    expect(page.get_by_text("10,000 tasks")).to_be_visible()
    assert page.locator(".task").count() < 60
    page.locator("#list").evaluate("list => list.scrollTo(0, list.scrollHeight)")
    expect(client.checkbox("Task 9999")).to_be_visible()
    page.get_by_role("searchbox", name="Search").fill("task 4321")
    expect(page.locator(".task")).to_have_count(1)
    expect(client.checkbox("Task 4321")).to_be_visible()
    page.reload()
    expect(page.get_by_text("10,000 tasks")).to_be_visible()
    client.saved()
    page.get_by_role("searchbox", name="Search").focus()
    for key, found in (
        ("t", "10,000"),
        ("9", "0"),
        ("Backspace", "10,000"),
        ("Backspace", "10,000"),
    ):
        assert longest_task(page, partial(page.keyboard.press, key)) < LONG_TASK
        expect(page.get_by_text(f"{found} tasks")).to_be_visible()


class TestTools:
    """What Node.js checks."""

    def test_vendor_js_is_what_its_sources_make(self) -> None:
        assert npm("run", "--silent", "vendor") == (CLIENT / "vendor.js").read_text("utf-8")

    def test_the_licence_of_each_vendored_package_is_beside_it(self) -> None:
        licences = (CLIENT / "vendor.licences.txt").read_text("utf-8")
        packages = {"preact", "@preact/signals", "@preact/signals-core", "htm", "openapi-fetch"}
        assert packages <= set(re.findall(r"^(\S+) \d+\.\d+\.\d+$", licences, re.MULTILINE))

    def test_the_types_hold_against_the_document(self) -> None:
        npm("run", "--silent", "check")

    def test_style_and_format_are_kept(self) -> None:
        npm("run", "--silent", "style")

    def test_the_pure_modules_pass_their_own_tests(self) -> None:
        npm("run", "--silent", "test")


def npm(*arguments: str) -> str:
    """Run npm in the folder of the tools to a happy end; return what it printed."""
    installed(TOOLS)
    done = subprocess.run(
        ["npm", *arguments],
        cwd=TOOLS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
