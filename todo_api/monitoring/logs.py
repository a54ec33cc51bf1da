"""The log of the program, for people or for machines, and its line for each request."""

import json
import logging
import random
import sys
from datetime import UTC, datetime
from typing import Any, Literal

from todo_api.contract import Request

LOGGER = logging.getLogger("todo_api.access")

LogFormat = Literal["text", "json"]
SAMPLED = 100
"""One of so many requests has a line, if not all have."""
_FAILED = 500
_DETAILS = "details"
_CHANCE = random.Random()  # noqa: S311 - a sample is no secret


def write_log(form: LogFormat | None) -> None:
    """Have the log written in this form; if that is None, as text at a terminal, else as JSON."""
    if form == "text" or (form is None and sys.stderr.isatty()):
        return  # as the command has set it up
    for handler in logging.getLogger().handlers:
        handler.setFormatter(JSONFormatter())


class JSONFormatter(logging.Formatter):
    """An object on a line of its own, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= getattr(record, _DETAILS, {})
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


class AccessLog:
    """Writes a line for each request, or for some of them and for all that failed."""

    def __init__(self, *, sampled: bool) -> None:
        """Take whether a sample is enough."""
        self._sampled = sampled
        LOGGER.setLevel(logging.INFO)

    def note_answer(self, request: Request, status: int, seconds: float, *, is_whole: bool) -> None:
        """Write a line, if the request is to have one."""
        is_good = is_whole and status < _FAILED
        if self._sampled and is_good and _CHANCE.randrange(SAMPLED):
            return
        milliseconds = round(seconds * 1000, 2)
        details = {
            "request_id": request.id.decode(),
            "user": getattr(request.sender, "username", None),
            "operation": request.operation or None,
            "method": request.method,
            "status": status,
            "broken_off": not is_whole,
            "milliseconds": milliseconds,
            "client": request.client,
        }
        LOGGER.info(
            "%s %s %d %s %.2f ms, by %s, request %s",
            request.method,
            request.operation or "of another path",
            status,
            "in" if is_whole else "broken off after",
            milliseconds,
            details["user"] or "nobody",
            details["request_id"],
            extra={_DETAILS: details},
        )
