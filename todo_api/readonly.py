"""Read-only members of a resource, which a client may send back but not change."""

from collections.abc import Iterable
from typing import Any

from todo_api.contract import Problem


def split_changes(body: dict[str, Any], /, *, within: str = "", **stored: object) -> dict[str, Any]:
    """Return the members of ``body`` that are to change, without the read-only ones.

    What GET answered can be sent to PUT as it is: a read-only member may come along if it is
    the ``stored`` value. ``within`` is where ``body`` stands, if it is not the whole.

    Raises:
        Problem: 400 that points at each read-only member that differs.

    """
    if differing := [name for name, value in stored.items() if body.get(name, value) != value]:
        raise read_only(differing, within=within)
    return {name: value for name, value in body.items() if name not in stored}


def read_only(names: Iterable[str], *, within: str = "") -> Problem:
    """Refuse other values of these members, which stand at the place ``within``."""
    sentence = "This member is read-only; leave it out or unchanged."
    faults = [{"pointer": f"{within}/{name}", "detail": sentence} for name in names]
    return Problem(400, "The body is not valid.", faults=faults)
