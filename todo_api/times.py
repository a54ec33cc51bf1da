"""Times in one form whose order as text is their order in time: UTC, to the microsecond."""

from datetime import UTC, datetime, timedelta

FIRST = "0001-01-01T00:00:00.000000Z"
LAST = "9999-12-31T23:59:59.999999Z"
_DAY_LENGTH = len("2026-11-30")


def now() -> str:
    """Return the present."""
    return _text(datetime.now(UTC))


def ago(period: timedelta) -> str:
    """Return what was the present this long ago."""
    return _text(datetime.fromisoformat(now()) - period)


def instant(moment: str) -> str:
    """Return an instant of any offset (RFC 3339) in the one form."""
    local = datetime.fromisoformat(moment.upper())
    try:
        return _text(local.astimezone(UTC))
    except OverflowError:  # in UTC, it is the year 0 still or the year 10000 already
        return FIRST if local.year == 1 else LAST


def due_end(due: str) -> str:
    """Return when something due has not been done in time: a day lasts to its end in UTC."""
    return f"{due}T23:59:59.999999Z" if is_day(due) else instant(due)


def due_start(due: str) -> str:
    """Return before what something has to be due to be due earlier."""
    return f"{due}T00:00:00.000000Z" if is_day(due) else instant(due)


def is_day(due: str) -> bool:
    """Tell a day from an instant."""
    return len(due) == _DAY_LENGTH


def _text(moment: datetime) -> str:
    # Unlike strftime, which leaves out zeros before a year below 1000 on some systems.
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
