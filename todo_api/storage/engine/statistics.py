"""What an engine tells of how it fares."""

from typing import NamedTuple


class Statistics(NamedTuple):
    """Numbers of this process; each engine has some of them."""

    connections: int = 0
    """Connections to the server, idle ones included."""
    idle: int = 0
    """Those that nobody uses."""
    waiting: int = 0
    """Requests that wait for one."""
    group_commits: int = 0
    """Commits of groups of writers so far."""
    grouped_writes: int = 0
    """Writes that were committed in them."""
