"""The databases that servers start with: twenty tasks, a hundred, a million."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import text, update

from benchmarks.story import PASSWORD, STRANGER, TASKS, USERNAME
from todo_api.passwords import password_hasher
from todo_api.storage import Database, migrate
from todo_api.storage.schema import users
from todo_api.storage.users import insert_user

MADE_AT = "2026-01-01T00:00:00.000000Z"
# One statement for all tasks of a user; the story's tasks are repeated.
COUNT_TO = """
    WITH RECURSIVE numbers(number) AS (
        SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < :tasks
    )
"""
INSERT_TASKS = f"""
    INSERT INTO tasks (
        user_id, id, title, description, done, priority, labels, created_at, updated_at, change,
        title_key, words
    )
    {COUNT_TO} SELECT
        :user_id, number, 'Task number ' || number, :description, number % 2 = 0, 0, '[]',
        :made_at, :made_at, number, 'task number ' || number, ''
    FROM numbers ORDER BY number
"""  # noqa: S608 - constants


def make_database(path: Path, tasks_of: Mapping[str, int] | None = None) -> Path:
    """Make a database with so many tasks of each user, who all have the story's password."""
    database = Database(f"sqlite:///{path}")
    try:
        migrate(database)
        password_hash = password_hasher().hash(PASSWORD)
        with database.transaction() as db:
            for username, tasks in (tasks_of or {USERNAME: len(TASKS), STRANGER: 1}).items():
                user = insert_user(db, username=username, email=None, password_hash=password_hash)
                values = {
                    "description": TASKS[0]["description"],
                    "tasks": tasks,
                    "made_at": MADE_AT,
                }
                db.execute(text(INSERT_TASKS), {"user_id": user.id, **values})
                counted = update(users).where(users.c.id == user.id)
                db.execute(counted.values(last_task_id=tasks, last_change=tasks))
    finally:
        database.close()
    return path
