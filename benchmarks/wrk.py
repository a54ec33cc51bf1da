"""wrk: as many requests as a server can answer."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import orjson

from benchmarks.machine import Placement

SCRIPT = Path(__file__).with_name("wrk.lua")
CONNECTIONS = 16


class FaultyAnswersError(Exception):
    """A contender refused requests under load; the message says which and how many."""


class Peak(NamedTuple):
    """What a server did at its peak: requests a second, and latencies in milliseconds.

    And microseconds of wrk's own CPU for a request.
    """

    requests: int
    rate: float
    p50: float
    p99: float
    cpu: float


def measure(
    requests: Sequence[bytes],
    port: int,
    seconds: float,
    folder: Path,
    placement: Placement = Placement.FREE,
    *,
    connections: int = CONNECTIONS,
) -> Peak:
    """Send requests in turn over a few connections, each as soon as the last was answered.

    Raises:
        FaultyAnswersError: if any answer was an error, or did not come.

    """
    report = _run(requests, port, seconds, folder, placement, connections)
    if not report["requests"]:
        raise FaultyAnswersError(f"No request was answered within {seconds:.0f} seconds.")
    return Peak(
        requests=report["requests"],
        rate=report["requests"] / report["microseconds"] * 1e6,
        p50=report["p50"] / 1e3,
        p99=report["p99"] / 1e3,
        cpu=report["cpu"] / report["requests"],
    )


def warm_up(
    requests: Sequence[bytes],
    port: int,
    seconds: float,
    folder: Path,
    placement: Placement = Placement.FREE,
) -> None:
    """Let a server open its connections, verify its credentials and run its code once.

    Raises:
        FaultyAnswersError: if any answer was an error.

    """
    if seconds:
        _run(requests, port, seconds, folder, placement, CONNECTIONS)


def _run(
    requests: Sequence[bytes],
    port: int,
    seconds: float,
    folder: Path,
    placement: Placement,
    connections: int,
) -> dict[str, int]:
    texts = folder / f"requests-{port}"
    texts.write_bytes(b"\0".join(requests))
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}", "-s", str(SCRIPT)]
    ended = subprocess.run(
        placement.load([*command, f"http://127.0.0.1:{port}", "--", str(texts)]),
        capture_output=True,
        check=True,
        timeout=seconds + 30,
    )
    report: dict[str, int] = orjson.loads(ended.stdout.splitlines()[-1])
    if report["refused"] or report["broken"]:
        raise FaultyAnswersError(
            f"Of {report['requests']} requests {report['refused']} were refused"
            f" and {report['broken']} broke off."
        )
    return report
