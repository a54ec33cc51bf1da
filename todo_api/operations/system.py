"""The service itself: the handlers of the tag ``system``."""

from todo_api.contract import Answer, unavailable
from todo_api.stopping import Stopping
from todo_api.storage import Database, is_current


def get_health() -> Answer:
    """Check the process."""
    return {"status": "ok"}


def get_readiness(database: Database, stopping: Stopping) -> Answer:
    """Check the service."""
    stopping.note_watcher()
    if stopping.has_begun:
        raise unavailable("The service is stopping.")
    if not is_current(database):
        raise unavailable("The database does not have the schema of this version of the service.")
    return {"status": "ok"}
