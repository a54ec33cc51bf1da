"""Somebody else, and what an operation asks of the database."""

from collections.abc import Sequence
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.clients import registered
from todo_api.contract import ContractApp
from todo_api.storage import Connection, Database
from todo_api.storage.engine.connection import Cursor
from todo_api.storage.engine.postgresql.transaction import Transaction
from todo_api.storage.engine.statement import Compiled, Values


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

    monkeypatch.setattr(Connection, "_execute", note)
    execute_later = Transaction.execute_later

    def note_later(transaction: Transaction, sql: str, values: Sequence[Any]) -> None:
        executed.append(sql)
        execute_later(transaction, sql, values)

    monkeypatch.setattr(Transaction, "execute_later", note_later)
    return executed
