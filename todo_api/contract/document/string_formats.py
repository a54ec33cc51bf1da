"""Formats of strings, besides those that jsonschema-rs checks."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def is_date(text: str) -> bool:
    """Tell whether this is a date that exists (RFC 3339, ``full-date``)."""
    return bool(_DATE.fullmatch(text)) and _exists(text)


def is_date_time(text: str) -> bool:
    """Tell whether this is a date and time (RFC 3339, 5.6) other than a leap second.

    In UTC, too, its year must be between 1 and 9999.
    """
    return bool(_DATE_TIME.fullmatch(text)) and _exists(text.upper())


def is_uuid(text: str) -> bool:
    """Tell whether this is a UUID of any version, in its usual form."""
    return bool(_UUID.fullmatch(text))


def _exists(text: str) -> bool:
    try:
        if len(text) == len("2026-11-30"):
            date.fromisoformat(text)
        else:
            datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return True


FORMATS: dict[str, Callable[[str], bool]] = {
    "date": is_date,
    "date-time": is_date_time,
    "uuid": is_uuid,
}
