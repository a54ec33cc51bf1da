"""A task as clients see it, and what a request body asks to change."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from todo_api import recurrence, storage, times
from todo_api.contract import Problem, Sentence, UrlFor, bad_body
from todo_api.identity import User
from todo_api.storage import Connection, TaskRow, list_of

TIMES = ("created_at", "updated_at", "completed_at")
SERIES = ("previous_id", "next_id")
READ_ONLY = ("id", "uri", "list_id", *TIMES, "created_by", "completed_by", *SERIES, "position")
"""The members of a task that only the service sets."""


NOBODY = 0
"""The id of no user."""
Names = Mapping[int, str]
"""By the id of a user, the name."""


def names_in(db: Connection, user: User, tasks: Iterable[TaskRow]) -> Names:
    """Return the names of all users whom some tasks name; the user's own is not looked up."""
    people = {person for task in tasks for person in task.people if person is not None}
    others = people - {user.id}
    found = storage.select_usernames(db, others) if others else {}
    return {user.id: user.username, **found}


def assign(
    db: Connection,
    user: User,
    list_id: int,
    changes: Mapping[str, Any],
    task_id: int | None = None,
    *,
    within: str = "",
) -> dict[str, Any]:
    """Return changes with the id of a member in place of the username that they assign a task to.

    A task can be sent back though whoever it is assigned to has left the list.

    Raises `Problem` 400 for who is no member.
    """
    username = changes.get("assigned_to")
    if username is None:
        return dict(changes)
    if username == user.username:
        return {**changes, "assigned_to": user.id}
    member_id = storage.select_member_id(db, list_id, username)
    task = None if member_id or not task_id else storage.select_task(db, list_id, task_id)
    if task is not None and names_in(db, user, [task]).get(task.assigned_to or NOBODY) == username:
        member_id = task.assigned_to
    if member_id is None:
        raise bad_body([(f"{within}/assigned_to", NO_SUCH_MEMBER)])
    return {**changes, "assigned_to": member_id}


def with_rule(changes: Mapping[str, Any], *, within: str = "") -> dict[str, Any]:
    """Return changes with a rule of recurrence as it is stored. Raises `Problem` 400 for others."""
    if not changes.get("repeat"):
        return dict(changes)
    try:
        rule = recurrence.read_rule(changes["repeat"]["rule"])
    except recurrence.RuleError as wanted:
        raise bad_body([(f"{within}/repeat/rule", Sentence("wrong_form", str(wanted)))]) from None
    return {**changes, "repeat": {**changes["repeat"], "rule": str(rule)}}


def represent_task(task: TaskRow, names: Names, url_for: UrlFor) -> dict[str, Any]:
    """Return a task as clients see it."""
    return {
        "id": task.id,
        "uri": url_for("get_task", task_id=task.id),
        "list_id": list_of(task.id),
        "parent_id": task.parent_id,
        "title": task.title,
        "description": task.description,
        "done": task.done,
        "due": task.due,
        "priority": task.priority,
        "labels": task.labels,
        "created_at": task.created_at,
        "updated_at": task.updated_at,
        "completed_at": task.completed_at,
        "created_by": names.get(task.created_by or NOBODY),
        "completed_by": names.get(task.completed_by or NOBODY),
        "assigned_to": names.get(task.assigned_to or NOBODY),
        "repeat": task.repeat,
        "previous_id": task.previous_id,
        "next_id": task.next_id,
        "position": task.position,
    }


def no_such_list(**place: str) -> Problem:
    """Return what is said where a request names a list that is not there, or somebody else's."""
    return Problem(404, faults=[{**place, "detail": NO_SUCH_LIST}])


def split_body(
    body: Mapping[str, Any], read_only: Collection[str] = READ_ONLY
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the members of ``body`` that are to change, and those that are read-only."""
    changes = {name: value for name, value in body.items() if name not in read_only}
    given = {name: value for name, value in body.items() if name in read_only}
    return changes, given


def refuse_other_values(
    given: Mapping[str, Any], stored: Mapping[str, Any], *, within: str = ""
) -> None:
    """Refuse read-only members that differ from what is stored.

    A client can PUT what GET returned, as its language spells it. ``within`` is where the members
    stand, if not in the body itself.

    Raises:
        Problem: 400 that points at each of them.

    """
    if differing := [name for name, value in given.items() if not _is_same(stored[name], value)]:
        sentence = Sentence("read_only", "This member is read-only; leave it out or unchanged.")
        raise bad_body((f"{within}/{name}", sentence) for name in differing)


def _is_same(stored: object, given: object) -> bool:
    """Tell whether a member is as it is stored, in whatever spelling."""
    if stored == given or not (isinstance(stored, str) and isinstance(given, str)):
        return stored == given
    if (moment := _MOMENT.fullmatch(given)) is not None:
        return _is_same_moment(stored, moment)
    return _address(stored) == _address(given)


def _is_same_moment(stored: str, given: re.Match[str]) -> bool:
    """Compare in UTC, as far as the given time has digits: many languages have milliseconds."""
    try:
        in_utc = times.instant(given[1] + given[3])
    except ValueError:
        return False
    digits = (given[2] or ".")[1:]
    fraction = stored.removesuffix("Z").partition(".")[2]
    whole_seconds = len("2026-11-24T09:00:00")
    return in_utc[:whole_seconds] == stored[:whole_seconds] and (
        fraction[: len(digits)] == digits[: len(fraction)]
        and not digits[len(fraction) :].strip("0")
    )


def _address(uri: str) -> tuple[object, ...]:
    """Return what a URI says: this machine has several names, and a scheme a port of its own."""
    try:
        parts = urlsplit(uri)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return (uri,)
    host = "localhost" if parts.hostname in _LOOPBACK else parts.hostname
    return parts.scheme, host, port, parts.path, parts.query, parts.fragment, parts.username


NO_SUCH_MEMBER = Sentence("no_option", "The list has no such member.")
NO_SUCH_LIST = Sentence("missing", "There is no such list.")

_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:?\d\d)", re.ASCII
)
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_PORTS = {"http": 80, "https": 443}
