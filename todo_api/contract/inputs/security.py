"""Security requirements: who sends a request, by any alternative that the document states."""

import binascii
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from todo_api.contract.conventions import Conventions
from todo_api.contract.document import BrokenDocumentError
from todo_api.contract.http import Problem, Request


class Granted(NamedTuple):
    """Whose credentials these are, and what they are good for, where a scheme has scopes."""

    identity: Any
    scopes: Collection[str]


class Authenticator(Protocol):
    """Finds out whose credentials these are: a username with a password, or a token.

    If the scheme has scopes, both methods say it as a `Granted`.
    """

    def recall(self, *credentials: Any, **_: Any) -> Any:  # noqa: ANN401 - the application's types
        """Return whose the credentials are, or None if that takes long to find out.

        It is called where the operation's function is called, so it may read the database.
        """

    async def verify(self, *credentials: Any, **client: Any) -> Any:  # noqa: ANN401
        """Return whose the credentials are, however long that takes; None if they are nobody's.

        The keyword ``client`` is the `Caller` that the credentials came from.
        """

    def holds(self, identity: Any, *credentials: Any) -> bool:  # noqa: ANN401 - likewise
        """Tell, without verifying them, whether credentials are still those of an identity.

        It is called while an answer is being made, and may read the database.
        """


class UnauthenticatedError(Exception):
    """The credentials are nobody's, or no longer anybody's; functions may raise it, too."""


class InsufficientScopeError(Exception):
    """The credentials are somebody's, but are not good for this operation."""


class UnverifiedError(Exception):
    """It takes long to find out whose the credentials are: they have to be verified."""


class Scheme(NamedTuple):
    """One security scheme of the document with the authenticator of its credentials."""

    kind: bytes
    """The word that its credentials begin with, in lower case (RFC 9110, 11.1)."""
    challenge: str
    authenticator: Authenticator
    scopes: frozenset[str]
    """What its credentials can be good for; empty if all are good for everything."""


Alternative = Sequence[Scheme]
"""What a request may satisfy: schemes that must all hold, for the same credentials."""


class Credentials:
    """The credentials of a request; once they are verified, its sender.

    A request without any, where that is allowed, has the sender None.
    """

    __slots__ = ("_accepted", "_given", "_identity", "_left", "_offered", "_request", "_scope")

    def __init__(
        self,
        alternatives: Sequence[Alternative],
        given: tuple[str, ...],
        scope: str | None,
        request: Request,
    ) -> None:
        """Take the alternatives that they may satisfy, and the scope that the request needs."""
        self._offered = alternatives
        self._left = alternatives
        self._given = given
        self._scope = scope
        self._request = request
        self._identity: Any = None
        self._accepted: tuple[Alternative, Sequence[Any]] = (), ()
        """The alternative that they satisfy, and what each of its schemes has found."""

    @property
    def are_settled(self) -> bool:
        """Whether nothing is left to find out about them."""
        return not self._left

    def reopen(self) -> None:
        """Have what was settled found out again: it may have changed while a body came."""
        self._left = self._offered

    def confirm(self) -> None:
        """See that the sender still has them. Raises `UnauthenticatedError`."""
        for scheme, one in zip(*self._accepted, strict=True):
            identity = one.identity if scheme.scopes else one
            if not scheme.authenticator.holds(identity, *self._given):
                raise UnauthenticatedError

    def recall(self) -> Any:  # noqa: ANN401 - the application's own type
        """Return the sender, without waiting.

        Raises:
            UnverifiedError: if only `verify` can tell.
            InsufficientScopeError: if the credentials are good for too little.

        """
        for schemes in self._left:
            found = [scheme.authenticator.recall(*self._given) for scheme in schemes]
            if self._accept(schemes, found):
                return self._identity
        if self._left:
            raise UnverifiedError
        return self._identity

    async def verify(self) -> Any:  # noqa: ANN401 - the application's own type
        """Return the sender, however long that takes to find out; `recall` knows it afterwards.

        Raises:
            UnauthenticatedError: if nobody has these credentials.
            InsufficientScopeError: if they are good for too little.

        """
        client = self._request.caller
        for schemes in self._left:
            found = [
                await scheme.authenticator.verify(*self._given, client=client) for scheme in schemes
            ]
            if self._accept(schemes, found):
                return self._identity
        raise UnauthenticatedError

    def _accept(self, schemes: Alternative, found: Sequence[Any]) -> bool:
        """Tell whether an alternative is satisfied; its first scheme names the sender."""
        for scheme, one in zip(schemes, found, strict=True):
            if one is None:
                return False
            if scheme.scopes and self._scope not in one.scopes:
                raise InsufficientScopeError
        self._accepted = schemes, found
        self._identity = found[0].identity if schemes[0].scopes else found[0]
        self._left = ()  # Nothing is left to try.
        return True


def read_basic(authorization: bytes) -> tuple[str, ...] | None:
    """Return user name and password of Basic credentials in UTF-8 (RFC 7617); None if others.

    Credentials that cannot be read become the empty username, which nobody has.
    """
    scheme, _, encoded = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        text = binascii.a2b_base64(encoded.strip(b" "), strict_mode=True)
        username, colon, password = text.decode().partition(":")
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

_READERS: Mapping[bytes, Callable[[bytes], tuple[str, ...] | None]] = {
    b"basic": read_basic,
    b"bearer": read_bearer,
}
_CHALLENGES = {b"basic": 'Basic realm="{}", charset="UTF-8"', b"bearer": 'Bearer realm="{}"'}


def _kind(authorization: bytes) -> bytes:
    return authorization.partition(b" ")[0].lower()


