"""What Flask serves to people: the console, and the page that explains the errors."""

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

from todo_api.contract import words_for

CONSOLE = "/todo/api/v1.0/ui"
"""Beside the document, which the console asks for as ``../openapi.json``."""

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

EXPLANATIONS = {
    400: "The request is not what the document allows, and nothing was changed. Each of the errors"
    " names a fault and its place: mend them, then send the request again.",
    401: "The username or the password is missing or wrong. Send both with every request, by HTTP"
    " Basic, in UTF-8.",
    403: "If the words are Unauthorized access, the username or the password is missing or wrong,"
    " and the request said that a script sent it: the script asks its user for them. If the word"
    " is Forbidden, the detail or the errors say what is not allowed.",
    404: "Nothing is there for you: it never was, it has been deleted, or it is somebody else's."
    " Use the URIs that the service gives you rather than ones that you build.",
    405: "The address is right, but not the method. The Allow header names those that it has.",
    406: "The service answers in JSON, which the Accept header of the request rules out. Add"
    " application/json to it, or leave the header out.",
    408: "The request took too long to arrive. Send it again, faster.",
    409: "The request contradicts what is there already: a username, for example, that somebody"
    " else has. It will not succeed as it is; change it. With a Retry-After header, a request with"
    " the same Idempotency-Key is still running: ask again for its answer.",
    410: "Too much time has passed since the token was given out: not all that was deleted in the"
    " meantime is known any more. Empty your copy, and ask for the changes without a token.",
    412: "It has changed since you read it, and nothing was overwritten. Read it again, see whether"
    " your change is still wanted, and send it with the new ETag.",
    413: "The body is larger than the service reads; the detail says how large it may be. Send"
    " less at once.",
    414: "The URL is longer than the service reads; the detail says how long it may be.",
    415: "The body is of a type that this operation does not read. The Accept header of the answer"
    " names the types that it does: most often application/json, in UTF-8 and not compressed. For"
    " PATCH it is called Accept-Patch.",
    422: "The Idempotency-Key was used before, for a request that was not the same; nothing was"
    " changed. Make up a new key for each thing to do, and keep it for its repetitions.",
    431: "The request has more header fields, or larger ones, than the service reads. Cookies are"
    " the usual reason; the service needs none of them.",
    500: "The service failed, and it is not your fault. Its log tells why under the X-Request-Id of"
    " the answer: tell that to whoever runs it. Look at what is there before you repeat a change.",
    501: "The service does not understand a request of this kind, such as CONNECT.",
    503: "The service cannot do its work at the moment; most often it cannot reach its data. Send"
    " the request again after a while: after as many seconds as the Retry-After header says, if"
    " there is one.",
}
"""By status, what it means for a client. A status that the service answers has to be here."""

pages = Blueprint("pages", __name__, template_folder=str(TEMPLATES))


def add_pages(flask_app: Flask) -> None:
    """Serve the pages from a Flask application."""
    flask_app.register_blueprint(pages)


@pages.get("/", strict_slashes=True)
@pages.get(CONSOLE, strict_slashes=True)
def start() -> AnyResponse:
    """Lead to the console, below whose own address its relative ones hold."""
    return redirect(url_for("pages.console"))


@pages.get(f"{CONSOLE}/", strict_slashes=True)
def console() -> Response:
    """Show the operations, and let them be tried out."""
    return _page("console.html")


@pages.get("/problems", strict_slashes=True)
def problems() -> Response:
    """Explain the errors; the ``type`` of each (RFC 9457, 3.1.1) leads to its section."""
    return _page("problems.html", explanations=EXPLANATIONS, words_for=words_for)


@pages.get("/assets/<name>", strict_slashes=True)
def asset(name: str) -> Response:
    """Serve one of the files that the pages load."""
    folder = ASSETS.get(name) or abort(404)
    return send_from_directory(folder, name, mimetype=MEDIA_TYPES[PurePath(name).suffix])


@pages.after_request
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
