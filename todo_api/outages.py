"""Outages of the database: clients are told of each, and the log of each kind once a minute."""

import logging
from time import monotonic

from todo_api.contract import Problem, unavailable
from todo_api.storage import DatabaseUnavailableError

TOLD_SECONDS = 60
"""How long a sentence is not repeated."""
MOST_TOLD = 5
"""Sentences within that time, since some hold what differs each time."""

log = logging.getLogger(__name__)


class Outages:
    """Tells clients of each outage, and the log of each that is another one."""

    def __init__(self) -> None:
        self._told: dict[str, float] = {}

    def __call__(self, failure: DatabaseUnavailableError) -> Problem:
        """Return the answer to a request that met an outage."""
        self._tell(str(failure))
        return unavailable("The database cannot be reached or is too busy at the moment.")

    def _tell(self, sentence: str) -> None:
        now = monotonic()
        self._told = {said: at for said, at in self._told.items() if now - at < TOLD_SECONDS}
        if sentence not in self._told and len(self._told) < MOST_TOLD:
            self._told[sentence] = now
            log.warning("%s", sentence)
