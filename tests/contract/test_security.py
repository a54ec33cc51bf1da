"""Security: which credentials are read, who is asked about them, and what a refusal says."""

import base64
from typing import Any

import pytest

from tests.support.asgi import call
from tests.support.documents import served
from tests.support.keys import Keys, basic, bearer
from tests.support.problems import assert_problem
from todo_api.contract import BrokenDocumentError, Caller, Granted, Problem, UnauthenticatedError
from todo_api.contract.inputs.security import read_basic, read_bearer

SCHEMES = """
components:
  securitySchemes:
    password: {type: http, scheme: basic}
    token: {type: http, scheme: Bearer}
    admin: {type: http, scheme: bearer}
    pass: {type: http, scheme: bearer, x-scopes: {look: To look around., light: To light it.}}
"""


class Passes(Keys):
    """Knows tokens that name their scopes, such as ``look+light``."""

    def recall(self, token: str) -> Granted | None:  # type: ignore[override]  # these have scopes
        """Return whom a remembered token names, and its scopes."""
        return Granted(token, token.split("+")) if super().recall(token) else None

    async def verify(self, token: str, *, client: Caller) -> Granted | None:  # type: ignore[override]
        """Return whom a known token names, and its scopes."""
        known = await super().verify(token, client=client)
        return Granted(token, token.split("+")) if known else None


KEYS = {
    "password": Keys(("ida", "lewis")),
    "token": Keys(("t",), ("a",)),
    "admin": Keys(("a",)),
    "pass": Passes(("look",), ("light",), ("look+light",), remembered=[("look+light",)]),
}


def document(security: str) -> str:
    """Return a document of one operation with this security."""
    return f"""
paths:
  /who:
    get: {{operationId: who, {security} responses: {{'200': {{description: Who asks.}}}}}}
{SCHEMES}"""


def who(user: object) -> dict[str, Any]:
    return {"user": user}


def encoded(credentials: bytes) -> bytes:
    return b"Basic " + base64.b64encode(credentials)


@pytest.mark.parametrize(
    ("field", "credentials"),
    [
        (encoded(b"ida:lewis"), ("ida", "lewis")),
        (b"basic aWRhOmxld2lz", ("ida", "lewis")),
        (b"BASIC aWRhOmxld2lz", ("ida", "lewis")),
        (b"Basic   aWRhOmxld2lz ", ("ida", "lewis")),
        (encoded(b"ida:a:b"), ("ida", "a:b")),
        (encoded(b"ida:"), ("ida", "")),
        (encoded(b":lewis"), ("", "lewis")),
        (encoded("zoë:пароль 🥛".encode()), ("zoë", "пароль 🥛")),
        (encoded(b"ida: lewis "), ("ida", " lewis ")),
    ],
)
def test_basic_credentials_are_read(field: bytes, credentials: tuple[str, str]) -> None:
    assert read_basic(field) == credentials


@pytest.mark.parametrize(
    "field",
    [
        b"Basic",
        b"Basic ",
        b"Basic =",
        b"Basic aWRhOmxld2l",
        b"Basic aWRh*OmxlPd2lz",
        b"Basic aWRhOmxld2lz aWRhOmxld2lz",
        b"Basic aWRh,OmxlPd2lz",
        b"Basic \xff\xfe",
        encoded(b"no colon"),
        encoded(b"ida:\xff"),
        encoded("zoë:latin-1".encode("latin-1")),
        encoded(b"\xed\xa0\x80:surrogate"),
        encoded(b"ida\0:lewis"),
        encoded(b"ida:le\0wis"),
        encoded(b"ida:le\nwis"),
    ],
)
def test_malformed_basic_credentials_are_nobodys(field: bytes) -> None:
    assert read_basic(field) == ("", "")


@pytest.mark.parametrize(
    ("field", "credentials"),
    [
        (b"Bearer abc", ("abc",)),
        (b"bearer abc", ("abc",)),
        (b"Bearer  abc ", ("abc",)),
        (b"Bearer a-._~+/9==", ("a-._~+/9==",)),
    ],
)
def test_a_bearer_token_is_read(field: bytes, credentials: tuple[str]) -> None:
    assert read_bearer(field) == credentials


@pytest.mark.parametrize("field", [b"", b"Digest x", b"Basicx eA==", b"Basic:eA==", b"\xff"])
def test_credentials_of_another_scheme_are_left_to_that_scheme(field: bytes) -> None:
    assert read_basic(field) is None
    assert read_bearer(field) is None


