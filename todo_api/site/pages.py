"""The pages that Flask renders: the console, and the explanation of the errors."""

from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, redirect, render_template, url_for
from swagger_ui_bundle import swagger_ui_path
from werkzeug.wrappers import Response

from todo_api.browsers import OF_PAGES
from todo_api.contract import ContractApp
from todo_api.site.explanations import CODES, EXPLANATIONS, FAULT_CODES

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


def add_pages(app: ContractApp, words_for: Callable[[int], str]) -> None:
    """Serve the pages and their files beside the API; ``words_for`` names an error's status."""
    app.add_pages(_pages(f"{app.base_path}/ui", words_for), OF_PAGES)
    for name, folder in ASSETS.items():
        path = folder / name
        app.add_file(f"/assets/{name}", path.read_bytes(), MEDIA_TYPES[path.suffix], OF_PAGES)


def _pages(console_at: str, words_for: Callable[[int], str]) -> Blueprint:
    """Make the pages; the console goes beside the document, which it asks for from there."""
    pages = Blueprint("pages", __name__, template_folder=str(TEMPLATES))
    pages.add_url_rule("/assets/<name>", "asset", build_only=True)

    @pages.get("/")
    @pages.get(console_at)
    def start() -> Response:
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
