"""todo.txt (https://github.com/todotxt/todo.txt): a task a line."""

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from todo_api.contract import Text
from todo_api.formats.encodings import decoded
from todo_api.formats.file import LONGEST, LeftOut, Unreadable, shown, too_long
from todo_api.formats.programs.found import Found, losses
from todo_api.formats.programs.tags import tagged

_DAY = r"\d{4}-\d\d-\d\d"
_LINE = re.compile(
    rf"(?P<done>x )?(?:\((?P<priority>[A-Z])\) )?(?:(?P<first>{_DAY}) )?"
    rf"(?(done)(?:(?P<second>{_DAY}) )?)",
    re.ASCII,
)
_KEY = re.compile(r"(due|pri|rec|t):(\S+)")
_RECURRENCE = re.compile(r"\+?(?P<interval>\d{0,3})(?P<unit>[dwmy]?)", re.ASCII)
_FREQUENCIES = {"": "DAILY", "d": "DAILY", "w": "WEEKLY", "m": "MONTHLY", "y": "YEARLY"}
_WEEKDAY = "1b"
"""One day of business later."""
_TAG = re.compile(r"[+@](\S+)")
_LOWEST = 1


def read(body: Text) -> Iterator[Found | LeftOut | Unreadable]:
    """Yield the tasks of a file."""
    text = decoded(body)
    if isinstance(text, Unreadable):
        yield text
        return
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        if len(line) > LONGEST:
            yield too_long(number, "line")
        elif not line.isspace():
            yield from _task(number, line.strip())


def _task(number: int, line: str) -> Iterator[Found | LeftOut]:
    """Yield the task of a line, ``x 2026-11-30 2026-11-24 Call Susan +party pri:A``."""
    head = _LINE.match(line)
    assert head  # noqa: S101 - all of it is optional
    words, values = [], dict[str, str]()
    for word in line[head.end() :].split(" "):
        if found := _KEY.fullmatch(word):
            values[found[1]] = found[2]
        else:
            words.append(word)
    title, labels = tagged(" ".join(words), _TAG)
    completed, created = head["first"], head["second"]
    if not head["done"]:
        completed, created = None, completed
    faults = [
        Unreadable(number, f"There is no day {shown(day)}: write one as 2026-11-30.")
        for day in (completed, created, values.get("due"))
        if day and not _is_day(day)
    ]
    task: dict[str, Any] = {
        "title": title,
        "labels": labels,
        "done": bool(head["done"]),
        "priority": _priority(head["priority"] or values.get("pri", "")),
        "due": values.get("due"),
        "created_at": created and f"{created}T00:00:00.000000Z",
        "completed_at": completed and f"{completed}T00:00:00.000000Z",
        "repeat": _repeat(values["rec"]) if "rec" in values else None,
    }
    yield Found(task, number, faults=faults)
    yield from losses(("t" in values, "start times"))


def _repeat(text: str) -> dict[str, str]:
    """Return how a task comes again: from its due day with a plus, else from its completion.

    What is no rule here is none anywhere (`fitting`).
    """
    counted = "due" if text.startswith("+") else "completion"
    if text.removeprefix("+") == _WEEKDAY:
        return {"rule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "from": counted}
    found = _RECURRENCE.fullmatch(text)
    if not found or not (found["interval"] or found["unit"]):
        return {"rule": text, "from": counted}
    rule = f"FREQ={_FREQUENCIES[found['unit']]};INTERVAL={found['interval'] or 1}"
    return {"rule": rule, "from": counted}


def _priority(letter: str) -> int:
    """Return ours: A is high, B is medium, all others are low."""
    if not re.fullmatch("[A-Z]", letter):
        return 0
    return {"A": 3, "B": 2}.get(letter, _LOWEST)


def _is_day(text: str) -> bool:
    try:
        return bool(re.fullmatch(_DAY, text, re.ASCII)) and bool(date.fromisoformat(text))
    except ValueError:
        return False
