"""Where a request comes from: what proxies say is believed of trusted ones alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network

import pytest

from tests.support.asgi import call
from tests.support.documents import Functions
from tests.support.keys import Keys, bearer
from todo_api.contract import ContractApp, Document, UrlFor, Workers
from todo_api.contract.forwarding import MOST_HOPS

DOCUMENT = """
openapi: 3.0.3
info: {title: A test, version: '1'}
paths:
  /who:
    get: {operationId: who, security: [{key: []}], responses: {'200': {description: .}}}
components: {securitySchemes: {key: {type: http, scheme: bearer}}}
"""
PROXY = "10.0.0.1"
"""The proxy that is connected; another one is 10.9.9.9, and one of IPv6 2001:db8::1."""


def who(url_for: UrlFor) -> dict[str, str]:
    return {"uri": url_for("who")}


class Site:
    """An application behind proxies, and the addresses that it believes to be asked from."""

    def __init__(self, app: ContractApp, keys: Keys) -> None:
        self.app = app
        self.keys = keys

    def ask(self, *fields: tuple[str, str], peer: str = PROXY) -> tuple[str, str]:
        """Return the client and the URI that an answer tells."""
        answer = call(self.app, "GET", "/who", [bearer("open sesame"), *fields], client=peer)
        assert answer.status_code == 200, answer.text
        return self.keys.clients[-1].address, answer.json()["uri"]


@contextmanager
def behind_proxies() -> Iterator[Site]:
    """Serve an application that trusts some proxies."""
    workers, keys = Workers(1), Keys(("open sesame",))
    trusted = [ip_network(text) for text in ("10.0.0.0/8", "2001:db8::/126")]
    app = ContractApp(__name__, trusted_proxies=trusted)
    app.add_api(
        Document(DOCUMENT),
        resolver=Functions({"who": who}),
        workers=workers,
        authenticators={"key": keys},
        own_hosts=["localhost", "todo.example"],
    )
    yield Site(app, keys)
    workers.close()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with behind_proxies() as made:
        yield made


FOR, FORWARDED = "X-Forwarded-For", "Forwarded"
CLIENT = "192.0.2.7"

BELIEVED = [
    # What proxies have sent, and who the client is.
    ([(FOR, CLIENT)], CLIENT),
    ([(FOR, f"{CLIENT}:4711")], CLIENT),
    ([(FOR, f"198.51.100.1, {CLIENT}")], CLIENT),
    ([(FOR, f"198.51.100.1,{CLIENT} , 10.9.9.9")], CLIENT),
    ([(FOR, "198.51.100.1"), (FOR, CLIENT), (FOR, "10.9.9.9")], CLIENT),
    ([(FOR, f"{CLIENT}, 2001:db8::1, 10.9.9.9")], CLIENT),
    ([(FOR, "2001:DB8:0::77")], "2001:db8::77"),
    ([(FOR, "[2001:db8::77]")], "2001:db8::77"),
    ([(FOR, "[2001:db8::77]:4711")], "2001:db8::77"),
    ([(FOR, f"::ffff:{CLIENT}")], CLIENT),
    ([(FOR, f"{CLIENT}, ::ffff:10.9.9.9")], CLIENT),
    ([(FOR, "10.2.2.2, 10.9.9.9")], "10.2.2.2"),
    ([(FORWARDED, f"for={CLIENT}")], CLIENT),
    ([(FORWARDED, f'For="{CLIENT}:4711";by=_x;proto=http')], CLIENT),
    ([(FORWARDED, 'for="[2001:db8::77]:4711"')], "2001:db8::77"),
    ([(FORWARDED, f'for=198.51.100.1, for={CLIENT};by="_b", for=10.9.9.9')], CLIENT),
    ([(FORWARDED, "for=198.51.100.1"), (FORWARDED, f"for={CLIENT}")], CLIENT),
    ([(FORWARDED, r'for="\1\92.0.2.7"')], CLIENT),
    ([(FORWARDED, f"for={CLIENT}"), (FOR, f"198.51.100.1, {CLIENT}")], CLIENT),
    # Whatever stands to the left of the client is the client's own invention.
    ([(FOR, f"nonsense, {CLIENT}")], CLIENT),
    ([(FOR, f"10.9.9.9, {CLIENT}")], CLIENT),
    ([(FOR, f"unknown,,;,\\, {CLIENT}, 10.9.9.9")], CLIENT),
    ([(FOR, "1.1.1.1, " * 500 + CLIENT)], CLIENT),
    ([(FORWARDED, f'for="open, for={CLIENT}')], CLIENT),
    ([(FORWARDED, f'for=9.9.9.9;x=", for={CLIENT};by="_b"')], CLIENT),
    ([(FORWARDED, f"nonsense, for={CLIENT}")], CLIENT),
    # What makes no sense is not believed, and so the proxy is the client.
    ([], PROXY),
    ([(FOR, "")], PROXY),
    ([(FOR, "unknown")], PROXY),
    ([(FOR, f"{CLIENT}, unknown")], PROXY),
    ([(FOR, f"{CLIENT}, unknown, 10.9.9.9")], PROXY),
    ([(FOR, f"{CLIENT},")], PROXY),
    ([(FOR, "192.0.2.777")], PROXY),
    ([(FOR, "192.0.2.07")], PROXY),
    ([(FOR, "3221226000")], PROXY),
    ([(FOR, "fe80::1%eth0")], PROXY),
    ([(FOR, f"{CLIENT}:port")], PROXY),
    ([(FOR, "[evil]")], PROXY),
    ([(FOR, f"{CLIENT} 198.51.100.1")], PROXY),
    ([(FOR, "todo.example")], PROXY),
    ([(FOR, CLIENT + ", 10.9.9.9" * MOST_HOPS)], PROXY),
    ([(FORWARDED, "")], PROXY),
    ([(FORWARDED, CLIENT)], PROXY),
    ([(FORWARDED, f"for={CLIENT}:4711")], PROXY),
    ([(FORWARDED, "for=2001:db8::77")], PROXY),
    ([(FORWARDED, "for=unknown")], PROXY),
    ([(FORWARDED, "for=_hidden")], PROXY),
    ([(FORWARDED, "proto=https")], PROXY),
    ([(FORWARDED, f'for="{CLIENT}')], PROXY),
    ([(FORWARDED, f"for = {CLIENT}")], PROXY),
    ([(FORWARDED, f"for={CLIENT}"), (FOR, "198.51.100.1")], PROXY),
]


@pytest.mark.parametrize(("fields", "client"), BELIEVED)
def test_the_client_is_whom_the_first_trusted_proxy_names(
    site: Site, fields: list[tuple[str, str]], client: str
) -> None:
    assert site.ask(*fields)[0] == client


def test_a_proxy_that_passes_on_what_clients_made_up_is_told_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made_up = (FORWARDED, "for=198.51.100.1")
    with behind_proxies() as site:
        assert site.ask((FOR, CLIENT)) == (CLIENT, "http://localhost/who")
        assert site.ask((FOR, CLIENT), made_up, peer=CLIENT) == (CLIENT, "http://localhost/who")
        assert caplog.messages == []
        for _ in range(2):
            assert site.ask((FOR, CLIENT), made_up)[0] == PROXY
    [message] = caplog.messages
    assert f"What the proxy {PROXY} has sent" in message


@pytest.mark.parametrize("peer", ["192.0.2.99", "11.0.0.1", "2001:db8::4", "::ffff:11.0.0.1", ""])
def test_nobody_else_is_believed(site: Site, peer: str) -> None:
    for fields, _ in BELIEVED:
        assert site.ask(*fields, peer=peer) == (peer, "http://localhost/who")
    lies = [(FOR, CLIENT), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "todo.example")]
    assert site.ask(*lies, peer=peer) == (peer, "http://localhost/who")
    lies = [(FORWARDED, f"for={CLIENT};proto=https;host=todo.example")]
    assert site.ask(*lies, peer=peer) == (peer, "http://localhost/who")


@pytest.mark.parametrize("peer", ["10.255.0.1", "2001:db8::3", "::ffff:10.0.0.1"])
def test_a_trusted_proxy_may_have_any_address_of_its_network(site: Site, peer: str) -> None:
    assert site.ask((FOR, CLIENT), peer=peer)[0] == CLIENT


PROTO, HOST = "X-Forwarded-Proto", "X-Forwarded-Host"


@pytest.mark.parametrize(
    ("fields", "origin"),
    [
        ([(PROTO, "https")], "https://localhost"),
        ([(PROTO, "HTTPS"), (HOST, "todo.example:8443")], "https://todo.example:8443"),
        ([(PROTO, "javascript")], "http://localhost"),
        ([(PROTO, "https, http")], "http://localhost"),
        ([(PROTO, "http, https"), (HOST, "evil.example, todo.example")], "https://todo.example"),
        ([(FORWARDED, f"for={CLIENT};proto=https")], "http://localhost"),
    ],
)
def test_uris_begin_with_what_the_client_has_asked_for(
    site: Site, fields: list[tuple[str, str]], origin: str
) -> None:
    assert site.ask((FOR, CLIENT), *fields) == (CLIENT, f"{origin}/who")


def test_the_standard_header_tells_all_of_it(site: Site) -> None:
    said = f'for="{CLIENT}";proto=https;host="todo.example:8443", for=10.9.9.9;proto=http'
    assert site.ask((FORWARDED, said)) == (CLIENT, "https://todo.example:8443/who")


@pytest.mark.parametrize("host", ["evil.example", "todo.example@evil.example", "a b"])
def test_a_host_has_to_be_our_own_whoever_names_it(site: Site, host: str) -> None:
    fields = [bearer("open sesame"), (FOR, CLIENT), (HOST, host)]
    assert call(site.app, "GET", "/who", fields, client=PROXY).status_code == 400


def test_without_trusted_proxies_nothing_is_looked_at() -> None:
    app = ContractApp(__name__)
    workers, keys = Workers(1), Keys(("open sesame",))
    app.add_api(
        Document(DOCUMENT),
        resolver=Functions({"who": who}),
        workers=workers,
        authenticators={"key": keys},
    )
    assert Site(app, keys).ask((FOR, CLIENT), (FORWARDED, f"for={CLIENT}"))[0] == PROXY
    workers.close()
