"""`ContractApp`: a `connexion.FlaskApp` that compiles its document."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NoReturn

from connexion.apps.flask import FlaskApp
from connexion.exceptions import InvalidSpecification, ResolverError
from connexion.middleware.lifespan import Lifespan, LifespanMiddleware
from connexion.resolver import Resolver
from werkzeug.exceptions import HTTPException

from todo_api.contract.document import (
    BrokenDocumentError,
    Document,
    Specification,
    check_examples,
    check_references,
)
from todo_api.contract.http import JSON, Limits, Problem
from todo_api.contract.inputs import Authenticator, SecuritySchemes
from todo_api.contract.middleware import ContractMiddleware, refuse_duplicates
from todo_api.contract.operation import Answer, Environment
from todo_api.contract.static import StaticEndpoint
from todo_api.contract.uris import Links, Origins
from todo_api.contract.workers import Workers


class ContractApp(FlaskApp):
    """Connexion's Flask application, whose operations are answered before they reach Flask.

    Flask serves what is for people. It never learns the operations, so no request can reach
    a handler by Flask's more lenient routing, past validation and security.
    """

    def __init__(
        self,
        import_name: str,
        *,
        lifespan: Lifespan | None = None,
        limits: Limits | None = None,
        explained_at: str = "about:blank",
    ) -> None:
        """Make an application without operations.

        ``explained_at`` is the URL of a page with an anchor for each error status, which
        RFC 9457 calls the problem's type.
        """
        self._limits = limits or Limits()
        self._explained_at = explained_at
        self._contract = ContractMiddleware(self._limits, explained_at)
        super().__init__(
            import_name,
            lifespan=lifespan,
            middlewares=[LifespanMiddleware, self._contract.wrap],
            server_args={"static_folder": None},
        )
        self.app.url_map.merge_slashes = False
        self.app.url_map.strict_slashes = False
        self.app.register_error_handler(HTTPException, _as_problem)

    def add_api(  # type: ignore[override]  # noqa: PLR0913 - the seams, all by name
        self,
        document: Path | Document,
        *,
        resolver: Resolver,
        workers: Workers,
        authenticators: Mapping[str, Authenticator] | None = None,
        provided: Mapping[str, Any] | None = None,
        invoke: Callable[[Callable[[], Answer]], Answer] = lambda handler: handler(),
        failures: Mapping[type[Exception], Callable[[Any], Exception]] | None = None,
        public_url: str | None = None,
        own_hosts: Collection[str] = ("localhost",),
        check_responses: bool = False,
    ) -> None:
        """Compile a document and serve it, and itself beside its operations.

        Args:
            document: an OpenAPI 3.0 document or the file that holds it.
            resolver: finds the function of an operation.
            workers: the threads in which functions run.
            authenticators: by security scheme, what knows whom its credentials name.
            provided: values that functions take by name, beside the document's parameters.
            invoke: calls a function that is ready to be called; may call it again.
            failures: by what functions and authenticators may raise, what it amounts to: a
                `Problem`, or `UnauthenticatedError`.
            public_url: scheme and authority of all URIs, else those of the request.
            own_hosts: the names that a request may address without a public URL.
            check_responses: hold every response against the document.

        Raises:
            BrokenDocumentError: one sentence that names the place and the fault.

        """
        if not isinstance(document, Document):
            document = Document.read(document)
        try:
            if not str(document.data.get("openapi")).startswith("3.0."):
                raise BrokenDocumentError("The document is not OpenAPI 3.0.")
            check_references(document.data)
            specification = Specification(document)
            refuse_duplicates(specification)
            check_examples(specification.raw, specification.spec)
            around = Environment(
                schemes=SecuritySchemes(specification.security_schemes, authenticators or {}),
                workers=workers,
                links=Links(),
                origins=Origins(public_url, own_hosts),
                limits=self._limits,
                provided=provided or {},
                invoke=invoke,
                failures=failures or {},
                explained_at=self._explained_at,
                check_responses=check_responses,
            )
            self._contract.add_api(specification, resolver=resolver, around=around)
        except InvalidSpecification as fault:
            place = "/".join(map(str, fault.absolute_path))
            raise BrokenDocumentError(f"Not OpenAPI 3.0 at {place}: {fault.message}") from None
        except ResolverError as fault:
            raise BrokenDocumentError(f"An operation has no function: {fault}") from None
        for name, text, media_type in (
            ("openapi.json", document.json, JSON),
            ("openapi.yaml", document.yaml, b"application/yaml"),
        ):
            resource = self._contract.add_resource(f"{specification.base_path}/{name}")
            resource.add("GET", StaticEndpoint(text, media_type, self._limits))


def _as_problem(failure: HTTPException) -> NoReturn:
    """Raise Flask's own errors as problems, with the headers that belong to them."""
    headers = {name: value for name, value in failure.get_headers() if name != "Content-Type"}
    raise Problem(failure.code or 500, headers=headers)