class Security:
    """The security of one operation: alternatives, of which one has to be satisfied."""

    def __init__(
        self,
        alternatives: Sequence[Alternative],
        scope: str | None,
        conventions: Conventions,
    ) -> None:
        """Take the compiled alternatives, and the scope that credentials need, if they have any.

        No alternatives at all mean that the operation is open.
        """
        self._alternatives: dict[bytes, list[Alternative]] = {}
        """By the word that their credentials begin with."""
        for schemes in filter(None, alternatives):
            self._alternatives.setdefault(schemes[0].kind, []).append(schemes)
        self._scope = scope
        self._realm = conventions.realm
        self._words = conventions.unauthorized
        self._unchallenged = conventions.unchallenged
        self._may_be_anonymous = not alternatives or not all(alternatives)
        self._schemes = dict.fromkeys(
            (scheme.kind, scheme.challenge) for schemes in alternatives for scheme in schemes
        )

    def credentials(self, request: Request) -> Credentials:
        """Return what a request offers to prove who sends it.

        Raises:
            UnauthenticatedError: if it offers nothing and has to.

        """
        authorization = request.headers.get(b"authorization")
        if not self._alternatives or (authorization is None and self._may_be_anonymous):
            return Credentials((), (), self._scope, request)
        authorization = authorization or b""
        kind = _kind(authorization)
        alternatives = self._alternatives.get(kind)
        if alternatives is None or (given := _READERS[kind](authorization)) is None:
            raise UnauthenticatedError
        return Credentials(alternatives, given, self._scope, request)

    def refusal(self, request: Request) -> Problem:
        """Return the answer to a request without valid credentials.

        It is 401 with the challenges, or 403 if the request is not to be challenged.
        """
        headers = {"WWW-Authenticate": self._challenges(request)}
        if self._unchallenged is not None:
            name, value = self._unchallenged
            headers["Vary"] = f"Accept, {name}"
            if request.headers.get(name.lower().encode(), b"").lower() == value.lower().encode():
                del headers["WWW-Authenticate"]
                return Problem(403, code="unauthorized", headers=headers, error=self._words)
        return Problem(401, code="unauthorized", headers=headers, error=self._words)

    def insufficient(self) -> Problem:
        """Return the answer to a request whose credentials are good for too little (RFC 6750, 3.1).

        It has a challenge even where others have none: browsers open no dialog at 403.
        """
        challenge = _CHALLENGES[b"bearer"].format(self._realm)
        error = f'error="insufficient_scope", scope="{self._scope}"'
        sentence = f"This needs credentials of the scope {self._scope}."
        headers = {"WWW-Authenticate": f"{challenge}, {error}"}
        return Problem(403, sentence, code="insufficient_scope", headers=headers)

    def _challenges(self, request: Request) -> str:
        """Return a challenge of each kind; that of a token says if one was sent in vain."""
        is_token = _kind(request.headers.get(b"authorization", b"")) == b"bearer"
        return ", ".join(
            f'{challenge}, error="invalid_token"' if is_token and kind == b"bearer" else challenge
            for kind, challenge in self._schemes
        )


class SecuritySchemes:
    """The document's security schemes, bound to the application's authenticators by name."""

    def __init__(
        self,
        definitions: Mapping[str, Mapping[str, Any]],
        authenticators: Mapping[str, Authenticator],
        conventions: Conventions,
    ) -> None:
        """Bind each scheme; raise `BrokenDocumentError` for one that nobody can verify."""
        self._conventions = conventions
        self._schemes = {}
        for name, definition in definitions.items():
            kind = definition.get("scheme", "").lower().encode()
            if definition["type"] != "http" or kind not in _READERS:
                raise BrokenDocumentError(f"Security scheme {name} is not http basic or bearer.")
            if name not in authenticators:
                raise BrokenDocumentError(f"Security scheme {name} has no authenticator.")
            scopes = frozenset(definition.get("x-scopes", ()))
            if scopes and kind != b"bearer":
                raise BrokenDocumentError(f"Security scheme {name} is not one that has scopes.")
            challenge = _CHALLENGES[kind].format(conventions.realm)
            self._schemes[name] = Scheme(kind, challenge, authenticators[name], scopes)

    def compile(
        self,
        requirements: Sequence[Mapping[str, Any]] | None,
        scope: str | None,
        operation: str,
    ) -> Security:
        """Compile an operation's own Security Requirement Objects, and its ``x-scope``.

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
            if len({self._schemes[name].kind for name in names}) > 1:
                both = " and ".join(names)
                raise BrokenDocumentError(f"{operation}: {both} do not fit into one header.")
        self._check_scope(requirements, scope, operation)
        if not any(requirements):
            return Security([], None, self._conventions)
        alternatives = [[self._schemes[name] for name in names] for names in requirements]
        return Security(alternatives, scope, self._conventions)

    def _check_scope(
        self, requirements: Sequence[Mapping[str, Any]], scope: str | None, operation: str
    ) -> None:
        """Refuse a scope that no scheme asks for, that one does not have, or that is missing."""
        named = {name for names in requirements for name in names}
        scoped = {name: self._schemes[name].scopes for name in named if self._schemes[name].scopes}
        if scope is not None and not scoped:
            raise BrokenDocumentError(f"{operation}: no scheme of its security has scopes.")
        for name, scopes in scoped.items():
            if scope is None:
                raise BrokenDocumentError(
                    f"{operation}: {name} has scopes, so state one as x-scope."
                )
            if scope not in scopes:
                raise BrokenDocumentError(f"{operation}: {name} has no scope {scope}.")
