"""Lists that people share, in the web client: two users, and what each may do."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, expect

from tests.support.browser import ADDRESS
from tests.support.serving import ServedApp
from tests.support.web_client import (
    FORGET_OF_LISTS,
    PASSWORD,
    ApiOfUser,
    WebClient,
    registered,
    shared_list,
)

"""Make the local copy one of before roles were kept."""

INVITED = "You are invited to a list. Sign in or create an account"
NOBODY = "This invitation leads nowhere: it may be used"
READ_ONLY = "You can only read this list. Its owner can let you change it."


def edited(client: WebClient, name: str) -> Locator:
    """Go to a list, and open what there is to edit and share it."""
    client.look_again()
    client.go(name)
    opening = re.compile("^(Edit or share|Members)$")
    client.page.get_by_role("button", name=opening).click()
    return client.page.get_by_role("dialog", name=opening)


def invited(owner: ApiOfUser, role: str = "editor") -> str:
    """Make a list `Garden` with a task, and return the code of an invitation to it."""
    garden = owner.post("/lists", json={"name": "Garden"}).json()["list"]
    owner.post("/tasks", json={"title": "Dig", "list_id": garden["id"]})
    answer = owner.post(f"{garden['uri']}/invitations", json={"role": role})
    code: str = answer.json()["invitation"]["code"]
    return code


def question(page: Page) -> Locator:
    """Return what asks whether to join."""
    return page.get_by_role("dialog", name="An invitation")


def joining(page: Page) -> Locator:
    """Return the button that joins."""
    return question(page).get_by_role("button", name="Join", exact=True)


def roles_in(api: ApiOfUser, shared: dict[str, Any]) -> dict[str, str]:
    """Return the roles of the members of a list."""
    members = api.get(f"{shared['uri']}/members").json()["members"]
    return {member["username"]: member["role"] for member in members}


def invitations_to(api: ApiOfUser, shared: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the invitations to a list that nobody has used."""
    answer = api.get(f"{shared['uri']}/invitations").json()
    invitations: list[dict[str, Any]] = answer["invitations"]
    return invitations


@pytest.fixture
def other(service: ServedApp) -> Iterator[ApiOfUser]:
    """The API for a third person, or a second one who owns nothing."""
    with registered(service) as other:
        yield other


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
    page.evaluate(FORGET_OF_LISTS, [api.username, "role"])
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
    dialog = edited(client, "Kitchen")
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


