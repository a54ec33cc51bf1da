"""Who somebody is.

- `accounts` authenticates: whom a username and a password belong to.
- `passwords` holds the rules for passwords, and how they are hashed.
"""

from todo_api.identity.accounts import (
    Accounts,
    OverloadedError,
    User,
)
from todo_api.identity.passwords import (
    password_faults,
    password_hasher,
)

__all__ = [
    "Accounts",
    "OverloadedError",
    "User",
    "password_faults",
    "password_hasher",
]
