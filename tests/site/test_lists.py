"""The web client's lists: which there are, what is in them, and what becomes of those that go."""

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

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

MAKE_FORMER_COPY = """([username, tasks, entries, next]) => new Promise((resolve) => {
  const opening = indexedDB.open(`todo:${username}`, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("tasks", { keyPath: "key" });
    opening.result.createObjectStore("outbox", { keyPath: "seq" });
    opening.result.createObjectStore("progress");
  };
  opening.onsuccess = () => {
    const db = opening.result;
    const writing = db.transaction(["tasks", "outbox", "progress"], "readwrite");
    for (const task of tasks) writing.objectStore("tasks").put(task);
    for (const entry of entries) writing.objectStore("outbox").put(entry);
    writing.objectStore("progress").put(next, "next");
    writing.objectStore("progress").put(next, "mark");
    writing.oncomplete = () => { db.close(); resolve(); };
  };
})"""
"""Keep a local copy as the client did that knew no lists."""

MEMBERS = ("title", "description", "done", "due", "priority", "labels")


def named_lists(page: Page) -> Locator:
    """The links to the lists."""
    return page.get_by_role("navigation", name="Lists").get_by_role("link")


def make_list(client: WebClient, name: str) -> None:
    """Make a list, and be in it."""
    client.page.get_by_role("button", name="New list").click()
    client.page.get_by_role("textbox", name="Name").fill(name)
    client.page.get_by_role("button", name="Create the list").click()
    expect(client.page.get_by_role("heading", level=1)).to_have_text(name)
    expect(client.page.get_by_role("dialog")).to_have_count(0)


def tasks_by_list(api: ApiOfUser) -> dict[str, list[str]]:
    """Return the titles of the tasks that the service has, by the names of their lists."""
    lists: list[dict[str, Any]] = api.get("/lists").json()["lists"]
    return {
        one["name"]: [task["title"] for task in api.get(one["tasks_uri"]).json()["tasks"]]
        for one in lists
    }


def test_what_was_begun_about_one_list_is_not_done_to_another(
    client: WebClient, api: ApiOfUser
) -> None:
    page = client.page
    for name in ("Garden", "Kitchen"):
        api.post("/lists", json={"name": name})
    client.look_again()
    client.go("Garden")
    client.go("Kitchen")
    page.get_by_role("button", name="Edit or share").click()
    page.get_by_role("textbox", name="Name").fill("The kitchen")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Garden")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Edit or share").click()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Garden")


def test_a_list_is_made_filled_named_and_deleted(client: WebClient, api: ApiOfUser) -> None:
    page = client.page
    client.saved()
    expect(named_lists(page)).to_have_text(["Tasks"])
    make_list(client, "Kitchen")
    expect(client.adding).to_be_focused()
    client.add("Sweep")
    client.go("Today")
    client.add("Call today")
    client.go("All tasks")
    expect(page.locator(".task", has_text="Sweep")).to_contain_text("Kitchen")
    client.saved()
    assert tasks_by_list(api) == {"Tasks": ["Call"], "Kitchen": ["Sweep"]}
    client.go("Tasks")
    assert client.titles == ["Call"]

    client.go("Kitchen")
    page.get_by_role("button", name="Edit or share").click()
    page.get_by_role("textbox", name="Name").fill("The kitchen")
    page.get_by_role("button", name="Save the list").click()
    expect(named_lists(page)).to_have_text(["Tasks", "The kitchen"])
    assert client.titles == ["Sweep"]

    page.get_by_role("button", name="Edit or share").click()
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Delete the list").click()
    assert list(tasks_by_list(api)) == ["Tasks", "The kitchen"]
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete the list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All tasks")
    expect(named_lists(page)).to_have_text(["Tasks"])
    assert client.titles == ["Call"]
    client.saved()
    assert tasks_by_list(api) == {"Tasks": ["Call"]}


