"""The one place that knows what an error looks like."""

import re

import httpx2

WORDS = {
    400: "Bad request",
    401: "Unauthorized access",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    408: "Request timeout",
    409: "Conflict",
    410: "Gone",
    412: "Precondition failed",
    413: "Content too large",
    414: "URI too long",
    415: "Unsupported media type",
    422: "Unprocessable content",
    429: "Too many requests",
    431: "Request header fields too large",
    500: "Internal server error",
    501: "Not implemented",
    503: "Service unavailable",
    505: "HTTP version not supported",
}


def assert_problem(
    response: httpx2.Response, status: int, *places: str, error: str | None = None
) -> None:
    """Assert that ``response`` is an error of this status that names exactly these places.

    A place is a JSON pointer into the body or the name of a parameter.
    """
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/json"
    problem = response.json()
    assert problem["error"] == (error or WORDS[status])
    assert problem.keys() <= {"error", "code", "detail", "errors"}
    assert re.fullmatch(r"[a-z_]+", problem["code"])
    assert isinstance(problem.get("detail", ""), str)
    faults = problem.get("errors", [])
    named = [fault.get("pointer", fault.get("parameter")) for fault in faults]
    assert sorted(named) == sorted(places)
    for fault in faults:
        assert fault.pop("line", 1) >= 1
        assert re.fullmatch(r"[a-z_]+", fault.pop("code"))
        assert fault.keys() in ({"pointer", "detail"}, {"parameter", "detail"})
        assert fault["detail"].endswith((".", "!")), fault
    assert len(response.text) < 4000
