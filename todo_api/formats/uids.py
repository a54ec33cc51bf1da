"""The UIDs of iCalendar (RFC 5545, 3.8.4.7), unique in the whole world."""

import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID, uuid5

from todo_api.storage import list_of


class Uids:
    """UIDs derived from the service's own key, so that no other service makes the same ones."""

    def __init__(self, read_key: Callable[[], bytes]) -> None:
        """Use the key that `read_key` returns; it is called when a key is first needed."""
        self._read_key = read_key
        self._of_list = lru_cache(maxsize=256)(self._namespace)

    def of_task(self, task_id: int) -> str:
        """Return the UID of a task, whoever exports it."""
        return str(uuid5(self._of_list(list_of(task_id)), str(task_id)))

    def task_of(self, uid: str, address: str | None) -> int | None:
        """Return the id of the task that has this UID, if its address tells; else None."""
        told = re.search(r"/tasks/([0-9]{1,16})$", address or "", re.ASCII)
        return int(told[1]) if told and self.of_task(int(told[1])) == uid.lower() else None

    def _namespace(self, list_id: int) -> UUID:
        """Return the namespace (RFC 9562, 5.5) of a list's tasks, which never changes."""
        name = blake2b(b"%d" % list_id, key=self._read_key(), digest_size=16, person=b"uids")
        return UUID(bytes=name.digest())
