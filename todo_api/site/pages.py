"""The pages that Flask renders: the web client's, the console, the explanation of the errors."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, redirect, render_template, url_for
from swagger_ui_bundle import swagger_ui_path
from werkzeug.wrappers import Response

from todo_api.browsers import OF_CLIENT, OF_PAGES
from todo_api.contract import ContractApp
from todo_api.site.explanations import CODES, EXPLANATIONS, FAULT_CODES
from todo_api.site.modules import APART, FIRST, LATER, joined

PROBLEMS = "/problems"
"""The page about the errors."""

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"
SWAGGER_UI = Path(swagger_ui_path)
CLIENT = STATIC / "client"
CONSOLE = STATIC / "console"

ASSETS = {
    **dict.fromkeys(sorted(APART), CLIENT),
    "client.css": STATIC,
    "console-access.js": CONSOLE,
    "console-files.js": CONSOLE,
    "console-links.js": CONSOLE,
    "console.css": CONSOLE,
    "console.js": CONSOLE,
    "icon-192.png": STATIC,
    "icon-512.png": STATIC,
    "icon-maskable-512.png": STATIC,
    "icon.svg": STATIC,
    "layout.css": STATIC,
    "manifest.webmanifest": STATIC,
    "problems.css": STATIC,
    "swagger-ui-bundle.js": SWAGGER_UI,
    "swagger-ui.css": SWAGGER_UI,
}
"""Every file that the pages load, with the folder it is in; the client's own scripts are made."""

JOIN = "/join"
"""Where the links of invitations lead; each has its code behind a ``#``, so it is not sent here."""

WORKER = "/worker.js"
"""The web client's service worker: at the top, as it may answer only for what is below it."""

# Python would ask the machine, and some Windows registries say that a script is plain text.
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


class DemoUser(NamedTuple):
    """Whose username and password the web client fills in, where everybody knows them."""

    username: str
    password: str


def add_pages(
    app: ContractApp,
    words_for: Callable[[int], str],
    *,
    registration: bool,
    demo: DemoUser | None = None,
) -> None:
    """Serve the pages and their files beside the API.

    ``words_for`` names an error's status. The web client learns from its page whether
    ``registration`` is open, and of the ``demo``'s user; all else it asks the API.
    """
    app.add_file(WORKER, _worker(), MEDIA_TYPES[".js"], OF_PAGES)
    console_at = f"{app.base_path}/ui"
    app.add_pages(_pages(console_at, words_for), OF_PAGES)
    app.add_pages(_client(app.base_path, registration=registration, demo=demo), OF_CLIENT)
    modules = _modules()
    for name in (FIRST, *LATER):
        script = partial(_script, name, modules)
        app.add_file(f"/assets/{name}", script, MEDIA_TYPES[".js"], OF_PAGES)
    for name, folder in ASSETS.items():
        path = folder / name
        app.add_file(f"/assets/{name}", path.read_bytes(), MEDIA_TYPES[path.suffix], OF_PAGES)


@cache
def _modules() -> Mapping[str, str]:
    """Return the web client's own modules as they are now: an upgrade may write others."""
    return {path.name: path.read_text("utf-8") for path in CLIENT.glob("*.js")}


def _script(name: str, modules: Mapping[str, str]) -> bytes:
    """Return modules joined to one of the files that they are served as."""
    if name == FIRST:
        return joined(modules, "app.js").encode()
    return joined(modules, name, after="app.js").encode()


@cache
def _worker() -> bytes:
    """Return the service worker, with the version of the files that it keeps."""
    files = [STATIC / "worker.js", TEMPLATES / "client.html", STATIC / "client.css"]
    files += [*sorted(CLIENT.glob("*.js")), STATIC / "icon.svg"]
    version = blake2b(b"".join(path.read_bytes() for path in files), digest_size=8).hexdigest()
    return files[0].read_bytes().replace(b"VERSION", version.encode())


def _pages(console_at: str, words_for: Callable[[int], str]) -> Blueprint:
    """Make the pages; the console goes beside the document, which it asks for from there."""
    pages = Blueprint("pages", __name__, template_folder=str(TEMPLATES))
    pages.add_url_rule("/assets/<name>", "asset", build_only=True)

    @pages.get(console_at)
    def without_slash() -> Response:
        """Redirect to the console, whose relative links need the slash at the end of its path."""
        return redirect(url_for("pages.console"))

    @pages.get(f"{console_at}/")
    def console() -> str:
        """Show the operations, and let them be tried out."""
        return render_template("console.html")

    @pages.get(PROBLEMS)
    def problems() -> str:
        """Explain the errors; the ``type`` of each (RFC 9457, 3.1.1) leads to its section."""
        return render_template(
            "problems.html",
            explanations=EXPLANATIONS,
            codes=CODES,
            fault_codes=FAULT_CODES,
            words_for=words_for,
        )

    return pages


def _client(api: str, *, registration: bool, demo: DemoUser | None) -> Blueprint:
    """Make the web client's page: nearly empty, as its script makes all that there is to see."""
    client = Blueprint("client", __name__, template_folder=str(TEMPLATES))

    @client.get("/")
    @client.get(JOIN)
    def start() -> str:
        """Show the web client, which sees itself whether somebody has opened an invitation."""
        return render_template(
            "client.html", api=api, registration="open" if registration else "closed", demo=demo
        )

    return client
