"""The HTTP server: uvicorn, with a socket and a connection class of our own.

- `service` listens, and serves until a signal stops it.
- `connection` speaks HTTP/1.1 with a client, and sets a deadline for each part of a request.
- `wire` closes a connection in such a way that the client can read the last answer.
"""

from todo_api.server.service import ListenError, is_loopback, serve

__all__ = ["ListenError", "is_loopback", "serve"]
