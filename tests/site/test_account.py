"""The web client's account page: each of its promises, at the real service."""

from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import Locator, Page, Route, expect

from tests.support.serving import ServedApp
from tests.support.web_client import PASSWORD, ApiOfUser, WebClient

NEW_PASSWORD = "seven very quiet geese"
FORMS = [
    ("CSV (a table)", "csv", b"id,uri,"),
    ("CSV for Excel", "csv", b"\xef\xbb\xbfid,uri,"),
    ("iCalendar", "ics", b"BEGIN:VCALENDAR"),
    ("JSON Lines", "jsonl", b'{"id":'),
    ("JSON", "json", b'{"tasks":'),
]


def account_of(client: WebClient) -> Locator:
    """Open the account page."""
    client.page.get_by_role("button", name="Account").click()
    return client.page.get_by_role("dialog", name="Account")


def unlocked(client: WebClient, password: str = PASSWORD) -> Locator:
    """Open the account page, and confirm the password."""
    account = account_of(client)
    account.get_by_label("Password").fill(password)
    account.get_by_role("button", name="Continue").click()
    expect(account.get_by_role("heading", name="Devices and programs")).to_be_visible()
    return account


def tokens_of(api: ApiOfUser) -> list[dict[str, Any]]:
    tokens: list[dict[str, Any]] = api.get("/tokens").json()["tokens"]
    return tokens


def is_known(service: ServedApp, username: str, password: str) -> bool:
    return (
        httpx2.get(f"{service.base_url}/users/{username}", auth=(username, password)).status_code
        == 200
    )


def test_it_opens_by_the_password_alone(client: WebClient) -> None:
    account = account_of(client)
    account.get_by_label("Password").fill("java")
    account.get_by_label("Password").press("Enter")
    expect(account.get_by_text("The password is wrong. Check it and try again.")).to_be_visible()
    expect(account.get_by_label("Password")).to_have_value("java")
    expect(account.get_by_role("heading", name="Devices and programs")).to_have_count(0)
    client.complaints.clear()  # the browser's own, of the 401


def test_the_email_address_is_changed_and_removed(client: WebClient, api: ApiOfUser) -> None:
    account = unlocked(client)
    email = account.get_by_label("E-mail (optional)")
    save = account.get_by_role("button", name="Save the e-mail address")
    email.fill("susan@example.com")
    save.click()
    expect(account.get_by_text("The e-mail address is saved.")).to_be_visible()
    assert api.get(f"/users/{api.username}").json()["user"]["email"] == "susan@example.com"
    email.fill("")
    save.click()
    expect(account.get_by_text("The e-mail address is removed.")).to_be_visible()
    assert api.get(f"/users/{api.username}").json()["user"]["email"] is None


def test_a_password_that_is_easy_to_guess_is_refused_with_what_to_do(
    client: WebClient,
) -> None:
    account = unlocked(client)
    account.get_by_role("textbox", name="New password").fill("password")
    account.get_by_role("button", name="Change the password").click()
    expect(account.get_by_text("harder to guess")).to_be_visible()
    expect(account.get_by_role("textbox", name="New password")).to_have_value("password")
    client.complaints.clear()


def test_the_password_is_changed_and_the_page_goes_on_with_it(
    client: WebClient, api: ApiOfUser, service: ServedApp
) -> None:
    account = unlocked(client)
    account.get_by_role("textbox", name="New password").fill(NEW_PASSWORD)
    account.get_by_role("button", name="Change the password").click()
    expect(account.get_by_text("The password is changed.")).to_be_visible()
    account.get_by_label("E-mail (optional)").fill("susan@example.com")
    account.get_by_role("button", name="Save the e-mail address").click()
    expect(account.get_by_text("The e-mail address is saved.")).to_be_visible()
    account.get_by_role("button", name="Close").click()
    client.add("Still signed in")
    client.saved()
    assert is_known(service, api.username, NEW_PASSWORD)
    assert not is_known(service, api.username, PASSWORD)


def test_signing_out_everywhere_leads_back_to_signing_in(
    page: Page, api: ApiOfUser, service: ServedApp
) -> None:
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    account = unlocked(client)
    account.get_by_role("textbox", name="New password").fill(NEW_PASSWORD)
    account.get_by_label("Sign out everywhere").check()
    account.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("alert")).to_contain_text("Sign in again")
    address = f"{service.base_url}/tokens"
    assert httpx2.get(address, auth=(api.username, NEW_PASSWORD)).json() == {"tokens": []}
    client.sign_in(api.username, NEW_PASSWORD)
    expect(client.adding).to_be_visible()


