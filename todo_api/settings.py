"""The settings: a table of names, defaults and a sentence each, read at start.

`TODO_PORT` in the environment is the value of the setting `port`; `TODO_PORT_FILE` is the path of a
file that holds it, as secrets are often handed over. Any other name that begins with `TODO_` is
refused, since whoever wrote it believes that it does something.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, NamedTuple

from todo_api.contract import Limits

PREFIX = "TODO_"
FILE = "_FILE"
LARGEST_FILE = 65536


class SettingError(ValueError):
    """A setting has a value that cannot be used; the message is a sentence that says why."""


def _text(value: str) -> str:
    return value


def _words(value: str) -> tuple[str, ...]:
    return tuple(word.strip().lower() for word in value.split(",") if word.strip())


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,10}", value) or not least <= int(value) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(value)

    return read


def _choice(**values: Any) -> Callable[[str], Any]:  # noqa: ANN401 - the values are of any type
    def read(value: str) -> Any:  # noqa: ANN401
        if value.lower() not in values:
            raise ValueError(" or ".join(values))
        return values[value.lower()]

    return read


def _origin(value: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.\[\]:_-]+/?", value):
        raise ValueError(
            "the scheme and host under which clients know the service, https://todo.example"
        )
    return value.rstrip("/")


def _setting(
    sentence: str,
    read: Callable[[str], Any] = _text,
    *,
    default: str | int | None,
    secret: bool = False,
) -> Any:  # noqa: ANN401 - as each field is typed
    """Describe a setting; its default is written as in the environment, or None."""
    return field(
        default=read(default) if isinstance(default, str) else default,
        metadata={
            "sentence": sentence,
            "read": read,
            "default": None if default is None else str(default),
            "secret": secret,
        },
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the administrator can choose when the service starts."""

    host: str = _setting("Address to listen on.", default="127.0.0.1")
    port: int = _setting("Port to listen on; 0 takes a free one.", _number(0, 65535), default=5000)
    database_url: str = _setting(
        "Where the data is: `sqlite:///FILE` or `postgresql+psycopg://USER:PASSWORD@HOST/NAME`.",
        default="sqlite:///todo.db",
        secret=True,
    )
    public_url: str | None = _setting(
        "Scheme and host that URIs begin with; needed behind a proxy.", _origin, default=None
    )
    own_hosts: tuple[str, ...] = _setting(
        "Host names, separated by commas, that requests may address without a public URL.",
        _words,
        default="localhost",
    )
    registration: bool = _setting(
        "Whether strangers may create users: `open` or `closed`.",
        _choice(open=True, closed=False),
        default="closed",
    )
    threads: int = _setting("Requests that are worked on at once.", _number(1, 256), default=16)
    # These costs are the least that OWASP's Password Storage Cheat Sheet recommends for argon2id.
    password_time_cost: int = _setting("Argon2id's passes.", _number(1, 100), default=2)
    password_memory_kib: int = _setting(
        "Argon2id's memory in KiB.", _number(1024, 4_194_304), default=19456
    )
    password_parallelism: int = _setting("Argon2id's lanes.", _number(1, 64), default=1)
    remember_seconds: int = _setting(
        "How long verified credentials need not be hashed again.", _number(0, 86400), default=300
    )
    max_url_bytes: int = _setting("The longest URL.", _number(256, 65536), default=8192)
    max_header_bytes: int = _setting(
        "The largest header fields, all together.", _number(1024, 65536), default=16384
    )
    max_headers: int = _setting("The most header fields.", _number(8, 1000), default=64)
    max_body_bytes: int = _setting(
        "The largest body, unless the document states another for an operation.",
        _number(1024, 2**30),
        default=131072,
    )
    max_large_bodies: int = _setting(
        "The most bodies longer than that, of one operation, that are worked on at once.",
        _number(1, 256),
        default=2,
    )
    max_json_depth: int = _setting("The deepest nesting of a body.", _number(2, 500), default=32)
    max_json_digits: int = _setting(
        "The most digits of a number in a body.", _number(15, 300), default=20
    )
    idle_seconds: int = _setting(
        "How long a connection may be silent between requests.", _number(1, 3600), default=10
    )
    head_seconds: int = _setting(
        "How long the head of a request may take to arrive.", _number(1, 600), default=10
    )
    body_seconds: int = _setting(
        "How long its body, or another `TODO_MAX_BODY_BYTES` of a long one, may take after that.",
        _number(1, 600),
        default=10,
    )
    answer_seconds: int = _setting(
        "How long a client may take nothing of its answer.", _number(5, 3600), default=60
    )
    tombstone_days: int = _setting(
        "How many days deletions are remembered for copies that have to follow them.",
        _number(1, 3650),
        default=30,
    )
    check_responses: bool = _setting(
        "Whether each response is held against the document: `on` or `off`.",
        _choice(on=True, off=False),
        default="off",
    )

    @property
    def limits(self) -> Limits:
        """The limits on requests."""
        return Limits(
            url=self.max_url_bytes,
            header_bytes=self.max_header_bytes,
            headers=self.max_headers,
            body=self.max_body_bytes,
            large_bodies=self.max_large_bodies,
            json_depth=self.max_json_depth,
            json_digits=self.max_json_digits,
        )


