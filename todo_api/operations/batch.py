"""Many changes to a user's tasks in one transaction: the handler of the tag ``batch``."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from todo_api import storage
from todo_api.contract import Answer, Problem, Reply, Sentence, UrlFor
from todo_api.identity import User
from todo_api.operations.representation import refuse_other_values, represent_task, split_body
from todo_api.rest import Once, entity_tag, expected_versions
from todo_api.settings import Settings
from todo_api.storage import (
    Connection,
    Quotas,
    TaskChangedError,
    TaskMissingError,
    TaskRow,
    WordBudget,
)

MOST_WORDS = 20_000
"""The most words and labels of tasks that one batch adds or removes: a fifth of a second's work."""


def run_batch(
    body: dict[str, Any],
    idempotency_key: str | None,
    user: User,
    once: Once,
    settings: Settings,
    quotas: Quotas,
    url_for: UrlFor,
) -> Answer:
    """Update many tasks at once."""

    def run(db: Connection) -> Reply:
        batch = Batch(db, user.list_id, settings, quotas, url_for)
        results = [
            batch.run(f"/operations/{index}/{verb}", verb, arguments)
            for index, operation in enumerate(body["operations"])
            for verb, arguments in operation.items()
        ]
        return Reply({"results": results})

    return once(idempotency_key, user.id, ("run_batch", body), run)


class Batch:
    """A running batch, all of whose operations share one transaction."""

    def __init__(
        self,
        db: Connection,
        list_id: int,
        settings: Settings,
        quotas: Quotas,
        url_for: UrlFor,
    ) -> None:
        """Run in this transaction, on the tasks of this list."""
        self._quotas = quotas
        self._budget = WordBudget(MOST_WORDS)
        self._db = db
        self._list_id = list_id
        self._settings = settings
        self._url_for = url_for

    def run(self, place: str, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return the result of the operation at `place`; raise a `Problem` that names the place."""
        with _faults_named(place):
            match verb:
                case "create":
                    return self._create(arguments)
                case "update":
                    return self._update(arguments, place)
                case _:
                    return self._delete(arguments)

    def _create(self, task: dict[str, Any]) -> dict[str, Any]:
        return self._result(self._insert(task))

    def _insert(self, task: dict[str, Any]) -> TaskRow:
        return storage.insert_task(
            self._db, self._list_id, task, quotas=self._quotas, budget=self._budget
        )

    def _update(self, update: dict[str, Any], place: str) -> dict[str, Any]:
        body = {name: value for name, value in update.items() if name != "if_match"}
        changes, read_only = split_body(body)
        old, new = storage.update_task(
            self._db,
            self._list_id,
            update["id"],
            changes,
            versions=expected_versions(update.get("if_match")),
            quotas=self._quotas,
            budget=self._budget,
        )
        refuse_other_values(read_only, represent_task(old, self._url_for), within=place)
        return self._result(new)

    def _delete(self, deletion: dict[str, Any]) -> dict[str, Any]:
        storage.delete_task(
            self._db,
            self._list_id,
            deletion["id"],
            versions=expected_versions(deletion.get("if_match")),
            forget_before=timedelta(days=self._settings.tombstone_days),
            budget=self._budget,
        )
        return {"result": True}

    def _result(self, task: TaskRow) -> dict[str, Any]:
        return {"task": represent_task(task, self._url_for), "etag": entity_tag(task.version)}


@contextmanager
def _faults_named(place: str) -> Iterator[None]:
    """Turn what storage refuses into a `Problem` that names the operation's place in the body."""
    try:
        yield
    except TaskMissingError:
        sentence = Sentence("missing", "There is no such task.")
        raise _conflict(f"{place}/id", sentence) from None
    except TaskChangedError:
        sentence = Sentence("changed", "It has changed since it was read: read it again.")
        raise _conflict(f"{place}/if_match", sentence) from None


def _conflict(place: str, sentence: Sentence) -> Problem:
    faults = [{"pointer": place, "detail": sentence}]
    detail = "None of the operations was carried out."
    return Problem(409, detail, code="batch_conflict", faults=faults)