def test_each_token_says_what_it_may_and_when_it_was_used_and_can_be_revoked(
    client: WebClient, api: ApiOfUser
) -> None:
    api.post("/tokens", json={"name": "The kitchen", "scope": "read", "expires_in_days": None})
    account = unlocked(client)
    kitchen = account.get_by_role("listitem").filter(has_text="The kitchen")
    expect(kitchen).to_contain_text("reads tasks, never used, never expires")
    here = account.get_by_role("listitem").filter(has_text="(this one)")
    expect(here).to_contain_text("Chrome on Linux")
    expect(here).to_contain_text("reads and changes tasks")
    account.get_by_role("button", name="Revoke “The kitchen”").press("Enter")
    expect(account.get_by_text("“The kitchen” is revoked.")).to_be_visible()
    expect(account.get_by_role("heading", name="Devices and programs")).to_be_focused()
    assert [token["name"] for token in tokens_of(api)] == ["Chrome on Linux"]


def test_revoking_the_token_of_this_device_signs_it_out(page: Page, api: ApiOfUser) -> None:
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    unlocked(client).get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("alert")).to_contain_text("Sign in again")
    assert tokens_of(api) == []


def test_the_tasks_are_saved_in_each_form_without_the_password(
    client: WebClient, tmp_path: Path
) -> None:
    client.add("Keep me")
    client.saved()
    account = account_of(client)
    for name, suffix, beginning in FORMS:
        with client.page.expect_download() as download:
            account.get_by_role("button", name=name, exact=True).click()
        assert download.value.suggested_filename.endswith(f".{suffix}")
        download.value.save_as(tmp_path / "file")
        content = (tmp_path / "file").read_bytes()
        assert content.startswith(beginning)
        assert b"Keep me" in content
        expect(account.get_by_text("The file is saved: tasks-")).to_be_visible()


def test_the_account_is_deleted_with_its_tasks_by_the_password_alone(
    page: Page, api: ApiOfUser, service: ServedApp
) -> None:
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    client.add("Soon gone")
    client.saved()
    account = unlocked(client)
    account.get_by_label("Password, to confirm").fill("java")
    account.get_by_role("button", name="Delete the account and its tasks").click()
    expect(account.get_by_text("The password is wrong.")).to_be_visible()
    assert is_known(service, api.username, PASSWORD)
    account.get_by_label("Password, to confirm").fill(PASSWORD)
    account.get_by_role("button", name="Delete the account and its tasks").click()
    expect(page.get_by_role("alert")).to_contain_text("Your account and its tasks are deleted.")
    assert not is_known(service, api.username, PASSWORD)
    names = "indexedDB.databases().then((all) => all.map(({name}) => name))"
    assert page.evaluate(names) == []
    page.reload()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_the_demo_says_that_its_account_stays(page: Page) -> None:
    client = WebClient(page)
    client.sign_in("miguel", "python")
    account = unlocked(client, "python")
    expect(account.get_by_text("account, which everybody shares")).to_be_visible()
    expect(account.get_by_role("textbox", name="New password")).to_have_count(0)
    expect(account.get_by_role("button", name="Delete the account")).to_have_count(0)


def test_a_failure_is_told_and_loses_nothing(page: Page, api: ApiOfUser) -> None:
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD)
    account = unlocked(client)
    page.wait_for_load_state("networkidle")  # the tokens are there

    def fail(route: Route) -> None:
        route.abort()

    page.route("**/todo/api/**", fail)
    account.get_by_label("E-mail (optional)").fill("susan@example.com")
    account.get_by_role("button", name="Save the e-mail address").click()
    expect(account.get_by_text("The service cannot be reached. Check your")).to_be_visible()
    expect(account.get_by_label("E-mail (optional)")).to_have_value("susan@example.com")
    page.unroute("**/todo/api/**")
    account.get_by_role("button", name="Save the e-mail address").click()
    expect(account.get_by_text("The e-mail address is saved.")).to_be_visible()


def test_the_focus_comes_back_when_it_closes(client: WebClient) -> None:
    expect(account_of(client)).to_be_visible()
    client.page.keyboard.press("Escape")
    expect(client.page.get_by_role("dialog")).to_have_count(0)
    expect(client.page.get_by_role("button", name="Account")).to_be_focused()
