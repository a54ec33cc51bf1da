"""The memory of the process: what is free again goes back to the system."""

import ctypes
from contextlib import suppress

_M_TRIM_THRESHOLD = -1
_MOST_KEPT = 128 * 1024
"""Bytes at the end of a heap; there is a heap for every few threads."""


def give_back_free_memory() -> None:
    """Have the C library keep little of what has been freed.

    glibc raises this threshold with each large block that is freed, up to 64 MiB, unless it is set
    (mallopt(3)): imports of 4 MiB then leave half a gigabyte behind. Other libraries have rules
    of their own.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_M_TRIM_THRESHOLD, _MOST_KEPT)
