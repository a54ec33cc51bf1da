"""Times as text in one form, UTC to the microsecond, which sorts in the order of time.

And time zones, in which days begin and end.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache

UTC_NAME = "UTC"
"""Among the names of time zones."""
FIRST = "0001-01-01T00:00:00.000000Z"
LAST = "9999-12-31T23:59:59.999999Z"
DAY_LENGTH = len("2026-11-30")
_LENGTH_OF_TIME = len("2026-11-30T00:00:00.000000")
_DAY = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)
"""The shortest time that is told apart."""


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


def due_end(due: str, zone: str = UTC_NAME) -> str:
    """Return the time after which something is overdue: for a day, its end in a time zone.

    A day ends when the next one begins, which may be 23 or 25 hours after it began; one that a zone
    has skipped ends when it begins.
    """
    if not is_day(due):
        return instant(due)
    if zone == UTC_NAME:
        return f"{due}T23:59:59.999999Z"
    day = date.fromisoformat(due)
    return LAST if day == date.max else later(_start(day + _DAY, zone), -_MOMENT)


def due_start(due: str, zone: str = UTC_NAME) -> str:
    """Return the time at which something becomes due: for a day, its beginning in a time zone."""
    if not is_day(due):
        return instant(due)
    return f"{due}T00:00:00.000000Z" if zone == UTC_NAME else _start(date.fromisoformat(due), zone)


def _start(day: date, zone: str) -> str:
    """Return when a day begins: where clocks skip midnight, when they do."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone_of(zone))
    try:
        return _text(midnight.astimezone(UTC))
    except OverflowError:
        return FIRST if day.year == 1 else LAST


def is_day(due: str) -> bool:
    """Tell whether a due time is a day rather than an instant."""
    return len(due) == DAY_LENGTH


def is_time_zone(name: str) -> bool:
    """Tell whether the IANA database has a time zone of this name."""
    return name == UTC_NAME or name in _time_zones()


@cache
def zone_of(name: str) -> tzinfo:
    """Return the time zone of a name that some machine knew; where this one does not, UTC."""
    if name == UTC_NAME:
        return UTC
    # Here, because hardly any process asks for another one than UTC.
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415

    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return UTC


@cache
def _time_zones() -> set[str]:
    # Here, because hardly any process asks; to look at all of them takes 20 ms, once.
    from zoneinfo import available_timezones  # noqa: PLC0415

    return available_timezones()


def _text(moment: datetime) -> str:
    # On some systems strftime does not pad years below 1000 with zeros; isoformat always does.
    return moment.isoformat(timespec="microseconds")[:_LENGTH_OF_TIME] + "Z"
