"""Time zones in the web client: a list has one, and the browser that shows it may be in another."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.support.serving import ServedApp
from tests.support.web_client import (
    FORGET_OF_LISTS,
    PASSWORD,
    ApiOfUser,
    WebClient,
    registered,
    shared_list,
)

HERE = "America/New_York"
THERE = "Asia/Tokyo"
NOW = datetime(2027, 1, 14, 20, 0, tzinfo=UTC)
"""A Thursday, at three in the afternoon in New York; in Tokyo it is Friday, five in the morning."""
NUMBERS = count(1)
"""Make the local copy one of before zones were kept."""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in New York, on an afternoon."""
    with browser.new_context(locale="en-GB", timezone_id=HERE) as context:
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.clock.set_fixed_time(NOW)
        yield page


@pytest.fixture
def api(api: ApiOfUser) -> ApiOfUser:
    """The API for somebody whose own list is in New York, and who has one in Tokyo."""
    [own] = api.get("/lists").json()["lists"]
    api.put(own["uri"], json={"time_zone": HERE})
    api.post("/lists", json={"name": "Tokyo", "time_zone": THERE})
    return api


def list_named(api: ApiOfUser, name: str) -> dict[str, Any]:
    """Return a list of the service."""
    lists: list[dict[str, Any]] = api.get("/lists").json()["lists"]
    return next(one for one in lists if one["name"] == name)


def have(api: ApiOfUser, name: str, **due: str) -> None:
    """Have tasks in a list, each with its due time."""
    list_id = list_named(api, name)["id"]
    for title, when in due.items():
        task = {"title": title, "due": when, "list_id": list_id}
        assert api.post("/tasks", json=task).status_code == 201


def due_times(api: ApiOfUser) -> dict[str, str]:
    """Return when the tasks of the service are due, by their titles."""
    return {task["title"]: task["due"] for task in api.get("/tasks").json()["tasks"]}


def shown(client: WebClient) -> list[str]:
    """Return the headings and titles of the list, from top to bottom."""
    return client.page.locator(".list :is(h2, .title)").all_inner_texts()


def due_of(client: WebClient, title: str) -> Locator:
    """What a row says of when a task is due."""
    return client.page.locator(".task", has_text=title).locator(".due")


def chips(client: WebClient) -> Locator:
    """What was understood of the line."""
    return client.page.locator(".chip")


def test_each_list_has_its_own_today_and_what_is_over_there_is_overdue(
    client: WebClient, api: ApiOfUser
) -> None:
    have(api, "Tokyo", Over="2027-01-14", Now="2027-01-15", Next="2027-01-16")
    have(api, "Tokyo", Breakfast="2027-01-14T23:00:00Z")
    have(api, "Tasks", Here="2027-01-14", Later="2027-01-15", Dawn="2027-01-16T05:00:00-05:00")
    client.look_again()
    client.go("Today")
    expect(client.checkbox("Breakfast")).to_be_visible()
    assert shown(client) == ["Overdue", "Over", "Today", "Breakfast", "Here", "Now"]
    expect(due_of(client, "Over")).to_have_text("Overdue: Yesterday GMT+9")
    expect(due_of(client, "Breakfast")).to_have_text("Today 8:00 GMT+9")
    expect(due_of(client, "Here")).to_have_text("Today")
    expect(client.page.locator("[data-view=today] + .count")).to_have_text("4")
    client.go("Upcoming")
    assert shown(client) == ["Tomorrow", "Later", "Saturday", "Dawn", "Next"]
    expect(due_of(client, "Dawn")).to_have_text("Saturday 5:00")


def test_a_line_means_days_and_times_of_the_list_that_it_is_for(
    client: WebClient, api: ApiOfUser
) -> None:
    client.look_again()
    client.go("Tokyo")
    client.adding.fill("Call Aiko tomorrow 17:00")
    expect(chips(client)).to_contain_text(["Tomorrow 17:00 GMT+9"])
    client.adding.press("Enter")
    client.add("Write 6:00")
    client.add("Rest today")
    client.go("Today")
    client.adding.fill("Call Ann tomorrow 17:00")
    expect(chips(client)).to_contain_text(["Tomorrow 17:00"])
    client.adding.press("Enter")
    client.add("Sweep")
    client.saved()
    assert due_times(api) == {
        "Call Aiko": "2027-01-16T17:00:00+09:00",
        "Write": "2027-01-15T06:00:00+09:00",
        "Rest": "2027-01-15",
        "Call Ann": "2027-01-15T17:00:00-05:00",
        "Sweep": "2027-01-14",
    }


