"""Fixtures for all tests."""

import logging
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from starlette.testclient import TestClient

from tests.databases import (
    Databases,
    PostgreSQLDatabases,
    SQLiteDatabases,
    postgresql_server_url,
)
from tests.serving import ServedApp, served
from todo_api.application import create_app
from todo_api.contract import ContractApp
from todo_api.passwords import password_hasher
from todo_api.settings import Settings
from todo_api.storage import Database
from todo_api.storage.users import insert_user

PASSWORD = "correct horse battery"


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
    """Give a database that nothing was ever done to."""
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
    """The application; afterwards its log holds no error, such as an undeclared response."""
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


def settings_for(database_url: str) -> Settings:
    """Return settings for a service on a database, with the cheapest of password hashes."""
    return Settings(
        database_url=database_url,
        registration=True,
        check_responses=True,
        password_time_cost=1,
        password_memory_kib=1024,
    )


def client_of(app: ContractApp, username: str = "", password: str = "") -> TestClient:
    """Return a client of the API whose paths begin behind the base path."""
    client = TestClient(app, "http://localhost/todo/api/v1.0", raise_server_exceptions=False)
    if username:
        client.auth = (username, password)
    return client


def registered(app: ContractApp, database: Database, username: str) -> TestClient:
    """Add a user whose password is `PASSWORD`; return a client with these credentials."""
    password_hash = password_hasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    with database.transaction() as db:
        insert_user(db, username=username, email=None, password_hash=password_hash)
    return client_of(app, username, PASSWORD)


Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail what would be skipped in CI, where nothing may be."""
    return failed_in_ci((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same for a module that skips itself."""
    return failed_in_ci((yield))


def failed_in_ci(report: Report) -> Report:
    """Turn a skip into a failure if this is CI."""
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, which CI does not allow: {report.longrepr}"
    return report
