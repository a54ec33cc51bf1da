"""The service itself: the handlers of the tag ``system``."""

from todo_api.contract import Answer
from todo_api.storage import Database


def get_health(database: Database) -> Answer:
    """Check the service."""
    database.check()
    return {"status": "ok"}