@pytest.mark.parametrize(
    ("security", "field", "status"),
    [
        ("[]", None, 200),
        ("[]", basic("ida", "wrong"), 200),
        ("[{password: []}]", None, 401),
        ("[{password: []}]", basic("ida", "lewis"), 200),
        ("[{password: []}]", basic("ida", "wrong"), 401),
        ("[{password: []}]", bearer("t"), 401),
        ("[{password: []}, {token: []}]", bearer("t"), 200),
        ("[{password: []}, {token: []}]", basic("ida", "lewis"), 200),
        ("[{password: []}, {token: []}]", bearer("wrong"), 401),
        ("[{token: [], admin: []}]", bearer("a"), 200),
        ("[{token: [], admin: []}]", bearer("t"), 401),
        ("[{}, {password: []}]", None, 200),
        ("[{password: []}, {}]", None, 200),
        ("[{password: []}, {}]", basic("ida", "wrong"), 401),
        ("[{password: []}, {}]", basic("", ""), 401),
        ("[{password: []}, {}]", ("Authorization", "Negotiate x"), 401),
        ("[{}]", None, 200),
        ("[{}]", basic("ida", "lewis"), 200),
    ],
)
def test_each_requirement_accepts_the_right_credentials(
    security: str, field: tuple[str, str] | None, status: int
) -> None:
    with served(document(f"security: {security},"), {"who": who}, authenticators=KEYS) as app:
        assert call(app, "GET", "/who", [field] if field else []).status_code == status


@pytest.mark.parametrize("remembered", [False, True])
def test_the_first_scheme_names_the_user(remembered: bool) -> None:  # noqa: FBT001 - a table
    known = [("a",)] if remembered else []
    keys = {
        **KEYS,
        "admin": Keys(("a",), remembered=known),
        "token": Keys(("a",), remembered=known),
    }
    security = "security: [{token: [], admin: []}],"
    with served(document(security), {"who": who}, authenticators=keys) as app:
        assert call(app, "GET", "/who", [bearer("a")]).json() == {"user": "a"}


def test_an_authenticator_is_told_once_where_the_credentials_come_from() -> None:
    keys = Keys(("ida", "lewis"))
    security = "security: [{password: []}],"
    with served(document(security), {"who": who}, authenticators={**KEYS, "password": keys}) as app:
        answer = call(app, "GET", "/who", [basic("ida", "lewis"), ("X-Request-Id", "lamp-1")])
        assert answer.status_code == 200
        assert keys.clients == [Caller("127.0.0.1", "lamp-1")]


def test_credentials_that_are_recalled_are_not_verified() -> None:
    keys = Keys(("ida", "lewis"), remembered=[("ida", "lewis")])
    security = "security: [{password: []}],"
    with served(document(security), {"who": who}, authenticators={**KEYS, "password": keys}) as app:
        assert call(app, "GET", "/who", [basic("ida", "lewis")]).json() == {"user": "ida"}
        assert keys.clients == []


@pytest.mark.parametrize(
    ("security", "challenge"),
    [
        ("[{password: []}]", 'Basic realm="API", charset="UTF-8"'),
        ("[{token: []}]", 'Bearer realm="API"'),
        ("[{token: [], admin: []}]", 'Bearer realm="API"'),
    ],
)
def test_a_refusal_challenges_once_for_each_kind(security: str, challenge: str) -> None:
    with served(document(f"security: {security},"), {"who": who}, authenticators=KEYS) as app:
        refusal = call(app, "GET", "/who")
        assert_problem(refusal, 401, error="Unauthorized")
        assert refusal.headers.get_list("WWW-Authenticate") == [challenge]
        assert refusal.headers["Vary"] == "Accept"


def test_without_a_convention_everybody_is_challenged() -> None:
    with served(document("security: [{password: []}],"), {"who": who}, authenticators=KEYS) as app:
        refusal = call(app, "GET", "/who", [("X-Requested-With", "XMLHttpRequest")])
        assert_problem(refusal, 401, error="Unauthorized")
        assert "WWW-Authenticate" in refusal.headers


def test_two_authorization_headers_are_refused() -> None:
    with served(document("security: [{password: []}],"), {"who": who}, authenticators=KEYS) as app:
        twice = [basic("ida", "lewis"), basic("ida", "lewis")]
        assert_problem(call(app, "GET", "/who", twice), 400)


class Failing(Keys):
    """Raises instead of answering."""

    def __init__(self, at: str, failure: Exception) -> None:
        super().__init__()
        self._at = at
        self._failure = failure

    def recall(self, *_: str) -> None:
        """Raise, or know nothing."""
        if self._at == "recall":
            raise self._failure

    async def verify(self, *_: str, client: Caller) -> None:  # noqa: ARG002 - an authenticator's interface
        """Raise, or know nobody."""
        if self._at == "verify":
            raise self._failure


@pytest.mark.parametrize("at", ["recall", "verify"])
@pytest.mark.parametrize(
    ("failure", "status"),
    [(Problem(503), 503), (UnauthenticatedError(), 401), (OSError("disk"), 503)],
)
def test_an_exception_of_an_authenticator_decides_the_answer(
    at: str, failure: Exception, status: int
) -> None:
    with served(
        document("security: [{password: []}],"),
        {"who": who},
        authenticators={**KEYS, "password": Failing(at, failure)},
        failures={OSError: lambda _: Problem(503)},
    ) as app:
        words = "Unauthorized" if status == 401 else None
        assert_problem(call(app, "GET", "/who", [basic("ida", "lewis")]), status, error=words)


