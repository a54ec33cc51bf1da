"""What is said of requests that are not HTTP/1.1."""

from httptools import HttpParserCallbackError, HttpParserError

from todo_api.contract import Problem


def other_version(version: str) -> Problem:
    """Refuse a version of HTTP that was before ours, or comes after it (RFC 9110, 15.6.6)."""
    if version[0] in "01":
        return Problem(400, "The request is not HTTP/1.1.")
    return Problem(
        505,
        "The service speaks HTTP/1.1 and HTTP/1.0: send the request as one of these, or through a"
        " proxy that speaks other versions.",
    )


def unparsable(fault: HttpParserError, version: str) -> Problem:
    """Say why a request could not be parsed."""
    if isinstance(fault.__context__, Problem):
        return fault.__context__
    if isinstance(fault, HttpParserCallbackError):
        return Problem(400, "The target of the request is neither a path nor a URL.")
    if str(fault) in _OF_OTHER_VERSIONS:
        return other_version(version)
    return Problem(400, f"The request is not HTTP/1.1 ({fault}).")


_OF_OTHER_VERSIONS = frozenset({"Invalid HTTP version", "Pause on PRI/Upgrade"})
"""What the parser says of other versions; the latter of how HTTP/2 begins (RFC 9113, 3.4)."""
