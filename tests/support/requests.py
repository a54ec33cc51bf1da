"""Requests as the contract layer reads them, made without a server."""

from starlette.types import Message

from todo_api.contract.http.request import Request


def request(query: str = "", *fields: tuple[bytes, bytes], method: str = "GET") -> Request:
    """Make a request with a query and headers."""
    scope = {
        "type": "http",
        "method": method,
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": query.encode("latin-1"),
        "headers": [(b"host", b"localhost"), *fields],
    }

    async def receive() -> Message:
        raise NotImplementedError

    return Request(scope, receive)
