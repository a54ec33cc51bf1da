"""One operation of the document, compiled: everything that a request to it needs."""

import inspect
import re
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache, partial
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar, TypeVarTuple

import orjson

from todo_api.contract.browsers import CrossOrigin
from todo_api.contract.conventions import Conventions
from todo_api.contract.document import BrokenDocumentError
from todo_api.contract.http import (
    JSON,
    WITHOUT_CONTENT,
    Caller,
    Limits,
    Negotiation,
    Problem,
    Request,
    Response,
    content_type,
    unavailable,
)
from todo_api.contract.inputs import (
    Body,
    Credentials,
    InsufficientScopeError,
    NoBody,
    Parameters,
    SecuritySchemes,
    UnauthenticatedError,
    UnverifiedError,
)
from todo_api.contract.outputs import Chunks, Conformance, Stream, StreamedResponse
from todo_api.contract.turns import FairTurns, SenderTurns
from todo_api.contract.uris import Links, Origins
from todo_api.contract.workers import OVERLOADED, Workers

if TYPE_CHECKING:  # handlers name what they return without loading Connexion
    from todo_api.contract.resolver import TaggedOperation

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Reply(NamedTuple):
    """What a function returns if there is more to say than a body."""

    body: dict[str, Any] | Stream | None
    status: int = 200
    headers: Mapping[str, str] = {}
    then: Callable[[], object] | None = None
    """What to call when all that the function has done is stored: it may yet be undone before, and
    the function called again."""


Answer = dict[str, Any] | Stream | Reply
"""What a function returns."""


@dataclass(slots=True)
class Exchange:
    """A request, with all that is needed to answer it."""

    request: Request
    path_arguments: Mapping[str, str]
    origin: str
    media_type: str
    """The media type of the answer."""
    credentials: Credentials
    body: bytes = b""
    """What the client sent, as soon as it has arrived."""


class Job:
    """A request whose body has arrived, ready to be answered.

    There are two steps; the first changes nothing and can be repeated.
    """

    __slots__ = ("_exchange", "_operation", "body", "is_safe", "operation_id")

    def __init__(self, operation: "Operation", exchange: Exchange) -> None:
        """Take the operation, and the request to it."""
        self._operation = operation
        self._exchange = exchange
        self.operation_id = operation.id
        """The operation's name in the document."""
        self.is_safe = operation.is_safe
        """Whether the operation only reads (RFC 9110, 9.2.1)."""
        self.body = exchange.body
        """What the client sent."""

    @property
    def caller(self) -> Caller:
        """Where the request came from."""
        return self._exchange.request.caller

    def sender(self) -> Any:  # noqa: ANN401 - the application's own type
        """Return who asks, None if nobody has to say; raise `UnverifiedError` as `prepare` does."""
        return self._exchange.credentials.recall()

    def prepare(self) -> Callable[[], Response]:
        """Take the first step: find out who asks, and validate; return the second step.

        Raises:
            UnverifiedError: if the credentials have to be verified first.
            Problem: if the request is not valid.

        """
        return self._operation.prepare(self._exchange)

    def run(self) -> Response:
        """Take both steps: call the function, and return the answer."""
        return self.prepare()()


class Runner(Protocol):
    """Decides where an operation runs."""

    def fullness(self, operation_id: str, *, is_safe: bool) -> Callable[[str], bool]:
        """Return what tells whether an operation has no room for another request of a client."""

    async def run(self, job: Job) -> Response:
        """Take both steps of a job, and return the answer."""

    async def go_on(self, sender: Any, client: str, call: Callable[[*Ts], T], /, *args: *Ts) -> T:  # noqa: ANN401
        """Run what makes more of an answer to a sender at a client's address."""


class InWorkers:
    """Runs each operation in a worker."""

    def __init__(self, workers: Workers) -> None:
        """Take the threads."""
        self._workers = workers

    def fullness(self, operation_id: str, *, is_safe: bool) -> Callable[[str], bool]:  # noqa: ARG002 - all need a thread
        """Look whether another call may wait for a worker."""
        return lambda _: self._workers.is_full()

    async def run(self, job: Job) -> Response:
        """Take both steps of a job in one thread."""
        return await self._workers.run_soon(job.run)

    async def go_on(self, _: Any, __: str, call: Callable[[*Ts], T], /, *args: *Ts) -> T:  # noqa: ANN401
        """Run a call in a thread."""
        return await self._workers.run(call, *args)


