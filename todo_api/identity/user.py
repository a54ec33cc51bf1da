"""Who asks, once that is known."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class User:
    """An authenticated user."""

    id: int
    username: str
    list_id: int
    """The list that is the user's own."""
    password_hash: str | None = field(default=None, compare=False, repr=False)
    """What the password was verified against; None if the user came with a token."""
