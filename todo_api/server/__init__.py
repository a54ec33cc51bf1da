"""The HTTP server: uvicorn, with a socket and a connection class of our own.

- `service` listens, and serves until a signal stops it.
- `connection` speaks HTTP/1.1 with a client, and sets a deadline for each part of a request;
  `refusals` says what is not HTTP/1.1.
- `answers` writes what is whole in one piece.
- `bounds` counts the connections of all clients, and what they do not take of their answers;
  `descriptors` sees that there can be so many.
- `memory` gives back to the system what is free again.
- `https` agrees with a client on encryption, with a certificate that can be renewed.
- `expiry` tells when that certificate ends.
- `supervisor` keeps several processes running that share a socket.
- `wire` closes a connection in such a way that the client can read the last answer.
"""

from todo_api.server.expiry import end_of
from todo_api.server.https import CertificateError, certificate_for
from todo_api.server.service import ListenError, is_loopback, refuse_unsafe, serve, supervise

__all__ = [
    "CertificateError",
    "ListenError",
    "certificate_for",
    "end_of",
    "is_loopback",
    "refuse_unsafe",
    "serve",
    "supervise",
]
