"""The HTTP server: uvicorn, on a socket and with connections of our own.

- `service` listens, and serves until it is told to stop.
- `connection` speaks HTTP/1.1 with a client, who has a deadline for each part of a request.
- `wire` closes a connection so that the client can read the last answer.
"""

from todo_api.server.service import ListenError, is_loopback, serve

__all__ = ["ListenError", "is_loopback", "serve"]
