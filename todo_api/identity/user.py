"""Who asks, once that is known."""

from typing import NamedTuple


class User(NamedTuple):
    """An authenticated user."""

    id: int
    username: str
