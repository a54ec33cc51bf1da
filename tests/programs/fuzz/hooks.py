"""Hooks that tell Schemathesis what it cannot know of the accounts.

A client that registers a user goes on as that user. So a request about an account whose password
is known, because it was given to it a moment ago, is sent as its user: to anybody else there is
no such account. Where a token is as good as a password, every other request that is to succeed has
one, of just the scope that it needs. Requests whose credentials are left out or spoilt on purpose
stay as they are.

Most usernames that are made up are taken, or nobody's. So every other request that is to succeed,
the first of each operation in each phase among them, has a new name or is about a new account.

Scenarios of several steps all begin with the same accounts. Hypothesis replays beginnings that it
has seen before, and ends the whole phase, without a word, where one does not go as it went.
"""

from itertools import count
from typing import Any

import requests
import schemathesis
from hypothesis.control import current_build_context
from schemathesis import (
    Case,
    CheckContext,
    GenerationMode,
    HookContext,
    Response,
    SerializationContext,
)
from schemathesis.generation.meta import TestPhase
from schemathesis.transport.serialization import Binary

import openapi.schemathesis_hooks  # noqa: F401 - reads files, and knows what was restored
from tests.programs.fuzz.given import Given
from tests.programs.fuzz.users import USERS, Credentials
from todo_api.cli.demo_data import PASSWORD, USERNAME

TIMEOUT_SECONDS = 60
FILES = ("application/jsonl", "application/x-ndjson", "text/csv", "text/calendar", "text/plain")


class Accounts:
    """The accounts that are known to exist."""

    def __init__(self) -> None:
        """Start with the demo's account."""
        self._known = {USERNAME: Credentials(USERNAME, PASSWORD)}
        self._tokens: dict[tuple[str, str], dict[str, Any]] = {}
        self._turns = count()
        self._newcomers = count(1)
        self._session = requests.Session()
        self._session.headers["Connection"] = "close"  # nothing is sent as the service closes one
        self._scenario: object | None = self

    def begin(self, scenario: object | None, url: str) -> None:
        """Register Schemathesis's users; in a new scenario they have nothing and are alone."""
        if scenario is self._scenario:
            return
        if scenario is not None:
            for user in [user for user in self._known.values() if user.username != USERNAME]:
                self._request("DELETE", f"{url}/users/{user.username}", user)
                self.forget(user.username)
        for user in USERS.values():
            if user.username not in self._known:
                self._request("POST", f"{url}/users", user, user._asdict())
                self.learn(user)
        self._scenario = scenario

    def new_name(self) -> str:
        """Return a username that nobody has."""
        return f"newcomer-{next(self._newcomers)}"

    def register_newcomer(self, url: str) -> str:
        """Register somebody; return the username."""
        user = Credentials(self.new_name(), "somebody who has just come")
        self._request("POST", f"{url}/users", user, user._asdict())
        self.learn(user)
        return user.username

    def learn(self, credentials: Credentials) -> None:
        """Remember the credentials that an account has now."""
        self._known[credentials.username] = credentials

    def forget(self, username: str) -> None:
        """Note that an account was deleted."""
        del self._known[username]
        self.forget_tokens(username)

    def forget_tokens(self, username: str) -> None:
        """Note that the tokens of an account were revoked."""
        self._tokens = {key: token for key, token in self._tokens.items() if key[0] != username}

    def forget_token(self, token_id: object) -> None:
        """Note that a token was revoked."""
        left = [(key, one) for key, one in self._tokens.items() if str(one["id"]) != str(token_id)]
        self._tokens = dict(left)

    def alternate(self, authorization: str, scope: str, url: str) -> str:
        """Return the credentials of an account as they are, or every other time as a token."""
        for known in self._known.values():
            if known.authorization == authorization and next(self._turns) % 2:
                return f"Bearer {self._token(known, scope, url)}"
        return authorization

    def _token(self, user: Credentials, scope: str, url: str) -> str:
        """Return the secret of a token of this scope, which is created at its first use."""
        key = user.username, scope
        if key not in self._tokens:
            body = {"name": "Fuzz", "scope": scope, "expires_in_days": None}
            created = self._request("POST", f"{url}/tokens", user, body)
            self._tokens[key] = created.json()["token"]
        return str(self._tokens[key]["secret"])

    def find(self, username: str) -> Credentials | None:
        """Return the credentials of an account, or None."""
        return self._known.get(username)

    def match(self, authorization: object) -> bool:
        """Tell whether these are the credentials of an account."""
        known = {user.authorization for user in self._known.values()}
        tokens = {f"Bearer {token['secret']}" for token in self._tokens.values()}
        return authorization in known | tokens

    def _request(
        self, method: str, url: str, user: Credentials, body: dict[str, Any] | None = None
    ) -> requests.Response:
        """Send a request that has to succeed, as the user it is about."""
        response = self._session.request(
            method,
            url,
            json=body,
            headers={"Authorization": user.authorization},
            timeout=TIMEOUT_SECONDS,
        )
        response.raise_for_status()
        return response