@pytest.mark.parametrize(
    ("scope", "token", "status"),
    [
        ("look", "look", 200),
        ("look", "look+light", 200),
        ("light", "look+light", 200),
        ("light", "light", 200),
        ("light", "look", 403),
        ("look", "light", 403),
    ],
)
def test_a_token_is_good_for_operations_of_its_scopes(scope: str, token: str, status: int) -> None:
    security = f"security: [{{password: []}}, {{pass: []}}], x-scope: {scope},"
    with served(document(security), {"who": who}, authenticators=KEYS) as app:
        answer = call(app, "GET", "/who", [bearer(token)])
        assert answer.status_code == status
        if status == 200:
            assert answer.json() == {"user": token}
        else:
            assert_problem(answer, 403)
            assert answer.json()["detail"] == f"This needs credentials of the scope {scope}."
            assert answer.headers["WWW-Authenticate"] == (
                f'Bearer realm="API", error="insufficient_scope", scope="{scope}"'
            )
        assert call(app, "GET", "/who", [basic("ida", "lewis")]).json() == {"user": "ida"}


def test_too_little_scope_is_told_before_what_else_is_wrong() -> None:
    security = "security: [{pass: []}], x-scope: light,"
    with served(document(security), {"who": who}, authenticators=KEYS) as app:
        assert call(app, "GET", "/who?what=ever", [bearer("look")]).status_code == 403
        assert call(app, "GET", "/who?what=ever", [bearer("light")]).status_code == 400


@pytest.mark.parametrize("token", ["nobody's", ""])
def test_a_token_that_is_nobodys_is_called_invalid(token: str) -> None:
    security = "security: [{password: []}, {token: []}],"
    with served(document(security), {"who": who}, authenticators=KEYS) as app:
        refusal = call(app, "GET", "/who", [bearer(token)])
        assert_problem(refusal, 401, error="Unauthorized")
        assert refusal.headers["WWW-Authenticate"] == (
            'Basic realm="API", charset="UTF-8", Bearer realm="API", error="invalid_token"'
        )


def gone(user: str) -> dict[str, Any]:  # noqa: ARG001 - who asks
    """Find that the account is gone."""
    raise UnauthenticatedError


def test_a_function_may_raise_that_the_user_is_gone() -> None:
    with served(document("security: [{password: []}],"), {"who": gone}, authenticators=KEYS) as app:
        refusal = call(app, "GET", "/who", [basic("ida", "lewis")])
        assert_problem(refusal, 401, error="Unauthorized")
        assert refusal.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    ("security", "sentence"),
    [
        ("", "who: state its security"),
        ("security: [{key: []}],", "who: .*key"),
        ("security: [{password: [tasks]}],", "who: .*password"),
        ("security: [{password: [], token: []}],", "who: .*password"),
        ("security: [{pass: []}],", "who: pass has scopes, so state one"),
        ("security: [{password: []}, {pass: []}],", "who: pass has scopes, so state one"),
        ("security: [{pass: []}], x-scope: swim,", "who: pass has no scope swim"),
        ("security: [{password: []}, {token: []}], x-scope: look,", "who: no scheme"),
        ("security: [], x-scope: look,", "who: no scheme"),
    ],
    ids=[
        *("not stated", "unknown scheme", "scopes, which only OAuth2 has", "two in one header"),
        *("no scope", "no scope beside a password", "unknown scope"),
        *("a scope for nothing", "a scope for nobody"),
    ],
)
def test_security_that_cannot_be_enforced_stops_the_start(security: str, sentence: str) -> None:
    with (
        pytest.raises(BrokenDocumentError, match=sentence),
        served(document(security), {"who": who}, authenticators=KEYS),
    ):
        pass  # pragma: no cover


def test_security_at_the_top_of_the_document_does_not_count() -> None:
    with (
        pytest.raises(BrokenDocumentError, match="who: state its security"),
        served("security: []\n" + document(""), {"who": who}, authenticators=KEYS),
    ):
        pass  # pragma: no cover


@pytest.mark.parametrize(
    ("scheme", "authenticators"),
    [
        ("{type: http, scheme: digest}", {"key": Keys()}),
        ("{type: apiKey, in: header, name: X-Key}", {"key": Keys()}),
        ("{type: oauth2, flows: {}}", {"key": Keys()}),
        ("{type: http, scheme: basic}", {}),
        ("{type: http, scheme: basic, x-scopes: {look: To look.}}", {"key": Keys()}),
    ],
)
def test_a_scheme_that_nobody_can_verify_stops_the_start(
    scheme: str, authenticators: dict[str, Keys]
) -> None:
    text = document("security: [],").replace(SCHEMES, "") + (
        f"components: {{securitySchemes: {{key: {scheme}}}}}"
    )
    with (
        pytest.raises(BrokenDocumentError, match="key"),
        served(text, {"who": who}, authenticators=authenticators),
    ):
        pass  # pragma: no cover
