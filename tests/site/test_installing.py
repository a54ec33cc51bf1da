"""The web client as an application of its own: what Chromium wants of one before it installs it."""

import json
import struct
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import ADDRESS
from tests.support.web_client import WebClient
from todo_api.site.pages import STATIC

MANIFEST: dict[str, Any] = json.loads((STATIC / "manifest.webmanifest").read_text("utf-8"))
PIXELS = """async ([drawing, picture]) => {
  const pixels = async (address) => {
    const image = new Image(32, 32);
    image.src = address;
    await image.decode();
    const canvas = new OffscreenCanvas(32, 32).getContext("2d");
    canvas.drawImage(image, 0, 0, 32, 32);
    return [...canvas.getImageData(0, 0, 32, 32).data];
  };
  const [one, other] = await Promise.all([pixels(drawing), pixels(picture)]);
  return one.reduce((sum, value, at) => sum + Math.abs(value - other[at]), 0) / one.length;
}"""


def test_chromium_finds_it_installable(page: Page) -> None:
    WebClient(page)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => {})")
    devtools = page.context.new_cdp_session(page)
    found = devtools.send("Page.getAppManifest")
    assert (found["errors"], found["url"]) == ([], f"{ADDRESS}/assets/manifest.webmanifest")
    manifest = found["manifest"]
    assert (manifest["startUrl"], manifest["scope"]) == (f"{ADDRESS}/", f"{ADDRESS}/")
    errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A context of Playwright's is an incognito one, in which nothing is ever installed.
    assert {error["errorId"] for error in errors} <= {"in-incognito"}


@pytest.mark.parametrize("icon", MANIFEST["icons"][1:], ids=lambda icon: icon["src"])
def test_each_icon_has_the_size_that_it_claims(icon: dict[str, str]) -> None:
    picture = (STATIC / icon["src"]).read_bytes()
    width, height = struct.unpack(">II", picture[16:24])
    assert f"{width}x{height}" == icon["sizes"]


def test_the_icons_show_the_drawing(page: Page) -> None:
    WebClient(page)
    for name in ("icon-192.png", "icon-512.png"):
        difference = page.evaluate(PIXELS, ["/assets/icon.svg", f"/assets/{name}"])
        assert difference < 10


def test_what_the_browser_draws_has_the_colours_of_the_page(page: Page) -> None:
    client = WebClient(page)
    client.sign_in("miguel", "python")
    expect(client.adding).to_be_visible()
    style = (STATIC / "client.css").read_text("utf-8")
    colours = {
        scheme: page.locator(f"meta[data-scheme={scheme}]").get_attribute("content")
        for scheme in ("light", "dark")
    }
    assert f"--back: light-dark({colours['light']}, {colours['dark']});" in style
    assert colours["light"] == MANIFEST["theme_color"] == MANIFEST["background_color"]
    page.get_by_label("Theme").select_option("Dark")
    shown = "[...document.querySelectorAll('meta[name=theme-color]')].map(({media}) => media)"
    assert page.evaluate(shown) == ["not all", "all"]
    page.reload()
    expect(client.adding).to_be_visible()
    assert page.evaluate(shown) == ["not all", "all"]
