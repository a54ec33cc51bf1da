"""Outages of the database: clients are told of each, and the log of each kind once a minute."""

import logging
import re
from math import inf
from time import monotonic

from todo_api.contract import Problem, unavailable
from todo_api.storage import (
    Database,
    DatabaseUnavailableError,
    DatabaseUnusableError,
    require_current,
)

TOLD_SECONDS = 60
"""How long a sentence is not repeated."""
MOST_TOLD = 5
"""Sentences within that time, since some hold what differs each time, and not by numbers alone."""
LOOKED_SECONDS = 5
"""How long it is believed what version the database is of."""

_NUMBER = re.compile(r"\d+")

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
        self._told = {reason: at for reason, at in self._told.items() if now - at < TOLD_SECONDS}
        reason = _NUMBER.sub("", sentence)
        if reason not in self._told and len(self._told) < MOST_TOLD:
            self._told[reason] = now
            log.warning("%s", sentence)


class OtherVersions:
    """Takes it for an outage if a statement fails on what another version has made of the tables.

    Such as in a process that goes on while a newer one migrates the database.
    """

    def __init__(self, database: Database) -> None:
        """Look at `database`, and only after something has failed."""
        self._database = database
        self._looked_at = -inf
        self._refusal: str | None = None

    def __call__(self, failure: Exception) -> Exception:
        """Return an outage, or what failed if the database is of this version."""
        if monotonic() - self._looked_at >= LOOKED_SECONDS:
            self._refusal = self._look()
            self._looked_at = monotonic()
        return failure if self._refusal is None else DatabaseUnavailableError(self._refusal)

    def _look(self) -> str | None:
        try:
            require_current(self._database)
        except (DatabaseUnusableError, DatabaseUnavailableError) as refusal:
            return str(refusal)
        return None