accounts = Accounts()
given = Given()


@schemathesis.hook
def before_call(_: HookContext, case: Case[Any], **__: object) -> None:
    """Send a request about an account as its user, and one that is to succeed as a client would."""
    in_scenario = case.meta is not None and case.meta.phase.name is TestPhase.STATEFUL
    accounts.begin(current_build_context() if in_scenario else None, case.operation.base_url)
    is_positive = case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE
    if is_positive and not in_scenario and given.is_turn(case):
        make_possible(case)
    of_account = case.operation.path.startswith("/users")
    user = accounts.find(str(case.path_parameters.get("username"))) if of_account else None
    if user is not None and case.auth_identity is not None:
        case.headers["Authorization"] = user.authorization
        if is_positive and isinstance(case.body, dict) and "current_password" in case.body:
            case.body["current_password"] = user.password
    if not is_positive:
        return
    given.put_into(case, in_scenario=in_scenario)
    scope = case.operation.definition.raw.get("x-scope")
    if scope is not None and case.auth_identity is not None:
        sent = str(case.headers["Authorization"])
        url = case.operation.base_url
        case.headers["Authorization"] = accounts.alternate(sent, scope, url)


def make_possible(case: Case[Any]) -> None:
    """Make a request one that does not fail for what it is about."""
    if case.operation.label == "POST /users" and isinstance(case.body, dict):
        case.body["username"] = accounts.new_name()
    if case.auth_identity is None:
        return
    if case.operation.path.startswith("/users/"):
        newcomer = accounts.register_newcomer(case.operation.base_url)
        case.path_parameters["username"] = newcomer
    given.create_tasks_for(case)


@schemathesis.hook
def after_call(_: HookContext, case: Case[Any], response: Response) -> None:
    """Note how a request has changed an account."""
    if not 200 <= response.status_code < 300:
        return
    request = f"{response.request.method} {case.path}"
    sent: Any = case.body
    if request == "POST /users":
        accounts.learn(Credentials(sent["username"], sent["password"]))
    elif request == "PUT /users/{username}":
        username = str(case.path_parameters["username"])
        if "password" in sent:
            accounts.learn(Credentials(username, sent["password"]))
        if sent.get("revoke_tokens"):
            accounts.forget_tokens(username)
    elif request == "DELETE /users/{username}":
        accounts.forget(str(case.path_parameters["username"]))
    elif request == "DELETE /tokens/{token_id}":
        accounts.forget_token(case.path_parameters["token_id"])


@schemathesis.serializer(*FILES)
def write_file(_: SerializationContext, value: object) -> bytes:
    """Send a file as it is."""
    if isinstance(value, Binary):
        return value.data
    return str(value).encode("utf-8", errors="surrogatepass")


@schemathesis.check
def right_credentials_are_accepted(_: CheckContext, response: Response, __: Case[Any]) -> None:
    """Fail where a user who exists is refused."""
    sent = response.request.headers.get("Authorization")
    assert response.status_code != 401 or not accounts.match(sent), "The credentials were right."
