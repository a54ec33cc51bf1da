"""The web client on a phone of 360 pixels: what is to be read there can be read."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.support.browser import ADDRESS
from tests.support.web_client import PASSWORD, ApiOfUser

PHONE = ViewportSize(width=360, height=740)
TITLE = "Treffen mit der Hausverwaltung wegen der neuen Fenster im Treppenhaus und der Heizung"
IS_CUT = "element => element.scrollWidth > element.clientWidth"
IS_ROOMY = """element => {
  const style = getComputedStyle(element);
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.font = style.font;
  const widths = [...element.options].map((option) => canvas.measureText(option.text).width);
  const arrow = 24;
  const room = element.clientWidth - 2 * parseFloat(style.paddingLeft) - arrow;
  return Math.max(...widths) <= room;
}"""
"""Whether the longest choice of a select is to be read in whole."""


@pytest.fixture(params=["en-GB", "de-DE"])
def phone(request: pytest.FixtureRequest, browser: Browser, api: ApiOfUser) -> Iterator[Page]:
    """The client on a phone, with the user signed in."""
    with browser.new_context(locale=request.param, viewport=PHONE) as context:
        page = context.new_page()
        page.goto(ADDRESS)
        page.locator("#username").fill(api.username)
        page.locator("#password").fill(PASSWORD)
        page.locator("form .primary").click()
        page.locator("#add").wait_for()
        yield page


def test_the_views_stand_in_one_row(phone: Page) -> None:
    links = phone.locator(".side > nav a")
    expect(links).to_have_count(4)
    tops = [link.bounding_box() for link in links.all()]
    assert len({box["y"] for box in tops if box}) == 1


def test_the_choices_of_a_repetition_can_be_told_apart(phone: Page, api: ApiOfUser) -> None:
    repeat = {"rule": "FREQ=MONTHLY", "from": "due"}
    api.post("/tasks", json={"title": "Rent", "due": "2031-05-06", "repeat": repeat})
    phone.evaluate("() => void dispatchEvent(new Event('online'))")
    phone.locator(".task .name", has_text="Rent").click()
    choices = phone.locator("#repeat, #repeat-from")
    expect(choices).to_have_count(2)
    assert [choice.evaluate(IS_ROOMY) for choice in choices.all()] == [True, True]


def test_what_happened_to_a_task_of_a_long_title_is_told(phone: Page) -> None:
    phone.locator("#add").fill(TITLE)
    phone.locator("#add").press("Enter")
    toast = phone.locator(".toast span")
    expect(toast).to_contain_text("Treffen mit der Hausverwaltung")
    assert toast.evaluate(IS_CUT) is False
    phone.locator(".task input").check()
    told = {"en": "“{}…” is done", "de": "„{}…“ ist erledigt"}
    language = phone.locator("html").get_attribute("lang") or ""
    expect(toast).to_have_text(told[language].format(TITLE[:40]))
    assert toast.evaluate(IS_CUT) is False


def test_the_ring_of_a_row_in_focus_leaves_its_title_whole(phone: Page, api: ApiOfUser) -> None:
    api.post("/tasks", json={"title": "Wash"})
    phone.evaluate("() => void dispatchEvent(new Event('online'))")
    row = phone.locator(".task .name")
    [name, title] = [row.bounding_box(), row.locator(".title").bounding_box()]
    assert name
    assert title
    assert title["x"] - name["x"] >= 4


def test_a_double_click_on_a_row_changes_nothing_in_the_task(phone: Page, api: ApiOfUser) -> None:
    for number in range(8):
        api.post("/tasks", json={"title": f"Task {number}"})
    phone.evaluate("() => void dispatchEvent(new Event('online'))")
    rows = phone.locator(".task .name")
    expect(rows).to_have_count(8)
    for row in rows.all():
        row.dblclick()
        phone.locator(".editor").wait_for()
        phone.keyboard.press("Escape")
        expect(phone.locator(".editor")).to_have_count(0)
    expect(phone.locator(".toast")).to_have_count(0)
    assert all(task["priority"] == 0 for task in api.get("/tasks").json()["tasks"])
