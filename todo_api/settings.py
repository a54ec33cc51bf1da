"""The settings: a table of names, defaults and a sentence each, read at start."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Literal, NamedTuple

from todo_api.contract import Limits
from todo_api.environment import given_values, refusal, variable_of
from todo_api.throttling import Window, read_window
from todo_api.times import UTC_NAME, is_time_zone


def _text(value: str) -> str:
    return value


def _words(value: str) -> tuple[str, ...]:
    return tuple(word.strip().lower() for word in value.split(",") if word.strip())


def _host(value: str) -> str:
    if not _is_host(value):
        raise ValueError(
            "a name or an IP address, without scheme, port or brackets, such as 127.0.0.1 or ::1"
        )
    return value


def _hosts(value: str) -> tuple[str, ...]:
    hosts = _words(value)
    if not all(_is_host(host.removeprefix("[").removesuffix("]")) for host in hosts):
        raise ValueError("hosts, without scheme or port, separated by commas, such as todo.example")
    return hosts


def _is_host(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return re.fullmatch("[A-Za-z0-9._-]+", value) is not None
    return True


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


def _public_url(value: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.\[\]:_-]+(/[A-Za-z0-9._~-]+)*/?", value):
        raise ValueError(
            "the address under which clients know the service, such as https://todo.example or"
            " https://home.example/apps/todo"
        )
    return value.rstrip("/")


def _origins(value: str) -> tuple[str, ...]:
    origins = _words(value)
    for origin in origins:
        if not _ORIGIN.fullmatch(origin) or _DEFAULT_PORT.fullmatch(origin):
            raise ValueError(
                "origins as browsers spell them, separated by commas, such as https://app.example"
            )
    return origins


_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_DEFAULT_PORT = re.compile(r"http://.+:80|https://.+:443")


def _networks(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(word) for word in _words(value))
    except ValueError:
        raise ValueError(
            "IP addresses and networks, separated by commas, such as 10.0.0.7, 2001:db8::/32"
        ) from None


def _redis(value: str) -> str:
    if not re.fullmatch(r"(redis|rediss|unix)://\S+", value):
        raise ValueError("the URL of a Redis server, redis://:PASSWORD@HOST:6379/0")
    return value


def _collector(value: str) -> str:
    if not re.fullmatch(r"https?://\S+", value):
        raise ValueError("the URL of a collector, http://HOST:4318/v1/traces")
    return value


def _time_zone(value: str) -> str:
    if not is_time_zone(value):
        raise ValueError("the name of a time zone of the IANA database, such as Europe/Berlin")
    return value


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

    host: str = _setting("Address to listen on.", _host, default="127.0.0.1")
    port: int = _setting("Port to listen on; 0 takes a free one.", _number(0, 65535), default=5000)
    database_url: str = _setting(
        "Where the data is: `sqlite:///FILE` or `postgresql+psycopg://USER:PASSWORD@HOST/NAME`.",
        default="sqlite:///todo.db",
        secret=True,
    )
    database_connections: int = _setting(
        "Connections to a PostgreSQL server, at most; requests wait for one another's.",
        _number(1, 1000),
        default=16,
    )
    create_database: bool = _setting(
        "Whether `serve` and `migrate` make an SQLite file that is not there: `true` or `false`.",
        _choice(true=True, false=False),
        default="false",
    )
    database_wait_seconds: int = _setting(
        "How long a start waits for a database server that cannot be reached.",
        _number(0, 3600),
        default=30,
    )
    public_url: str | None = _setting(
        "Scheme, host and perhaps path that URIs begin with; needed behind a proxy.",
        _public_url,
        default=None,
    )
    own_hosts: tuple[str, ...] = _setting(
        "Host names, separated by commas, that requests may address without a public URL.",
        _hosts,
        default="localhost",
    )
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = _setting(
        "Proxies, by address or network, that are believed where requests come from;"
        " separated by commas.",
        _networks,
        default="",
    )
    cors_origins: tuple[str, ...] = _setting(
        "Origins, separated by commas, whose web pages may use the API, `https://app.example`.",
        _origins,
        default="",
    )
    tls_certificate: str | None = _setting(
        "PEM file with the certificate for HTTPS, and those between it and its root.",
        default=None,
    )
    tls_key: str | None = _setting("PEM file with the certificate's key.", default=None)
    insecure_http: bool = _setting(
        "Whether passwords may come unencrypted from other machines: `allowed` or `refused`.",
        _choice(allowed=True, refused=False),
        default="refused",
    )
    registration: bool = _setting(
        "Whether strangers may create users: `open` or `closed`.",
        _choice(open=True, closed=False),
        default="closed",
    )
    threads: int = _setting("Requests that are worked on at once.", _number(1, 256), default=16)
    user_threads: int = _setting(
        "How many of them may be one user's; more wait.", _number(1, 256), default=4
    )
    # These costs are the least that OWASP's Password Storage Cheat Sheet recommends for argon2id.
    password_time_cost: int = _setting("Argon2id's passes.", _number(1, 100), default=2)
    password_memory_kib: int = _setting(
        "Argon2id's memory in KiB.", _number(1024, 4_194_304), default=19456
    )
    password_parallelism: int = _setting("Argon2id's lanes.", _number(1, 64), default=1)
    remember_seconds: int = _setting(
        "How long verified credentials need not be hashed again after their last use.",
        _number(0, 86400),
        default=300,
    )
    throttle_url: str | None = _setting(
        "A Redis in which processes count failed logins and requests together: `redis://HOST/0`.",
        _redis,
        default=None,
        secret=True,
    )
    rate_limit: Window | None = _setting(  # noqa: RUF009 - a field like the others; a Window never changes
        "The most requests of a user, such as `600/minute`.", read_window, default=None
    )
    address_rate_limit: Window | None = _setting(  # noqa: RUF009 - the same
        "The most requests from an address, whoever sends them.", read_window, default=None
    )
    address_registrations: Window = _setting(  # noqa: RUF009 - the same
        "How often one address, or IPv6 network of 48 bits, may try to register.",
        read_window,
        default="50/day",
    )
    log_format: Literal["text", "json"] | None = _setting(
        "The form of the log: `text` or `json`; by default text at a terminal, else JSON.",
        _choice(text="text", json="json"),
        default=None,
    )
    access_log: Literal["on", "off", "sampled"] = _setting(
        "Whether the log has a line for each request: `on`, `off`, or `sampled` (one in a hundred,"
        " and all that failed).",
        _choice(on="on", off="off", sampled="sampled"),
        default="off",
    )
    metrics_host: str = _setting("Address to give out metrics on.", _host, default="127.0.0.1")
    metrics_port: int | None = _setting(
        "Port to give out metrics on, for Prometheus; without it, none are kept.",
        _number(1, 65535),
        default=None,
    )
    tracing_url: str | None = _setting(
        "Where a collector of OpenTelemetry takes traces by HTTP:"
        " `http://127.0.0.1:4318/v1/traces`; without it, none are sent.",
        _collector,
        default=None,
    )
    security_log: bool = _setting(
        "Whether security events are written to standard error: `on` or `off`.",
        _choice(on=True, off=False),
        default="on",
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
    max_large_body_seconds: int = _setting(
        "How long such a body may take to arrive.", _number(1, 3600), default=120
    )
    max_spooled_bytes: int = _setting(
        "The most bytes of such bodies that are received at once, from all users together.",
        _number(4 * 2**20, 2**33),
        default=64 * 2**20,
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
    drain_seconds: int = _setting(
        "How long the service goes on while it says that it is about to stop.",
        _number(0, 3600),
        default=1,
    )
    grace_seconds: int = _setting(
        "How long requests may take to end after that.", _number(2, 3600), default=10
    )
    max_tasks: int = _setting(
        "The most tasks of a user; 0 is any number, here and in the next four.",
        _number(0, 2**33),
        default=100_000,
    )
    max_text_bytes: int = _setting(
        "The most bytes that the titles, descriptions and labels of a user's tasks have together.",
        _number(0, 2**33),
        default=100 * 2**20,
    )
    max_keys: int = _setting(
        "The most `Idempotency-Key`s of a user within 24 hours.", _number(0, 2**33), default=100_000
    )
    max_answer_bytes: int = _setting(
        "The most bytes of the answers that are kept for them.",
        _number(0, 2**33),
        default=64 * 2**20,
    )
    max_registrations: int = _setting(
        "The most users who register within 24 hours, all together.",
        _number(0, 2**33),
        default=1000,
    )
    connections: int = _setting("The most connections.", _number(1, 65535), default=1000)
    connections_per_address: int = _setting(
        "The most connections from one address, or IPv6 network of 64 bits, but for the proxies.",
        _number(1, 65535),
        default=256,
    )
    unsent_bytes: int = _setting(
        "The most bytes of answers that clients are slow to take, all together.",
        _number(2**20, 2**33),
        default=64 * 2**20,
    )
    unsent_bytes_per_address: int = _setting(
        "The most of them for one address, but for the proxies.",
        _number(2**20, 2**33),
        default=16 * 2**20,
    )
    tombstone_days: int = _setting(
        "How many days deleted tasks can be restored, and copies are told of their deletion.",
        _number(1, 3650),
        default=30,
    )
    max_tokens: int = _setting("The most tokens of one user.", _number(0, 1000), default=100)
    max_lists: int = _setting(
        "The most lists of one user, their own included.", _number(1, 100), default=50
    )
    max_shared_lists: int = _setting(
        "The most lists of others that one user is a member of.", _number(0, 100), default=50
    )
    max_members: int = _setting(
        "The most members of one list, its owner included.", _number(1, 1000), default=100
    )
    max_invitations: int = _setting(
        "The most invitations to one list that nobody has used yet.", _number(0, 1000), default=20
    )
    time_zone: str = _setting(
        "The time zone of new lists that come without one, such as `Europe/Berlin`.",
        _time_zone,
        default=UTC_NAME,
    )
    check_responses: bool = _setting(
        "Whether each response is held against the document: `on` or `off`.",
        _choice(on=True, off=False),
        default="off",
    )

    @property
    def is_https(self) -> bool:
        """Whether clients reach the service by HTTPS, as far as the settings tell."""
        if self.public_url is not None:
            return self.public_url.startswith("https:")
        return self.tls_certificate is not None

    @property
    def limits(self) -> Limits:
        """The limits on requests."""
        return Limits(
            url=self.max_url_bytes,
            header_bytes=self.max_header_bytes,
            headers=self.max_headers,
            body=self.max_body_bytes,
            large_bodies=self.max_large_bodies,
            large_body_seconds=self.max_large_body_seconds,
            spooled=self.max_spooled_bytes,
            json_depth=self.max_json_depth,
            json_digits=self.max_json_digits,
        )

    @property
    def deletions_kept(self) -> timedelta:
        """How long deleted tasks can be restored, and copies are told of their deletion."""
        return timedelta(days=self.tombstone_days)

    @property
    def threads_of_a_user(self) -> int:
        """How many threads a user has at once; if there are several, one is left to others."""
        return min(self.user_threads, max(1, self.threads - 1))

    @property
    def quotas(self) -> dict[str, int | None]:
        """The most that may be stored; None for any number."""
        return {
            "tasks": self.max_tasks or None,
            "text": self.max_text_bytes or None,
            "keys": self.max_keys or None,
            "answers": self.max_answer_bytes or None,
            "registrations": self.max_registrations or None,
            "lists": self.max_lists,
            "shared_lists": self.max_shared_lists,
        }


class Shown(NamedTuple):
    """A setting as an administrator sees it."""

    name: str
    """Its name in the environment."""
    text: str | None
    """Its value, as it is written in the environment; None if it has none."""
    source: Literal["default", "environment", "file"]
    sentence: str
    is_secret: bool
    """Whether the value may hold a password."""


def read_settings(environ: Mapping[str, str], **defaults: Any) -> Settings:  # noqa: ANN401
    """Read the settings from an environment; ``defaults`` replace the table's own.

    Raises:
        SettingError: for a value that cannot be used, and for a name that is not known.

    """
    values = dict(defaults)
    table = {setting.name: setting.metadata for setting in fields(Settings)}
    for name, given in given_values(environ, table).items():
        try:
            values[name] = table[name]["read"](given.text)
        except ValueError as wanted:
            raise refusal(name, given, wanted) from None
    return Settings(**values)


def show_settings(environ: Mapping[str, str]) -> list[Shown]:
    """Return all settings with where their values come from. Raises `SettingError`."""
    read_settings(environ)
    table = {setting.name: setting.metadata for setting in fields(Settings)}
    given = given_values(environ, table)
    shown = []
    for name, about in table.items():
        text, source = given.get(name) or (about["default"], "default")
        shown.append(Shown(variable_of(name), text, source, about["sentence"], about["secret"]))
    return shown
