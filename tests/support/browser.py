"""A person at the console: headless Chromium, driven by Playwright."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Download, Locator, Page, sync_playwright

ADDRESS = "http://localhost:5000"
"""The service's address for the browser, whatever its real port."""

EXECUTABLES = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """Return the path of this machine's own Chromium, if it has one."""
    return next(filter(None, map(shutil.which, EXECUTABLES)), None)


@contextmanager
def chromium(executable: str, origin: str) -> Iterator[Browser]:
    """Run a browser that finds the service of ``origin`` at `ADDRESS`, and no other host."""
    names = f"MAP {urlsplit(ADDRESS).netloc} {urlsplit(origin).netloc}, MAP * ~NOTFOUND"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=[
                f"--host-resolver-rules={names}",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-gpu",
                "--disable-quic",
                "--disable-sync",
                "--no-first-run",
                "--no-sandbox",
            ],
        )
        yield browser
        browser.close()


class WatchedPage:
    """A page, with all that it asks for and all that the browser complains about."""

    def __init__(self, page: Page) -> None:
        """Watch a page that is still empty."""
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        # Violations of the Content-Security-Policy are among the console's errors.
        page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text)
                if message.type in {"error", "warning"}
                else None
            ),
        )


class Console(WatchedPage):
    """The console in a page."""

    def __init__(self, page: Page, fragment: str = "") -> None:
        """Open the console, by a link to one of its operations if need be."""
        super().__init__(page)
        page.goto(f"{ADDRESS}/todo/api/v1.0/ui/{fragment}")
        self.operations.first.wait_for()

    @property
    def operations(self) -> Locator:
        """All the operations that are listed."""
        return self.page.locator(".opblock")

    def authorize(self, username: str, password: str) -> None:
        """Fill in the form for a password behind "Authorize"."""
        with self._authorizing("basicAuth") as form:
            form.get_by_label("username").fill(username)
            form.get_by_label("password").fill(password)

    def authorize_by_token(self, secret: str) -> None:
        """Fill in the form for a token behind "Authorize"."""
        with self._authorizing("bearerAuth") as form:
            form.get_by_label("value").fill(secret)

    @contextmanager
    def _authorizing(self, scheme: str) -> Iterator[Locator]:
        """Give the form of a scheme behind "Authorize" to be filled in."""
        self.page.get_by_role("button", name="Authorize").click()
        form = self.page.locator(".modal-ux .auth-container").filter(has_text=scheme)
        yield form
        form.get_by_role("button", name="Authorize").click()
        form.get_by_role("button", name="Close").click()

    def open(self, operation_id: str) -> Locator:
        """Open an operation in the list."""
        operation = self.page.locator(f"[id^=operations-][id$=-{operation_id}]")
        operation.locator(".opblock-summary-control").click()
        return operation

    def execute(self, operation: Locator) -> tuple[str, str]:
        """Send the request of an opened operation; return status and body as they are shown."""
        operation.get_by_role("button", name="Execute").click()
        answer = operation.locator(".live-responses-table .response")
        status = answer.locator(".response-col_status").inner_text()
        return status.strip(), answer.locator(".highlight-code").first.inner_text()

    def download(self, operation: Locator) -> Download:
        """Send the request of an opened operation; return the file that it downloads."""
        operation.get_by_role("button", name="Execute").click()
        with self.page.expect_download() as download:
            operation.get_by_role("link", name="Download file").click()
        return download.value
