"""The web client in a browser that keeps nothing for it."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.web_client import PASSWORD, ApiOfUser, WebClient

DENIED = """
for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, {
    get() { throw new DOMException("Access is denied for this document.", "SecurityError"); },
  });
"""
"""What Chromium does where cookies and data of sites are blocked."""
BROKEN = """
indexedDB.open = () => {
  const request = {};
  setTimeout(() => {
    request.error = new DOMException("Internal error opening backing store.", "UnknownError");
    request.onerror?.();
  });
  return request;
};
"""
"""What Chromium does where its files are damaged, or the device is full."""
KEEPS_NOTHING = "This browser keeps nothing for this page."


def test_a_browser_that_allows_no_small_things_can_be_used(api: ApiOfUser, page: Page) -> None:
    page.add_init_script(DENIED)
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD)
    client.add("Kept by the service")
    client.saved()
    assert [task["title"] for task in api.get("/tasks").json()["tasks"]] == ["Kept by the service"]


def test_a_browser_that_can_keep_no_copy_says_so_and_leaves_no_token(
    api: ApiOfUser, page: Page
) -> None:
    page.add_init_script(BROKEN)
    client = WebClient(page)
    for _ in range(2):
        client.sign_in(api.username, PASSWORD)
        expect(page.get_by_role("alert")).to_contain_text(KEEPS_NOTHING)
        page.reload()
    assert api.get("/tokens").json()["tokens"] == []


@pytest.mark.parametrize("script", [BROKEN, DENIED + BROKEN], ids=["no copy", "nothing at all"])
def test_nobody_is_left_with_an_empty_page(
    browser: Browser, api: ApiOfUser, page: Page, script: str
) -> None:
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    client.saved()
    with browser.new_context(storage_state=page.context.storage_state()) as elsewhere:
        later = elsewhere.new_page()
        later.add_init_script(script)
        WebClient(later)
        said = later.get_by_text(KEEPS_NOTHING).or_(later.get_by_role("button", name="Sign in"))
        expect(said).to_be_visible()
