"""Days and times as other programs write them, and the time zones that they name."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_WRITTEN = re.compile(
    r"\d{4}-?\d\d-?\d\d"
    r"([Tt ]\d\d:?\d\d(:?\d\d([.,]\d{1,9})?)?([Zz]|[+-]\d\d(:?\d\d)?)?)?",
    re.ASCII,
)
_TO_MIDNIGHT = timedelta(hours=11)
"""Zones reach from 12 hours behind UTC to 14 before it: from 13 o'clock on it is the next day."""
WITHOUT_ZONE = "times of day without a known time zone (the day is kept)"


def read_moment(text: str) -> datetime | None:
    """Return a time by ISO 8601, which may have no zone; a day begins at midnight."""
    if not _WRITTEN.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        return None


def stored(moment: datetime) -> str | None:
    """Return a time in the form of stored ones; one without a zone is UTC, as it has to be."""
    try:
        plain = placed(moment, None).astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        return None
    return plain.isoformat(timespec="microseconds") + "Z"


def due_at(moment: date | datetime) -> str:
    """Return a due day, or a due instant; offsets have no seconds (RFC 3339)."""
    if not isinstance(moment, datetime):
        return moment.isoformat()
    if (moment.utcoffset() or timedelta()) % timedelta(minutes=1):
        moment = within(moment, None)
    return moment.replace(microsecond=0).isoformat()


def day_at(midnight: datetime) -> date:
    """Return the day that begins somewhere at this time, for programs that write days so."""
    try:
        return (placed(midnight, None).astimezone(UTC) + _TO_MIDNIGHT).date()
    except OverflowError:
        return midnight.date()


def within(moment: datetime, zone: str | None) -> datetime:
    """Return a time as clocks in a zone show it."""
    aware = placed(moment, None)
    try:
        return aware.astimezone(ZoneInfo(zone) if zone else UTC)
    except OverflowError:  # it falls into the year 0 or 10000
        return aware.replace(tzinfo=UTC)


def placed(moment: datetime, zone: str | None) -> datetime:
    """Return a time that has no zone of its own as one in a zone, or else in UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone) if zone else UTC)


def zone_named(name: str) -> str | None:
    """Return a time zone's name at IANA; None if it is not known.

    Programs put something before it, and some write the names of Windows.
    """
    parts = name[:100].strip("/").split("/")[-5:]
    candidates = ("/".join(parts[begin:]) for begin in range(len(parts)))
    return next((_zones()[one] for one in candidates if one in _zones()), None)


@cache
def _zones() -> dict[str, str]:
    """Return the time zones that there are, by their names at IANA and in Windows."""
    from icalendar.timezone.windows_to_olson import (  # noqa: PLC0415 - few requests need it
        WINDOWS_TO_OLSON,
    )

    return {**WINDOWS_TO_OLSON, **{name: name for name in available_timezones()}}
