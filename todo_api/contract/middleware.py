"""The ASGI application of a contract, and the boundary at which every failure becomes an answer."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any, Protocol, Self

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from todo_api.contract.browsers import Browsers, CrossOrigin, Standing
from todo_api.contract.connexion import METHODS, Resolver, Specification, SpecMiddleware
from todo_api.contract.document import BrokenDocumentError, SchemaError
from todo_api.contract.forwarding import Proxies
from todo_api.contract.http import ClientDisconnectedError, Limits, Problem, Request, Response
from todo_api.contract.operation import Environment, Operation
from todo_api.contract.resolver import TaggedOperation
from todo_api.contract.router import Resource, Router
from todo_api.contract.uris import Origins

logger = logging.getLogger(__name__)

REFUSED = "contract.refused"
"""Where a scope has the `Problem` for which a server refuses the request, to be answered here."""


class Admission(Protocol):
    """Decides which requests are let in, before anything is done for them."""

    def reporting(self, request: Request, send: Send) -> Send:
        """Return how to send the answer to a request, perhaps with more header fields."""

    async def admit(self, request: Request) -> None:
        """Let a request in, or raise a `Problem`."""


class Observer(Protocol):
    """Is told of each answer, when it has been sent or has broken off."""

    def __call__(self, request: Request, status: int, seconds: float, *, is_whole: bool) -> None:
        """Take an answer's status, how long it took, and whether it was sent to its end."""


