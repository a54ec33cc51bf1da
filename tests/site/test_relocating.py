"""Tasks that go into another list in the web client, with what is below them, offline as well."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.support.browser import ADDRESS
from tests.support.serving import ServedApp
from tests.support.web_client import (
    PASSWORD,
    ApiOfUser,
    WebClient,
    held_back,
    registered,
    shared_list,
    until,
)

API = "**/todo/api/**"
BATCHES = "**/tasks/batch"


@pytest.fixture
def kitchen(api: ApiOfUser) -> int:
    """A list beside one's own, where `Bake` has a subtask and `Read` comes last."""
    made: dict[str, Any] = api.post("/lists", json={"name": "Kitchen"}).json()["list"]
    bake = api.post("/tasks", json={"title": "Bake"}).json()["task"]
    api.post("/tasks", json={"title": "Mix", "parent_id": bake["id"]})
    api.post("/tasks", json={"title": "Read"})
    kitchen: int = made["id"]
    return kitchen


@pytest.fixture
def listed(kitchen: int, page: Page, api: ApiOfUser) -> Iterator[WebClient]:  # noqa: ARG001 - the lists are there before
    """The view of one's own list."""
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    client.go("Tasks")
    expect(page.locator(".task")).to_have_count(3)
    client.saved()
    yield client
    assert [line for line in client.complaints if "Failed to load resource" not in line] == []


def choose(client: WebClient, title: str, name: str) -> Locator:
    """Open a task, and put it into a list; return the open task."""
    editor = client.open(title)
    editor.get_by_role("combobox", name="List").select_option(name)
    return editor


def trees(api: ApiOfUser) -> dict[str, list[tuple[str, str | None]]]:
    """Return the tasks of each list with their parents, those of one after it, in their order."""

    def below(list_id: int, parent: dict[str, Any] | None = None) -> list[tuple[str, str | None]]:
        where = {"parent_id": parent["id"]} if parent else {"top_level": True}
        query = {"list_id": list_id, "sort": "position", **where}
        found: list[tuple[str, str | None]] = []
        for task in api.get("/tasks", params=query).json()["tasks"]:
            found.append((task["title"], parent["title"] if parent else None))
            found += below(list_id, task)
        return found

    return {one["name"]: below(one["id"]) for one in api.get("/lists").json()["lists"]}


HERE = [("Bake", None), ("Mix", "Bake"), ("Read", None)]
BRANCH = [("Bake", None), ("Mix", "Bake")]


def assert_agreed(client: WebClient, api: ApiOfUser) -> None:
    """See that nothing is left to send, and that the copy is what the service has."""
    client.saved()
    there = {task["id"]: {**task, "uri": ""} for task in api.get("/tasks").json()["tasks"]}

    def copy() -> dict[int, dict[str, Any]]:
        kept = client.copy_of(api.username, "tasks")
        return {one["id"]: {**one["task"], "uri": ""} for one in kept}

    until(client.page, lambda: copy() == there)
    assert client.copy_of(api.username, "outbox") == []


def test_it_goes_with_its_branch_and_comes_back_where_it_was(
    listed: WebClient, api: ApiOfUser
) -> None:
    page = listed.page
    held = held_back(page, BATCHES)
    editor = choose(listed, "Bake", "Kitchen")
    until(page, lambda: listed.titles == ["Read"])
    expect(page.locator(".toast")).to_contain_text("“Bake” is in “Kitchen” now")
    expect(editor.get_by_role("combobox", name="List")).to_have_value(
        str(api.get("/lists").json()["lists"][1]["id"])
    )
    editor.get_by_role("button", name="Close").click()
    listed.go("Kitchen")
    assert listed.titles == ["Bake", "Mix"]
    until(page, lambda: len(held) == 1)
    held[0].continue_()
    page.unroute(BATCHES)
    listed.saved()
    assert trees(api) == {"Tasks": [("Read", None)], "Kitchen": BRANCH}
    assert_agreed(listed, api)
    assert listed.titles == ["Bake", "Mix"]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".task")).to_have_count(0)
    listed.go("Tasks")
    until(page, lambda: listed.titles == ["Bake", "Mix", "Read"])
    listed.saved()
    assert trees(api) == {"Tasks": HERE, "Kitchen": []}
    assert_agreed(listed, api)
    assert api.get("/trash").json()["tasks"] == []


def test_a_subtask_leaves_its_parent_and_finds_it_again(listed: WebClient, api: ApiOfUser) -> None:
    choose(listed, "Mix", "Kitchen").get_by_role("button", name="Close").click()
    listed.saved()
    assert trees(api) == {"Tasks": [("Bake", None), ("Read", None)], "Kitchen": [("Mix", None)]}
    listed.page.get_by_role("button", name="Undo").click()
    until(listed.page, lambda: listed.titles == ["Bake", "Mix", "Read"])
    listed.saved()
    assert trees(api) == {"Tasks": HERE, "Kitchen": []}
    assert_agreed(listed, api)


