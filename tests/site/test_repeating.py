"""Tasks that come again, in the web client: said in quick add or chosen, ticked, and undone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.support.web_client import PASSWORD, ApiOfUser, WebClient

TODAY = (datetime.now(UTC) + timedelta(hours=1)).date()


def tasks_of(api: ApiOfUser) -> list[dict[str, Any]]:
    tasks: list[dict[str, Any]] = api.get("/tasks").json()["tasks"]
    return tasks


def repetitions_of(api: ApiOfUser) -> list[tuple[str, Any]]:
    return [(task["title"], task["repeat"]) for task in tasks_of(api)]


def test_what_is_written_comes_again_when_it_is_ticked(client: WebClient, api: ApiOfUser) -> None:
    page = client.page
    client.adding.fill("Water the plants every day")
    expect(
        page.get_by_role("button", name="Do not take “every day” as a repetition")
    ).to_have_count(1)
    client.adding.press("Enter")
    client.saved()
    assert repetitions_of(api) == [
        ("Water the plants", {"rule": "FREQ=DAILY", "from": "due"}),
    ]
    row = page.locator(".task", has_text="Water the plants")
    expect(row.locator(".repeats")).to_have_text("↻Repeats")
    client.checkbox("Water the plants").check()
    # Sooner than the changes are asked for.
    expect(row.locator(".due", has_text="Tomorrow")).to_be_visible(timeout=4000)
    expect(row).to_have_count(1)
    client.saved()
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    states = [(task["done"], task["due"]) for task in tasks_of(api)]
    assert states == [(True, TODAY.isoformat()), (False, tomorrow)]
    page.get_by_role("button", name="Undo").click()
    expect(row).to_have_count(1, timeout=4000)
    expect(row.locator(".due")).to_have_text("Today")
    client.saved()
    assert [(task["done"], task["due"]) for task in tasks_of(api)] == [(False, TODAY.isoformat())]


def test_a_repetition_that_was_not_meant_stays_in_the_title(
    client: WebClient, api: ApiOfUser
) -> None:
    client.adding.fill("Love every day")
    client.page.get_by_role("button", name="Do not take “every day”").click()
    client.adding.press("Enter")
    client.saved()
    assert repetitions_of(api) == [("Love every day", None)]


@pytest.mark.parametrize(
    ("chosen", "rule"),
    [
        ("Every day", "FREQ=DAILY"),
        ("Every weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("Every 2 weeks", "FREQ=WEEKLY;INTERVAL=2"),
        ("Every year", "FREQ=YEARLY"),
    ],
)
def test_it_is_chosen_in_the_open_task(
    client: WebClient, api: ApiOfUser, chosen: str, rule: str
) -> None:
    client.add("Water the plants")
    editor = client.open("Water")
    editor.get_by_label("Repeat").select_option(chosen)
    editor.get_by_label("Counted from").select_option("The day it is done")
    client.saved()
    assert repetitions_of(api) == [("Water the plants", {"rule": rule, "from": "completion"})]
    editor.get_by_label("Repeat").select_option("Never")
    client.saved()
    assert repetitions_of(api) == [("Water the plants", None)]


def test_other_rules_are_said_in_words_as_far_as_there_are_any(
    client: WebClient, api: ApiOfUser
) -> None:
    rules = {
        "Swim": ("FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,FR", "Every 3 weeks: Monday, Friday"),
        "Pay": ("FREQ=MONTHLY;INTERVAL=6", "Every 6 months"),
        "Meet": ("FREQ=MONTHLY;BYDAY=2TU", "FREQ=MONTHLY;BYDAY=2TU"),
    }
    for title, (rule, _) in rules.items():
        repeat = {"rule": rule, "from": "due"}
        assert api.post("/tasks", json={"title": title, "repeat": repeat}).is_success
    client.look_again()
    for title, (_, said) in rules.items():
        editor = client.open(title)
        expect(editor.get_by_label("Repeat").locator("option:checked")).to_have_text(said)
        editor.get_by_role("button", name="Close").click()


def test_in_german_it_is_written_in_german(browser: Browser, api: ApiOfUser) -> None:
    with browser.new_context(locale="de-DE", timezone_id="Europe/Berlin") as context:
        page = context.new_page()
        client = WebClient(page)
        page.get_by_role("textbox", name="Benutzername").fill(api.username)
        page.get_by_role("textbox", name="Passwort").fill(PASSWORD)
        page.get_by_role("button", name="Anmelden").click()
        adding = page.get_by_role("textbox", name="Neue Aufgabe")
        adding.fill("Bericht jeden Freitag")
        expect(page.get_by_role("button", name="nicht als Wiederholung verstehen")).to_have_count(1)
        adding.press("Enter")
        expect(client.status).to_have_text("Alles gespeichert")
        page.locator(".task .name", has_text="Bericht").click()
        chosen = page.get_by_label("Wiederholen").locator("option:checked")
        expect(chosen).to_have_text("Jede Woche: Freitag")
        assert client.complaints == []
    assert repetitions_of(api) == [("Bericht", {"rule": "FREQ=WEEKLY;BYDAY=FR", "from": "due"})]
