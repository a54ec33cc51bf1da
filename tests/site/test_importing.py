"""The tasks of a file, by the web client."""

import json
from functools import partial
from typing import Any

from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from tests.site.test_account import account_of
from tests.support.web_client import PASSWORD, ApiOfUser, WebClient, until

CALENDAR = """\
BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VTODO
UID:1@elsewhere.example
SUMMARY:Water the plants
BEGIN:VALARM
TRIGGER:-PT15M
END:VALARM
END:VTODO
END:VCALENDAR
"""


def opened(page: Page, api: ApiOfUser) -> Locator:
    """Sign in, and open where files are imported."""
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD)
    client.saved()
    return account_of(client)


def bring(account: Locator, name: str, text: str) -> None:
    """Import a file."""
    file: FilePayload = {"name": name, "mimeType": "", "buffer": text.encode()}
    account.get_by_label("File", exact=True).set_input_files(file)
    account.get_by_role("button", name="Import", exact=True).click()


def has(api: ApiOfUser, count: int) -> bool:
    return len(titles_of(api)) == count


def titles_of(api: ApiOfUser, **query: Any) -> list[str]:  # noqa: ANN401 - of the API
    return [task["title"] for task in api.get("/tasks", params=query).json()["tasks"]]


def test_a_file_is_taken_for_what_its_name_says(api: ApiOfUser, page: Page) -> None:
    account = opened(page, api)
    files = {
        "tasks.jsonl": '{"title": "One"}\n',
        "tasks.JSON": json.dumps({"tasks": [{"title": "Two"}]}),
        "my.tasks.csv": "title;labels\nThree;home\n",
        "todo.txt": "(A) Four +shop\n",
    }
    for count, (name, text) in enumerate(files.items(), 1):
        bring(account, name, text)
        until(page, partial(has, api, count))
        expect(account.get_by_text("1 task of the file is in")).to_be_visible()
    assert titles_of(api) == ["One", "Two", "Three", "Four"]


def test_what_has_no_place_is_told_and_the_tasks_are_seen(api: ApiOfUser, page: Page) -> None:
    account = opened(page, api)
    bring(account, "calendar.ics", CALENDAR)
    expect(account.get_by_text("What has no place there: alarms (1).")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="All tasks", exact=True).click()
    expect(page.get_by_role("checkbox", name="Water the plants")).to_be_visible(timeout=20_000)


def test_what_another_program_has_saved_goes_into_the_list_that_is_chosen(
    api: ApiOfUser, page: Page
) -> None:
    garden = api.post("/lists", json={"name": "Garden"}).json()["list"]
    account = opened(page, api)
    account.get_by_label("Saved by").select_option("Todoist")
    account.get_by_label("Into the list").select_option("Garden")
    bring(account, "Inbox.csv", "TYPE,CONTENT,PRIORITY,INDENT\ntask,Mow the lawn,1,1\n")
    expect(account.get_by_text("1 task of the file is in “Garden” now.")).to_be_visible()
    assert titles_of(api, list_id=garden["id"]) == titles_of(api) == ["Mow the lawn"]


def test_lines_that_are_not_right_are_named(api: ApiOfUser, page: Page) -> None:
    account = opened(page, api)
    bring(account, "tasks.csv", "title,priority\nRest,9\nWork,2\n,1\n")
    told = account.get_by_text("Nothing was imported")
    expect(told).to_contain_text("Line 2, priority: This must be at most 3. Line 4, title: ")
    bring(account, "tasks.docx", "Rest")
    expect(account.get_by_text("Choose the program that has saved it.")).to_be_visible()
    assert titles_of(api) == []


def test_a_file_whose_answer_was_lost_doubles_nothing(api: ApiOfUser, page: Page) -> None:
    account = opened(page, api)

    def lose(route: Route) -> None:
        sent = route.request
        query = sent.url.partition("?")[2]
        headers = {name: sent.headers[name] for name in ("content-type", "idempotency-key")}
        content = sent.post_data_buffer or b""
        answer = api.post(f"/tasks/import?{query}", content=content, headers=headers)
        assert answer.status_code == 200, answer.text
        route.abort()

    page.route("**/tasks/import*", lose, times=1)
    bring(account, "tasks.jsonl", '{"title": "Once"}\n')
    expect(account.get_by_text("The service cannot be reached.")).to_be_visible()
    account.get_by_role("button", name="Import", exact=True).click()
    expect(account.get_by_text("1 task of the file is in")).to_be_visible()
    assert titles_of(api) == ["Once"]
