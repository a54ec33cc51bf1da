"""The UIDs of iCalendar (RFC 5545, 3.8.4.7), unique in the whole world."""

import re
from collections.abc import Callable
from hashlib import blake2b
from uuid import UUID, uuid5


class Uids:
    """UIDs derived from the service's own key, so that no other service makes the same ones."""

    def __init__(self, read_key: Callable[[], bytes]) -> None:
        """Use the key that `read_key` returns; it is called when a key is first needed."""
        self._read_key = read_key

    def of_list(self, list_id: int) -> UUID:
        """Return the namespace (RFC 9562, 5.5) of a list's tasks, which never changes."""
        name = blake2b(b"%d" % list_id, key=self._read_key(), digest_size=16, person=b"uids")
        return UUID(bytes=name.digest())


def uid_of(namespace: UUID, task_id: int) -> str:
    """Return the UID of one of a list's tasks."""
    return str(uuid5(namespace, str(task_id)))


def task_of(namespace: UUID, uid: str, address: str | None) -> int | None:
    """Return the id of the list's task that has this UID, if its address tells; else None."""
    told = re.search(r"/tasks/([0-9]{1,16})$", address or "", re.ASCII)
    return int(told[1]) if told and uid_of(namespace, int(told[1])) == uid.lower() else None