def test_the_button_that_stands_out_makes_the_list_and_the_other_one_closes(
    client: WebClient,
) -> None:
    client.page.get_by_role("button", name="New list").click()
    dialog = client.page.get_by_role("dialog")
    expect(dialog.get_by_role("button")).to_have_text(["Create the list", "Close"])
    expect(dialog.locator("button.primary")).to_have_text("Create the list")


def test_ones_own_list_stays_and_says_so(client: WebClient) -> None:
    client.go("Tasks")
    client.page.get_by_role("button", name="Edit or share").click()
    dialog = client.page.get_by_role("dialog")
    expect(dialog).to_contain_text("it stays as long as your account")
    expect(dialog.get_by_role("button", name="Delete the list")).to_have_count(0)


def test_what_the_service_refuses_is_told_and_nothing_typed_is_lost(
    page: Page, api: ApiOfUser
) -> None:
    while api.post("/lists", json={"name": "One more"}).status_code == 201:
        pass
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    page.get_by_role("button", name="New list").click()
    page.get_by_role("textbox", name="Name").fill("Too many")
    page.get_by_role("button", name="Create the list").click()
    expect(page.get_by_role("dialog")).to_contain_text("You have 50 lists, the most")
    expect(page.get_by_role("textbox", name="Name")).to_have_value("Too many")


def test_a_list_needs_the_service_and_its_tasks_do_not(page: Page, api: ApiOfUser) -> None:
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    make_list(client, "Kitchen")
    client.saved()
    page.route("**/todo/api/**", lambda route: route.abort())
    client.add("Sweep")
    expect(client.status).to_have_text("Offline")
    page.get_by_role("button", name="New list").click()
    expect(page.get_by_role("dialog")).to_contain_text("needs a connection to the service")
    page.get_by_role("textbox", name="Name").fill("Garden")
    page.get_by_role("button", name="Create the list").click()
    expect(page.get_by_role("dialog")).to_contain_text("The service cannot be reached")
    page.keyboard.press("Escape")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kitchen")
    expect(client.checkbox("Sweep")).to_be_visible()
    client.reach_again("**/todo/api/**")
    client.saved()
    assert tasks_by_list(api) == {"Tasks": [], "Kitchen": ["Sweep"]}


def test_lists_that_come_and_go_elsewhere_are_followed(client: WebClient, api: ApiOfUser) -> None:
    page = client.page
    client.saved()
    shared = api.post("/lists", json={"name": "Garden"}).json()["list"]
    api.post("/tasks", json={"title": "Dig", "list_id": shared["id"]})
    client.look_again()
    expect(named_lists(page)).to_have_text(["Tasks", "Garden"])
    expect(client.checkbox("Dig")).to_be_visible()
    api.put(shared["uri"], json={"name": "The garden"})
    client.look_again()
    expect(named_lists(page)).to_have_text(["Tasks", "The garden"])
    client.go("The garden")
    assert api.delete(shared["uri"]).status_code == 200
    client.look_again()
    expect(named_lists(page)).to_have_text(["Tasks"])
    expect(page.get_by_role("heading", level=1)).to_have_text("All tasks")
    expect(client.checkbox("Dig")).to_have_count(0)
    until(page, lambda: client.copy_of(api.username, "tasks") == [])
    until(page, lambda: len(client.copy_of(api.username, "lists")) == 1)


def test_what_was_written_for_a_list_that_is_gone_goes_into_ones_own(
    page: Page, api: ApiOfUser
) -> None:
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    make_list(client, "Kitchen")
    client.add("Known")
    client.saved()
    page.route("**/todo/api/**", lambda route: route.abort())
    client.add("Written in the dark")
    client.checkbox("Known").check()
    expect(page.get_by_text("2 unsent")).to_be_visible()
    kitchen = api.get("/lists").json()["lists"][1]
    assert api.delete(kitchen["uri"]).status_code == 200
    client.reach_again("**/todo/api/**")
    client.saved()
    titles = tasks_by_list(api)["Tasks"]
    assert sorted(titles) == ["Known", "Written in the dark"]
    expect(page.get_by_role("alert")).to_contain_text("The list of “Written in the dark” is gone")
    expect(page.get_by_role("alert")).to_contain_text("The list of “Known” is gone")
    expect(page.get_by_role("alert")).not_to_contain_text("deleted elsewhere")


