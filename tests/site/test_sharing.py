"""Lists that people share, in the web client: two users, and what each may do."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.serving import ServedApp
from tests.support.web_client import PASSWORD, ApiOfUser, WebClient, registered, shared_list

FORGET_ROLES = """(username) => new Promise((resolve) => {
  const opening = indexedDB.open(`todo:${username}`);
  opening.onsuccess = () => {
    const db = opening.result;
    const writing = db.transaction("lists", "readwrite");
    const lists = writing.objectStore("lists");
    lists.getAll().onsuccess = ({ target }) => {
      for (const { role, ...list } of target.result) lists.put(list);
    };
    writing.oncomplete = () => { db.close(); resolve(); };
  };
})"""
"""Make the local copy one of before roles were kept."""

READ_ONLY = "You can only read this list. Its owner can let you change it."


@pytest.fixture
def owner(service: ServedApp) -> Iterator[ApiOfUser]:
    """The API for somebody else, who shares a list with the user of the page."""
    with registered(service) as owner:
        yield owner


def test_a_list_that_one_can_only_read_offers_nothing_else_and_says_so(
    client: WebClient, api: ApiOfUser, owner: ApiOfUser
) -> None:
    page = client.page
    kitchen = shared_list(owner, api, "viewer")
    task = {"title": "Sweep", "list_id": kitchen["id"], "labels": ["home"], "due": "2031-05-06"}
    owner.post("/tasks", json={**task, "description": "With the **broom**"})
    api.post("/tasks", json={"title": "Mine"})
    client.look_again()
    client.go("Kitchen")
    expect(client.adding).to_have_count(0)
    expect(page.get_by_text(READ_ONLY)).to_be_visible()
    expect(client.checkbox("Sweep")).to_be_disabled()
    editor = client.open("Sweep")
    expect(editor).to_contain_text(READ_ONLY)
    expect(editor.get_by_label("Title")).to_have_js_property("readOnly", value=True)
    expect(editor.get_by_label("Due day")).to_have_value("2031-05-06")
    expect(editor.get_by_label("Due day")).to_have_js_property("readOnly", value=True)
    expect(editor.get_by_label("High")).to_be_disabled()
    expect(editor).to_contain_text("#home")
    expect(editor.locator("strong")).to_have_text("broom")
    expect(editor.get_by_role("button")).to_have_text(["Close"])
    page.keyboard.press("Escape")

    client.go("All tasks")
    expect(client.adding).to_be_visible()
    expect(client.checkbox("Sweep")).to_be_disabled()
    expect(client.checkbox("Mine")).to_be_enabled()
    expect(page.locator(".task", has_text="Sweep")).to_contain_text("Kitchen (only to read)")
    owner.delete(owner.get(kitchen["tasks_uri"]).json()["tasks"][0]["uri"])
    client.go("Trash")
    expect(page.locator(".trash b")).to_have_text(["Sweep"])
    expect(page.get_by_role("button", name="Restore")).to_have_count(0)


@pytest.mark.parametrize("key", ["x", "3", "Delete"])
def test_keys_change_nothing_in_a_list_that_one_can_only_read_and_say_why(
    client: WebClient, api: ApiOfUser, owner: ApiOfUser, key: str
) -> None:
    page = client.page
    kitchen = shared_list(owner, api, "viewer", "Sweep", "Mop")
    client.look_again()
    client.go("Kitchen")
    expect(client.checkbox("Mop")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Shift+J")
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.keyboard.press(key)
    expect(page.get_by_role("alert")).to_contain_text("in a list that you can only read")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)
    assert client.titles == ["Sweep", "Mop"]
    client.saved()
    tasks = owner.get(kitchen["tasks_uri"]).json()["tasks"]
    assert [(task["done"], task["priority"]) for task in tasks] == [(False, 0), (False, 0)]


def test_a_role_that_changes_is_followed(
    client: WebClient, api: ApiOfUser, owner: ApiOfUser
) -> None:
    page = client.page
    kitchen = shared_list(owner, api, "viewer", "Sweep")
    client.look_again()
    client.go("Kitchen")
    expect(client.checkbox("Sweep")).to_be_disabled()
    member = f"{kitchen['uri']}/members/{api.username}"
    assert owner.put(member, json={"role": "editor"}).status_code == 200
    client.look_again()
    expect(client.checkbox("Sweep")).to_be_enabled()
    client.add("Mop")
    client.checkbox("Sweep").check()
    client.saved()
    titles = {task["title"]: task for task in owner.get(kitchen["tasks_uri"]).json()["tasks"]}
    assert titles["Mop"]["created_by"] == titles["Sweep"]["completed_by"] == api.username
    assert owner.put(member, json={"role": "viewer"}).status_code == 200
    client.look_again()
    expect(page.get_by_text(READ_ONLY)).to_be_visible()
    expect(client.adding).to_have_count(0)


def test_a_copy_of_before_roles_were_kept_learns_them(
    page: Page, api: ApiOfUser, owner: ApiOfUser
) -> None:
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    shared_list(owner, api, "viewer", "Sweep")
    client.look_again()
    client.go("Kitchen")
    expect(client.checkbox("Sweep")).to_be_disabled()
    client.saved()
    page.evaluate(FORGET_ROLES, api.username)
    page.route("**/lists", lambda route: route.abort())
    page.reload()
    expect(client.status).to_have_text("Offline")
    expect(client.checkbox("Sweep")).to_be_enabled()
    client.reach_again("**/lists")
    expect(client.checkbox("Sweep")).to_be_disabled()
    client.saved()
    roles = {one["name"]: one["role"] for one in client.copy_of(api.username, "lists")}
    assert roles == {"Tasks": "owner", "Kitchen": "viewer"}


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_a_member_sees_the_members_and_leaves_after_a_question(
    client: WebClient, api: ApiOfUser, owner: ApiOfUser, role: str
) -> None:
    page = client.page
    kitchen = shared_list(owner, api, role, "Sweep")
    client.look_again()
    client.go("Kitchen")
    page.get_by_role("button", name="Edit the list").click()
    dialog = page.get_by_role("dialog", name="Edit the list")
    expect(dialog.get_by_role("listitem").nth(0)).to_contain_text(f"{owner.username}Owner")
    expect(dialog.get_by_role("listitem").nth(1)).to_contain_text(f"{api.username} (you)")
    expect(dialog).to_contain_text(f"You are {'an' if role == 'editor' else 'a'} {role} of")
    expect(dialog.get_by_role("textbox")).to_have_count(0)
    expect(dialog.get_by_role("button")).to_have_text(["Leave the list", "Close"])
    leave = dialog.get_by_role("button", name="Leave the list")
    page.once("dialog", lambda question: question.dismiss())
    leave.click()
    assert len(owner.get(f"{kitchen['uri']}/members").json()["members"]) == 2
    page.once("dialog", lambda question: question.accept())
    leave.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All tasks")
    expect(client.checkbox("Sweep")).to_have_count(0)
    expect(page.get_by_role("link", name="Kitchen")).to_have_count(0)
    client.saved()
    assert len(owner.get(f"{kitchen['uri']}/members").json()["members"]) == 1
