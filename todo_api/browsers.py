"""What browsers are told: the security headers of each kind of answer, and whose pages may ask."""

from todo_api.contract import Browsers
from todo_api.settings import Settings

ANSWERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""The headers of every answer that has none of that name itself: those of the API, and errors.

They are data, and nothing that a browser should run, frame, guess the type of, or keep.
"""

OF_PAGES = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""The headers of pages and their files that differ: nothing from elsewhere, nothing inline."""

OF_CLIENT = {
    **OF_PAGES,
    "Content-Security-Policy": f"{OF_PAGES['Content-Security-Policy']};"
    " manifest-src 'self'; require-trusted-types-for 'script'; trusted-types worker",
}
"""Those of the web client's page, whose scripts can make no markup of what somebody wrote.

Its one policy, ``worker``, allows the address of the service worker and nothing else.
"""

ONLY_ENCRYPTED = "max-age=31536000"
"""For a year, browsers are to come by HTTPS alone; other services of the host may not be ready."""


def browsers_for(settings: Settings) -> Browsers:
    """Return what browsers are told under these settings."""
    headers = ANSWERS
    if settings.is_https:
        headers = {**headers, "Strict-Transport-Security": ONLY_ENCRYPTED}
    return Browsers(headers, settings.cors_origins)
