"""Rows as tests read them, without the service."""

from datetime import timedelta

from todo_api.storage import Connection, TaskRow, select_page

KEPT = timedelta(days=30)
"""How long deletions are remembered: longer than any test takes."""


def select_tasks(db: Connection, user_id: int) -> list[TaskRow]:
    """Return all tasks of a user in the order of their ids."""
    return select_page(db, user_id, limit=1000).tasks
