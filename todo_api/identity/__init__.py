"""Who somebody is.

- `accounts` authenticates: it finds the user that a username and a password belong to.
- `administration` is what an administrator does with the accounts of others.
- `credentials` remembers which credentials were verified a short while ago.
- `hashing` hashes and verifies passwords, in threads of its own.
- `passwords` has the rules for passwords, and the form in which they are compared.
"""

from todo_api.identity.accounts import Accounts, PasswordChangedError, User
from todo_api.identity.administration import (
    AdministrationError,
    add_user,
    count_for_removal,
    disable_user,
    enable_user,
    find_user,
    remove_user,
    set_password,
)
from todo_api.identity.hashing import OverloadedError, password_hasher
from todo_api.identity.passwords import password_faults

__all__ = [
    "Accounts",
    "AdministrationError",
    "OverloadedError",
    "PasswordChangedError",
    "User",
    "add_user",
    "count_for_removal",
    "disable_user",
    "enable_user",
    "find_user",
    "password_faults",
    "password_hasher",
    "remove_user",
    "set_password",
]
