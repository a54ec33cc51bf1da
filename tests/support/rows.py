"""Rows as tests look at them, past the service."""

from todo_api.storage import Connection, TaskRow, select_page


def select_tasks(db: Connection, user_id: int) -> list[TaskRow]:
    """Return all tasks of a user in the order of their ids."""
    return select_page(db, user_id, limit=1000).tasks
