"""``todo-api check``: whether the service could run here, and on this database."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal, NamedTuple

import click

from todo_api.application import create_app
from todo_api.cli.output import json_option, print_json, print_table
from todo_api.contract import BrokenDocumentError
from todo_api.document import document_path
from todo_api.environment import SettingError
from todo_api.monitoring import Tracing
from todo_api.server import CertificateError, certificate_for, end_of
from todo_api.settings import Settings, read_settings
from todo_api.storage import (
    Database,
    DatabaseError,
    file_of,
    integrity_faults,
    require_current,
    require_writable,
    select_last_changed_at,
)
from todo_api.throttling import CountersUnusableError, SharedCounters
from todo_api.times import ago, now

LEAST_ROOM = 100 * 2**20
PATIENCE = timedelta(minutes=1)
"""How far the clock may be behind the last change: several machines may write."""
RENEWAL = timedelta(days=14)
"""How long before its end a certificate should have been renewed."""


class Finding(NamedTuple):
    """What a check has found."""

    name: str
    status: Literal["ok", "warning", "failed", "skipped"]
    detail: str


class FailedError(Exception):
    """A check has failed; the message is a sentence that says why."""


class WarningError(Exception):
    """A check finds what will fail before long; the message is a sentence that says what."""


class SkippedError(Exception):
    """A check does not apply here; the message is a sentence that says why."""


@click.command("check")
@json_option
def check_command(*, as_json: bool) -> None:
    """Check settings, document and database; change nothing."""
    findings = list(_findings())
    failed = [finding for finding in findings if finding.status == "failed"]
    if as_json:
        print_json({"ok": not failed, "checks": [finding._asdict() for finding in findings]})
    else:
        print_table(("CHECK", "STATUS", "DETAIL"), findings)
    if failed:
        raise click.ClickException(f"{len(failed)} of {len(findings)} checks failed.")


def _findings() -> Iterator[Finding]:
    """Check one thing after the other, except for what needs something that has failed."""
    try:
        settings = read_settings(os.environ)
    except SettingError as fault:
        yield Finding("settings", "failed", str(fault))
        for name in (*ON_SETTINGS, "database", *ON_DATABASE):
            yield Finding(name, "skipped", "The settings cannot be used.")
        return
    yield Finding("settings", "ok", "All of them can be used.")
    for name, look in ON_SETTINGS.items():
        yield _finding(name, partial(look, settings))
    usable = _finding("database", partial(_check_database, settings))
    yield usable
    if usable.status == "failed":
        for name in ON_DATABASE:
            yield Finding(name, "skipped", "The database cannot be used.")
        return
    database = Database(settings.database_url)
    try:
        for name, check in ON_DATABASE.items():
            yield _finding(name, partial(check, settings, database), database)
    finally:
        database.close()


def _finding(name: str, check: Callable[[], str], database: Database | None = None) -> Finding:
    unforeseen = database.driver_errors if database else ()
    try:
        return Finding(name, "ok", check())
    except WarningError as warning:
        return Finding(name, "warning", str(warning))
    except SkippedError as reason:
        return Finding(name, "skipped", str(reason))
    except (
        FailedError,
        BrokenDocumentError,
        CertificateError,
        CountersUnusableError,
        DatabaseError,
        OSError,
        SettingError,
        *unforeseen,
    ) as fault:
        return Finding(name, "failed", " ".join(str(fault).split()))


def _check_document(settings: Settings) -> str:
    # What is beside the document has checks of its own: nothing of it is opened here.
    create_app(
        replace(settings, database_url="sqlite:///todo.db", throttle_url=None, tracing_url=None)
    )
    return f"The document {document_path().name} and the program fit together."


def _check_certificate(settings: Settings) -> str:
    certificate = certificate_for(settings)
    if certificate is None:
        raise SkippedError("TODO_TLS_CERTIFICATE names none.")
    end = end_of(certificate.context)
    left = end - datetime.now(UTC)
    if left < RENEWAL:
        raise WarningError(
            f"The certificate ends in {left.days} days, on {end:%Y-%m-%d}: renew it."
        )
    return f"The certificate and its key fit together, until {end:%Y-%m-%d}."


def _check_throttle(settings: Settings) -> str:
    if settings.throttle_url is None:
        raise SkippedError("TODO_THROTTLE_URL names no Redis: each process counts by itself.")
    counters = SharedCounters(settings.throttle_url)

    async def count() -> float:
        try:
            return await counters.count_once()
        finally:
            await counters.close()

    seconds = asyncio.run(count())
    return f"The Redis of TODO_THROTTLE_URL counts, and answers within {seconds * 1000:,.0f} ms."


def _check_tracing(settings: Settings) -> str:
    if settings.tracing_url is None:
        raise SkippedError("TODO_TRACING_URL names no collector.")
    Tracing(settings.tracing_url)
    return "OpenTelemetry is installed; the collector is not asked, as nobody waits for it."


def _check_temporary(settings: Settings) -> str:
    try:
        folder = tempfile.gettempdir()
        with tempfile.TemporaryFile():
            free = shutil.disk_usage(folder).free
    except OSError as fault:
        raise FailedError(
            f"No file can be made in a folder for temporary files: {fault.strerror}."
            " Large bodies are received into one: name a folder by TMPDIR."
        ) from None
    if free < settings.max_spooled_bytes:
        raise WarningError(
            f"Only {_gib(free)} are free in {folder}, but large bodies may take"
            f" {_gib(settings.max_spooled_bytes)} (TODO_MAX_SPOOLED_BYTES): make room, or name"
            " another folder by TMPDIR."
        )
    return f"{_gib(free)} are free in {folder}, into which large bodies are received."


def _gib(size: int) -> str:
    return f"{size / 2**30:,.1f} GiB"


def _check_database(settings: Settings) -> str:
    database = Database(settings.database_url)
    try:
        require_current(database)
    finally:
        database.close()
    return f"{database.name} can be read, and is of this version."


def _check_integrity(_: Settings, database: Database) -> str:
    with database.snapshot() as db:
        faults = integrity_faults(db)
    if faults:
        raise FailedError(f"The database is damaged: {'; '.join(faults)}.")
    return "The database finds no fault in itself."


def _check_clock(_: Settings, database: Database) -> str:
    with database.snapshot() as db:
        last = select_last_changed_at(db)
    if last is not None and ago(-PATIENCE) < last:
        raise FailedError(
            f"The clock says {now()}, but a task was changed at {last}:"
            " one of the clocks was or is wrong, and new changes will bear the later time."
        )
    return f"The clock says {now()}, and no change is later."


def _check_writable(_: Settings, database: Database) -> str:
    with database.transaction() as db:
        require_writable(db)
    return "A transaction that writes can be had."


def _check_disk(settings: Settings, _: Database) -> str:
    file = file_of(settings.database_url)
    if file is None:
        raise SkippedError("The disk is the server's, and cannot be seen from here.")
    free = shutil.disk_usage(file.parent).free
    room = f"{_gib(free)} are free beside the database."
    if free < LEAST_ROOM:
        raise FailedError(f"Only {room}")
    return room


ON_SETTINGS: dict[str, Callable[[Settings], str]] = {
    "document": _check_document,
    "certificate": _check_certificate,
    "throttle": _check_throttle,
    "tracing": _check_tracing,
    "temporary": _check_temporary,
}
ON_DATABASE: dict[str, Callable[[Settings, Database], str]] = {
    "integrity": _check_integrity,
    "clock": _check_clock,
    "writable": _check_writable,
    "disk": _check_disk,
}
