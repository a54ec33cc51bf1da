"""Fixtures for all tests."""

import gc
import logging
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

# What the service leaves for later is loaded here: Hypothesis looks at every module while it makes
# values up, and one of these would then draw random numbers that it knows nothing of.
import httpx  # noqa: F401
import pytest
import requests  # noqa: F401
from flask import Flask
from starlette.testclient import TestClient

from tests.support.clients import client_of, registered, settings_for
from tests.support.databases import (
    Databases,
    PostgreSQLDatabases,
    SQLiteDatabases,
    postgresql_server_url,
)
from tests.support.serving import ServedApp, served
from tests.support.templates import CompiledOnce
from todo_api.application import create_app
from todo_api.contract import ContractApp
from todo_api.settings import Settings
from todo_api.storage import Database

MOST_RERUNS = 3


def pytest_xdist_auto_num_workers() -> int:
    """Run one test more at once than there are cores: many wait for a server half the time."""
    return 1 + (os.cpu_count() or 1)


def pytest_configure() -> None:
    """Compile each template once, and not for each of the thousands of applications."""
    Flask.jinja_options = {"bytecode_cache": CompiledOnce()}


def pytest_collection_finish() -> None:
    """Leave all that was loaded out of garbage collections, which stop the service as well."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail if more than a few tests had to be run again: that is not the machine's doing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    stats = reporter.stats if reporter else {}
    again, failed = ({one.nodeid for one in stats.get(kind, [])} for kind in ("rerun", "failed"))
    passed = len(again - failed)
    if reporter and passed > MOST_RERUNS:
        reporter.write_line(
            f"{passed} tests passed only at their second attempt, and {MOST_RERUNS} may."
        )
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> SQLiteDatabases:
    return SQLiteDatabases(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_databases() -> Iterator[PostgreSQLDatabases]:
    with postgresql_server_url() as server:
        databases = PostgreSQLDatabases(server)
        yield databases
        databases.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Run the test on each engine."""
    found: Databases = request.getfixturevalue(f"{request.param}_databases")
    return found


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """Give a fresh, migrated database to the test alone."""
    url = databases.fresh()
    yield url
    databases.discard(url)


@pytest.fixture
def empty_database_url(databases: Databases) -> Iterator[str]:
    """Give a database without tables to the test alone."""
    url = databases.empty()
    yield url
    databases.discard(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Open the test's fresh database."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Settings for a service on the test's database."""
    return settings_for(database_url)


@pytest.fixture
def app(settings: Settings, caplog: pytest.LogCaptureFixture) -> Iterator[ContractApp]:
    """The application; after the test, no error is in its log, such as an undeclared response."""
    app = create_app(settings)
    with TestClient(app):
        yield app
    for when in ("setup", "call"):
        errors = [r for r in caplog.get_records(when) if r.levelno >= logging.ERROR]
        assert not errors, [record.getMessage() for record in errors]


@pytest.fixture
def anonymous(app: ContractApp) -> TestClient:
    """A client without credentials."""
    return client_of(app)


@pytest.fixture
def miguel(app: ContractApp, database: Database) -> TestClient:
    """A client with the credentials of the user miguel."""
    return registered(app, database, "miguel")


@pytest.fixture
def susan(app: ContractApp, database: Database) -> TestClient:
    """A client with the credentials of the user susan."""
    return registered(app, database, "susan")


@pytest.fixture
def demo(empty_database_url: str, tmp_path: Path) -> Iterator[ServedApp]:
    """The demo on a new database, in a process of its own."""
    with served(empty_database_url, tmp_path / "errors.log") as demo:
        yield demo


Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that is skipped in CI, where none may be."""
    return failed_in_ci((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fail a module that skips itself in CI."""
    return failed_in_ci((yield))


def failed_in_ci(report: Report) -> Report:
    """Turn a skip into a failure if this is CI."""
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, which CI does not allow: {report.longrepr}"
    return report
