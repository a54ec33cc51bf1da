"""How passwords are hashed: by argon2id, in a small pool of threads of its own.

A hash is slow and large on purpose. The pool bounds how many are made at once.
"""

import asyncio
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from todo_api.identity.passwords import encode
from todo_api.settings import Settings

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

THREADS = 2


def password_hasher(settings: Settings) -> PasswordHasher:
    """Return the argon2id hasher that has the costs in the settings."""
    return PasswordHasher(
        time_cost=settings.password_time_cost,
        memory_cost=settings.password_memory_kib,
        parallelism=settings.password_parallelism,
    )


class HashingPool:
    """The threads that hash passwords and verify them.

    `hash` and `verify` belong to the event loop. `wait_for_hash` and `wait_for_verification` block
    the thread that calls them: any but the event loop's.
    """

    def __init__(self, hasher: PasswordHasher) -> None:
        """Hash with the hasher's costs; verify hashes of any costs."""
        self._hasher = hasher
        self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")

    def hash_nothing(self) -> str:
        """Return a hash that no password matches, at the usual costs: its salt and digest are 0."""
        costs = self._hasher
        salt, digest = (
            b64encode(bytes(size)).decode().rstrip("=") for size in (costs.salt_len, costs.hash_len)
        )
        return (
            f"$argon2id$v=19$m={costs.memory_cost},t={costs.time_cost},p={costs.parallelism}"
            f"${salt}${digest}"
        )

    def is_outdated(self, password_hash: str) -> bool:
        """Tell whether a hash was made at other costs than the present ones."""
        return self._hasher.check_needs_rehash(password_hash)

    async def hash(self, password: str) -> str:
        """Return the hash of a normalized password."""
        return await self._run(self._hash, password)

    async def verify(self, password_hash: str, password: str) -> bool:
        """Tell whether a normalized password matches a hash."""
        return await self._run(self._matches, password_hash, password)

    def wait_for_hash(self, password: str) -> str:
        """Return the hash of a normalized password."""
        return self._executor.submit(self._hash, password).result()

    def wait_for_verification(self, password_hash: str, password: str) -> bool:
        """Tell whether a normalized password matches a hash."""
        return self._executor.submit(self._matches, password_hash, password).result()

    def close(self) -> None:
        """End the threads, and cancel what waits for them."""
        self._executor.shutdown(cancel_futures=True)

    async def _run(self, call: Callable[[*Ts], T], *args: *Ts) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, call, *args)

    def _hash(self, password: str) -> str:
        return self._hasher.hash(encode(password))

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, encode(password))
        except VerifyMismatchError:
            return False
