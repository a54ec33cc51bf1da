"""What a process and its descendants use: memory and CPU, as Linux counts them in ``/proc``."""

import os
from pathlib import Path


def family(number: int) -> list[int]:
    """Return a process and its descendants."""
    threads = Path(f"/proc/{number}/task").glob("*/children")
    children = [int(child) for thread in threads for child in _read(thread).split()]
    return [number, *(member for child in children for member in family(child))]


def memory(number: int) -> float:
    """Return the MiB that a process and its descendants take, shared pages counted once."""
    kib = 0
    for member in family(number):
        for line in _read(Path(f"/proc/{member}/smaps_rollup")).splitlines():
            if line.startswith("Pss:"):
                kib += int(line.split()[1])
    return kib / 1024


def cpu_seconds(number: int) -> float:
    """Return the CPU time, user and system, of a process and its descendants so far."""
    ticks = 0
    for member in family(number):
        # The name, in parentheses, may hold spaces; utime and stime are fields 14 and 15.
        fields = _read(Path(f"/proc/{member}/stat")).rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _read(path: Path) -> str:
    """Return what a file holds; nothing for a process or a thread that has just ended."""
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return ""
