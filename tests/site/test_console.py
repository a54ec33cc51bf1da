"""The pages for people, as they are served and as a browser shows them."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from tests.support.browser import ADDRESS, Console, chromium, find_chromium
from tests.support.problems import WORDS
from tests.support.serving import served
from todo_api.application import create_app
from todo_api.document import document_path
from todo_api.settings import Settings
from todo_api.site.pages import ASSETS

CONSOLE = "/todo/api/v1.0/ui/"
PAGES = ("/", CONSOLE, "/problems", "/worker.js")
DOCUMENT: dict[str, Any] = yaml.safe_load(document_path().read_text("utf-8"))
OPERATIONS = {
    f"operations-{operation['tags'][0]}-{operation['operationId']}"
    for item in DOCUMENT["paths"].values()
    for method, operation in item.items()
    if method != "parameters"
}
TAKING_JSON = [
    operation["operationId"]
    for item in DOCUMENT["paths"].values()
    for method, operation in item.items()
    if method != "parameters" and "requestBody" in operation
]
TAKING_JSON.remove("import_tasks")
# Nobody has joined the demo's list, and only the service can make a code.
TAKING_JSON.remove("update_member")
TAKING_JSON.remove("look_at_invitation")
TAKING_JSON.remove("redeem_invitation")
DECLARED_ERRORS = {
    int(status)
    for item in DOCUMENT["paths"].values()
    for method, operation in item.items()
    if method != "parameters"
    for status in operation["responses"]
    if status >= "400"
}


@pytest.fixture(scope="module")
def client() -> TestClient:
    """A client of the application, which is not started: no page needs its database."""
    return TestClient(create_app(Settings()), "http://localhost", follow_redirects=False)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser that reaches the demo, on a new database, and nothing else."""
    executable = find_chromium()
    if executable is None and "CI" not in os.environ:
        pytest.skip("the console is tested in Chromium, which is not here")
    assert executable, "CI has to have Chromium"
    folder = tmp_path_factory.mktemp("console")
    with ExitStack() as running:
        service = running.enter_context(served(f"sqlite:///{folder}/todo.db", folder / "log"))
        yield running.enter_context(chromium(executable, service.origin))


@pytest.fixture
def console(browser: Browser) -> Iterator[Console]:
    """The console in a new page, which must not have reported an error by the end."""
    with browser.new_context() as context:
        console = Console(context.new_page())
        yield console
    assert console.complaints == []
    assert [url for url in console.requests if not url.startswith((f"{ADDRESS}/", "data:"))] == []


def test_without_its_slash_the_console_is_found_as_well(client: TestClient) -> None:
    answer = client.get(CONSOLE.removesuffix("/"))
    assert (answer.status_code, answer.headers["Location"]) == (302, CONSOLE)


def test_the_console_is_beside_the_document(client: TestClient) -> None:
    [server] = DOCUMENT["servers"]
    assert f"{server['url']}/ui/" == CONSOLE
    assert client.get(f"{server['url']}/openapi.json").status_code == 200


@pytest.mark.parametrize("address", [*PAGES, *(f"/assets/{name}" for name in ASSETS)])
class TestEachPageAndFile:
    """What all pages and files have in common."""

    def test_is_kept_apart_from_other_sites(self, client: TestClient, address: str) -> None:
        headers = client.get(address).headers
        policy = headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= set(policy)
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"

    def test_is_sent_again_only_when_it_has_changed(self, client: TestClient, address: str) -> None:
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert first.headers["Cache-Control"] == "no-cache"
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")

    def test_leaves_the_date_to_the_server(self, client: TestClient, address: str) -> None:
        assert "Date" not in client.get(address).headers