MOST_WAITING = 4
"""Large bodies that wait for each one that is worked on."""
MOST_ARRIVING = 16
"""Bodies of more than 4 KiB that are received from one sender at once."""
MOST_TO_ARRIVE = 64
"""Those that wait until then; more are refused."""
PATIENCE = 5.0
"""Seconds that they wait."""
MOST_REFUSALS = 16
"""Refusals that are kept ready to be sent."""
SAFE_METHODS = frozenset({"GET", "HEAD"})


class Environment(NamedTuple):
    """What all operations of an API share."""

    conventions: Conventions
    schemes: SecuritySchemes
    workers: Workers
    links: Links
    origins: Origins
    limits: Limits
    provided: Mapping[str, Any]
    """Values of the application that handlers take by name."""
    arriving: SenderTurns
    """Whose bodies are being received."""
    runner: "Runner"
    """Decides where an operation runs."""
    site_of: Callable[[str], str]
    """Returns what a client's address counts as, where all at one address share something."""
    failures: Mapping[type[Exception], Callable[[Any], Exception]]
    """By exception, what makes a `Problem` or `UnauthenticatedError` of it."""
    explained_at: str
    cross_origin: CrossOrigin
    """Which web pages may use the operations."""
    check_responses: bool


class Operation:
    """An endpoint made from an Operation Object and its function."""

    def __init__(self, operation: "TaggedOperation", around: Environment) -> None:
        """Compile; raise `BrokenDocumentError` with the operation's name and the fault."""
        name = operation.operation_id
        self.id = operation.stated_id
        self._around = around
        self._function: Callable[..., Answer] = operation.function
        self._security = around.schemes.compile(
            operation.stated_security, operation.stated_scope, name
        )
        ignored = around.conventions.ignored_parameters
        self._parameters = Parameters(operation.parameters, name, ignored)
        self._places = FairTurns(
            around.limits.large_bodies,
            most_waiting=around.limits.large_bodies * MOST_WAITING,
            refusal="Too many bodies of this size are being worked on at the moment.",
        )
        self.is_safe = operation.method.upper() in SAFE_METHODS
        self._is_full = around.runner.fullness(self.id, is_safe=self.is_safe)
        self._refusal = lru_cache(MOST_REFUSALS)(self._refuse)
        self._offer = Negotiation(operation.responses)
        self._body: NoBody | Body = (
            Body(
                operation.request_body,
                around.limits,
                name,
                method=operation.method,
                is_open=not operation.stated_security,
            )
            if operation.is_request_body_defined
            else NoBody()
        )
        if odd := self._parameters.path_names ^ set(re.findall(r"{([^}]*)}", operation.path)):
            raise BrokenDocumentError(f"{name}: {min(odd)} is not both in the path and declared.")
        self._takes = self._check_function(name)
        self._provided = {key: around.provided[key] for key in self._takes & set(around.provided)}
        self._conformance = (
            Conformance(operation.responses, name) if around.check_responses else None
        )

    def _check_function(self, name: str) -> frozenset[str]:
        """Compare the function's arguments with the document's; return those it takes."""
        signature = inspect.signature(self._function).parameters.values()
        taken = frozenset(one.name for one in signature if one.kind is not one.VAR_KEYWORD)
        declared = {*self._parameters.arguments, *(["body"] if self._body.is_argument else [])}
        if len(self._offer.media_types) > 1:
            declared.add("media_type")
        given = {"user", "url_for", "caller", *self._around.provided}
        if self._body.is_argument and "body" in self._parameters.arguments:
            raise BrokenDocumentError(f"{name}: body is also the name of a parameter.")
        if clash := declared & given:
            raise BrokenDocumentError(f"{name}: {min(clash)} is also provided otherwise.")
        if (ignored := declared - taken) and len(taken) == len(signature):
            raise BrokenDocumentError(f"{name}: its function does not take {min(ignored)}.")
        if unknown := taken - declared - given:
            raise BrokenDocumentError(f"{name}: nothing provides {min(unknown)} to its function.")
        return taken

    async def respond(self, request: Request, path_arguments: Mapping[str, str]) -> Response:
        """Answer a request; errors are answers too."""
        request.operation = self.id
        try:
            if self._is_full(request.client):  # before anything is done for it
                response = self._refusal(request.accept)
            else:
                response = await self._respond(request, path_arguments)
        except Exception as failure:
            problem = self._problem(failure, request)
            if problem is None:
                raise
            response = problem.render(request.accept, self._around.explained_at)
        if self._conformance is not None:
            self._conformance.check(response)
        return response

    def _refuse(self, accept: bytes | None) -> Response:
        """Return the answer to a request for which there is no room; made once for each Accept."""
        return unavailable(OVERLOADED).render(accept, self._around.explained_at)

    async def _respond(self, request: Request, path_arguments: Mapping[str, str]) -> Response:
        request.check(self._around.limits)
        origin = self._around.origins.of(request)
        if not self.is_safe:
            self._around.cross_origin.check(request, origin)
        media_type = self._offer.choose(request.accept)
        self._body.check_headers(request)
        credentials = self._security.credentials(request)
        exchange = Exchange(request, path_arguments, origin, media_type, credentials)
        if isinstance(self._body, Body) and self._body.is_worth_asking(request):
            sender = await self._sender(credentials)
            if self._body.is_large(request):
                return await self._respond_to_large(self._body, exchange, sender)
            async with self._around.arriving.taken(sender, monotonic() + PATIENCE):
                exchange.body = await self._body.receive(request)
        else:
            exchange.body = await self._body.receive(request)
        return await self._run(exchange)

    async def _respond_to_large(self, body: Body, exchange: Exchange, sender: Any) -> Response:  # noqa: ANN401 - the application's own type
        """Receive a body to the end before it takes one of the few places for large ones."""
        address = self._around.site_of(exchange.request.client)
        with body.room(sender, address) as room:
            await body.spool.receive(exchange.request, room)
            async with self._places.taken(address):
                exchange.body = room.read()
                return await self._run(exchange)

    async def _run(self, exchange: Exchange) -> Response:
        exchange.credentials.reopen()
        job = Job(self, exchange)
        try:
            response = await self._around.runner.run(job)
        except UnverifiedError:
            await exchange.credentials.verify()
            response = await self._around.runner.run(job)
        if response.then is not None:
            response.then()
        return response

    async def _sender(self, credentials: Credentials) -> Any:  # noqa: ANN401 - the application's own type
        """Find out who asks, before any of a body is read."""
        if credentials.are_settled:
            return credentials.recall()
        try:
            return await self._around.workers.run_soon(credentials.recall)
        except UnverifiedError:
            return await credentials.verify()

    def prepare(self, exchange: Exchange) -> Callable[[], Response]:
        """Find out who asks, and validate; return what calls the function."""
        exchange.request.require_client()
        user = exchange.request.sender = exchange.credentials.recall()
        arguments = self._parameters.read(exchange.request, exchange.path_arguments)
        if self._body.is_argument:
            arguments["body"] = self._body.parse(exchange.request, exchange.body)
        if "user" in self._takes:
            arguments["user"] = user
        if "caller" in self._takes:
            arguments["caller"] = exchange.request.caller
        if "url_for" in self._takes:
            arguments["url_for"] = self._around.links.from_origin(exchange.origin)
        if len(self._offer.media_types) > 1:
            arguments["media_type"] = exchange.media_type
        return partial(self._answer, exchange, {**self._provided, **arguments})

    def _answer(self, exchange: Exchange, arguments: Mapping[str, Any]) -> Response:
        """Call the function, and turn its answer into bytes."""
        exchange.request.require_client()  # it may have waited for other writers
        answer = self._function(**arguments)
        body, status, headers, then = answer if isinstance(answer, Reply) else Reply(answer)
        if status in WITHOUT_CONTENT:
            response = Response(status, headers)
        elif isinstance(body, Stream):
            response = self._begin(status, headers, body, exchange)
        else:
            text = orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE)
            response = Response(status, headers, text, JSON)
        response.then = then
        return response

    def _begin(
        self, status: int, headers: Mapping[str, str], stream: Stream, exchange: Exchange
    ) -> StreamedResponse:
        chunks, parameters, asked = stream
        media_type = asked or exchange.media_type
        if self._conformance is not None:
            chunks = self._conformance.checked(chunks, status, media_type)
        chunks = _confirmed(chunks, exchange.credentials)
        kind = content_type(media_type, parameters)
        go_on = partial(
            self._around.runner.go_on, exchange.credentials.recall(), exchange.request.client
        )
        explain = partial(self._problem, request=exchange.request)
        return StreamedResponse(status, headers, chunks, kind, exchange.request, go_on, explain)

    def _problem(self, failure: Exception, request: Request) -> Problem | None:
        """Return the answer to an exception, or None if it was not foreseen."""
        for kind, explain in self._around.failures.items():
            if isinstance(failure, kind):
                failure = explain(failure)
        if isinstance(failure, UnauthenticatedError):
            return self._security.refusal(request)
        if isinstance(failure, InsufficientScopeError):
            return self._security.insufficient()
        return failure if isinstance(failure, Problem) else None


def _confirmed(chunks: Chunks, credentials: Credentials) -> Chunks:
    """Yield the chunks of an answer for as long as its sender has these credentials.

    Between two of them any time may pass, as the client takes it. Raises `UnauthenticatedError`.
    """
    with closing(chunks):
        for chunk in chunks:
            yield chunk
            credentials.confirm()
