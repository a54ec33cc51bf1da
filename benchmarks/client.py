"""A client with one connection, which measures nothing but the server."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from email.parser import BytesHeaderParser
from typing import NamedTuple, Self


class RefusedError(Exception):
    """The service refused a request; the message holds its answer."""


class Answer(NamedTuple):
    """What came back, as bytes."""

    head: bytes
    body: bytes

    @property
    def headers(self) -> Message:
        """The header fields."""
        return BytesHeaderParser().parsebytes(self.head.partition(b"\r\n")[2])


class Client(NamedTuple):
    """A connection to a port of this machine."""

    port: int
    connection: socket.socket

    @classmethod
    @contextmanager
    def of(cls, port: int) -> Iterator[Self]:
        """Connect until the end of the block."""
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield cls(port, connection)

    def ask(self, request: bytes) -> Answer:
        """Return the answer. Raises `RefusedError` unless it is 200, 201 or 304."""
        self.connection.sendall(request)
        head, _, body = self.connection.recv(65536).partition(b"\r\n\r\n")
        if head.split(maxsplit=2)[1:2] not in ([b"200"], [b"201"], [b"304"]):
            raise RefusedError((request + head + body).decode(errors="replace"))
        _, _, length = head.lower().partition(b"\r\ncontent-length: ")
        while len(body) < int(length.partition(b"\r\n")[0] or 0):
            body += self.connection.recv(65536)
        return Answer(head, body)
