"""How an engine would run a statement."""

from todo_api.storage import Connection
from todo_api.storage.engine import Statement


def explained(db: Connection, statement: Statement, values: dict[str, object]) -> str:
    """Return how an engine would run a statement."""
    command = "EXPLAIN QUERY PLAN" if db.dialect.name == "sqlite" else "EXPLAIN"
    compiled = statement.compiled(db.dialect)
    plan = db.driver.execute(f"{command} {compiled.sql}", compiled.bind(values))
    return "\n".join(str(row) for row in plan.fetchall())
