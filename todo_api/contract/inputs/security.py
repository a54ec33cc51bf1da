"""Security requirements: who sends a request, by any of the alternatives a document states."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from todo_api.contract.document import BrokenDocumentError
from todo_api.contract.http import Problem, Request

REALM = "Authentication Required"


class Authenticator(Protocol):
    """Knows whom credentials name; they are a user name and a password, or a token."""

    def recall(self, *credentials: Any, **_: Any) -> Any:  # noqa: ANN401 - the application's types
        """Return whom the credentials name if that is quickly found out, or None.

        It runs in a worker, together with the operation's function, and may read a database.
        """

    async def verify(self, *credentials: Any, **_: Any) -> Any:  # noqa: ANN401
        """Return whom the credentials name, however long it takes to find out, or None."""


class UnauthenticatedError(Exception):
    """Whom the credentials named is nobody any more; a function may raise it."""


class Scheme(NamedTuple):
    """One security scheme of the document with the authenticator of its credentials."""

    challenge: str
    read: Callable[[bytes], tuple[str, ...] | None]
    authenticator: Authenticator


Attempt = list[tuple[Authenticator, tuple[str, ...]]]
"""One alternative that a request may satisfy: credentials for each scheme, which must all hold."""


def read_basic(authorization: bytes) -> tuple[str, ...] | None:
    """Return user name and password of Basic credentials in UTF-8 (RFC 7617); None if others.

    What cannot be read as credentials at all is the empty user name, which nobody has.
    """
    scheme, _, encoded = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        username, colon, password = (
            base64.b64decode(encoded.strip(b" "), validate=True).decode().partition(":")
        )
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    if not colon or _CONTROL.search(username + password):
        return "", ""
    return username, password


def read_bearer(authorization: bytes) -> tuple[str, ...] | None:
    """Return the token of Bearer credentials (RFC 6750); None if the scheme is another."""
    scheme, _, token = authorization.partition(b" ")
    return (token.strip(b" ").decode("latin-1"),) if scheme.lower() == b"bearer" else None


_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""What neither a user name nor a password may hold (RFC 7617, 2)."""

_READERS = {"basic": read_basic, "bearer": read_bearer}
_CHALLENGES = {
    "basic": f'Basic realm="{REALM}", charset="UTF-8"',
    "bearer": f'Bearer realm="{REALM}"',
}


class Security:
    """The security of one operation: alternatives, each a set of schemes that must all hold."""

    def __init__(self, alternatives: Sequence[Sequence[Scheme]]) -> None:
        """Take the compiled alternatives; none at all means that the operation is open."""
        self._alternatives = alternatives
        self._may_be_anonymous = not alternatives or not all(alternatives)
        challenges = [scheme.challenge for schemes in alternatives for scheme in schemes]
        self._challenge = ", ".join(dict.fromkeys(challenges))

    def attempts(self, request: Request) -> list[Attempt]:
        """Return what a request offers to prove who sends it; nothing if it is anonymous.

        Raises:
            Problem: 401 or 403 for a request without credentials that needs them.

        """
        authorization = request.headers.get(b"authorization")
        if authorization is None or not self._alternatives:
            if self._may_be_anonymous:
                return []
            raise self.refusal(request)
        attempts = [
            attempt
            for schemes in self._alternatives
            if (attempt := _attempt(schemes, authorization)) is not None
        ]
        if not attempts:
            raise self.refusal(request)
        return attempts

    def refusal(self, request: Request) -> Problem:
        """Return the answer to a request without credentials that anybody knows.

        It is 401 with the challenges. A browser's background request, which says
        ``X-Requested-With: XMLHttpRequest``, gets 403 without one, so that the browser shows no
        dialog of its own.
        """
        vary = {"Vary": "Accept, X-Requested-With"}
        if request.headers.get(b"x-requested-with", b"").lower() == b"xmlhttprequest":
            return Problem(403, headers=vary, error="Unauthorized access")
        return Problem(401, headers={"WWW-Authenticate": self._challenge, **vary})


def _attempt(schemes: Sequence[Scheme], authorization: bytes) -> Attempt | None:
    """Read the credentials that every one of ``schemes`` needs; None if one has none."""
    attempt = []
    for scheme in schemes:
        credentials = scheme.read(authorization)
        if credentials is None:
            return None
        attempt.append((scheme.authenticator, credentials))
    return attempt or None


def recall(attempts: Sequence[Attempt]) -> Any:  # noqa: ANN401 - the application's own type
    """Return whom the first attempt names that is known at once, or None."""
    for attempt in attempts:
        users = [authenticator.recall(*credentials) for authenticator, credentials in attempt]
        if None not in users:
            return users[0]
    return None


async def verify(attempts: Sequence[Attempt]) -> Any:  # noqa: ANN401 - the application's own type
    """Return whom the first attempt names that holds, or None."""
    for attempt in attempts:
        users = [await authenticator.verify(*credentials) for authenticator, credentials in attempt]
        if None not in users:
            return users[0]
    return None


class SecuritySchemes:
    """The document's security schemes, bound to the application's authenticators by name."""

    def __init__(
        self,
        definitions: Mapping[str, Mapping[str, Any]],
        authenticators: Mapping[str, Authenticator],
    ) -> None:
        """Bind each scheme; raise `BrokenDocumentError` for one that nobody can verify."""
        self._schemes = {}
        for name, definition in definitions.items():
            kind = definition.get("scheme", "").lower()
            if definition["type"] != "http" or kind not in _READERS:
                raise BrokenDocumentError(f"Security scheme {name} is not http basic or bearer.")
            if name not in authenticators:
                raise BrokenDocumentError(f"Security scheme {name} has no authenticator.")
            scheme = Scheme(_CHALLENGES[kind], _READERS[kind], authenticators[name])
            self._schemes[name] = scheme

    def compile(self, requirements: Sequence[Mapping[str, Any]] | None, operation: str) -> Security:
        """Compile an operation's own Security Requirement Objects.

        Each operation states them, so that none is opened by a line at the top of the document,
        or by one that is missing there.
        """
        if requirements is None:
            raise BrokenDocumentError(f"{operation}: state its security, `[]` if it is open.")
        for names in requirements:
            for name, scopes in names.items():
                if name not in self._schemes:
                    raise BrokenDocumentError(f"{operation}: there is no security scheme {name}.")
                if scopes:
                    raise BrokenDocumentError(f"{operation}: {name} cannot have scopes.")
            if len({self._schemes[name].read for name in names}) > 1:
                both = " and ".join(names)
                raise BrokenDocumentError(f"{operation}: {both} do not fit into one header.")
        if not any(requirements):
            return Security([])
        return Security([[self._schemes[name] for name in names] for names in requirements])