Source = Literal["default", "environment", "file"]


class Given(NamedTuple):
    """The value of a setting that somebody has chosen, as text."""

    text: str
    source: Source


class Shown(NamedTuple):
    """A setting as an administrator sees it."""

    name: str
    """Its name in the environment."""
    text: str | None
    """Its value, as it is written in the environment; None if it has none."""
    source: Source
    sentence: str
    is_secret: bool
    """Whether the value may hold a password."""


def read_settings(environ: Mapping[str, str], **defaults: Any) -> Settings:  # noqa: ANN401
    """Read the settings from an environment; ``defaults`` replace the table's own.

    Raises:
        SettingError: for a value that cannot be used, and for a name that is not known.

    """
    values = dict(defaults)
    given = _given(environ)
    for setting in fields(Settings):
        if setting.name in given:
            values[setting.name] = _read(setting.metadata["read"], setting.name, given)
    return Settings(**values)


def show_settings(environ: Mapping[str, str]) -> list[Shown]:
    """Return all settings with where their values come from. Raises `SettingError`."""
    read_settings(environ)
    given = _given(environ)
    shown = []
    for setting in fields(Settings):
        about = setting.metadata
        text, source = given.get(setting.name) or (about["default"], "default")
        shown.append(
            Shown(_variable(setting.name), text, source, about["sentence"], about["secret"])
        )
    return shown


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _read(read: Callable[[str], Any], name: str, given: Mapping[str, Given]) -> Any:  # noqa: ANN401
    text, source = given[name]
    try:
        return read(text)
    except ValueError as wanted:
        if source == "file":  # What it holds may be a secret.
            raise SettingError(f"{_variable(name)}{FILE} must hold {wanted}.") from None
        raise SettingError(f"{_variable(name)} must be {wanted}, not {text[:100]!r}.") from None


def _given(environ: Mapping[str, str]) -> dict[str, Given]:
    """Return what the environment says, by the settings' own names. An empty value says nothing."""
    _refuse_unknown(environ)
    given = {}
    for setting in fields(Settings):
        variable = _variable(setting.name)
        text, path = environ.get(variable, ""), environ.get(variable + FILE, "")
        if text and path:
            raise SettingError(f"{variable} and {variable}{FILE} are both given: keep one of them.")
        if path:
            given[setting.name] = Given(_content(variable + FILE, path), "file")
        elif text:
            given[setting.name] = Given(text, "environment")
    return given


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    names = [_variable(setting.name) for setting in fields(Settings)]
    known = {*names, *(name + FILE for name in names)}
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            candidates = sorted(known) if name.endswith(FILE) else names
            nearest = get_close_matches(name[:100], candidates, n=1, cutoff=0.0)[0]
            raise SettingError(f"{name[:100]} is not a setting: did you mean {nearest}?")


def _content(variable: str, path: str) -> str:
    """Return what a file holds, without the newline that editors put at its end."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        text = content.decode()
    except (OSError, ValueError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else "it is not text in UTF-8"
        raise SettingError(
            f"{variable} names {path[:200]!r}, which cannot be read: {why}."
        ) from None
    if len(content) > LARGEST_FILE:
        raise SettingError(f"{variable} names a file of more than {LARGEST_FILE:,} bytes.")
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise SettingError(f"{variable} names {path[:200]!r}, which is empty.")
    return text
