"""The web client's trash: what was deleted comes back under its id, or goes for good."""

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.web_client import PASSWORD, ApiOfUser, WebClient, until


def tasks_of(api: ApiOfUser) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = api.get("/tasks").json()["tasks"]
    return tasks


def trash_of(api: ApiOfUser) -> list[str]:
    return [task["title"] for task in api.get("/trash").json()["tasks"]]


def delete(client: WebClient, api: ApiOfUser, title: str) -> None:
    """Delete a task, and send that without waiting for ten seconds."""
    client.open(title).get_by_role("button", name="Delete").click()
    client.hide()
    until(client.page, lambda: title in trash_of(api))
    client.show()
    client.saved()


@pytest.fixture
def lasting(page: Page, api: ApiOfUser) -> WebClient:
    """The client, in which undoing stays possible, as its clock stands still."""
    page.clock.set_fixed_time(datetime.now(UTC))
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    return client


def test_a_deletion_that_has_been_sent_is_undone_under_its_id_as_it_was(
    lasting: WebClient, api: ApiOfUser, context: BrowserContext
) -> None:
    lasting.add("Keep #home !2")
    lasting.saved()
    [kept] = tasks_of(api)
    other = WebClient(context.new_page())
    expect(other.checkbox("Keep")).to_be_visible()
    delete(lasting, api, "Keep")
    expect(other.checkbox("Keep")).to_have_count(0)
    lasting.page.get_by_role("button", name="Undo").click()
    expect(lasting.checkbox("Keep")).to_be_visible()
    lasting.saved()
    [task] = tasks_of(api)
    assert {**task, "updated_at": ""} == {**kept, "updated_at": ""}
    assert trash_of(api) == []
    expect(other.checkbox("Keep")).to_be_visible()
    assert lasting.titles == ["Keep"]


def test_what_was_undone_offline_comes_back_when_the_service_does(
    lasting: WebClient, api: ApiOfUser
) -> None:
    page = lasting.page
    lasting.add("Keep")
    lasting.saved()
    [kept] = tasks_of(api)
    delete(lasting, api, "Keep")
    page.route("**/tasks/batch", lambda route: route.fulfill(status=503, json={"detail": "No."}))
    page.get_by_role("button", name="Undo").click()
    editor = lasting.open("Keep")
    editor.get_by_label("High").check()
    editor.get_by_role("button", name="Close").click()
    expect(lasting.status).to_have_text("Not saved")
    lasting.reach_again("**/tasks/batch")
    lasting.saved()
    assert [(task["id"], task["priority"]) for task in tasks_of(api)] == [(kept["id"], 3)]


def test_what_has_left_the_trash_is_made_anew(lasting: WebClient, api: ApiOfUser) -> None:
    lasting.add("Keep !2")
    lasting.saved()
    [kept] = tasks_of(api)
    delete(lasting, api, "Keep")
    assert api.delete("/trash").status_code == 200
    lasting.page.get_by_role("button", name="Undo").click()
    expect(lasting.checkbox("Keep")).to_be_visible()
    lasting.saved()
    [task] = tasks_of(api)
    assert (task["title"], task["priority"]) == ("Keep", 2)
    assert task["id"] != kept["id"]


def test_the_trash_shows_what_was_deleted_and_gives_it_back_or_is_emptied(
    client: WebClient, api: ApiOfUser
) -> None:
    page = client.page
    kitchen = api.post("/lists", json={"name": "Kitchen"}).json()["list"]["id"]
    for title, place in (("One", {}), ("Two", {"list_id": kitchen}), ("Three", {})):
        deleted = api.post("/tasks", json={"title": title, **place}).json()["task"]
        assert api.delete(deleted["uri"]).status_code == 200
    ids = {task["title"]: task["id"] for task in api.get("/trash").json()["tasks"]}
    expect(page.get_by_role("link", name="Kitchen")).to_be_visible()
    client.go("Trash")
    expect(page.locator(".trash b")).to_have_text(["Three", "Two", "One"])
    expect(page.locator(".trash li").nth(1)).to_contain_text("Kitchen · Deleted")
    page.get_by_role("button", name="Restore “Two”").click()
    expect(page.locator(".trash b")).to_have_text(["Three", "One"])
    expect(page.locator(".toast")).to_contain_text("“Two” is restored")
    client.saved()
    [task] = tasks_of(api)
    assert (task["id"], task["title"], task["list_id"]) == (ids["Two"], "Two", kitchen)

    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Empty trash").click()
    assert trash_of(api) == ["Three", "One"]
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Empty trash").click()
    expect(page.get_by_text("Nothing is in the trash.")).to_be_visible()
    assert trash_of(api) == []
    client.go("All tasks")
    assert client.titles == ["Two"]


def test_what_was_just_deleted_is_in_the_trash_and_can_still_be_undone(
    lasting: WebClient, api: ApiOfUser
) -> None:
    page = lasting.page
    lasting.add("Keep")
    lasting.saved()
    lasting.open("Keep").get_by_role("button", name="Delete").click()
    lasting.go("Trash")
    expect(page.get_by_role("button", name="Restore “Keep”")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Nothing is in the trash.")).to_be_visible()
    lasting.saved()
    assert [task["title"] for task in tasks_of(api)] == ["Keep"]


def test_the_trash_is_as_the_service_has_it_and_says_when_that_is_away(
    page: Page, api: ApiOfUser
) -> None:
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    client.add("Gone")
    client.saved()
    page.route("**/trash?**", lambda route: route.abort())
    client.go("Trash")
    expect(page.locator(".trash")).to_contain_text("The service cannot be reached")
    page.unroute("**/trash?**")
    client.go("All tasks")
    delete(client, api, "Gone")
    client.go("Trash")
    expect(page.get_by_role("button", name="Restore “Gone”")).to_be_visible()
