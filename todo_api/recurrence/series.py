"""A series of tasks: what of one that has been done is the next one's.

Clocks are those of the list's time zone. Whatever is due at 9 is due at 9 next time, whether or not
clocks have been changed.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from todo_api import times
from todo_api.recurrence.days import next_day
from todo_api.recurrence.rules import Rule

_DAY = timedelta(days=1)
COMPLETION = "completion"


class Next(NamedTuple):
    """When the task that follows is due, and by what rule the one after it is found."""

    due: str
    rule: str


def follow(
    rule: Rule, due: str | None, *, from_completion: bool, done_at: str, zone: str
) -> Next | None:
    """Return what follows a task that was due at a time, or at none; None if it was the last one.

    The rule's days are counted from the day on which the task was due, and those that have passed
    are left out; or else from the day on which it was done. It was done just now.
    """
    if rule.left == 1:
        return None
    clocks = times.zone_of(zone)
    now = datetime.fromisoformat(done_at)
    try:
        day = _next(rule, due, now, clocks, from_completion=from_completion)
        written = None if day is None else _written(day, due, clocks)
        if written is None or _is_behind(written, rule.until, clocks):
            return None
    except OverflowError:  # before the year 1, or behind 9999
        return None
    left = None if rule.left is None else rule.left - 1
    return Next(written, str(rule._replace(left=left)))


def moved(due: str | None, before: str | None, after: str | None, *, zone: str) -> str | None:
    """Return a time as many days later as one time is behind another; None without them."""
    if due is None or before is None or after is None:
        return None
    clocks = times.zone_of(zone)
    try:
        day = _day(due, clocks) + (_day(after, clocks) - _day(before, clocks))
        return _written(day, due, clocks)
    except OverflowError:  # before the year 1, or behind 9999
        return None


def _day(due: str, clocks: tzinfo) -> date:
    return date.fromisoformat(due) if times.is_day(due) else _local(due, clocks).date()


def _next(
    rule: Rule, due: str | None, now: datetime, clocks: tzinfo, *, from_completion: bool
) -> date | None:
    today = now.astimezone(clocks).date()
    if due is None or from_completion:
        return next_day(rule, today, today)
    start = _day(due, clocks)
    is_over = not times.is_day(due) and _placed(today, due, clocks) < now
    return next_day(rule, start, max(start, today if is_over else today - _DAY))


def _local(due: str, clocks: tzinfo) -> datetime:
    """Return what clocks show at an instant.

    An hour that they skip was written with the offset from before, and is still meant.
    """
    instant = datetime.fromisoformat(due.upper())
    shown = instant.replace(tzinfo=None)
    if shown.replace(tzinfo=clocks).utcoffset() == instant.utcoffset():
        return shown
    return instant.astimezone(clocks).replace(tzinfo=None)


def _placed(day: date, due: str, clocks: tzinfo) -> datetime:
    """Return a time on a day at which clocks show the same as at another one."""
    time = _local(due, clocks).time()
    return datetime.combine(day, time, tzinfo=clocks)


def _written(day: date, due: str | None, clocks: tzinfo) -> str:
    """Return a day as it is written, with the time of day of what was due before it, if any."""
    if due is None or times.is_day(due):
        return day.isoformat()
    moment = _placed(day, due, clocks)
    offset = moment.utcoffset() or timedelta()
    if not offset or offset % timedelta(minutes=1):  # as they were before there was standard time
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return moment.isoformat()


def _is_behind(due: str, until: str | None, clocks: tzinfo) -> bool:
    """Tell whether something is due behind the end of a series."""
    if until is None:
        return False
    end = datetime.fromisoformat(until)
    if end.tzinfo is not None and not times.is_day(due):
        return datetime.fromisoformat(due) > end
    last = end.date() if end.tzinfo is None else end.astimezone(clocks).date()
    return date.fromisoformat(due[: times.DAY_LENGTH]) > last
