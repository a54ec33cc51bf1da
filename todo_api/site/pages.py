"""What Flask serves to people: the console, and the page that explains the errors."""

from collections.abc import Callable
from pathlib import Path, PurePath

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from swagger_ui_bundle import swagger_ui_path
from werkzeug.wrappers import Response as AnyResponse

from todo_api.site.explanations import EXPLANATIONS

PROBLEMS = "/problems"
"""The page about the errors."""

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"
SWAGGER_UI = Path(swagger_ui_path)

ASSETS = {
    "console.css": STATIC,
    "console.js": STATIC,
    "icon.svg": STATIC,
    "layout.css": STATIC,
    "problems.css": STATIC,
    "swagger-ui-bundle.js": SWAGGER_UI,
    "swagger-ui.css": SWAGGER_UI,
}
"""Every file that the pages load, with the folder it is in. Nothing else is served."""

# Python would ask the machine, and some Windows registries say that a script is plain text.
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What every answer here has: nothing comes from elsewhere, nothing is inline, nothing stale."""


def add_pages(flask_app: Flask, base_path: str, words_for: Callable[[int], str]) -> None:
    """Serve the pages from a Flask application, beside an API.

    Args:
        flask_app: the application.
        base_path: where the API is; its document is there, and the console goes beside it.
        words_for: names an error's status in words.

    """
    pages = Blueprint("pages", __name__, template_folder=str(TEMPLATES))

    @pages.get("/", strict_slashes=True)
    @pages.get(f"{base_path}/ui", strict_slashes=True)
    def start() -> AnyResponse:
        """Lead to the console, below whose own address its relative ones hold."""
        return redirect(url_for("pages.console"))

    @pages.get(f"{base_path}/ui/", strict_slashes=True)
    def console() -> Response:
        """Show the operations, and let them be tried out."""
        return _page("console.html")

    @pages.get(PROBLEMS, strict_slashes=True)
    def problems() -> Response:
        """Explain the errors; the ``type`` of each (RFC 9457, 3.1.1) leads to its section."""
        return _page("problems.html", explanations=EXPLANATIONS, words_for=words_for)

    @pages.get("/assets/<name>", strict_slashes=True)
    def asset(name: str) -> Response:
        """Serve one of the files that the pages load."""
        folder = ASSETS.get(name) or abort(404)
        return send_from_directory(folder, name, mimetype=MEDIA_TYPES[PurePath(name).suffix])

    pages.after_request(protect)
    flask_app.register_blueprint(pages)


def protect(response: Response) -> Response:
    """Add the headers that every answer here has."""
    response.headers.update(HEADERS)
    # Werkzeug sets it where it handles conditional requests; the server sets it everywhere.
    response.headers.pop("Date", None)
    return response


def _page(template: str, **context: object) -> Response:
    """Render a page, or tell a browser that it has it already."""
    response = make_response(render_template(template, **context))
    response.add_etag()
    response.make_conditional(request)
    return response
