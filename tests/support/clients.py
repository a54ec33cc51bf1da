"""Clients of an application that runs in the test's own process."""

from starlette.testclient import TestClient
from starlette.types import ASGIApp

from todo_api.contract import ContractApp
from todo_api.identity import password_hasher
from todo_api.settings import Settings
from todo_api.storage import Database, insert_user

PASSWORD = "correct horse battery"
PASSWORD_HASH = password_hasher(Settings(password_time_cost=1, password_memory_kib=1024)).hash(
    PASSWORD
)


def settings_for(database_url: str) -> Settings:
    """Return settings for a service on a database, with cheap password hashes."""
    return Settings(
        database_url=database_url,
        registration=True,
        check_responses=True,
        password_time_cost=1,
        password_memory_kib=1024,
    )


def client_of(
    app: ASGIApp, username: str = "", password: str = "", *, address: str = "testclient"
) -> TestClient:
    """Return a client of the API, whose paths leave out the base path."""
    client = TestClient(
        app, "http://localhost/todo/api/v1.0", raise_server_exceptions=False, client=(address, 1)
    )
    if username:
        client.auth = (username, password)
    return client


def registered(app: ContractApp, database: Database, username: str) -> TestClient:
    """Add a user whose password is `PASSWORD`; return a client with these credentials."""
    with database.transaction() as db:
        insert_user(db, username=username, email=None, password_hash=PASSWORD_HASH)
    return client_of(app, username, PASSWORD)
