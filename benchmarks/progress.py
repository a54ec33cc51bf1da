"""A line for each thing that a run is at, since it is at it for minutes."""

import sys
import time

STARTED = time.monotonic()


def say(line: str) -> None:
    """Print a line with the minutes and seconds that have passed."""
    minutes, seconds = divmod(int(time.monotonic() - STARTED), 60)
    sys.stderr.write(f"{minutes:2}:{seconds:02} {line}\n")
    sys.stderr.flush()