def test_a_time_is_chosen_in_the_zone_of_the_list_which_is_told_beside_it(
    client: WebClient, api: ApiOfUser
) -> None:
    have(api, "Tokyo", Call="2027-01-16T00:30:00Z")
    have(api, "Tasks", Sweep="2027-01-16T09:30:00-05:00")
    client.look_again()
    editor = client.open("Call")
    time = editor.get_by_label("Time")
    expect(time).to_have_value("09:30")
    told = re.compile("those of Asia/Tokyo. Where you are: Tomorrow 19:30. “Edit or share”")
    expect(time).to_have_accessible_description(told)
    time.fill("18:00")
    expect(editor).to_contain_text("Where you are: Saturday 4:00.")
    client.saved()
    assert due_times(api)["Call"] == "2027-01-16T18:00:00+09:00"
    editor.get_by_label("Due day").fill("2027-01-20")
    client.saved()
    assert due_times(api)["Call"] == "2027-01-20T18:00:00+09:00"
    time.fill("")
    expect(editor).to_contain_text("Where you are, the day ends: Wednesday 10:00.")
    editor.get_by_role("button", name="Close").click()
    editor = client.open("Sweep")
    expect(editor.get_by_label("Time")).to_have_value("09:30")
    expect(editor).not_to_contain_text("America/New_York")


def test_a_new_list_has_the_zone_of_the_browser_or_another_one_that_is_chosen(
    client: WebClient, api: ApiOfUser
) -> None:
    page = client.page
    for name, zone in (("Kitchen", None), ("Travels", "Europe/Lisbon")):
        page.get_by_role("button", name="New list").click()
        choice = page.get_by_role("combobox", name="Time zone")
        expect(choice.locator("option:checked")).to_contain_text(f"{HERE} (this browser")
        if zone:
            choice.select_option(zone)
        page.get_by_role("textbox", name="Name").fill(name)
        page.get_by_role("button", name="Create the list").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        assert list_named(api, name)["time_zone"] == zone or HERE


def test_the_zone_of_a_list_is_changed_and_its_days_with_it(
    client: WebClient, api: ApiOfUser
) -> None:
    page = client.page
    have(api, "Tokyo", Rest="2027-01-14", Call="2027-01-15T17:00:00+09:00")
    client.look_again()
    client.go("Tokyo")
    expect(due_of(client, "Rest")).to_have_text("Overdue: Yesterday GMT+9")
    page.get_by_role("button", name="Edit or share").click()
    choice = page.get_by_role("combobox", name="Time zone")
    expect(choice).to_have_value(THERE)
    choice.select_option(HERE)
    page.get_by_role("button", name="Save the list").click()
    expect(due_of(client, "Rest")).to_have_text("Today")
    expect(due_of(client, "Call")).to_have_text("Tomorrow 3:00")
    assert list_named(api, "Tokyo")["time_zone"] == HERE
    assert due_times(api)["Call"] == "2027-01-15T17:00:00+09:00"


def test_a_zone_that_is_changed_elsewhere_is_followed_and_kept(page: Page, api: ApiOfUser) -> None:
    have(api, "Tasks", Rest="2027-01-14")
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    expect(due_of(client, "Rest")).to_have_text("Today")
    api.put(list_named(api, "Tasks")["uri"], json={"time_zone": THERE})
    client.look_again()
    expect(due_of(client, "Rest")).to_have_text("Overdue: Yesterday GMT+9")
    client.saved()
    page.route("**/todo/api/**", lambda route: route.abort())
    page.reload()
    expect(client.status).to_have_text("Offline")
    expect(due_of(client, "Rest")).to_have_text("Overdue: Yesterday GMT+9")


