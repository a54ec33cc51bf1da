"""Flask's pages: those that it renders once, and routes that it goes on answering."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from flask import Blueprint, Flask
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Rule


class Page(NamedTuple):
    """Flask's answer at a path."""

    status: int
    media_type: bytes
    content: bytes
    location: str | None
    """The target, if it is a redirection."""


class Pages:
    """A Flask application, whose pages are rendered outside any request."""

    def __init__(self, flask: Flask, mounted_at: str = "") -> None:
        """Take the application, whose routes may be added later, and the path that it is below."""
        self._flask = flask
        self._root = f"http://localhost{mounted_at}"
        self._rendered: set[str] = set()

    def add(self, blueprint: Blueprint) -> list[tuple[str, Callable[[], Page]]]:
        """Add a blueprint; return its paths that need no argument, with what renders each."""
        self._flask.register_blueprint(blueprint)
        rules = [
            rule
            for rule in self._flask.url_map.iter_rules()
            if rule.endpoint.startswith(f"{blueprint.name}.") and not rule.arguments
        ]
        self._rendered.update(rule.endpoint for rule in rules)
        return [(rule.rule, partial(self._render, rule)) for rule in rules]

    def _render(self, rule: Rule) -> Page:
        from werkzeug.test import create_environ  # noqa: PLC0415 - it takes time, for a page only

        # Not by a request, after which Flask would let nothing more be set up.
        with self._flask.request_context(create_environ(rule.rule, self._root)):
            view = self._flask.ensure_sync(self._flask.view_functions[rule.endpoint])
            page = self._flask.make_response(view())
        return Page(page.status_code, page.content_type.encode(), page.data, page.location)

    def has(self, path: str) -> bool:
        """Tell whether Flask has something at a path other than a rendered page."""
        try:
            endpoint, _ = self._flask.url_map.bind("localhost").match(path)
        except NotFound:
            return False
        except HTTPException:
            return True  # Another method, or a redirection: Flask says it best.
        # A page has one path; Flask's more lenient routing must not give it others.
        return endpoint not in self._rendered
