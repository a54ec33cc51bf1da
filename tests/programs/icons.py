"""Make the web client's icons of its drawing: ``python -m tests.programs.icons``."""

import sys

from playwright.sync_api import Page, sync_playwright

from tests.support.browser import find_chromium
from todo_api.site.pages import STATIC

SAFE = 0.8
"""A mask may leave no more of an icon than a circle of this part of its width."""


def draw(page: Page, name: str, size: int, *, maskable: bool = False) -> None:
    """Draw an icon; one to be masked fills its square, with the mark in the middle."""
    drawing = (STATIC / "icon.svg").read_text("utf-8")
    inner = size * SAFE if maskable else size
    if maskable:
        drawing = drawing.replace('rx="7"', 'rx="0"')
    page.set_viewport_size({"width": size, "height": size})
    page.set_content(
        f"<style>body {{ margin: 0; display: grid; place-items: center; height: {size}px;"
        f" background: {'#0f766e' if maskable else 'transparent'} }}"
        f" svg {{ width: {inner}px; height: {inner}px }}</style>{drawing}"
    )
    page.screenshot(path=STATIC / name, omit_background=True)


if __name__ == "__main__":
    with sync_playwright() as playwright:
        chromium_here = find_chromium() or sys.exit("The icons need Chromium, which is not here.")
        with playwright.chromium.launch(
            executable_path=chromium_here, args=["--no-sandbox"]
        ) as browser:
            page = browser.new_page()
            draw(page, "icon-192.png", 192)
            draw(page, "icon-512.png", 512)
            draw(page, "icon-maskable-512.png", 512, maskable=True)
