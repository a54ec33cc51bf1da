"""Ids that are drawn by lot: nobody learns from one how many others there are."""

import secrets

LARGEST_ID = 2**53 - 1
"""The largest integer that JavaScript can represent safely."""


def random_id() -> int:
    """Return an id, from 1 to `LARGEST_ID`."""
    return secrets.randbelow(LARGEST_ID) + 1