def test_what_was_written_before_one_could_only_read_is_undone_or_goes_into_ones_own_list(
    page: Page, api: ApiOfUser, service: ServedApp
) -> None:
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    with registered(service) as other:
        kitchen = shared_list(other, api, "editor", "Sweep")
        client.look_again()
        client.go("Kitchen")
        page.route("**/todo/api/**", lambda route: route.abort())
        client.checkbox("Sweep").check()
        client.add("Mop")
        expect(page.get_by_text("2 unsent")).to_be_visible()
        member = f"{kitchen['uri']}/members/{api.username}"
        assert other.put(member, json={"role": "viewer"}).status_code == 200
        client.reach_again("**/todo/api/**")
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("You can only read the list of “Sweep”")
        expect(client.checkbox("Sweep")).not_to_be_checked()
        expect(alert).to_contain_text("The list of “Mop” is gone, or can only be read")
        client.saved()
        assert tasks_by_list(api) == {"Tasks": ["Mop"], "Kitchen": ["Sweep"]}


@pytest.mark.parametrize("titles", [["Sweep"], ["Sweep", "Mop"]])
def test_what_is_undone_as_one_can_only_read_is_not_to_be_undone_once_more(
    page: Page, api: ApiOfUser, service: ServedApp, titles: list[str]
) -> None:
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD)
    with registered(service) as other:
        kitchen = shared_list(other, api, "editor", *titles)
        client.look_again()
        client.go("Kitchen")
        expect(client.checkbox(titles[-1])).to_be_visible()
        held = held_back(page, "**/tasks/batch")
        page.locator("#list").focus()
        page.keyboard.press("j")
        for _ in titles[1:]:
            page.keyboard.press("Shift+J")
        page.keyboard.press("x")
        undoing = page.get_by_role("button", name="Undo")
        expect(undoing).to_be_visible()
        until(page, lambda: len(held) == 1)
        member = f"{kitchen['uri']}/members/{api.username}"
        assert other.put(member, json={"role": "viewer"}).status_code == 200
        held[0].continue_()
        page.unroute("**/tasks/batch")
        told = page.get_by_role("alert").get_by_text("so your change was undone")
        expect(told).to_have_count(len(titles))
        expect(undoing).to_have_count(0, timeout=3_000)  # before it would go by itself


@pytest.mark.parametrize("stay", [True, False])
def test_a_copy_of_before_there_were_lists_loses_nothing_that_is_unsent(
    page: Page, api: ApiOfUser, *, stay: bool
) -> None:
    kept = api.post("/tasks", json={"title": "Raed"})
    task = kept.json()["task"]
    del task["list_id"]
    at = {"key": str(task["id"]), "after": 0}
    was = {name: task[name] for name in MEMBERS}
    empty = {**was, "title": ""}
    entries = [
        {**at, "seq": 1, "kind": "update", "fields": {"title": "Read"}, "was": was},
        {**at, "seq": 2, "key": "new", "kind": "create", "fields": {"title": "Unsent"}}
        | {"was": empty},
    ]
    copied = [{"key": at["key"], "id": task["id"], "task": task, "etag": kept.headers["ETag"]}]
    following = api.get("/tasks/changes").json()["next"]
    page.goto(ADDRESS)
    page.evaluate(MAKE_FORMER_COPY, [api.username, copied, entries, following])
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=stay)
    client.saved()
    assert tasks_by_list(api) == {"Tasks": ["Read", "Unsent"]}
    client.go("Tasks")
    assert client.titles == ["Read", "Unsent"]
    if stay:
        copy = client.copy_of(api.username, "tasks")
        assert {one["task"].get("list_id") for one in copy} == {
            one["id"] for one in client.copy_of(api.username, "lists")
        }
    else:
        until(page, lambda: client.copy_of(api.username, "tasks") == [])
        assert client.copy_of(api.username, "lists") == []
