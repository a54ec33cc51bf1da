"""Whether the service is about to stop: the server tells, and those who are asked pass it on."""

from time import monotonic

WATCHED_SECONDS = 60


class Stopping:
    """What is known of the end of the service, and of who has to notice it."""

    def __init__(self) -> None:
        """Go on for now."""
        self.has_begun = False
        self._watched_at: float | None = None

    def begin(self) -> None:
        """Note that the service has been told to stop."""
        self.has_begun = True

    def note_watcher(self) -> None:
        """Note that somebody, such as a load balancer, asks whether the service is ready."""
        self._watched_at = monotonic()

    @property
    def is_watched(self) -> bool:
        """Whether somebody has asked that lately, and will soon ask again."""
        return self._watched_at is not None and monotonic() - self._watched_at < WATCHED_SECONDS
