"""A real Redis, for as long as a test needs it."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

REDIS = shutil.which("redis-server")
"""Where it is installed, if it is."""
SECONDS = 30


class Redis(NamedTuple):
    """A Redis that runs."""

    url: str
    process: subprocess.Popen[bytes]


@contextmanager
def running_redis(folder: Path, *arguments: str) -> Iterator[Redis]:
    """Run a Redis on a socket in a folder."""
    assert REDIS
    socket = folder / "redis"
    command = [REDIS, "--port", "0", "--unixsocket", str(socket), "--save", "", *arguments]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + SECONDS
            while not socket.exists():
                assert time.monotonic() < deadline
                time.sleep(0.01)
            yield Redis(f"unix://{socket}", process)
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.wait(SECONDS)
