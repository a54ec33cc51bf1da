"""The security log: one line of JSON for each event that whoever guards the service has to see.

A line says what was tried (`event`), how it ended (`outcome`), who it was about (`user`), from
where (`client`) and in which request (`request_id`). It is ASCII: other characters, and those that
would begin a new line, are escaped. It holds no password, no token and no name that is nobody's,
since people type passwords where a name belongs.

Whoever floods the service must not flood its log: each kind of event has a number of lines a
minute. So has each source of successful ones, which is a user or, without one, an address: whoever
is busy hides nobody else's. A line for each tells how many were left out.
"""

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock, Timer
from time import monotonic
from typing import Any, Literal, Protocol

LOGGER = logging.getLogger("todo_api.security")

LISTENERS: list[Callable[[str, str], object]] = []
"""What is told of each event and its outcome, whether it gets a line or not."""

MOST_A_MINUTE = 60
"""Lines of one event and outcome; if that is success, of one source."""
MOST_SUCCESSES_A_MINUTE = 600
"""Lines of one event that was successful, whatever the sources."""
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
    for listener in LISTENERS:
        listener(event, outcome)
    if not LOGGER.isEnabledFor(logging.INFO):
        return
    client, request_id = (origin.address, origin.request_id) if origin else (None, None)
    source = (user or client) if outcome == "success" else None
    if not _samples.admit(event, outcome, source):
        return
    _write(event, outcome, user=user, client=client, request_id=request_id, **details)


def write_security_log() -> None:
    """Write the lines to standard error, apart from the program's other messages."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    LOGGER.propagate = False


def flush_security_log() -> None:
    """Tell now how many lines were left out, since the process is about to end."""
    _samples.flush()


def _write(event: str, outcome: str, **members: str | float | bool | None) -> None:
    time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line: dict[str, Any] = {"time": time, "event": event, "outcome": outcome}
    line |= {name: _short(value) for name, value in members.items()}
    LOGGER.info("%s", json.dumps(line))


def _short(value: str | float | bool | None) -> str | float | bool | None:  # noqa: FBT001 - a value like the others
    return value[:_LONGEST] if isinstance(value, str) else value


_Kind = tuple[str, str, str | None]
"""An event, its outcome, and its source; None is all sources together."""


class _Samples:
    """Counts the lines of this minute, and those that were left out."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._begun = 0.0
        self._written: dict[_Kind, int] = {}
        self._left_out: dict[_Kind, int] = {}
        self._timer: Timer | None = None

    def admit(self, event: str, outcome: str, source: str | None) -> bool:
        """Count an event; tell whether it gets a line."""
        with self._guard:
            if monotonic() - self._begun >= _MINUTE:
                self._begun = monotonic()
                self._written.clear()
            full = self._full(event, outcome, source)
            if full is None:
                for kind in {(event, outcome, source), (event, outcome, None)}:
                    self._written[kind] = self._written.get(kind, 0) + 1
                return True
            self._left_out[full] = self._left_out.get(full, 0) + 1
            if self._timer is None:
                # Nobody may come after the flood, so that the count is told by the clock.
                self._timer = Timer(self._begun + _MINUTE - monotonic(), self.flush)
                self._timer.daemon = True
                self._timer.start()
            return False

    def _full(self, event: str, outcome: str, source: str | None) -> _Kind | None:
        """Return of what there are as many lines as there may be, if there are."""
        if source is not None and self._written.get((event, outcome, source), 0) >= MOST_A_MINUTE:
            return event, outcome, source
        most = MOST_SUCCESSES_A_MINUTE if outcome == "success" else MOST_A_MINUTE
        if self._written.get((event, outcome, None), 0) >= most:
            return event, outcome, None
        return None

    def flush(self) -> None:
        """Write how many were left out of each kind."""
        with self._guard:
            left_out, self._left_out = self._left_out, {}
            timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        for (event, outcome, source), number in left_out.items():
            of = {} if source is None else {"source": source}
            _write(event, outcome, left_out=number, **of)


_samples = _Samples()
