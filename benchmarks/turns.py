"""One turn of a server at its peak, and what it cost."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks import wrk
from benchmarks.figures import Load
from benchmarks.machine import Placement
from benchmarks.serving import Server


def take_turn(
    server: Server,
    requests: Sequence[bytes],
    seconds: float,
    folder: Path,
    placement: Placement,
    load: Load,
) -> wrk.Peak:
    """Measure a server once; note its rate, its latencies and the CPU of a request."""
    before = server.cpu_seconds()
    peak = wrk.measure(requests, server.port, seconds, folder, placement)
    load.cpu.append((server.cpu_seconds() - before) / peak.requests * 1e6)
    load.rate.append(peak.rate)
    load.p50.append(peak.p50)
    load.p99.append(peak.p99)
    return peak
