"""A process that is left behind: a newer version migrates its database while it goes on."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from tests.reliability.served import add_miguel, eventually, served
from tests.support.problems import assert_problem
from todo_api.storage import Database

CHANGES = {
    "a column is gone": "ALTER TABLE tasks RENAME COLUMN position TO place",
    "a table is gone": "ALTER TABLE tasks RENAME TO things",
    "a row is refused": "CREATE UNIQUE INDEX tasks_only ON tasks (list_id, title)",
}


def migrate_further(database: Database, change: str) -> None:
    """Do what a newer version would: change a table, and say so."""
    with database.migration() as (_, db):
        db.execute(text(change))
        db.execute(text("UPDATE todo_api_revision SET version_num = '9999'"))


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_it_can_no_longer_do_is_an_outage_that_is_told_once(
    database: Database, miguel: TestClient, caplog: pytest.LogCaptureFixture, change: str
) -> None:
    assert miguel.post("/tasks", json={"title": "Buy groceries"}).status_code == 201
    caplog.clear()
    migrate_further(database, change)
    for _ in range(5):
        refused = miguel.post("/tasks", json={"title": "Buy groceries"})
        assert_problem(refused, 503)
        assert "Retry-After" in refused.headers
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.exc_info is None
    assert record.getMessage() == (
        f"{database.name} was migrated by a newer version of this program (revision 9999):"
        " install that version or name another database."
    )


def test_it_sweeps_nothing(database: Database, database_url: str, tmp_path: Path) -> None:
    add_miguel(database_url)
    with served(database_url, tmp_path / "log") as service:
        migrate_further(database, "ALTER TABLE leases RENAME TO loans")
        eventually(lambda: "Sweeping" in service.log, 20)
        assert "Sweeping has been put off." in service.log
        assert "(revision 9999)" in service.log
        assert "Traceback" not in service.log
