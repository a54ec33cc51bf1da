"""What a deleted list has left is removed in pieces that cost the same, however much there is."""

import pytest
from sqlalchemy import text

from todo_api.storage import Connection, Database
from todo_api.storage.engine import Statement
from todo_api.storage.removal import DELETES_IN_LIST
from todo_api.storage.schema import task_words

MANY = 600_000
"""Rows of which reading all is dearer than looking a piece up, also to PostgreSQL's planner."""
INSERT = text(
    "INSERT INTO task_words (list_id, word, task_id)"
    " SELECT :list, 'milk', i FROM generate_series(1, :many) AS i"
)
[DELETE_WORDS] = (one for one in DELETES_IN_LIST if one._clause.table is task_words)  # noqa: SLF001 - nothing else names it


def plan_for_any_list(db: Connection, statement: Statement, owner: int) -> str:
    """Return how PostgreSQL runs a statement that it has prepared for all values alike."""
    compiled = statement.compiled(db.dialect)
    values = ", ".join(str(value) for value in compiled.bind({"owner": owner}))
    db.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
    db.driver.execute(f"PREPARE piece AS {compiled.sql}")
    plan = db.driver.execute(f"EXPLAIN EXECUTE piece({values})").fetchall()
    db.driver.execute("DEALLOCATE piece")
    return "\n".join(str(line) for (line,) in plan)


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_a_piece_is_found_by_its_keys_alone(database: Database, miguel: int) -> None:
    """Whether the planner has counted the rows, or has not come to it yet."""
    with database.migration() as (_, db):
        db.execute(INSERT, {"list": miguel, "many": MANY})
    for analyze in ("SELECT 1", "ANALYZE task_words"):
        with database.migration() as (_, db):
            db.execute(text(analyze))
            plan = plan_for_any_list(db, DELETE_WORDS, miguel)
        for slow in ("Seq Scan", "Bitmap"):
            assert slow not in plan, f"{analyze}: {plan}"
