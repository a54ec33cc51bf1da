"""The security log: one line of JSON for each event that whoever guards the service has to see.

A line says what was tried (`event`), how it ended (`outcome`), who it was about (`user`), from
where (`client`) and in which request (`request_id`). It is ASCII: other characters, and those that
would begin a new line, are escaped. It holds no password, no token and no name that is nobody's,
since people type passwords where a name belongs.

Whoever floods the service must not flood its log: of events that were not successful, each kind has
a number of lines a minute, and one line tells how many were left out.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from threading import Lock, Timer
from time import monotonic
from typing import Any, Literal, Protocol

LOGGER = logging.getLogger("todo_api.security")

MOST_A_MINUTE = 60
"""Lines of one event and outcome, unless the outcome is success."""
_MINUTE = 60
_LONGEST = 100
"""Characters of a text; more of it is cut off."""

Outcome = Literal["success", "failure", "refused"]


class Origin(Protocol):
    """Where an event came from."""

    @property
    def address(self) -> str:
        """The client's address; empty if the server does not know it."""

    @property
    def request_id(self) -> str:
        """The id of the request."""


def record(
    event: str,
    origin: Origin | None,
    outcome: Outcome = "success",
    *,
    user: str | None = None,
    **details: str | float | bool | None,
) -> None:
    """Write a line, unless too many of its kind were written this minute.

    `user` is the name of an existing account, never what a stranger gave as one. `details` are
    further members, such as `reason`; a secret is none of them.
    """
    if not LOGGER.isEnabledFor(logging.INFO):
        return
    if outcome != "success" and not _samples.admit(event, outcome):
        return
    client, request_id = (origin.address, origin.request_id) if origin else (None, None)
    _write(event, outcome, user=user, client=client, request_id=request_id, **details)


def write_to_stderr() -> None:
    """Write the lines to standard error, apart from the program's other messages."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


def flush() -> None:
    """Tell now how many lines were left out, since the process is about to end."""
    _samples.flush()


def _write(event: str, outcome: str, **members: str | float | bool | None) -> None:
    time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line: dict[str, Any] = {"time": time, "event": event, "outcome": outcome}
    line |= {name: _short(value) for name, value in members.items()}
    LOGGER.info("%s", json.dumps(line))


def _short(value: str | float | bool | None) -> str | float | bool | None:  # noqa: FBT001 - a value like the others
    return value[:_LONGEST] if isinstance(value, str) else value


class _Samples:
    """Counts the lines of this minute, and those that were left out."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._begun = 0.0
        self._written: dict[tuple[str, str], int] = {}
        self._left_out: dict[tuple[str, str], int] = {}
        self._timer: Timer | None = None

    def admit(self, event: str, outcome: str) -> bool:
        """Count an event; tell whether it gets a line."""
        kind = event, outcome
        with self._guard:
            if monotonic() - self._begun >= _MINUTE:
                self._begun = monotonic()
                self._written.clear()
            written = self._written.get(kind, 0)
            if written < MOST_A_MINUTE:
                self._written[kind] = written + 1
                return True
            self._left_out[kind] = self._left_out.get(kind, 0) + 1
            if self._timer is None:
                # Nobody may come after the flood, so that the count is told by the clock.
                self._timer = Timer(self._begun + _MINUTE - monotonic(), self.flush)
                self._timer.daemon = True
                self._timer.start()
            return False

    def flush(self) -> None:
        """Write how many were left out of each kind."""
        with self._guard:
            left_out, self._left_out = self._left_out, {}
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        for (event, outcome), number in left_out.items():
            _write(event, outcome, left_out=number)


_samples = _Samples()
