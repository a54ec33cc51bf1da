"""`ContractApp`: a `connexion.FlaskApp` that compiles its document."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, NoReturn

from flask import Blueprint
from starlette.types import Receive, Scope, Send
from werkzeug.exceptions import HTTPException

from todo_api.contract.browsers import Browsers
from todo_api.contract.connexion import (
    FlaskApp,
    InvalidSpecification,
    Lifespan,
    LifespanMiddleware,
    Resolver,
    ResolverError,
)
from todo_api.contract.conventions import Conventions
from todo_api.contract.document import BrokenDocumentError, Document
from todo_api.contract.forwarding import Proxies
from todo_api.contract.http import JSON, Limits, Problem, content_type
from todo_api.contract.inputs import Authenticator, SecuritySchemes
from todo_api.contract.middleware import Admission, ContractMiddleware, Observer, refuse_duplicates
from todo_api.contract.operation import (
    MOST_ARRIVING,
    MOST_TO_ARRIVE,
    Environment,
    InWorkers,
    Runner,
)
from todo_api.contract.pages import Page, Pages
from todo_api.contract.specification import checked
from todo_api.contract.static import Content, DocumentEndpoint, RenderedEndpoint, StaticEndpoint
from todo_api.contract.turns import SenderTurns
from todo_api.contract.uris import Links, Origins
from todo_api.contract.workers import Workers


class ContractApp(FlaskApp):
    """Connexion's Flask application, whose operations are answered before they reach Flask.

    Flask renders what is for people. It never learns the operations, so no request can reach
    a handler by Flask's more lenient routing, past validation and security. Only requests for
    its own routes reach it: they hold one of its few threads until they are answered, which is
    why pages and files that never change are better served without it.
    """

    def __init__(  # noqa: PLR0913 - each by name, and what an application is made of
        self,
        import_name: str,
        *,
        lifespan: Lifespan | None = None,
        limits: Limits | None = None,
        explained_at: str = "about:blank",
        browsers: Browsers | None = None,
        trusted_proxies: Collection[IPv4Network | IPv6Network] = (),
        admission: Admission | None = None,
        observers: Sequence[Observer] = (),
        mounted_at: str = "",
    ) -> None:
        """Make an application without operations.

        ``explained_at`` is the URL of a page with an anchor for each error status, which
        RFC 9457 calls the problem's type. ``trusted_proxies`` are believed where requests come
        from. ``admission``, if any, decides who is let in. ``observers`` are told of each answer.
        ``mounted_at`` is the path under which browsers reach the pages, if a proxy takes it off.
        """
        browsers = browsers or Browsers()
        self._headers = browsers.headers
        self._limits = limits or Limits()
        self._explained_at = explained_at
        self.base_path = ""
        """The base path of the document that was added last."""
        self._contract = ContractMiddleware(
            self._limits,
            explained_at,
            browsers=browsers,
            proxies=Proxies(trusted_proxies),
            app_has=lambda path: self._pages.has(path),  # noqa: PLW0108 - there are no pages yet
            admission=admission,
            observers=observers,
        )
        super().__init__(
            import_name,
            lifespan=lifespan,
            middlewares=[LifespanMiddleware, self._contract.wrap],
            server_args={"static_folder": None},
        )
        self._pages = Pages(self.app, mounted_at)
        self.app.url_map.merge_slashes = False
        self.app.url_map.strict_slashes = False
        self.app.register_error_handler(HTTPException, _as_problem)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by ASGI; a request goes to the contract at once, past Connexion's own stack."""
        if scope["type"] == "http" and self.middleware.middleware_stack is not None:
            await self._contract(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    def add_api(  # type: ignore[override]  # noqa: PLR0913 - what the application decides, all by name
        self,
        document: Path | Document,
        *,
        resolver: Resolver,
        workers: Workers,
        authenticators: Mapping[str, Authenticator] | None = None,
        provided: Mapping[str, Any] | None = None,
        runner: Runner | None = None,
        site_of: Callable[[str], str] = str,
        failures: Mapping[type[Exception], Callable[[Any], Exception]] | None = None,
        public_url: str | None = None,
        own_hosts: Collection[str] = ("localhost",),
        conventions: Conventions | None = None,
        check_responses: bool = False,
    ) -> None:
        """Compile a document and serve it, and itself beside its operations.

        Args:
            document: an OpenAPI 3.0 document or the file that holds it.
            resolver: finds the function of an operation.
            workers: threads for what takes long, such as making the chunks of a stream.
            authenticators: by security scheme, what finds out whose its credentials are.
            provided: values that functions take by name, beside the document's parameters.
            runner: decides where an operation runs, if not in one of the workers.
            site_of: returns what a client's address counts as, where all at one address share
                something.
            failures: by exceptions of functions and authenticators, what makes a `Problem` or
                `UnauthenticatedError` of one.
            public_url: what all URIs begin with: scheme, authority and perhaps a path. Without
                it, they begin with those of the request.
            own_hosts: the names that a request may address without a public URL.
            conventions: what the API's clients expect that OpenAPI cannot express.
            check_responses: check every response against the document.

        Raises:
            BrokenDocumentError: one sentence that names the place and the fault.

        """
        if not isinstance(document, Document):
            document = Document.read(document)
        conventions = conventions or Conventions()
        try:
            specification = checked(document)
            refuse_duplicates(specification)
            around = Environment(
                conventions=conventions,
                schemes=SecuritySchemes(
                    specification.security_schemes, authenticators or {}, conventions
                ),
                workers=workers,
                links=Links(),
                origins=Origins(public_url, own_hosts),
                limits=self._limits,
                provided=provided or {},
                arriving=SenderTurns(MOST_ARRIVING, most_waiting=MOST_TO_ARRIVE),
                runner=runner or InWorkers(workers),
                site_of=site_of,
                failures=failures or {},
                explained_at=self._explained_at,
                cross_origin=self._contract.cross_origin,
                check_responses=check_responses,
            )
            self._contract.add_api(specification, resolver=resolver, around=around)
        except InvalidSpecification as fault:
            place = "/".join(map(str, fault.absolute_path))
            raise BrokenDocumentError(f"Not OpenAPI 3.0 at {place}: {fault.message}") from None
        except ResolverError as fault:
            raise BrokenDocumentError(f"An operation has no function: {fault}") from None
        self.base_path = specification.base_path
        for name, text_from, media_type in (
            ("openapi.json", document.json_from, JSON),
            ("openapi.yaml", document.yaml_from, b"application/yaml"),
        ):
            headers = {**self._headers, "Cache-Control": "no-cache"}
            endpoint = DocumentEndpoint(
                text_from, media_type, self._contract.check, origins=around.origins, headers=headers
            )
            self._contract.add_resource(f"{self.base_path}/{name}").add("GET", endpoint)

    def add_alias(self, path: str, to: str) -> None:
        """Answer at a path as at another one, which has been added before."""
        for method, endpoint in self._contract.add_resource(to).endpoints.items():
            self._contract.add_resource(path).add(method, endpoint)

    def add_file(
        self, path: str, content: Content, media_type: str, headers: Mapping[str, str]
    ) -> None:
        """Serve a file that never changes, from memory and without Flask, compressed if asked.

        What makes its content is called when somebody first asks for it. ``headers`` replace those
        of the same name that every answer has.
        """
        endpoint = self._static(
            content, content_type(media_type, {}), headers=headers, compresses=True
        )
        self._contract.add_resource(path).add("GET", endpoint)

    def add_pages(self, pages: Blueprint, headers: Mapping[str, str]) -> None:
        """Serve a blueprint's pages, which never change: Flask renders each once, when asked for.

        ``headers`` replace those of the same name that every answer has.
        A route with an argument has a page for each value, so it is left to Flask.
        """
        for path, render in self._pages.add(pages):
            endpoint = RenderedEndpoint(partial(self._rendered, render, headers))
            self._contract.add_resource(path).add("GET", endpoint)

    def _rendered(self, render: Callable[[], Page], headers: Mapping[str, str]) -> StaticEndpoint:
        page = render()
        location = {} if page.location is None else {"Location": page.location}
        return self._static(
            page.content,
            page.media_type,
            status=page.status,
            headers={**headers, **location},
            compresses=page.status == HTTPStatus.OK,
        )

    def _static(
        self,
        content: Content,
        media_type: bytes,
        *,
        status: int = HTTPStatus.OK,
        headers: Mapping[str, str],
        compresses: bool = False,
    ) -> StaticEndpoint:
        return StaticEndpoint(
            content,
            media_type,
            self._contract.check,
            status=status,
            headers={**self._headers, "Cache-Control": "no-cache", **headers},
            compresses=compresses,
        )


def _as_problem(failure: HTTPException) -> NoReturn:
    """Raise Flask's own errors as problems, with the headers that belong to them."""
    headers = {name: value for name, value in failure.get_headers() if name != "Content-Type"}
    raise Problem(failure.code or 500, headers=headers)
