"""Who somebody is.

- `accounts` authenticates: it finds the user that a username and a password belong to.
- `administration` is what an administrator does with the accounts of others.
- `choices` decides who may choose a password now.
- `codes` makes the secrets of tokens and the codes of invitations, and recognizes them.
- `credentials` remembers which credentials were verified a short while ago.
- `hashing` hashes and verifies passwords, in threads of its own.
- `invitations` makes invitations and honours them.
- `passwords` has the rules for passwords, and the form in which they are compared.
- `tokens` authenticates by a token; `uses` notes when each was last used.
- `strength` estimates how hard one is to guess.
- `stand_ins` are verified in place of users who do not exist.
- `turns` decides who comes first if many wait for that.
- `user` is what the others tell of somebody.
"""

from todo_api.identity.accounts import DEMO_USERNAME, Accounts, PasswordChangedError
from todo_api.identity.administration import (
    AdministrationError,
    add_user,
    count_for_removal,
    disable_user,
    enable_user,
    find_token,
    find_user,
    list_tokens,
    remove_user,
    revoke_token,
    set_password,
)
from todo_api.identity.choices import Choices
from todo_api.identity.codes import LIST_INVITATION, TOKEN, hash_of, is_code, new_code
from todo_api.identity.hashing import password_hasher
from todo_api.identity.invitations import Invitation, has_invitation, invite, use_up_invitation
from todo_api.identity.passwords import password_faults, service_words
from todo_api.identity.tokens import Tokens
from todo_api.identity.turns import OverloadedError
from todo_api.identity.user import User
from todo_api.identity.uses import Uses

__all__ = [
    "DEMO_USERNAME",
    "LIST_INVITATION",
    "TOKEN",
    "Accounts",
    "AdministrationError",
    "Choices",
    "Invitation",
    "OverloadedError",
    "PasswordChangedError",
    "Tokens",
    "User",
    "Uses",
    "add_user",
    "count_for_removal",
    "disable_user",
    "enable_user",
    "find_token",
    "find_user",
    "has_invitation",
    "hash_of",
    "invite",
    "is_code",
    "list_tokens",
    "new_code",
    "password_faults",
    "password_hasher",
    "remove_user",
    "revoke_token",
    "service_words",
    "set_password",
    "use_up_invitation",
]
