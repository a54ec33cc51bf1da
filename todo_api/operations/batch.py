"""Many changes to a user's tasks in one transaction: the handler of the tag ``batch``."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any

from todo_api import storage, times
from todo_api.contract import Answer, Problem, Reply, Sentence, UrlFor
from todo_api.identity import User
from todo_api.operations.moves import move_task
from todo_api.operations.representation import (
    NO_SUCH_LIST,
    assign,
    names_in,
    refuse_other_values,
    represent_task,
    split_body,
    with_rule,
)
from todo_api.rest import (
    Once,
    entity_tag,
    expected_versions,
    neighbour_refused,
    parent_refused,
    sentence_for,
)
from todo_api.settings import Settings
from todo_api.storage import (
    EDITOR,
    Connection,
    ListMissingError,
    NeighbourRefusedError,
    ParentRefusedError,
    Quotas,
    Role,
    RoleTooLowError,
    TaskChangedError,
    TaskMissingError,
    TaskRow,
    WordBudget,
    list_of,
    require,
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
    steps = [
        (f"/operations/{index}/{verb}", verb, arguments)
        for index, operation in enumerate(body["operations"])
        for verb, arguments in operation.items()
    ]

    def hold(db: Connection) -> Batch:
        named = (_lists_in(verb, arguments, user).values() for _, verb, arguments in steps)
        lists = storage.hold_lists(db, user, {*chain.from_iterable(named)})
        return Batch(db, user, lists, settings, quotas, url_for)

    def admit(db: Connection) -> None:
        batch = hold(db)
        for step in steps:
            batch.admit(*step)

    def run(db: Connection) -> Reply:
        batch = hold(db)
        return Reply({"results": [batch.run(*step) for step in steps]})

    return once(idempotency_key, user.id, ("run_batch", body), run, admit=admit)


def _lists_in(verb: str, arguments: Mapping[str, Any], user: User) -> dict[str, int]:
    """Return the lists that an operation changes, each by the member that tells of it."""
    match verb:
        case "create":
            return {"list_id": arguments.get("list_id", user.list_id)}
        case "move" if "list_id" in arguments:
            return {"id": list_of(arguments["id"]), "list_id": arguments["list_id"]}
        case _:
            return {"id": list_of(arguments["id"])}


class Batch:
    """A running batch, all of whose operations share one transaction."""

    def __init__(
        self,
        db: Connection,
        user: User,
        lists: Mapping[int, Role],
        settings: Settings,
        quotas: Quotas,
        url_for: UrlFor,
    ) -> None:
        """Run in this transaction, on the tasks of lists in which the user has these roles."""
        self._quotas = quotas
        self._budget = WordBudget(MOST_WORDS)
        self._db = db
        self._user = user
        self._lists = lists
        self._settings = settings
        self._url_for = url_for

    def admit(self, place: str, verb: str, arguments: dict[str, Any]) -> int:
        """Return the list of the operation at `place`; raise a `Problem` that names the place."""
        named = _lists_in(verb, arguments, self._user)
        for member, list_id in named.items():
            with _faults_named(place):
                if list_id not in self._lists:
                    raise TaskMissingError if member == "id" else ListMissingError
            try:
                require(self._lists[list_id], EDITOR)
            except RoleTooLowError as failure:
                sentence = Sentence("low_role", sentence_for(failure))
                faults = [{"pointer": f"{place}/{member}", "detail": sentence}]
                raise Problem(403, NONE_DONE, code="role_too_low", faults=faults) from None
        return next(iter(named.values()))

    def run(self, place: str, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return the result of the operation at `place`; raise a `Problem` that names the place."""
        list_id = self.admit(place, verb, arguments)
        with _faults_named(place):
            match verb:
                case "create":
                    return self._create(list_id, arguments, place)
                case "update":
                    return self._update(list_id, arguments, place)
                case "delete":
                    return self._delete(list_id, arguments)
                case "move":
                    return self._move(arguments, place)
                case _:
                    return self._restore(list_id, arguments)

    def _create(self, list_id: int, given: dict[str, Any], place: str) -> dict[str, Any]:
        task = {name: value for name, value in given.items() if name != "list_id"}
        return self._result(self._insert(list_id, self._assigned(list_id, task, place)))

    def _insert(self, list_id: int, task: dict[str, Any]) -> TaskRow:
        return storage.insert_task(
            self._db, list_id, task, by=self._user.id, quotas=self._quotas, budget=self._budget
        )

    def _update(self, list_id: int, update: dict[str, Any], place: str) -> dict[str, Any]:
        body = {name: value for name, value in update.items() if name != "if_match"}
        given, read_only = split_body(body)
        changes = self._assigned(list_id, given, place, update["id"])
        old, new = storage.update_task(
            self._db,
            list_id,
            update["id"],
            changes,
            by=self._user.id,
            versions=expected_versions(update.get("if_match")),
            quotas=self._quotas,
            budget=self._budget,
        )
        refuse_other_values(read_only, self._represented(old), within=place)
        return self._result(new)

    def _delete(self, list_id: int, deletion: dict[str, Any]) -> dict[str, Any]:
        storage.delete_task(
            self._db,
            list_id,
            deletion["id"],
            versions=expected_versions(deletion.get("if_match")),
            forget_before=self._settings.deletions_kept,
            quotas=self._quotas,
            budget=self._budget,
        )
        return {"result": True}

    def _move(self, move: dict[str, Any], place: str) -> dict[str, Any]:
        where = {name: value for name, value in move.items() if name not in {"id", "if_match"}}
        return self._result(
            move_task(
                self._db,
                move["id"],
                where,
                versions=expected_versions(move.get("if_match")),
                quotas=self._quotas,
                budget=self._budget,
                within=place,
            )
        )

    def _restore(self, list_id: int, restoration: dict[str, Any]) -> dict[str, Any]:
        return self._result(
            storage.restore_task(
                self._db,
                list_id,
                restoration["id"],
                before=times.ago(self._settings.deletions_kept),
                quotas=self._quotas,
                budget=self._budget,
            )
        )

    def _result(self, task: TaskRow) -> dict[str, Any]:
        return {"task": self._represented(task), "etag": entity_tag(task.version)}

    def _represented(self, task: TaskRow) -> dict[str, Any]:
        return represent_task(task, names_in(self._db, self._user, [task]), self._url_for)

    def _assigned(
        self, list_id: int, given: dict[str, Any], place: str, task_id: int | None = None
    ) -> dict[str, Any]:
        ruled = with_rule(given, within=place)
        return assign(self._db, self._user, list_id, ruled, task_id, within=place)


@contextmanager
def _faults_named(place: str) -> Iterator[None]:
    """Turn what storage refuses into a `Problem` that names the operation's place in the body."""
    try:
        yield
    except TaskMissingError:
        sentence = Sentence("missing", "There is no such task.")
        raise _conflict(f"{place}/id", sentence) from None
    except ListMissingError:
        raise _conflict(f"{place}/list_id", NO_SUCH_LIST) from None
    except ParentRefusedError as failure:
        raise parent_refused(failure, within=place) from None
    except NeighbourRefusedError as failure:
        raise neighbour_refused(failure, within=place) from None
    except TaskChangedError:
        sentence = Sentence("changed", "It has changed since it was read: read it again.")
        raise _conflict(f"{place}/if_match", sentence) from None


def _conflict(place: str, sentence: Sentence) -> Problem:
    faults = [{"pointer": place, "detail": sentence}]
    return Problem(409, NONE_DONE, code="batch_conflict", faults=faults)


NONE_DONE = "None of the operations was carried out."
