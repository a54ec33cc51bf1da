"""Where a request comes from, if a trusted proxy has passed it on.

A proxy adds to a request the address that it came from, at the right end of a list. The rest of
the list was there before: anybody may have written it. So the list is read from the right, over
proxies that are trusted, to the first address that is not one of theirs: that is the client.
"""

import logging
import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)
from itertools import islice
from typing import NamedTuple

from todo_api.contract.http import Request

logger = logging.getLogger(__name__)

MOST_HOPS = 32
"""A list of more addresses is not believed."""


class Hop(NamedTuple):
    """What one proxy says of a request that it has received."""

    client: str
    scheme: str | None = None
    host: bytes | None = None


class MalformedError(ValueError):
    """A proxy's headers make no sense, so that nothing in them is believed."""


class Proxies:
    """The proxies that are believed, and what they say."""

    def __init__(self, trusted: Collection[IPv4Network | IPv6Network]) -> None:
        """Take their addresses, as networks."""
        self._trusted = tuple(trusted)
        self._has_warned = False
        self.trusts = lru_cache(maxsize=1024)(self._trusts)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._trusted)

    def _trusts(self, address: str) -> bool:
        """Tell whether an address is that of a trusted proxy."""
        try:
            found = plain_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._trusted)

    def apply(self, request: Request) -> None:
        """Let a request come from where a trusted proxy says, and not from the proxy."""
        if not self.trusts(request.client):
            return
        try:
            hop = self._first_untrusted(request)
        except MalformedError:
            self._warn(request.client)
            return
        if hop is not None:
            request.client = hop.client
            request.scheme = hop.scheme or request.scheme
            if hop.host is not None:
                request.headers[b"host"] = hop.host

    def _warn(self, proxy: str) -> None:
        """Say once that clients can count as a proxy, which is for its administrator to end."""
        if not self._has_warned:
            self._has_warned = True
            logger.warning(
                "What the proxy %s has sent as Forwarded and X-Forwarded-For makes no sense, so it"
                " counts as the client: have it write the one, and remove the other.",
                proxy,
            )

    def _first_untrusted(self, request: Request) -> Hop | None:
        """Return the hop before which nobody is trusted; None if no proxy says anything.

        A proxy writes one of the two lists and passes the other one on, which the client may have
        made up. So if there are both, only that in which they agree is believed.
        """
        standard = request.headers.get(b"forwarded")
        customary = request.headers.get(b"x-forwarded-for")
        found = None if standard is None else self._walk(_elements(standard))
        if customary is None:
            return found
        other = self._walk(_customary_hops(request, customary))
        if found is None or found == other:
            return other
        if found.client != other.client:
            raise MalformedError
        return Hop(found.client)

    def _walk(self, hops: Iterator[Hop]) -> Hop:
        """Return the first hop whose client is no trusted proxy, or else the last one."""
        hop = None
        for hop in islice(hops, MOST_HOPS):
            if not self.trusts(hop.client):
                return hop
        if hop is None or next(hops, None) is not None:
            raise MalformedError
        return hop


def plain_address(text: str) -> IPv4Address | IPv6Address:
    """Read an IP address; one of IPv4 within IPv6 (RFC 4291, 2.5.5.2) is the former."""
    address = ip_address(text.partition("%")[0])
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _customary_hops(request: Request, addresses: bytes) -> Iterator[Hop]:
    """Read ``X-Forwarded-For`` from the right, with what its companions say of the same hops."""
    protocols = _from_the_right(request.headers.get(b"x-forwarded-proto", b""))
    hosts = _from_the_right(request.headers.get(b"x-forwarded-host", b""))
    for at, node in enumerate(_from_the_right(addresses)):
        yield Hop(_node(node), _scheme(_value(protocols, at)), _host(_value(hosts, at)))


def _from_the_right(field: bytes) -> list[str]:
    """Return the last items of a list, the last one first."""
    items = field.decode("latin-1").rsplit(",", MOST_HOPS)
    return [item.strip(" \t") for item in reversed(items)]


def _value(companion: list[str], at: int) -> str:
    """Return what a header says of a hop; with one value, it is said of all hops."""
    if len(companion) == 1:
        return companion[0]
    return companion[at] if at < len(companion) else ""


def _elements(field: bytes) -> Iterator[Hop]:
    """Read ``Forwarded`` (RFC 7239, 4) from the right; no commas are expected within quotes."""
    for element in _from_the_right(field):
        if _ELEMENT.fullmatch(element) is None:
            raise MalformedError
        pairs = {
            name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else token
            for name, token, quoted in _PAIR.findall(element)
        }
        yield Hop(
            _node(pairs.get("for", "")),
            _scheme(pairs.get("proto", "")),
            _host(pairs.get("host", "")),
        )


def _node(text: str) -> str:
    """Read an address, which may have a port, and brackets if it is of IPv6."""
    node = _NODE.fullmatch(text)
    if node is None:
        raise MalformedError
    try:
        return str(plain_address(node[1] or node[2] or node[3]))
    except ValueError:
        raise MalformedError from None


def _scheme(text: str) -> str | None:
    return text.lower() if text.lower() in {"http", "https"} else None


def _host(text: str) -> bytes | None:
    return text.encode("latin-1") or None


_NODE = re.compile(
    r"\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?|([0-9.]+)(?::[0-9]{1,5})?|([0-9A-Fa-f:.]+)"
)
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - RFC 9110's word for a word
_PAIR = re.compile(rf'({_TOKEN})=(?:({_TOKEN})|"((?:[^"\\]|\\.)*)")')
_ELEMENT = re.compile(rf"{_PAIR.pattern}(?:;{_PAIR.pattern})*")
