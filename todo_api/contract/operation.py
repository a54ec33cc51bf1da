"""One operation of the document, compiled: everything that a request to it needs."""

import inspect
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import orjson

from todo_api.contract.document import BrokenDocumentError, TaggedOperation
from todo_api.contract.http import (
    JSON,
    WITHOUT_CONTENT,
    Limits,
    Negotiation,
    Problem,
    Request,
    Response,
    content_type,
)
from todo_api.contract.inputs import (
    Attempt,
    Body,
    NoBody,
    Parameters,
    SecuritySchemes,
    UnauthenticatedError,
    recall,
    verify,
)
from todo_api.contract.outputs import Conformance, Stream, StreamedResponse
from todo_api.contract.uris import Links, Origins
from todo_api.contract.workers import Workers


class Reply(NamedTuple):
    """What a function returns that has more to say than a body."""

    body: dict[str, Any] | Stream | None
    status: int = 200
    headers: Mapping[str, str] = {}


Answer = dict[str, Any] | Stream | Reply
"""What a function returns."""


class Exchange(NamedTuple):
    """A request whose body has arrived, as a worker takes it over."""

    request: Request
    path_arguments: Mapping[str, str]
    body: bytes
    origin: str
    media_type: str
    """What the answer is to be."""


class UnknownCredentialsError(Exception):
    """The credentials were not verified lately; only that takes long."""


class Environment(NamedTuple):
    """What all operations of an API share."""

    schemes: SecuritySchemes
    workers: Workers
    links: Links
    origins: Origins
    limits: Limits
    provided: Mapping[str, Any]
    """Values of the application that handlers take by name."""
    invoke: Callable[[Callable[[], Answer]], Answer]
    """Calls a handler; the place for what every call needs, such as retries."""
    failures: Mapping[type[Exception], Callable[[Any], Exception]]
    """What functions may raise, and which `Problem` or `UnauthenticatedError` it amounts to."""
    explained_at: str
    check_responses: bool


class Operation:
    """An endpoint made from an Operation Object and its function."""

    def __init__(self, operation: TaggedOperation, around: Environment) -> None:
        """Compile; raise `BrokenDocumentError` with the operation's name and the fault."""
        name = operation.operation_id
        self._around = around
        self._function: Callable[..., Answer] = operation.function
        self._security = around.schemes.compile(operation.stated_security, name)
        self._parameters = Parameters(operation.parameters, name)
        self._offer = Negotiation(operation.responses)
        self._body: NoBody | Body = (
            Body(operation.request_body, around.limits, name, method=operation.method)
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
        """Hold the function's arguments against the document's; return those it takes."""
        signature = inspect.signature(self._function).parameters.values()
        taken = frozenset(one.name for one in signature if one.kind is not one.VAR_KEYWORD)
        declared = {*self._parameters.arguments, *(["body"] if self._body.is_argument else [])}
        if len(self._offer.media_types) > 1:
            declared.add("media_type")
        given = {"user", "url_for", *self._around.provided}
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
        try:
            response = await self._respond(request, path_arguments)
        except Exception as failure:
            problem = self._problem(failure, request)
            if problem is None:
                raise
            response = problem.render(request.accept, self._around.explained_at)
        if self._conformance is not None:
            self._conformance.check(response)
        return response

    async def _respond(self, request: Request, path_arguments: Mapping[str, str]) -> Response:
        request.check(self._around.limits)
        origin = self._around.origins.of(request)
        media_type = self._offer.choose(request.accept)
        self._body.check_headers(request)
        attempts = self._security.attempts(request)
        if isinstance(self._body, Body) and self._body.is_large(request):
            user = await self._authenticate(attempts)
            with self._body.place(user):
                body = await self._body.receive(request)
                exchange = Exchange(request, path_arguments, body, origin, media_type)
                return await self._around.workers.run(self._answer, exchange, user)
        body = await self._body.receive(request)
        exchange = Exchange(request, path_arguments, body, origin, media_type)
        try:
            # One hop to a worker does it all, where credentials were verified a while ago.
            return await self._around.workers.run(self._work, exchange, attempts)
        except UnknownCredentialsError:
            user = await _verified(attempts)
        return await self._around.workers.run(self._answer, exchange, user)

    async def _authenticate(self, attempts: list[Attempt]) -> Any:  # noqa: ANN401 - the application's own type
        """Find out who asks, before anything of the body is read."""
        try:
            return await self._around.workers.run(_recalled, attempts)
        except UnknownCredentialsError:
            return await _verified(attempts)

    def _work(self, exchange: Exchange, attempts: list[Attempt]) -> Response:
        """Run in a worker: find out who asks, then answer."""
        return self._answer(exchange, _recalled(attempts))

    def _answer(self, exchange: Exchange, user: Any) -> Response:  # noqa: ANN401 - the application's own type
        """Run in a worker: validate, call the function, turn its answer to bytes."""
        arguments = self._parameters.read(exchange.request, exchange.path_arguments)
        if self._body.is_argument:
            arguments["body"] = self._body.parse(exchange.request, exchange.body)
        if "user" in self._takes:
            arguments["user"] = user
        if "url_for" in self._takes:
            arguments["url_for"] = self._around.links.from_origin(exchange.origin)
        if len(self._offer.media_types) > 1:
            arguments["media_type"] = exchange.media_type
        answer = self._around.invoke(partial(self._function, **self._provided, **arguments))
        body, status, headers = answer if isinstance(answer, Reply) else Reply(answer)
        if status in WITHOUT_CONTENT:
            return Response(status, headers)
        if isinstance(body, Stream):
            return self._begin(status, headers, body, exchange)
        return Response(status, headers, orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE), JSON)

    def _begin(
        self, status: int, headers: Mapping[str, str], stream: Stream, exchange: Exchange
    ) -> StreamedResponse:
        chunks, parameters = stream
        if self._conformance is not None:
            chunks = self._conformance.checked(chunks, status, exchange.media_type)
        kind = content_type(exchange.media_type, parameters)
        workers = self._around.workers
        return StreamedResponse(status, headers, chunks, kind, exchange.request, workers)

    def _problem(self, failure: Exception, request: Request) -> Problem | None:
        """Return the answer to what was raised, or None if nobody expected it."""
        for kind, explain in self._around.failures.items():
            if isinstance(failure, kind):
                failure = explain(failure)
        if isinstance(failure, UnauthenticatedError):
            return self._security.refusal(request)
        return failure if isinstance(failure, Problem) else None


def _recalled(attempts: list[Attempt]) -> Any:  # noqa: ANN401 - the application's own type
    """Return who asks, None if nobody says; raise `UnknownCredentialsError` if it takes longer."""
    if not attempts:
        return None
    user = recall(attempts)
    if user is None:
        raise UnknownCredentialsError
    return user


async def _verified(attempts: list[Attempt]) -> Any:  # noqa: ANN401 - the application's own type
    """Return who asks; raise `UnauthenticatedError` if nobody has these credentials."""
    user = await verify(attempts)
    if user is None:
        raise UnauthenticatedError
    return user
