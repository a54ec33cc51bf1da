"""What the contract layer uses of Connexion, imported without what serving does not need.

Connexion's test client brings an HTTP client with a command line of its own, and what could fetch
remote references and tokens brings more: a fifth of the time that a start takes.
"""

from todo_api.contract.lazy import Lazily

with Lazily("httpx", "requests", "urllib.request", standing_in=["starlette.testclient"]):
    from connexion.apps.flask import FlaskApp
    from connexion.exceptions import InvalidSpecification, ResolverError
    from connexion.http_facts import METHODS
    from connexion.middleware.abstract import SpecMiddleware
    from connexion.middleware.lifespan import Lifespan, LifespanMiddleware
    from connexion.operations.openapi import OpenAPIOperation
    from connexion.resolver import Resolver
    from connexion.spec import OpenAPISpecification, Specification

__all__ = [
    "METHODS",
    "FlaskApp",
    "InvalidSpecification",
    "Lifespan",
    "LifespanMiddleware",
    "OpenAPIOperation",
    "OpenAPISpecification",
    "Resolver",
    "ResolverError",
    "SpecMiddleware",
    "Specification",
]
