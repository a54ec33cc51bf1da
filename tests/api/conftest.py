"""Somebody else, and what an operation asks of the database."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.clients import registered
from todo_api.contract import ContractApp
from todo_api.storage import Connection, Database
from todo_api.storage.engine.connection import Cursor
from todo_api.storage.engine.postgresql.session import Session
from todo_api.storage.engine.sqlite_file import FileConnection
from todo_api.storage.engine.statement import Compiled, Statement, Values


@pytest.fixture
def david(app: ContractApp, database: Database) -> TestClient:
    """A client with the credentials of the user david."""
    return registered(app, database, "david")


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that read or write rows, as they are executed."""
    executed: list[str] = []
    execute = Connection._execute  # noqa: SLF001 - what all of its methods go through

    def note(db: Connection, compiled: Compiled, values: Values) -> Cursor:
        executed.append(compiled.sql)
        return execute(db, compiled, values)

    monkeypatch.setattr(FileConnection, "_execute", note)
    execute_many = FileConnection.execute_many

    def note_many(db: FileConnection, statement: Statement, rows: Iterable[Values]) -> None:
        executed.append(statement.compiled(db.dialect).sql)
        execute_many(db, statement, rows)

    monkeypatch.setattr(FileConnection, "execute_many", note_many)
    send = Session.send

    def note_sent(session: Session, sql: str, values: Sequence[Any] = ()) -> None:
        if values:  # what begins and ends a transaction has none
            executed.append(sql)
        send(session, sql, values)

    monkeypatch.setattr(Session, "send", note_sent)
    return executed