def test_undone_before_it_is_sent_it_has_never_been_away(listed: WebClient, api: ApiOfUser) -> None:
    page = listed.page
    ids = {task["id"] for task in api.get("/tasks").json()["tasks"]}
    page.route(API, lambda route: route.abort())
    choose(listed, "Bake", "Kitchen").get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Undo").click()
    until(page, lambda: listed.titles == ["Bake", "Mix", "Read"])
    listed.reach_again(API)
    listed.saved()
    assert {task["id"] for task in api.get("/tasks").json()["tasks"]} == ids
    assert trees(api) == {"Tasks": HERE, "Kitchen": []}


def test_what_is_done_meanwhile_arrives_in_the_other_list(
    listed: WebClient, api: ApiOfUser
) -> None:
    """Also what is done to what is below it, what is added there, and after a reload."""
    page = listed.page
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    page.context.set_offline(offline=True)
    editor = choose(listed, "Bake", "Kitchen")
    editor.get_by_label("High").check()
    editor.get_by_role("textbox", name="Add a subtask").fill("Rest")
    editor.get_by_role("textbox", name="Add a subtask").press("Enter")
    editor.get_by_role("button", name="Close").click()
    listed.go("Kitchen")
    listed.open("Mix").get_by_label("Low").check()
    page.keyboard.press("Escape")
    page.reload()
    until(page, lambda: listed.titles == ["Bake", "Mix", "Rest"])
    page.context.set_offline(offline=False)
    listed.look_again()
    listed.saved()
    assert trees(api) == {"Tasks": [("Read", None)], "Kitchen": [*BRANCH, ("Rest", "Bake")]}
    priorities = {task["title"]: task["priority"] for task in api.get("/tasks").json()["tasks"]}
    assert priorities == {"Bake": 3, "Mix": 1, "Rest": 0, "Read": 0}
    assert_agreed(listed, api)


def test_what_is_done_while_it_is_on_its_way_arrives_there_too(
    listed: WebClient, api: ApiOfUser, service: ServedApp
) -> None:
    """The answer is lost besides: under its key, the move happens once."""
    page = listed.page
    held = held_back(page, BATCHES)
    editor = choose(listed, "Bake", "Kitchen")
    until(page, lambda: len(held) == 1)
    editor.get_by_role("textbox", name="Title").fill("Bake bread")
    editor.get_by_role("button", name="Close").click()
    listed.go("Kitchen")
    listed.checkbox("Mix").check()
    request = held[0].request
    address = request.url.replace(ADDRESS, service.origin)
    headers = {**request.all_headers(), "origin": service.origin}
    assert httpx2.post(address, content=request.post_data, headers=headers).is_success
    held[0].abort()
    page.unroute(BATCHES)
    listed.look_again()
    listed.saved()
    assert trees(api) == {
        "Tasks": [("Read", None)],
        "Kitchen": [("Bake bread", None), ("Mix", "Bake bread")],
    }
    assert {task["title"]: task["done"] for task in api.get("/tasks").json()["tasks"]}["Mix"]
    assert_agreed(listed, api)


def test_several_go_together_and_come_back_together(listed: WebClient, api: ApiOfUser) -> None:
    page = listed.page
    for title in ("Bake", "Mix", "Read"):
        page.locator(".task .name", has_text=title).click(modifiers=["Control"])
    page.get_by_role("combobox", name="Move to list").select_option("Kitchen")
    expect(page.locator(".task")).to_have_count(0)
    expect(page.locator("#list")).to_be_focused()
    expect(page.locator(".toast")).to_contain_text("2 tasks are in “Kitchen” now")
    listed.saved()
    assert trees(api) == {"Tasks": [], "Kitchen": HERE}
    page.keyboard.press("Control+z")
    until(page, lambda: listed.titles == ["Bake", "Mix", "Read"])
    listed.saved()
    assert trees(api) == {"Tasks": HERE, "Kitchen": []}
    assert_agreed(listed, api)


def test_a_long_name_of_a_list_fits_on_a_narrow_screen(listed: WebClient, api: ApiOfUser) -> None:
    page = listed.page
    kitchen = api.get("/lists").json()["lists"][1]
    assert api.put(kitchen["uri"], json={"name": "Longname " * 9 + "indeed"}).is_success
    page.set_viewport_size({"width": 320, "height": 640})
    page.reload()
    page.locator(".task .name", has_text="Bake").click(modifiers=["Control"])
    choice = page.get_by_role("combobox", name="Move to list")
    expect(choice).to_contain_text("Longname")
    for part in (choice, page.get_by_role("group", name="The selected tasks")):
        box = part.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320


