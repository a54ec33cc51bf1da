"""The machine: its cores, and what to know of it when reading a number."""

import os
import platform
import shutil
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path

SERVER_CORE, LOAD_CORE = 0, 1


class UnfitError(Exception):
    """Nothing can be measured here; the message is a sentence that says what is missing."""


NEEDED = {"taskset": "util-linux", "wrk": "wrk"}
NEEDED_BY_PEERS = {"node": "nodejs", "npm": "npm"}
"""Programs, and the package of Debian and Ubuntu that each is in."""


def check_fit(programs: Mapping[str, str]) -> None:
    """Raise `UnfitError` where programs or cores are missing."""
    if not {SERVER_CORE, LOAD_CORE} <= os.sched_getaffinity(0):
        raise UnfitError("The benchmark needs two cores: one for a server, one for its load.")
    for program, package in programs.items():
        if shutil.which(program) is None:
            raise UnfitError(
                f"The benchmark needs {program} (Debian and Ubuntu: apt install {package})."
            )


class Placement(Enum):
    """Where servers and their load run."""

    FREE = "unpinned"
    """Wherever the system puts them, as for everybody who runs the service."""
    PINNED = "pinned"
    """The server on one core, its load on another: how much one core does."""

    def server(self, command: Sequence[str]) -> list[str]:
        """Return a command that runs where servers do."""
        return pinned(SERVER_CORE, command) if self is Placement.PINNED else list(command)

    def load(self, command: Sequence[str]) -> list[str]:
        """Return a command that runs where the load comes from."""
        return pinned(LOAD_CORE, command) if self is Placement.PINNED else list(command)


def pinned(core: int, command: Sequence[str]) -> list[str]:
    """Return a command that runs on one core only."""
    return ["taskset", "--cpu-list", str(core), *command]


def cores() -> int:
    """Return how many cores there are for servers and load together."""
    return len(os.sched_getaffinity(0))


def describe() -> str:
    """Name processor, cores, system and Python."""
    return (
        f"{_processor()}, {os.cpu_count()} cores; {platform.system()} {platform.release()};"
        f" Python {platform.python_version()}"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