def test_an_invitation_is_a_link_that_is_shown_once_and_copied(
    client: WebClient, api: ApiOfUser, other: ApiOfUser
) -> None:
    page = client.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.set_viewport_size({"width": 1280, "height": 800})
    kitchen = api.post("/lists", json={"name": "Kitchen"}).json()["list"]
    dialog = edited(client, "Kitchen")
    dialog.get_by_label("Role").select_option("Viewer: can only read")
    dialog.get_by_label("Days it is valid").fill("30")
    dialog.get_by_role("button", name="Make an invitation").click()
    field = dialog.get_by_label("Link of the invitation")
    expect(field).to_be_focused()
    for seen in (field, dialog.get_by_text("shown only now"), dialog.get_by_text("Copy the link")):
        expect(seen).to_be_in_viewport(ratio=1)
    link = field.input_value()
    address, code = link.split("#")
    assert address == f"{ADDRESS}/join"
    dialog.get_by_role("button", name="Copy the link").click()
    expect(dialog).to_contain_text("The link is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == link
    [invitation] = invitations_to(api, kitchen)
    assert invitation["role"] == "viewer"
    assert invitation["expires_at"][:10] > invitation["created_at"][:10]
    dialog.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Edit or share").click()
    expect(dialog.get_by_role("button", name="Withdraw")).to_be_visible()
    expect(dialog.get_by_text("Viewer: can only read, until")).to_be_visible()
    expect(field).to_have_count(0)
    assert other.post("/invitations/redeem", json={"code": code}).status_code == 200
    assert roles_in(api, kitchen) == {api.username: "owner", other.username: "viewer"}


def test_where_a_link_cannot_be_copied_it_is_selected(client: WebClient, api: ApiOfUser) -> None:
    page = client.page
    api.post("/lists", json={"name": "Kitchen"})
    dialog = edited(client, "Kitchen")
    dialog.get_by_role("button", name="Make an invitation").click()
    field = dialog.get_by_label("Link of the invitation")
    expect(field).to_be_focused()
    # As a browser does it on a page that came without TLS.
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    dialog.get_by_role("button", name="Copy the link").click()
    expect(dialog).to_contain_text("The link is selected")
    expect(field).to_be_focused()
    assert page.evaluate("getSelection().toString()") == field.input_value()


def test_an_invitation_is_withdrawn(client: WebClient, api: ApiOfUser, other: ApiOfUser) -> None:
    kitchen = api.post("/lists", json={"name": "Kitchen"}).json()["list"]
    dialog = edited(client, "Kitchen")
    withdraw = dialog.get_by_role("button", name="Withdraw: Editor: can change tasks, until")
    for count in (1, 2):
        dialog.get_by_role("button", name="Make an invitation").click()
        expect(withdraw).to_have_count(count)
    link = dialog.get_by_label("Link of the invitation").input_value()
    withdraw.nth(1).click()
    expect(withdraw).to_have_count(1)
    expect(dialog).to_contain_text("The invitation is withdrawn")
    expect(dialog.get_by_label("Link of the invitation")).to_have_count(0)
    assert len(invitations_to(api, kitchen)) == 1
    code = link.split("#")[1]
    assert other.post("/invitations/redeem", json={"code": code}).status_code == 404


def test_the_owner_changes_roles_removes_members_and_hands_the_list_over(
    client: WebClient, api: ApiOfUser, owner: ApiOfUser, other: ApiOfUser
) -> None:
    page = client.page
    kitchen = shared_list(api, owner, "viewer", "Sweep")
    code = api.post(f"{kitchen['uri']}/invitations", json={"role": "editor"}).json()
    other.post("/invitations/redeem", json={"code": code["invitation"]["code"]})
    dialog = edited(client, "Kitchen")
    role = dialog.get_by_label(f"Role of {owner.username}")
    expect(role).to_have_value("viewer")
    role.select_option("Editor: can change tasks")
    expect(dialog).to_contain_text(f"{owner.username} is now: Editor")
    expect(role).to_have_value("editor")
    assert roles_in(api, kitchen)[owner.username] == "editor"

    remove = dialog.get_by_role("button", name=f"Remove: {other.username}")
    page.once("dialog", lambda question: question.dismiss())
    remove.click()
    assert other.username in roles_in(api, kitchen)
    page.once("dialog", lambda question: question.accept())
    remove.click()
    expect(dialog).to_contain_text(f"{other.username} is no longer a member")
    assert other.get("/lists").json()["lists"][1:] == []

    hand_over = dialog.get_by_role("button", name=f"Make owner: {owner.username}")
    page.once("dialog", lambda question: question.dismiss())
    hand_over.click()
    assert roles_in(api, kitchen)[api.username] == "owner"
    page.once("dialog", lambda question: question.accept())
    hand_over.click()
    expect(dialog.get_by_role("button", name="Leave the list")).to_be_visible()
    expect(dialog.get_by_role("textbox")).to_have_count(0)
    assert roles_in(api, kitchen) == {owner.username: "owner", api.username: "editor"}


def test_ones_own_list_can_be_shared_and_not_handed_over(
    client: WebClient, api: ApiOfUser, other: ApiOfUser
) -> None:
    [own] = api.get("/lists").json()["lists"]
    code = api.post(f"{own['uri']}/invitations", json={"role": "editor"}).json()
    other.post("/invitations/redeem", json={"code": code["invitation"]["code"]})
    dialog = edited(client, "Tasks")
    expect(dialog.get_by_role("button", name=f"Remove: {other.username}")).to_be_visible()
    expect(dialog.get_by_role("button", name="Make owner")).to_have_count(0)


def test_what_sharing_fails_at_is_a_sentence(page: Page, api: ApiOfUser, other: ApiOfUser) -> None:
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    kitchen = shared_list(api, other, "viewer")
    dialog = edited(client, "Kitchen")
    role = dialog.get_by_label(f"Role of {other.username}")
    expect(role).to_be_visible()
    page.route("**/lists/**", lambda route: route.abort())
    role.select_option("Editor: can change tasks")
    expect(dialog).to_contain_text("The service cannot be reached")
    expect(role).to_have_value("viewer")
    page.unroute("**/lists/**")
    while api.post(f"{kitchen['uri']}/invitations", json={"role": "editor"}).status_code == 201:
        pass
    dialog.get_by_role("button", name="Make an invitation").click()
    expect(dialog).to_contain_text("invitations that nobody has used, the most that one may have")
    assert api.delete(f"{kitchen['uri']}/members/{other.username}").status_code == 200
    role.select_option("Editor: can change tasks")
    expect(dialog).to_contain_text("The service refused this")
    expect(role).to_have_value("viewer")


def test_two_people_come_to_share_a_list_and_see_what_the_other_does(
    client: WebClient, api: ApiOfUser, other: ApiOfUser, browser: Browser
) -> None:
    api.post("/lists", json={"name": "Kitchen"})
    dialog = edited(client, "Kitchen")
    dialog.get_by_role("button", name="Make an invitation").click()
    link = dialog.get_by_label("Link of the invitation").input_value()
    dialog.get_by_role("button", name="Close").click()
    client.add("Sweep")
    client.saved()
    with browser.new_context(locale="en-GB") as elsewhere:
        theirs = WebClient(elsewhere.new_page(), link.removeprefix(ADDRESS))
        expect(theirs.page.get_by_text(INVITED)).to_be_visible()
        theirs.sign_in(other.username, PASSWORD)
        joining(theirs.page).click()
        expect(theirs.page.get_by_role("heading", level=1)).to_have_text("Kitchen")
        theirs.checkbox("Sweep").check()
        theirs.add("Mop")
        theirs.saved()
        client.look_again()
        expect(client.checkbox("Mop")).to_be_visible()
        expect(client.checkbox("Sweep")).to_have_count(0)
        assert theirs.complaints == []


def test_a_link_asks_joins_and_leaves_its_code_nowhere(client: WebClient, owner: ApiOfUser) -> None:
    page = client.page
    code = invited(owner)
    told: list[str] = []

    def listen(request: Request) -> None:
        address = request.url.split("#")[0]
        if code in f"{address} {request.headers} {request.post_data}":
            told.append(address)

    page.on("request", listen)
    page.goto(f"{ADDRESS}/join#{code}")
    dialog = question(page)
    expect(dialog).to_contain_text(f"{owner.username} invites you to “Garden” as an editor")
    expect(dialog).to_contain_text("its members see that")
    expect(joining(page)).to_be_focused()
    assert page.url == f"{ADDRESS}/"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Garden")
    expect(client.checkbox("Dig")).to_be_visible()
    expect(dialog).to_have_count(0)
    client.saved()
    page.reload()
    expect(client.checkbox("Dig")).to_be_visible()
    expect(dialog).to_have_count(0)
    assert page.evaluate("JSON.stringify([sessionStorage, localStorage])").count(code) == 0
    base = f"{ADDRESS}/todo/api/v1.0/invitations"
    assert told == [f"{base}/look", f"{base}/redeem"]


def test_a_link_waits_for_whoever_has_no_account_yet(page: Page, owner: ApiOfUser) -> None:
    client = WebClient(page, f"/join#{invited(owner, 'viewer')}")
    expect(page.get_by_text(INVITED)).to_be_visible()
    assert page.url == f"{ADDRESS}/"
    page.reload()
    expect(page.get_by_text(INVITED)).to_be_visible()
    page.get_by_role("link", name="Create an account").click()
    page.get_by_role("textbox", name="Username").fill(f"{owner.username}s-friend")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    expect(question(page)).to_contain_text("invites you to “Garden” as a viewer")
    joining(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Garden")
    expect(client.checkbox("Dig")).to_be_disabled()


def test_a_code_that_invites_nobody_is_told_and_forgotten(
    page: Page, api: ApiOfUser, owner: ApiOfUser, other: ApiOfUser
) -> None:
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    expect(client.adding).to_be_visible()
    used = invited(owner)
    assert other.post("/invitations/redeem", json={"code": used}).status_code == 200
    dialog = question(page)
    for code in (used, f"{used}x"):
        page.goto(f"{ADDRESS}/join#{code}")
        expect(dialog).to_contain_text(NOBODY)
        expect(dialog.get_by_role("button")).to_have_text(["Close"])
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.reload()
    expect(client.adding).to_be_visible()
    expect(dialog).to_have_count(0)
    assert [one["name"] for one in api.get("/lists").json()["lists"]] == ["Tasks"]


def test_an_invitation_that_somebody_else_uses_meanwhile_is_told_as_well(
    page: Page, api: ApiOfUser, owner: ApiOfUser, other: ApiOfUser
) -> None:
    code = invited(owner)
    client = WebClient(page, f"/join#{code}")
    client.sign_in(api.username, PASSWORD)
    expect(joining(page)).to_be_visible()
    assert other.post("/invitations/redeem", json={"code": code}).status_code == 200
    joining(page).click()
    expect(question(page)).to_contain_text(NOBODY)
    expect(question(page).get_by_role("button")).to_have_text(["Close"])
    assert [one["name"] for one in api.get("/lists").json()["lists"]] == ["Tasks"]


def test_an_invitation_that_is_put_off_is_as_good_later(
    client: WebClient, owner: ApiOfUser
) -> None:
    page = client.page
    code = invited(owner)
    page.goto(f"{ADDRESS}/join#{code}")
    question(page).get_by_role("button", name="Not now").click()
    expect(question(page)).to_have_count(0)
    page.reload()
    expect(client.adding).to_be_visible()
    expect(question(page)).to_have_count(0)
    page.goto(f"{ADDRESS}/join#{code}")
    joining(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Garden")


def test_a_link_leads_whoever_is_a_member_already_to_the_list(
    client: WebClient, api: ApiOfUser, owner: ApiOfUser
) -> None:
    page = client.page
    garden = shared_list(owner, api, "viewer", "Dig")
    invitation = {"role": "editor"}
    code = owner.post(f"{garden['uri']}/invitations", json=invitation).json()["invitation"]["code"]
    page.goto(f"{ADDRESS}/join#{code}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kitchen")
    expect(client.checkbox("Dig")).to_be_disabled()
    expect(page.get_by_text("You are a member of “Kitchen” already")).to_be_visible()
    expect(question(page)).to_have_count(0)
    assert len(invitations_to(owner, garden)) == 1
    page.reload()
    expect(client.checkbox("Dig")).to_be_visible()
    expect(question(page)).to_have_count(0)


def test_an_invitation_that_cannot_be_looked_at_can_be_tried_again(
    page: Page, api: ApiOfUser, owner: ApiOfUser
) -> None:
    client = WebClient(page, f"/join#{invited(owner)}")
    page.route("**/invitations/*", lambda route: route.abort())
    client.sign_in(api.username, PASSWORD)
    dialog = question(page)
    expect(dialog).to_contain_text("The service cannot be reached")
    expect(joining(page)).to_have_count(0)
    page.unroute("**/invitations/*")
    dialog.get_by_role("button", name="Try again").click()
    expect(dialog).to_contain_text("invites you to “Garden”")
    page.route("**/invitations/*", lambda route: route.abort())
    joining(page).click()
    expect(dialog).to_contain_text("The service cannot be reached")
    page.unroute("**/invitations/*")
    joining(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Garden")
    expect(client.checkbox("Dig")).to_be_visible()


def test_a_link_without_a_code_leads_to_the_client(client: WebClient) -> None:
    client.page.goto(f"{ADDRESS}/join")
    expect(client.adding).to_be_visible()
    assert client.page.url == f"{ADDRESS}/"


def test_a_task_is_assigned_to_a_member_and_its_row_says_so(
    client: WebClient, api: ApiOfUser, owner: ApiOfUser
) -> None:
    page = client.page
    kitchen = shared_list(owner, api, "editor", "Sweep")
    client.look_again()
    client.go("Kitchen")
    editor = client.open("Sweep")
    assignee = editor.get_by_label("Assigned to")
    expect(assignee.get_by_role("option")).to_have_text(["Nobody", owner.username, api.username])
    assignee.select_option(owner.username)
    row = page.locator(".task", has_text="Sweep")
    expect(row).to_contain_text(f"@{owner.username}")
    client.saved()
    [task] = owner.get(kitchen["tasks_uri"]).json()["tasks"]
    assert task["assigned_to"] == owner.username
    page.get_by_role("button", name="Undo").click()
    expect(assignee).to_have_value("")
    client.saved()
    assert owner.get(task["uri"]).json()["task"]["assigned_to"] is None
    assert owner.put(task["uri"], json={"assigned_to": api.username}).status_code == 200
    client.look_again()
    expect(row).to_contain_text(f"@{api.username}")
    expect(assignee).to_have_value(api.username)


def test_what_is_assigned_to_oneself_has_a_view(
    client: WebClient, api: ApiOfUser, owner: ApiOfUser
) -> None:
    views = client.page.get_by_role("navigation", name="Views")
    expect(views.get_by_role("link")).to_have_text(["Today", "Upcoming", "All tasks", "Done"])
    kitchen = shared_list(owner, api, "editor", "Sweep", "Cook")
    sweep = owner.get(kitchen["tasks_uri"]).json()["tasks"][0]
    assert owner.put(sweep["uri"], json={"assigned_to": api.username}).status_code == 200
    client.look_again()
    client.go("Assigned to me")
    expect(client.checkbox("Sweep")).to_be_visible()
    assert client.titles == ["Sweep"]
    client.checkbox("Sweep").check()
    expect(client.page.get_by_text("Nothing open is assigned to you.")).to_be_visible()


def test_an_open_task_tells_who_made_and_did_it_and_asks_once_for_the_members(
    client: WebClient, api: ApiOfUser, owner: ApiOfUser
) -> None:
    page = client.page
    shared_list(owner, api, "editor", "Sweep", "Cook")
    client.look_again()
    client.go("Kitchen")
    editor = client.open("Sweep")
    expect(editor.get_by_text(f"Created by {owner.username}, ")).to_be_visible()
    asked = len([url for url in client.requests if url.endswith("/members")])
    client.open("Cook")
    expect(editor.get_by_label("Title")).to_have_value("Cook")
    expect(editor.get_by_label("Assigned to")).to_be_visible()
    assert len([url for url in client.requests if url.endswith("/members")]) == asked
    client.checkbox("Cook").check()
    client.saved()
    expect(editor.get_by_text(f"Done by {api.username}, ")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(editor.get_by_text("Done by")).to_have_count(0)


def test_a_list_of_ones_own_offers_nobody_to_assign_to(client: WebClient) -> None:
    client.add("Read")
    with client.page.expect_response("**/members"):
        editor = client.open("Read")
    expect(editor.get_by_label("Title")).to_be_focused()
    expect(editor.get_by_label("Assigned to")).to_have_count(0)


def test_what_is_assigned_to_somebody_who_has_left_is_told_and_arrives(
    page: Page, api: ApiOfUser, other: ApiOfUser
) -> None:
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    kitchen = shared_list(api, other, "editor")
    client.look_again()
    client.go("Kitchen")
    client.add("Sweep")
    client.saved()
    editor = client.open("Sweep")
    expect(editor.get_by_label("Assigned to")).to_be_visible()
    page.route("**/tasks/**", lambda route: route.abort())
    editor.get_by_label("Assigned to").select_option(other.username)
    editor.get_by_label("High").check()
    expect(client.status).to_have_text("Offline")
    member = f"{kitchen['uri']}/members/{other.username}"
    assert other.delete(member).status_code == 200
    client.reach_again("**/tasks/**")
    expect(page.get_by_role("alert")).to_contain_text("“Sweep” is assigned to nobody")
    client.saved()
    [task] = api.get(kitchen["tasks_uri"]).json()["tasks"]
    assert (task["assigned_to"], task["priority"]) == (None, 3)
