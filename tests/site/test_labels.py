"""The web client and the most labels that a task has."""

from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.support.web_client import PASSWORD, ApiOfUser, WebClient

LABELS = [f"label{number:02}" for number in range(20)]
MOST = "A task has at most 20 labels: take one away to give it another."


def labels_of(api: ApiOfUser) -> dict[str, list[str]]:
    """Return the labels of each task by its title."""
    tasks: list[dict[str, Any]] = api.get("/tasks").json()["tasks"]
    return {task["title"]: task["labels"] for task in tasks}


def test_a_label_too_many_takes_none_away_and_says_so(client: WebClient, api: ApiOfUser) -> None:
    api.post("/tasks", json={"title": "Pack", "labels": LABELS[1:]})
    client.look_again()
    editor = client.open("Pack")
    box = editor.get_by_role("combobox", name="Labels")
    box.fill("a, b, label03, b")
    box.press("Enter")
    expect(box).to_have_value("b")
    expect(editor.get_by_role("alert")).to_have_text(MOST)
    box.press("Enter")
    editor.get_by_role("button", name="Remove the label label07").click()
    expect(editor.get_by_role("alert")).to_have_count(0)
    box.press("Enter")
    expect(box).to_have_value("")
    client.saved()
    expected = ["a", "b", *LABELS[1:]]
    expected.remove("label07")
    assert labels_of(api) == {"Pack": expected}


def test_a_line_that_has_no_room_for_the_label_of_the_view_is_not_added(
    client: WebClient, api: ApiOfUser
) -> None:
    page = client.page
    api.post("/tasks", json={"title": "Pack", "labels": ["travel"]})
    client.look_again()
    page.get_by_role("link", name="#travel").click()
    line = f"Read {' '.join(f'#{label}' for label in LABELS)}"
    client.add(line)
    expect(page.get_by_role("alert").filter(has_text="labels")).to_have_text(MOST)
    expect(client.adding).to_have_value(line)
    assert client.titles == ["Pack"]
    client.add(line.replace(LABELS[0], "travel"))
    expect(client.checkbox("Read")).to_be_visible()
    client.saved()
    assert labels_of(api) == {"Pack": ["travel"], "Read": [*LABELS[1:], "travel"]}


def test_that_is_said_in_german_as_well(browser: Browser, api: ApiOfUser) -> None:
    api.post("/tasks", json={"title": "Packen", "labels": LABELS})
    with browser.new_context(locale="de-DE") as context:
        page: Page = context.new_page()
        WebClient(page)
        page.get_by_role("textbox", name="Benutzername").fill(api.username)
        page.get_by_role("textbox", name="Passwort").fill(PASSWORD)
        page.get_by_role("button", name="Anmelden").click()
        page.locator(".task .name").click()
        page.get_by_role("combobox", name="Etiketten").fill("a")
        told = "Mehr als 20 Etiketten hat keine Aufgabe: Für ein neues muss eines weg."
        expect(page.get_by_role("dialog").get_by_role("alert")).to_have_text(told)