def test_another_device_has_it_there_with_what_was_done_to_it(
    listed: WebClient, api: ApiOfUser, browser: Browser
) -> None:
    with browser.new_context() as elsewhere:
        other = WebClient(elsewhere.new_page())
        other.sign_in(api.username, PASSWORD, stay=True)
        other.go("Tasks")
        expect(other.page.locator(".task")).to_have_count(3)
        other.saved()
        other.page.route(API, lambda route: route.abort())
        other.open("Mix").get_by_label("Medium").check()
        choose(listed, "Bake", "Kitchen")
        listed.saved()
        other.reach_again(API)
        until(other.page, lambda: other.titles == ["Read"])
        other.saved()
        assert trees(api) == {"Tasks": [("Read", None)], "Kitchen": BRANCH}
        there = {task["title"]: task["priority"] for task in api.get("/tasks").json()["tasks"]}
        assert there["Mix"] == 2
        assert_agreed(other, api)
        expect(other.page.get_by_role("dialog", name="Task")).to_be_visible()
        expect(other.page.get_by_role("alert")).to_have_text("")
    listed.look_again()
    assert_agreed(listed, api)


def test_another_tab_has_it_there_at_once(listed: WebClient, api: ApiOfUser) -> None:
    other = WebClient(listed.page.context.new_page())
    other.go("Kitchen")
    choose(listed, "Bake", "Kitchen")
    until(other.page, lambda: other.titles == ["Bake", "Mix"])
    listed.saved()
    assert_agreed(other, api)
    assert other.titles == ["Bake", "Mix"]


def large(api: ApiOfUser) -> None:
    """Make the branch one of more tasks than go into another list at once."""
    tasks = {task["title"]: task["id"] for task in api.get("/tasks").json()["tasks"]}
    for _ in range(5):
        create = {"create": {"title": "Part", "parent_id": tasks["Mix"]}}
        assert api.post("/tasks/batch", json={"operations": [create] * 100}).is_success


def gone(api: ApiOfUser) -> None:
    """Delete the list."""
    assert api.delete(api.get("/lists").json()["lists"][1]["uri"]).is_success


@pytest.mark.parametrize(
    ("spoil", "reason"), [(large, "more than 500 tasks"), (gone, "There is no such list")]
)
def test_what_the_service_refuses_is_told_and_undone(
    listed: WebClient, api: ApiOfUser, spoil: Callable[[ApiOfUser], None], reason: str
) -> None:
    page = listed.page
    page.route(API, lambda route: route.abort())
    choose(listed, "Bake", "Kitchen").get_by_label("Low").check()
    page.keyboard.press("Escape")
    until(page, lambda: listed.titles == ["Read"])
    spoil(api)
    listed.reach_again(API)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("“Bake” stays in its list: ", timeout=60_000)
    expect(alert).to_contain_text(reason)
    until(page, lambda: listed.titles[:2] == ["Bake", "Mix"])
    listed.saved()
    assert trees(api)["Tasks"][:2] == BRANCH
    [bake] = [task for task in api.get("/tasks?q=bake").json()["tasks"] if not task["parent_id"]]
    assert bake["priority"] == 1


def test_only_lists_that_one_may_change_are_offered(
    page: Page, api: ApiOfUser, service: ServedApp
) -> None:
    api.post("/tasks", json={"title": "Mine"})
    with registered(service) as owner:
        kitchen = shared_list(owner, api, "viewer", "Theirs")
        client = WebClient(page)
        client.sign_in(api.username, PASSWORD, stay=True)
        client.saved()
        choice = client.open("Mine").get_by_role("combobox", name="List")
        expect(page.get_by_role("combobox", name="Priority")).to_have_count(0)
        expect(choice).to_have_count(0)
        page.keyboard.press("Escape")
        member = f"{kitchen['uri']}/members/{api.username}"
        assert owner.put(member, json={"role": "editor"}).is_success
        client.look_again()
        client.open("Mine")
        expect(choice.get_by_role("option")).to_have_text(["Tasks", "Kitchen"])
        page.route(API, lambda route: route.abort())
        choice.select_option("Kitchen")
        assert owner.put(member, json={"role": "viewer"}).is_success
        client.reach_again(API)
        expect(page.get_by_role("alert")).to_contain_text("“Mine” stays in its list: ")
        client.saved()
        expect(choice).to_have_count(0)
        assert trees(api) == {"Tasks": [("Mine", None)], "Kitchen": [("Theirs", None)]}
