"""The service under a name, and a path, that only a proxy knows."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
import yaml
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD, client_of
from tests.support.problems import assert_problem
from todo_api.application import create_app
from todo_api.settings import Settings
from todo_api.site.modules import FIRST, LATER
from todo_api.site.pages import ASSETS

API = "/todo/api/v1.0"


@pytest.fixture(params=["https://todo.example", "https://home.example/apps/todo"])
def public_url(request: pytest.FixtureRequest) -> str:
    """The address under which clients know the service."""
    return str(request.param)


@pytest.fixture
def proxied(miguel: TestClient, settings: Settings, public_url: str) -> Iterator[TestClient]:  # noqa: ARG001 - registers the user
    """Miguel behind a proxy, which takes the public path off."""
    with client_of(
        create_app(replace(settings, public_url=public_url)), "miguel", PASSWORD
    ) as client:
        yield client


def read(answer: httpx2.Response) -> dict[str, Any]:
    """Read a document, as JSON or YAML."""
    document: dict[str, Any] = yaml.safe_load(answer.text)
    return document


@pytest.mark.parametrize("name", ["openapi.json", "openapi.yaml"])
def test_the_document_names_the_address_at_which_it_is_served(
    proxied: TestClient, public_url: str, name: str
) -> None:
    [server] = read(proxied.get(name))["servers"]
    assert server["url"] == public_url + API


@pytest.mark.parametrize("name", ["openapi.json", "openapi.yaml"])
@pytest.mark.parametrize("origin", ["http://localhost", "http://localhost:5000"])
def test_without_a_public_url_the_document_names_the_host_of_the_request(
    anonymous: TestClient, name: str, origin: str
) -> None:
    answer = anonymous.get(f"{origin}{API}/{name}")
    assert read(answer)["servers"][0]["url"] == origin + API
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert anonymous.get(f"{origin}{API}/{name}", headers=tag).status_code == 304
    elsewhere = anonymous.get(f"{origin}{API}/{name}", headers={"Host": "elsewhere.example"})
    assert elsewhere.json()["code"] == "unknown_host"


ANYTHING = [
    *("/", "/join", "/problems", "/worker.js", "/healthz", "/readyz", "/nothing", f"{API}/nothing"),
    *(f"{API}/ui", f"{API}/ui/", f"{API}/openapi.json", f"{API}/openapi.yaml", f"{API}/tasks"),
    *(f"/assets/{name}" for name in (FIRST, LATER, *ASSETS)),
]


def test_whatever_is_asked_for_the_host_is_the_services_own(anonymous: TestClient) -> None:
    """A page whose name is rebound to the service's address gets nothing of it."""
    elsewhere = {"Host": "elsewhere.example"}
    for method in ("GET", "HEAD", "OPTIONS", "DELETE"):
        for path in ANYTHING:
            url = f"http://localhost{path}"
            answer = anonymous.request(method, url, headers=elsewhere, follow_redirects=False)
            assert answer.status_code == 400, (method, path)
            if method != "HEAD":
                assert_problem(answer, 400)
                assert answer.json()["code"] == "unknown_host"


def test_uris_links_and_errors_lead_there(proxied: TestClient, public_url: str) -> None:
    created = [proxied.post("/tasks", json={"title": title}) for title in ("Read", "Write")]
    assert created[0].headers["Location"] == f"{public_url}{API}/tasks/1"
    page = proxied.get("/tasks?limit=1")
    assert page.headers["Link"].startswith(f"<{public_url}{API}/tasks?")
    problem = proxied.get("/tasks/3", headers={"Accept": "application/problem+json"}).json()
    path = re.sub("https://[^/]+", "", public_url)
    assert problem["type"] == f"{path}/problems#404"


def test_the_pages_load_and_link_what_is_there(proxied: TestClient, public_url: str) -> None:
    path = re.sub("https://[^/]+", "", public_url)
    for page in ("/", "/join", f"{API}/ui/", "/problems"):
        text = proxied.get(f"http://localhost{page}").text
        absolute = re.findall(r'(?:href|src)="(/[^"]*)"', text)
        assert absolute
        for address in absolute:
            assert address.startswith(f"{path}/")
            behind_proxy = address.removeprefix(path)
            assert proxied.get(f"http://localhost{behind_proxy}").status_code == 200