def test_a_copy_of_before_zones_were_kept_goes_by_the_clocks_of_the_browser(
    page: Page, api: ApiOfUser
) -> None:
    have(api, "Tokyo", Call="2027-01-15T17:00:00+09:00")
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    expect(due_of(client, "Call")).to_have_text("Today 17:00 GMT+9")
    client.saved()
    page.route("**/todo/api/**", lambda route: route.abort())
    page.evaluate(FORGET_OF_LISTS, [api.username, "time_zone"])
    page.reload()
    expect(due_of(client, "Call")).to_have_text("Tomorrow 3:00")
    client.go("Tokyo")
    page.get_by_role("button", name="Edit or share").click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Tokyo")
    expect(page.get_by_role("combobox", name="Time zone")).to_have_count(0)
    page.keyboard.press("Escape")
    client.reach_again("**/todo/api/**")
    client.saved()
    expect(due_of(client, "Call")).to_have_text("Today 17:00 GMT+9")


def test_a_zone_that_the_browser_does_not_know_counts_as_utc(page: Page, api: ApiOfUser) -> None:
    have(api, "Tokyo", Call="2027-01-16T09:30:00Z")

    def rename(route: Route) -> None:
        lists = api.get("/lists").text.replace(THERE, "Mars/Olympus_Mons")
        route.fulfill(body=lists, content_type="application/json")

    page.route("**/lists", rename)
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    client.saved()
    expect(due_of(client, "Call")).to_have_text("Saturday 9:30 UTC")
    expect(client.open("Call")).to_contain_text("those of UTC. Where you are: Saturday 4:30.")
    assert client.complaints == []


def test_a_member_is_told_the_zone_which_is_its_owners_affair(
    client: WebClient, api: ApiOfUser, service: ServedApp
) -> None:
    page = client.page
    with registered(service) as owner:
        shared_list(owner, api, "editor", "Sweep")
        client.look_again()
        client.go("Kitchen")
        page.get_by_role("button", name="Members").click()
        expect(page.get_by_role("dialog")).to_contain_text("days and times are those of UTC")
        expect(page.get_by_role("combobox", name="Time zone")).to_have_count(0)


class TestOnesOwnList:
    """It is in UTC, unless somebody has said otherwise."""

    @pytest.fixture
    def client(self, page: Page, api: ApiOfUser) -> WebClient:
        """The client of somebody for whom nobody has."""
        api.put(list_named(api, "Tasks")["uri"], json={"time_zone": "UTC"})
        client = WebClient(page)
        client.sign_in(api.username, PASSWORD, stay=True)
        return client

    def test_it_can_have_the_zone_of_the_browser(self, client: WebClient, api: ApiOfUser) -> None:
        offer = client.page.get_by_text("The days of “Tasks” begin and end at midnight in UTC.")
        expect(offer).to_be_visible()
        client.page.get_by_role("button", name=f"Use {HERE}").click()
        expect(offer).to_have_count(0)
        assert list_named(api, "Tasks")["time_zone"] == HERE
        assert client.complaints == []

    def test_or_keep_its_own_and_is_asked_about_no_more(
        self, client: WebClient, api: ApiOfUser
    ) -> None:
        page = client.page
        page.get_by_role("button", name="Keep UTC").click()
        client.saved()
        page.reload()
        client.saved()
        client.adding.fill("Rest tomorrow")
        expect(chips(client)).to_have_count(1)  # what asks has come, too
        expect(page.get_by_role("button", name=f"Use {HERE}")).to_have_count(0)
        assert list_named(api, "Tasks")["time_zone"] == "UTC"

    def test_of_whoever_registers_here_it_has_the_zone_of_the_browser(
        self, page: Page, service: ServedApp
    ) -> None:
        client = WebClient(page)
        username = f"traveller{next(NUMBERS)}"
        page.get_by_role("link", name="Create an account").click()
        page.get_by_role("textbox", name="Username").fill(username)
        page.get_by_role("textbox", name="Password").fill(PASSWORD)
        page.get_by_role("button", name="Create account").click()
        client.saved()
        with ApiOfUser(username, service.base_url) as api:
            assert list_named(api, "Tasks")["time_zone"] == HERE
