"""Absolute URIs of operations, so that neither handlers nor clients build paths."""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from typing import Protocol
from urllib.parse import quote, quote_plus

from todo_api.contract.forwarding import plain_address
from todo_api.contract.http import Problem, Request


class UrlFor(Protocol):
    """``url_for("get_entry", entry_id=7)``: the absolute URI of an operation."""

    def __call__(self, operation_id: str, /, **arguments: object) -> str:
        """Return the URI with the path parameters filled in, all others in the query."""


class Links:
    """The path templates of all operations."""

    def __init__(self) -> None:
        """Start without operations."""
        self._templates: dict[str, _Template] = {}

    def add(self, operation_id: str, template: str) -> None:
        """Remember where an operation is, as a path template from the root."""
        self._templates[operation_id] = _Template(template)

    def from_origin(self, origin: str) -> UrlFor:
        """Return a `UrlFor` of URIs that begin with ``origin``, a scheme and an authority."""
        templates = self._templates

        def url_for(operation_id: str, /, **arguments: object) -> str:
            template = templates[operation_id]
            if len(arguments) == 1 and type(number := arguments.get(template.only)) is int:
                return f"{origin}{template.first}{number}{template.last}"
            path = origin + template.filled(arguments)
            if len(arguments) == len(template.names):
                return path
            query = {name: value for name, value in arguments.items() if name not in template.names}
            return f"{path}?{_query(query)}"

        return url_for


class _Template:
    """A path template, cut at its parameters."""

    def __init__(self, template: str) -> None:
        self.names: list[str] = _PARAMETER.findall(template)
        self.first, *behind = _PARAMETER.split(template)[::2]
        self.only = self.names[0] if len(self.names) == 1 else ""
        """The parameter, if it is the only one, between `first` and `last`."""
        self.last = "".join(behind[-1:])
        self._rest = list(zip(self.names, behind, strict=True))

    def filled(self, arguments: Mapping[str, object]) -> str:
        """Return the path with these values of its parameters."""
        path = self.first
        for name, behind in self._rest:
            value = arguments[name]
            path += (str(value) if type(value) is int else quote(str(value), safe="")) + behind
        return path


def _query(arguments: Mapping[str, object]) -> str:
    """Write a query as parameters are read: lists repeated, booleans in JSON's words."""
    return "&".join(
        f"{name}={_quoted(str(item).lower() if isinstance(item, bool) else str(item))}"
        for name, value in arguments.items()
        for item in (value if isinstance(value, list) else [value])
    )


def _quoted(text: str) -> str:
    """Quote what needs it; most values, such as cursors, do not."""
    return text if _UNRESERVED.fullmatch(text) else quote_plus(text)


class Origins:
    """Where the service says it is: one public URL, or the host that the client addressed.

    A ``Host`` is repeated in URIs only if it is the address that the client has reached, or one of
    the names and addresses that the service knows as its own. One that a stranger made up could
    carry our URIs into caches and mails, and a web page whose DNS name is rebound to a local
    address could use the service.
    """

    def __init__(self, public_url: str | None, own_hosts: Collection[str]) -> None:
        """Take the public origin, such as ``https://log.example``, if there is one."""
        self._public_url = public_url
        # 0.0.0.0 and :: are where a service listens, and nowhere that it could be reached.
        self._own_hosts = frozenset(map(_canonical, own_hosts)) - {"0.0.0.0", "::"}  # noqa: S104
        self._own = lru_cache(maxsize=256)(self._find)

    def of(self, request: Request) -> str:
        """Return scheme and authority for URIs; raise `Problem` 400 for a host not our own."""
        if self._public_url is not None:
            return self._public_url
        host = request.headers[b"host"]
        return f"{request.scheme}://{self._own(host, request.server)}"

    def _find(self, host: bytes, reached: str) -> str:
        authority = host.decode("ascii")
        name = re.sub(r":\d+$", "", authority)
        if _canonical(name) not in self._own_hosts and not _is_address(name, reached):
            sentence = "The Host header does not name a host of this service."
            raise Problem(400, sentence, code="unknown_host")
        return authority


def _canonical(host: str) -> str:
    """Return the one spelling of a name or an IP address, which in a URI may have brackets."""
    address = _address(host)
    return host.lower() if address is None else str(address)


def _is_address(host: str, reached: str) -> bool:
    """Tell whether a host is the very address that the client has reached."""
    address = _address(host)
    return address is not None and address == _address(reached)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return plain_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


_PARAMETER = re.compile(r"{(\w+)}")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]*")
"""Characters that stand for themselves (RFC 3986, 2.3)."""
