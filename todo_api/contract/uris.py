"""Absolute URIs of operations, so that neither handlers nor clients build paths."""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Protocol
from urllib.parse import quote, urlencode

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
        self._first, *behind = _PARAMETER.split(template)[::2]
        self._rest = list(zip(self.names, behind, strict=True))

    def filled(self, arguments: Mapping[str, object]) -> str:
        """Return the path with these values of its parameters."""
        path = self._first
        for name, behind in self._rest:
            value = arguments[name]
            path += (str(value) if type(value) is int else quote(str(value), safe="")) + behind
        return path


def _query(arguments: Mapping[str, object]) -> str:
    """Write a query as parameters are read: lists repeated, booleans in JSON's words."""
    return urlencode(
        [
            (name, str(item).lower() if isinstance(item, bool) else item)
            for name, value in arguments.items()
            for item in (value if isinstance(value, list) else [value])
        ]
    )


class Origins:
    """Where the service says it is: one public URL, or the host that the client addressed.

    A ``Host`` is repeated in URIs only if it is an IP address or one of the names that the
    service knows as its own. A name that a stranger made up could carry our URIs into caches
    and mails, and a web page whose DNS name is rebound to a local address could use the service.
    """

    def __init__(self, public_url: str | None, own_hosts: Collection[str]) -> None:
        """Take the public origin, such as ``https://log.example``, if there is one."""
        self._public_url = public_url
        self._own_hosts = frozenset(own_hosts)
        self._own = lru_cache(maxsize=256)(self._find)

    def of(self, request: Request) -> str:
        """Return scheme and authority for URIs; raise `Problem` 400 for a host not our own."""
        if self._public_url is not None:
            return self._public_url
        return f"{request.scheme}://{self._own(request.headers[b'host'])}"

    def _find(self, host: bytes) -> str:
        authority = host.decode("ascii")
        name = re.sub(r":\d+$", "", authority).lower()
        if name not in self._own_hosts and not _IP_ADDRESS.fullmatch(name):
            raise Problem(400, "The Host header does not name a host of this service.")
        return authority


_PARAMETER = re.compile(r"{(\w+)}")
_IP_ADDRESS = re.compile(r"\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\]")
