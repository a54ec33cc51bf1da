"""Times as text in one form, UTC to the microsecond, which sorts in the order of time.

And the names of time zones.
"""

from datetime import UTC, datetime, timedelta
from functools import cache

UTC_NAME = "UTC"
"""Among the names of time zones."""
FIRST = "0001-01-01T00:00:00.000000Z"
LAST = "9999-12-31T23:59:59.999999Z"
_DAY_LENGTH = len("2026-11-30")


def now() -> str:
    """Return the present time."""
    return _text(datetime.now(UTC))


def ago(period: timedelta) -> str:
    """Return the time that lies this long before the present."""
    return later(now(), -period)


def later(moment: str, period: timedelta) -> str:
    """Return the time that lies this long after another."""
    return _text(datetime.fromisoformat(moment) + period)


def instant(moment: str) -> str:
    """Return an instant (RFC 3339, any offset) in this form."""
    local = datetime.fromisoformat(moment.upper())
    try:
        return _text(local.astimezone(UTC))
    except OverflowError:  # in UTC it falls into the year 0 or 10000
        return FIRST if local.year == 1 else LAST


def due_end(due: str) -> str:
    """Return the time after which something is overdue: for a day, its end in UTC."""
    return f"{due}T23:59:59.999999Z" if is_day(due) else instant(due)


def due_start(due: str) -> str:
    """Return the time at which something becomes due: for a day, its beginning in UTC."""
    return f"{due}T00:00:00.000000Z" if is_day(due) else instant(due)


def is_day(due: str) -> bool:
    """Tell whether a due time is a day rather than an instant."""
    return len(due) == _DAY_LENGTH


def is_time_zone(name: str) -> bool:
    """Tell whether the IANA database has a time zone of this name."""
    return name == UTC_NAME or name in _time_zones()


@cache
def _time_zones() -> set[str]:
    # Here, because hardly any process asks; to look at all of them takes 20 ms, once.
    from zoneinfo import available_timezones  # noqa: PLC0415

    return available_timezones()


def _text(moment: datetime) -> str:
    # On some systems strftime does not pad years below 1000 with zeros; isoformat always does.
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