@pytest.mark.parametrize(
    "name",
    [
        "",
        "console.html",
        "swagger-ui-bundle.js.map",
        "swagger-initializer.js",
        "../pages.py",
        "..%2Fpages.py",
        "%2E%2E/pages.py",
        "..%5Cpages.py",
        "%2Fetc%2Fpasswd",
        "console.js/",
        "console.js%00",
    ],
)
def test_no_other_file_is_served(client: TestClient, name: str) -> None:
    answer = client.get(f"/assets/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_each_error_is_explained_under_its_status(client: TestClient) -> None:
    section = r'<section id="(\d+)">\s*<h2><a href="#\1">\1</a> (.+)</h2>\s*<p>.{40,}</p>'
    explained = {
        int(status): words for status, words in re.findall(section, client.get("/problems").text)
    }
    assert explained == WORDS
    assert explained.keys() >= DECLARED_ERRORS


def test_the_type_of_an_error_leads_to_its_explanation(client: TestClient) -> None:
    answer = client.get("/nowhere", headers={"Accept": "application/problem+json"})
    page, _, status = answer.json()["type"].partition("#")
    assert f'<section id="{status}">' in client.get(page).text


def test_the_console_lists_each_operation(console: Console) -> None:
    listed = console.operations.evaluate_all("blocks => blocks.map(block => block.id)")
    assert set(listed) == OPERATIONS


def test_an_authorized_user_can_try_operations(console: Console) -> None:
    console.authorize("miguel", "python")
    status, body = console.execute(console.open("get_tasks"))
    assert status == "200"
    assert "Buy groceries" in body


def test_an_authorized_program_can_try_operations(console: Console) -> None:
    console.authorize("miguel", "python")
    create_token = console.open("create_token")
    body = '{"name": "Console", "scope": "read", "expires_in_days": 1}'
    create_token.locator("textarea").fill(body)
    status, created = console.execute(create_token)
    assert status == "201"
    console.page.reload()
    [secret] = re.findall(r"todo_\w+", created)
    console.authorize_by_token(secret)
    status, body = console.execute(console.open("get_tasks"))
    assert status == "200"
    assert "Buy groceries" in body
    status, body = console.execute(console.open("create_task"))
    assert status == "403"
    assert "This needs credentials of the scope write." in body
    assert_refused_once(console)


def test_each_body_that_is_filled_in_can_be_sent(console: Console) -> None:
    console.authorize("miguel", "python")
    for operation_id in TAKING_JSON:  # in the order of the document's story
        operation = console.open(operation_id)
        examples = operation.locator(".opblock-section-request-body .examples-select-element")
        assert examples.locator("option:checked").inner_text() != "[Modified value]"
        status, body = console.execute(operation)
        assert status in {"200", "201"}, f"{operation_id}: {body}"


@pytest.mark.parametrize(
    ("media_type", "file_name"),
    [("application/jsonl", "tasks.jsonl"), ("text/csv", "tasks.csv")],
)
def test_a_file_that_was_exported_can_be_imported(
    console: Console, tmp_path: Path, media_type: str, file_name: str
) -> None:
    console.authorize("miguel", "python")
    export_tasks = console.open("export_tasks")
    export_tasks.locator(".responses-inner select").first.select_option(media_type)
    exported = console.download(export_tasks)
    assert exported.suggested_filename == file_name
    file = tmp_path / file_name
    exported.save_as(file)
    assert "Learn Python" in file.read_text("utf-8")

    import_tasks = console.open("import_tasks")
    import_tasks.get_by_label("Request content type").select_option(media_type)
    import_tasks.locator("input[type=file]").set_input_files(file)
    status, body = console.execute(import_tasks)
    assert (status, "imported" in body) == ("200", True)


def test_the_curl_line_is_one_that_a_person_would_write(console: Console) -> None:
    operation = console.open("get_health")
    console.execute(operation)
    line = operation.locator(".curl-command pre").inner_text()
    assert line.split() == [
        *("curl", "-X", "'GET'", "\\"),
        *(f"'{ADDRESS}/todo/api/v1.0/healthz'", "\\"),
        *("-H", "'accept:", "application/json'"),
    ]


def test_a_wrong_password_is_refused_without_a_dialog_of_the_browser(console: Console) -> None:
    console.authorize("miguel", "java")
    operation = console.open("get_tasks")
    with console.page.expect_response("**/tasks") as refusal:
        status, body = console.execute(operation)
    assert status == "403"
    assert "Unauthorized access" in body
    assert "www-authenticate" not in refusal.value.headers
    assert_refused_once(console)


def test_a_password_may_have_any_letters(console: Console) -> None:
    register = console.open("create_user")
    register.locator("textarea").fill('{"username": "olga", "password": "смотри, без латиницы"}')
    assert console.execute(register)[0] == "201"

    console.authorize("olga", "смотри, без латиницы")
    account = console.open("get_user")
    account.get_by_placeholder("username").fill("olga")
    assert console.execute(account)[0] == "200"


def test_reloading_the_page_forgets_the_password(console: Console) -> None:
    console.authorize("miguel", "python")
    console.page.reload()
    assert console.execute(console.open("get_tasks"))[0] == "403"
    assert_refused_once(console)


def test_on_a_phone_authorize_and_the_first_operation_are_on_the_first_screen(
    browser: Browser,
) -> None:
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        console = Console(context.new_page())
        authorize = console.page.get_by_role("button", name="Authorize")
        expect(authorize).to_be_in_viewport(ratio=1)
        expect(console.operations.first).to_be_in_viewport(ratio=1)
        too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert console.page.evaluate(too_wide) == 0
        # A tag is described in brief, and whole when it is closed.
        tag = console.page.locator("#operations-tag-tasks")
        is_cut = "small => small.scrollHeight > small.clientHeight + 1"
        assert tag.locator("small").evaluate(is_cut)
        tag.click(position={"x": 5, "y": 15})
        expect(tag).to_have_attribute("data-is-open", "false")
        assert not tag.locator("small").evaluate(is_cut)


def test_the_bar_does_not_hide_an_explanation(console: Console) -> None:
    console.page.goto(f"{ADDRESS}/problems#415")
    expect(console.page.locator(":target h2")).to_have_text("415 Unsupported media type")
    expect(console.page.locator(":target h2")).to_be_in_viewport(ratio=1)


def assert_refused_once(console: Console) -> None:
    """Assert that the browser reported the expected 403 and nothing else, and forget it."""
    [complaint] = console.complaints
    assert "the server responded with a status of 403" in complaint
    console.complaints.clear()
