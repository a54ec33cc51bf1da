"""URIs: which origin they begin with, and how their paths and queries are built."""

import pytest

from tests.support.asgi import call
from tests.support.documents import served
from tests.support.problems import assert_problem
from todo_api.contract import ContractApp, UrlFor
from todo_api.contract.uris import Links

DOCUMENT = """
servers: [{url: /v1}]
paths:
  /where: {get: {operationId: where, security: [], responses: {'200': {description: Here.}}}}
"""


def where(url_for: UrlFor) -> dict[str, str]:
    return {"uri": url_for("where")}


def origin(app: ContractApp, host: str, reached: str = "10.0.0.1") -> str | None:
    """Return the origin that an answer names; None if it was refused without naming the host."""
    answer = call(app, "GET", "/v1/where", host=host, server=reached)
    if answer.status_code == 200:
        return str(answer.json()["uri"]).removesuffix("/v1/where")
    assert_problem(answer, 400)
    assert not host or host not in answer.text + str(answer.headers)
    return None


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:5000",
        "LocalHost",
        "todo.example",
        "todo.example:8443",
        "10.0.0.1",
        "10.0.0.1:5000",
        "[::ffff:10.0.0.1]",
        "[::FFFF:A00:1]:5000",
        "192.168.1.20",
        "[2001:db8::20]",
        "[2001:DB8:0:0::20]:5000",
    ],
)
def test_uris_repeat_the_address_that_was_reached_or_a_host_of_our_own(host: str) -> None:
    hosts = ["localhost", "todo.example", "192.168.1.20", "2001:db8::20"]
    with served(DOCUMENT, {"where": where}, own_hosts=hosts) as app:
        assert origin(app, host) == f"http://{host}"


@pytest.mark.parametrize("host", ["10.0.0.1", "127.0.0.1", "[::2]", "[::1%eth0]"])
def test_another_address_than_the_one_that_was_reached_is_refused(host: str) -> None:
    with served(DOCUMENT, {"where": where}, own_hosts=["localhost"]) as app:
        assert origin(app, "[::1]:5000", reached="::1") == "http://[::1]:5000"
        assert origin(app, host, reached="::1") is None
        assert origin(app, host, reached="") is None


@pytest.mark.parametrize("host", ["0.0.0.0", "[::]", "[0::0]:80"])  # noqa: S104
def test_where_a_service_listens_is_nowhere_that_a_request_can_go(host: str) -> None:
    with served(DOCUMENT, {"where": where}, own_hosts=["0.0.0.0", "::"]) as app:  # noqa: S104
        assert origin(app, host) is None


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:80",
        "localhost.evil.example",
        "evil-localhost",
        "todo.example.",
        "127.0.0.1.evil.example",
        "1.2.3",
        "[evil]",
        "[::1",
        "::1",
        "localhost:port",
        "localhost:123456",
        "localhost/evil.example",
        "user@localhost",
        "localhost evil.example",
        "localhost, evil.example",
        "localhost\xe9",
        "local%68ost",
        "a" * 300,
    ],
)
def test_any_other_host_is_refused_and_not_repeated(host: str) -> None:
    with served(DOCUMENT, {"where": where}, own_hosts=["localhost", "todo.example"]) as app:
        assert origin(app, host) is None


def test_a_public_url_replaces_whatever_host_was_addressed() -> None:
    with served(DOCUMENT, {"where": where}, public_url="https://todo.example") as app:
        for host in ("localhost", "evil.example", "10.0.0.1:81"):
            assert origin(app, host) == "https://todo.example"
        assert origin(app, "") is None


@pytest.mark.parametrize(
    ("argument", "path"),
    [
        (2, "/books/2"),
        ("a/b", "/books/a%2Fb"),
        ("é 🥛", "/books/%C3%A9%20%F0%9F%A5%9B"),
        ("?#%", "/books/%3F%23%25"),
        ("{book}", "/books/%7Bbook%7D"),
    ],
)
def test_an_argument_is_one_segment_of_the_path(argument: object, path: str) -> None:
    links = Links()
    links.add("get_book", "/books/{book}")
    assert links.from_origin("http://h")("get_book", book=argument) == f"http://h{path}"
