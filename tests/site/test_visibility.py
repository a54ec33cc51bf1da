"""What the web client asks for while somebody looks at it, and while nobody does."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.support.web_client import PASSWORD, ApiOfUser, WebClient, until

IS_IDLE = """() => navigator.locks.query().then(
  ({ held, pending }) => ![...held, ...pending].some(({ name }) => name.startsWith("todo:")))
"""
"""Whether the client agrees with the service just now: one tab at a time does."""


def test_a_hidden_tab_asks_for_nothing_and_asks_at_once_when_it_is_shown(
    page: Page, api: ApiOfUser
) -> None:
    page.clock.install()
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    client.saved()
    until(page, lambda: page.evaluate(IS_IDLE))
    with page.expect_request("**/tasks/changes**"):
        page.clock.fast_forward(6_000)  # while it is shown, it asks every five seconds

    client.hide()
    until(page, lambda: page.evaluate(IS_IDLE))
    asked = len(client.requests)
    for _ in range(10):
        page.clock.fast_forward(60_000)
        until(page, lambda: page.evaluate(IS_IDLE))
    assert client.requests[asked:] == []

    api.post("/tasks", json={"title": "From afar"})
    with page.expect_request("**/tasks/changes**"):
        client.show()
    expect(client.checkbox("From afar")).to_be_visible()


def test_a_hidden_tab_still_sends_what_is_unsent(page: Page, api: ApiOfUser) -> None:
    page.clock.install()
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    client.saved()
    page.route("**/todo/api/**", lambda route: route.abort())
    client.add("Unsent")
    expect(client.status).to_have_text("Offline")
    client.hide()
    until(page, lambda: page.evaluate(IS_IDLE))
    page.unroute("**/todo/api/**")
    page.clock.fast_forward(60_000)
    until(page, lambda: len(api.get("/tasks").json()["tasks"]) == 1)


def test_a_page_that_is_shown_again_knows_what_day_it_is(page: Page, api: ApiOfUser) -> None:
    morning = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    page.clock.install(time=morning)
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD)
    client.saved()
    client.go("Today")
    today = page.locator(".head .hint").first
    before = today.inner_text()
    client.hide()
    page.clock.set_system_time(morning + timedelta(days=1))  # no timer goes on
    client.show()
    expect(today).not_to_have_text(before, timeout=2_000)
