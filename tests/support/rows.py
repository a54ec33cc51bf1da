"""Rows as tests read them, without the service."""

from datetime import timedelta

from todo_api.storage import Connection, TaskRow, select_page

KEPT = timedelta(days=30)
"""How long deletions are remembered: longer than any test takes."""


def select_tasks(db: Connection, list_id: int) -> list[TaskRow]:
    """Return all tasks of a list in the order of their ids."""
    return select_page(db, list_id, limit=1000).tasks
