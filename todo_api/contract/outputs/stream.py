"""Answers of any size, whose content is made while it is sent."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Generator, Mapping
from typing import Any, NamedTuple

from starlette.types import Send

from todo_api.contract.http import Fields, Problem, Request, Response

logger = logging.getLogger(__name__)

Chunks = Generator[bytes, None, None]


class Stream(NamedTuple):
    """Content in chunks: each is made in a worker when the client has taken the one before.

    So a slow client holds no thread. The generator should hold nothing else between two chunks
    either, such as a transaction; then a client may be as slow as it likes.
    """

    chunks: Chunks
    parameters: Mapping[str, str] = {}
    """Parameters of its ``Content-Type``, such as ``header=present``."""
    media_type: str | None = None
    """Its media type, if the request asked for one otherwise than by ``Accept``."""


class BrokenOffError(Exception):
    """An answer could not be completed; the client can tell, because its end is missing.

    It is raised when the log has been told, and only for the server to cut the connection.
    """


class StreamedResponse(Response):
    """A status, headers by name, and chunks with their media type."""

    is_whole = False

    __slots__ = ("_chunks", "_explain", "_first", "_go_on", "_request")

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str],
        chunks: Chunks,
        media_type: bytes,
        request: Request,
        go_on: Callable[..., Awaitable[Any]],
        explain: Callable[[Exception], Problem | None],
    ) -> None:
        """Make the first chunk now, while an exception can still become an error response.

        ``go_on`` runs in a thread what makes the others; ``explain`` tells what response would be
        made of an exception, None if it was not foreseen.
        """
        super().__init__(status, headers, b"", media_type)
        self._chunks = chunks
        self._first: bytes | None = next(self._chunks, None)
        self._request = request
        self._go_on = go_on
        self._explain = explain

    async def send(self, send: Send, *, request_id: bytes, head: bool, also: Fields = ()) -> None:
        """Send by ASGI, until all is sent or the client has gone.

        Raises:
            BrokenOffError: if making a later chunk failed; the server cuts the connection, so
                that nobody takes a part for the whole.

        """
        await send(self._start(request_id, also))
        left = asyncio.ensure_future(self._request.left())
        try:
            chunk, self._first = None if head else self._first, None
            while chunk is not None and not left.done():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                chunk = await self._go_on(next, self._chunks, None)
        except Exception as failure:
            raise self._broken_off(request_id.decode(), failure) from failure
        finally:
            left.cancel()
        await self._go_on(self._chunks.close)
        await send({"type": "http.response.body", "body": b""})

    def _broken_off(self, name: str, failure: Exception) -> BrokenOffError:
        """Log why the answer breaks off: with a trace if nobody expected it."""
        problem = self._explain(failure)
        if problem is None:
            logger.error("The answer to request %s broke off: %s", name, failure, exc_info=failure)
        else:
            logger.warning(
                "The answer to request %s broke off, where another one would be %d, %s.",
                name,
                problem.status,
                problem.code,
            )
        return BrokenOffError(f"The answer to request {name} broke off.")
