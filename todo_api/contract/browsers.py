"""Web pages as clients: what browsers are told with each answer, and which pages may ask.

Browsers keep the pages of one origin from what belongs to another. The headers of each answer
tell them how strictly; origins that the administrator allows are let through by CORS
(https://fetch.spec.whatwg.org/#http-cors-protocol). The service knows no cookies, so that
credentials come from the page itself, and none are needed from the browser.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from todo_api.contract.conventions import Conventions
from todo_api.contract.http import Fields, Problem, Request, Response

PREFLIGHT_SECONDS = 7200
"""How long a browser may remember what a preflight said; Chromium's longest."""


class Browsers(NamedTuple):
    """What the application decides about browsers."""

    headers: Mapping[str, str] = {}
    """Headers of every answer that has none of that name itself."""
    origins: Collection[str] = ()
    """Origins such as ``https://app.example`` whose pages may use the API."""


class CrossOrigin:
    """What pages of other origins may do: nothing, unless theirs is one of the allowed ones."""

    def __init__(self, origins: Iterable[str]) -> None:
        """Allow these origins, each spelt as browsers do."""
        self._origins = frozenset(origin.encode() for origin in origins)
        self._asked: set[str] = {"X-Request-Id"}
        self._answered: set[str] = {"X-Request-Id"}
        self._fields: dict[bytes, Fields] = {}
        self._others: Fields = ((b"vary", b"Origin"),) if self._origins else ()

    def learn(
        self,
        operations: Iterable[tuple[Mapping[str, Any], Iterable[Any]]],
        conventions: Conventions,
        *,
        has_credentials: bool,
    ) -> None:
        """Learn from a document which headers requests and answers have beyond everybody's.

        ``operations`` are its Operation Objects, each with the parameters of its path.
        """
        if has_credentials:
            self._asked.add("Authorization")
        if conventions.unchallenged is not None:
            self._asked.add(conventions.unchallenged[0])
        for operation, of_path in operations:
            self._learn_from(operation, of_path)
        exposed = ", ".join(sorted(self._answered)).encode()
        self._fields = {
            origin: (
                (b"vary", b"Origin"),
                (b"access-control-allow-origin", origin),
                (b"access-control-expose-headers", exposed),
            )
            for origin in self._origins
        }

    def _learn_from(self, operation: Mapping[str, Any], of_path: Iterable[Any]) -> None:
        for parameter in (*of_path, *operation.get("parameters", [])):
            if parameter["in"] == "header":
                self._asked.add(parameter["name"])
        if "requestBody" in operation:
            self._asked.add("Content-Type")
        for response in operation["responses"].values():
            self._answered.update(response.get("headers", {}))

    def fields(self, request: Request) -> Fields:
        """Return the headers that tell a browser whether a page may read the answer."""
        return self._fields.get(request.headers.get(b"origin", b""), self._others)

    def preflight(self, request: Request, allow: str) -> dict[str, str]:
        """Return what a browser asks before it lets a page send a request; most often nothing."""
        is_asked = b"access-control-request-method" in request.headers
        if not is_asked or request.headers.get(b"origin") not in self._origins:
            return {}
        return {
            "Access-Control-Allow-Methods": allow,
            "Access-Control-Allow-Headers": ", ".join(sorted(self._asked)),
            "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
        }

    def check(self, request: Request, own: str) -> None:
        """Refuse what a page of another site sends without the browser asking first.

        Browsers say with ``Sec-Fetch-Site`` where a request comes from, and no page can change it.
        They leave it out where the connection is not trustworthy, as in plain HTTP to a name of
        the local network; ``Origin`` tells then. ``own`` is the service's origin.

        Raises:
            Problem: 403, unless the page's origin is allowed.

        """
        site = request.headers.get(b"sec-fetch-site")
        origin = request.headers.get(b"origin")
        if origin in self._origins:
            return
        if site in _ELSEWHERE or (
            site is None and origin is not None and _is_other(origin, request, own)
        ):
            raise Problem(
                403,
                "A web page of another site sent this. Only this service's own pages may, and those"
                " of the origins that its administrator allows.",
                code="other_site",
            )


def _is_other(origin: bytes, request: Request, own: str) -> bool:
    """Tell whether a page is not the service's: a proxy may have changed the scheme or the host."""
    authority = origin.partition(b"://")[2].lower()
    return authority not in {request.headers[b"host"].lower(), own.partition("://")[2].encode()}


_ELSEWHERE = frozenset({b"cross-site", b"same-site"})
"""Another site, or another origin of the same one (https://www.w3.org/TR/fetch-metadata/)."""


class Standing:
    """The headers of every answer, encoded once."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        """Take the headers by name."""
        fields = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        self._all: Fields = tuple(fields)
        self._without_caching = tuple(f for f in fields if f[0] != b"cache-control")

    def fields(self, response: Response) -> Fields:
        """Return those that an answer lacks: how to cache it may be its own business."""
        if response.has_all_headers:
            return ()
        return self._without_caching if "Cache-Control" in response.headers else self._all
