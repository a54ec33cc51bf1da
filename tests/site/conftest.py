"""A service, a browser that reaches it, and a person with an account, for each module."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.browser import ADDRESS, chromium, find_chromium
from tests.support.serving import ServedApp, served
from tests.support.web_client import PASSWORD, ZONE, ApiOfUser, WebClient, registered

expect.set_options(timeout=20_000)  # CI's machines are slow


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApp]:
    """The demo on a new database, in a process of its own."""
    folder = tmp_path_factory.mktemp("client")
    with served(f"sqlite:///{folder}/todo.db", folder / "log") as service:
        yield service


@pytest.fixture(scope="module")
def browser(service: ServedApp) -> Iterator[Browser]:
    """A browser that reaches the service, and nothing else."""
    executable = find_chromium()
    if executable is None and "CI" not in os.environ:
        pytest.skip("the web client is tested in Chromium, which is not here")
    assert executable, "CI has to have Chromium"
    with ExitStack() as running:
        yield running.enter_context(chromium(executable, service.origin))


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that has never been here."""
    with browser.new_context(locale="en-GB", timezone_id=ZONE) as context:
        context.set_default_timeout(20_000)
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of its own."""
    return context.new_page()


@pytest.fixture
def api(service: ServedApp) -> Iterator[ApiOfUser]:
    """The API for a user who is new, as another client of theirs."""
    with registered(service) as api:
        yield api


@pytest.fixture
def client(page: Page, api: ApiOfUser) -> Iterator[WebClient]:
    """The web client, with that user signed in; the browser must have nothing to complain about."""
    client = WebClient(page)
    client.sign_in(api.username, PASSWORD, stay=True)
    expect(client.adding).to_be_visible()
    yield client
    assert client.complaints == []
    assert [url for url in client.requests if not url.startswith(f"{ADDRESS}/")] == []
