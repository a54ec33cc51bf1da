"""The web client's first load, as a browser counts it that has never been here."""

import logging
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import ADDRESS
from tests.support.web_client import PASSWORD, ApiOfUser, WebClient, until
from todo_api.site.modules import APART, LATER
from todo_api.site.pages import CLIENT, STATIC

LOG = logging.getLogger(__name__)
MOST_BYTES = 60_000
MOST_REQUESTS = 12
MOST_VENDOR_BYTES = 25_000
IN_BACKGROUND = ("/assets/later.js", "/assets/words.later.de.js")
WATCH = """
new MutationObserver((changes, observer) => {
  if (!document.querySelector("#add, #username")) return;
  globalThis.interactive = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });
"""


BEGAN = """name => {
  const [entry] = performance.getEntriesByName(new URL(name, location).href);
  return entry && entry.startTime > globalThis.interactive;
}"""
"""Whether a file has been asked for, and only after the page could be used."""


class Load:
    """What a page fetches until it shows what there is, as Chromium counts it on the wire."""

    def __init__(self, page: Page) -> None:
        self.addresses: dict[str, str] = {}
        self.bytes: dict[str, int] = {}
        self.page = page
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.requestWillBeSent", self._began)
        wire.on("Network.loadingFinished", self._ended)
        page.add_init_script(WATCH)

    def _began(self, event: dict[str, Any]) -> None:
        address = event["request"]["url"].removeprefix(ADDRESS)
        if address not in IN_BACKGROUND:
            self.addresses[event["requestId"]] = address

    def _ended(self, event: dict[str, Any]) -> None:
        if address := self.addresses.get(event["requestId"]):
            self.bytes[address] = event["encodedDataLength"]

    def check(self) -> None:
        """See that it is small, and tell how small and how long it was."""
        milliseconds = self.page.evaluate("Math.round(globalThis.interactive)")
        total = sum(self.bytes.values())
        LOG.info("%d requests, %d bytes, %d ms", len(self.addresses), total, milliseconds)
        assert len(self.addresses) <= MOST_REQUESTS, self.addresses
        assert total <= MOST_BYTES, self.bytes
        assert self.bytes["/assets/vendor.js"] <= MOST_VENDOR_BYTES
        assert milliseconds

    def has_gone_on(self) -> bool:
        """Tell whether what is wanted later is being fetched, and was not before."""
        began: bool | None = self.page.evaluate(BEGAN, IN_BACKGROUND[0])
        assert began is not False
        return began is True


def test_whoever_is_new_loads_little(page: Page) -> None:
    load = Load(page)
    WebClient(page)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.wait_for_load_state("networkidle")
    load.check()


@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
def test_whoever_is_signed_in_loads_little(
    browser: Browser, api: ApiOfUser, page: Page, language: str
) -> None:
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    client.saved()
    state = page.context.storage_state()
    with browser.new_context(storage_state=state, locale=language) as elsewhere:
        load = Load(elsewhere.new_page())
        WebClient(load.page)
        saved = re.compile("All changes saved|Alles gespeichert")
        expect(load.page.get_by_role("status")).to_have_text(saved, timeout=20_000)
        load.check()
        until(load.page, load.has_gone_on)


def test_the_service_worker_keeps_each_file_that_the_client_loads(page: Page) -> None:
    client = WebClient(page)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.wait_for_load_state("networkidle")
    worker = (STATIC / "worker.js").read_text("utf-8")
    listed = set(re.findall(r'^  "\.(/.*)",$', worker, re.MULTILINE))
    loaded = {address.removeprefix(ADDRESS) for address in client.requests} - {
        "/worker.js",
        "/assets/manifest.webmanifest",
    }
    later = {f"/assets/{name}" for name in APART | LATER}
    assert listed == loaded | later | {"/join"}
    assert all((CLIENT / name).exists() for name in APART)
