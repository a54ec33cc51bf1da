"""File descriptors, of which each connection needs one."""

import logging
import sys

if sys.platform != "win32":
    import resource

logger = logging.getLogger(__name__)

OTHERS = 64
"""What files, connections to the database, and connections that are just being closed may take."""


def within_descriptors(connections: int) -> int:
    """Return how many connections there can be, after raising the limit of this process if need be.

    What the administrator has set with ``ulimit -Hn`` is the most that it can be raised to.
    """
    if sys.platform == "win32":
        return connections
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + OTHERS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return connections
    possible = max(1, soft - OTHERS)
    logger.warning(
        "%d file descriptors are allowed (ulimit -n), so there can be %d connections, not %d.",
        soft,
        possible,
        connections,
    )
    return possible
