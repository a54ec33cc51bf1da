"""Secrets that the service makes: the secrets of tokens, and the codes of invitations.

One is a prefix, 33 random characters (196 bits) and a checksum of them in 6 characters: CRC-32 in
base 62, as in GitHub's tokens. So programs that look for secrets in files recognize it, and what
is mistyped or made up is not looked for in the database. There only its hash is stored. A fast
hash will do: nobody can try all that 196 bits can be.
"""

import re
import secrets
from binascii import crc32
from hashlib import sha256
from string import ascii_lowercase, ascii_uppercase, digits

TOKEN = "todo_"  # noqa: S105 - what each begins with
INVITATION = "todoinvite_"
LIST_INVITATION = "todolist_"

ALPHABET = digits + ascii_uppercase + ascii_lowercase
RANDOM_LENGTH = 33
CHECKSUM_LENGTH = 6

_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
"""The numbers of two digits in base 62."""
_BODY = re.compile(f"[0-9A-Za-z]{{{RANDOM_LENGTH + CHECKSUM_LENGTH}}}")


def new_code(prefix: str) -> str:
    """Return a code that nobody can guess."""
    chance = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return prefix + chance + checksum(chance)


def is_code(prefix: str, text: str) -> bool:
    """Tell whether a text has the form of such a code, checksum included."""
    start = len(prefix)
    if not text.startswith(prefix) or not _BODY.fullmatch(text, start):
        return False
    end = start + RANDOM_LENGTH
    return text[end:] == checksum(text[start:end])


def hash_of(code: str) -> str:
    """Return what is stored of a code."""
    return sha256(code.encode()).hexdigest()


def checksum(chance: str) -> str:
    """Return the checksum of a code's random characters."""
    number = crc32(chance.encode())
    number, last = divmod(number, len(_PAIRS))
    first, middle = divmod(number, len(_PAIRS))
    return _PAIRS[first] + _PAIRS[middle] + _PAIRS[last]