class ContractMiddleware(SpecMiddleware):
    """Answers the operations of documents, and requests for paths that do not exist.

    Only requests for paths of the wrapped application go on to it: each holds one of few threads.
    """

    app: ASGIApp

    def __init__(
        self,
        limits: Limits,
        explained_at: str,
        *,
        browsers: Browsers,
        proxies: Proxies,
        app_has: Callable[[str], bool],
        admission: Admission | None,
        observers: Sequence[Observer],
    ) -> None:
        """Start without operations.

        ``explained_at`` is the page about the errors; ``app_has`` tells whether the wrapped
        application has anything at a path; ``admission``, if any, decides who is let in;
        ``observers`` are told of each answer.
        """
        self._observers = observers
        self._proxies = proxies
        self._has_proxies = bool(proxies)
        self._standing = Standing(browsers.headers)
        self.cross_origin = CrossOrigin(browsers.origins)
        """Which pages may use the operations."""
        self._admission = admission
        self._limits = limits
        self._app_has = app_has
        self._explained_at = explained_at
        self._origins: Origins | None = None
        self._router = Router()

    def wrap(self, app: ASGIApp) -> Self:
        """Take the application that is behind this one."""
        self.app = app
        return self

    def add_api(  # type: ignore[override]  # Connexion's takes any keyword
        self, specification: Specification, *, resolver: Resolver, around: Environment
    ) -> None:
        """Compile every operation of a document.

        Raises:
            BrokenDocumentError: with one sentence that names the operation and the fault.
            connexion.exceptions.ResolverError: for an operation without a function.

        """
        self.cross_origin.learn(
            [
                (item[method], item.get("parameters", []))
                for item in specification["paths"].values()
                for method in METHODS & item.keys()
            ],
            around.conventions,
            has_credentials=bool(specification.security_schemes),
        )
        self._origins = around.origins
        for path, item in specification["paths"].items():
            template = specification.base_path + path
            for method in METHODS & item.keys():
                operation = TaggedOperation.from_spec(
                    specification, path=path, method=method, resolver=resolver
                )
                around.links.add(item[method]["operationId"], template)
                try:
                    endpoint = Operation(operation, around)
                except SchemaError as fault:
                    raise BrokenDocumentError(f"{operation.operation_id}: {fault}") from None
                self._router.add(template).add(method.upper(), endpoint)

    def add_resource(self, path: str) -> Resource:
        """Make a resource that the document does not describe, such as the document itself."""
        return self._router.add(path)

    def check(self, request: Request) -> None:
        """Check of a request what every answer relies on, its host included; raise `Problem`."""
        request.check(self._limits)
        if self._origins is not None:
            self._origins.of(request)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by ASGI; whatever goes wrong, the client gets the common error shape."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = perf_counter()
        request = Request(scope, receive)
        if self._has_proxies:
            self._proxies.apply(request)
        if REFUSED in scope:
            await self._send(send, request, self._rendered(scope[REFUSED], request))
            self._tell(request, scope[REFUSED].status, begun)
            return
        admission = self._admission
        if admission is not None:
            send = admission.reporting(request, send)
        try:
            if admission is not None:
                await admission.admit(request)
            found = self._router.find(request.path)
            if found is None:
                await self._pass_on(request, scope, receive, send)
                return
            response = await self._respond(request, *found)
        except ClientDisconnectedError:
            return
        except Exception as failure:  # noqa: BLE001 - the boundary: no failure goes unanswered
            response = self._rendered(_problem(failure, request.id), request)
        try:
            await self._send(send, request, response)
        except BaseException:
            self._tell(request, response.status, begun, is_whole=False)
            raise
        self._tell(request, response.status, begun)

    def _tell(self, request: Request, status: int, begun: float, *, is_whole: bool = True) -> None:
        for observe in self._observers:
            observe(request, status, perf_counter() - begun, is_whole=is_whole)

    def _rendered(self, problem: Problem, request: Request) -> Response:
        return problem.render(request.accept, self._explained_at)

    async def _send(self, send: Send, request: Request, response: Response) -> None:
        also = self._standing.fields(response) + self.cross_origin.fields(request)
        head = request.method == "HEAD"
        await response.send(send, request_id=request.id, head=head, also=also)

    async def _pass_on(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        self.check(request)
        if not self._app_has(scope["path"]):
            without_slash = request.path.rstrip(b"/")
            if without_slash != request.path and self._router.find(without_slash) is not None:
                raise Problem(404, "Leave out the slash at the end of the path.")
            raise Problem(404)
        await self.app(scope, receive, _with_request_id(send, request.id))

    async def _respond(
        self, request: Request, resource: Resource, path_arguments: Mapping[str, str]
    ) -> Response:
        endpoint = resource.endpoints.get(request.method)
        if endpoint is not None:
            return await endpoint.respond(request, path_arguments)
        self.check(request)
        allow = {"Allow": resource.allow}
        if request.method == "OPTIONS":
            return Response(204, allow | self.cross_origin.preflight(request, resource.allow))
        raise Problem(405, f"This path answers {resource.allow}.", headers=allow)


def _problem(failure: Exception, request_id: bytes) -> Problem:
    """Turn what was raised outside an operation into a problem; log what nobody expected."""
    if isinstance(failure, Problem):
        return failure
    if isinstance(failure, HTTPException):
        return Problem(failure.status_code, headers=failure.headers)
    logger.error("Request %s failed.", request_id.decode(), exc_info=failure)
    return Problem(500, "The server failed; its log tells why under this answer's X-Request-Id.")


def _with_request_id(send: Send, request_id: bytes) -> Send:
    async def send_with_request_id(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"x-request-id", request_id)]
        await send(message)

    return send_with_request_id


def refuse_duplicates(document: Mapping[str, Any]) -> None:
    """Raise `BrokenDocumentError` for an operationId that two operations share."""
    operations = {
        f"{method} {path}": item[method].get("operationId")
        for path, item in document["paths"].items()
        for method in METHODS & item.keys()
    }
    if not operations:
        raise BrokenDocumentError("The document has no operation.")
    for place, name in operations.items():
        if name is None:
            raise BrokenDocumentError(f"{place} has no operationId.")
    name, times = Counter(operations.values()).most_common(1)[0]
    if times > 1:
        raise BrokenDocumentError(f"operationId {name} stands at {times} operations, not at one.")
