"""A client that sends exactly the bytes it is given, in process."""

import asyncio
from collections.abc import Sequence

import httpx2
from starlette.types import ASGIApp, Message, Scope

Fields = Sequence[tuple[str | bytes, str | bytes]]


def call(
    app: ASGIApp,
    method: str,
    target: str | bytes,
    fields: Fields = (),
    *chunks: bytes,
    host: str = "localhost",
    **scope: str,
) -> httpx2.Response:
    """Send a request; a single chunk is a body of stated length, several are a chunked one.

    ``scope`` says what the server knows of the connection: its ``scheme``, the addresses ``server``
    and ``client``.
    """
    return asyncio.run(ask(app, method, target, fields, *chunks, host=host, **scope))


async def ask(
    app: ASGIApp,
    method: str,
    target: str | bytes,
    fields: Fields = (),
    *chunks: bytes,
    host: str = "localhost",
    server: str = "localhost",
    client: str = "127.0.0.1",
    scheme: str = "http",
) -> httpx2.Response:
    """Do the same on the event loop that runs already."""
    path, _, query = _bytes(target).partition(b"?")
    headers = [(b"host", host.encode())] if host else []
    headers += [(_bytes(name).lower(), _bytes(value)) for name, value in fields]
    if len(chunks) == 1:
        headers.append((b"content-length", str(len(chunks[0])).encode()))
    elif chunks:
        headers.append((b"transfer-encoding", b"chunked"))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": scheme,
        "method": method,
        "path": path.decode("latin-1"),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": headers,
        "server": (server, 80),
        "client": (client, 1),
        "state": {},
    }
    return await _exchange(app, scope, [*chunks])


async def _exchange(app: ASGIApp, scope: Scope, chunks: list[bytes]) -> httpx2.Response:
    messages: list[Message] = [
        {"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks
    ]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    sent: list[Message] = []
    answered = asyncio.Event()

    async def receive() -> Message:
        if messages:
            return messages.pop(0)
        await answered.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            answered.set()

    async with asyncio.timeout(30):
        await app(scope, receive, send)
    start, *bodies = sent
    content = b"".join(message.get("body", b"") for message in bodies)
    return httpx2.Response(start["status"], headers=start["headers"], content=content)


def _bytes(text: str | bytes) -> bytes:
    return text.encode("latin-1") if isinstance(text, str) else text
