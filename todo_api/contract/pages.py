"""Flask's pages: those that it renders once, and routes that it goes on answering."""

from collections.abc import Iterator
from typing import NamedTuple

from flask import Blueprint, Flask
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.test import create_environ


class Page(NamedTuple):
    """Flask's answer at a path."""

    path: str
    status: int
    media_type: bytes
    content: bytes
    location: str | None
    """The target, if it is a redirection."""


class Pages:
    """A Flask application, whose pages are rendered before any request."""

    def __init__(self, flask: Flask, mounted_at: str = "") -> None:
        """Take the application, whose routes may be added later, and the path that it is below."""
        self._flask = flask
        self._root = f"http://localhost{mounted_at}"
        self._rendered: set[str] = set()

    def render(self, blueprint: Blueprint) -> Iterator[Page]:
        """Add a blueprint, and have each of its routes without an argument answered once, now."""
        self._flask.register_blueprint(blueprint)
        for rule in self._flask.url_map.iter_rules():
            if rule.endpoint.startswith(f"{blueprint.name}.") and not rule.arguments:
                self._rendered.add(rule.endpoint)
                # Not by a request, after which Flask would let nothing more be set up.
                with self._flask.request_context(create_environ(rule.rule, self._root)):
                    view = self._flask.ensure_sync(self._flask.view_functions[rule.endpoint])
                    page = self._flask.make_response(view())
                media_type = page.content_type.encode()
                yield Page(rule.rule, page.status_code, media_type, page.data, page.location)

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
