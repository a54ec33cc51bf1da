"""Where lists may live: a statement on a list's things touches one part of a divided database.

Stock PostgreSQL divides each table of lists, and of their things, into eight parts by the list.
All operations are then asked for through the service, and each statement that this sends is looked
at by EXPLAIN, with the values that it was sent with. What reads one list alone could thus be
answered by one server of several.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import insert, literal, select
from starlette.testclient import TestClient

from tests.support.clients import PASSWORD
from tests.support.databases import PostgreSQLDatabases
from tests.support.members import invite, join
from tests.support.operations import OPERATIONS
from tests.support.partitions import DIVIDED, PARTITIONS, Sent, divide, touched
from todo_api import times
from todo_api.contract import ContractApp
from todo_api.storage import (
    Connection,
    Database,
    Quotas,
    Removal,
    access,
    inheritance,
    inspection,
    list_invitations,
    lists,
    members,
    planner,
    removal,
    staging,
    tasks,
    tombstones,
    trash,
    users,
)
from todo_api.storage.engine import Statement
from todo_api.storage.engine.postgresql.session import Session
from todo_api.storage.labels import rename_label
from todo_api.storage.schema import task_labels
from todo_api.storage.schema import tasks as tasks_table
from todo_api.storage.search_index import LABELS, WORDS

OF_ALL_LISTS = {
    *(lists.SELECT_LISTS, lists.SELECT_STATES, lists.COUNT_LISTS, lists.DELETE_OF_OWNER),
    *(access.SELECT_ROLES, access.HOLD_LISTS, members.LOCK_LISTS, members.COUNT_SHARED),
    *(members.SUM_OF_OWNER, inheritance.LOCK_ALL, inheritance.SELECT_HEIRS),
    *(inheritance.DELETE_MEMBERSHIPS, trash.SELECT_STATES, removal.SELECT_DELETED_LIST_OF),
    tasks.BEGIN_CHANGE,  # for the quotas, it adds up what the other lists of the owner have
}
"""What reads all lists of somebody's, or those that are named."""
IN_ANY_LIST = {
    # Whoever has a code does not know the list.
    *(list_invitations.SELECT_OFFERED, list_invitations.FIND_LIST),
    # Of the sweeping, which looks for lists where something is to be done.
    *(removal.SELECT_DELETED_LIST, tombstones.SELECT_ELDEST_LIST),
    *(staging.SELECT_LIST, list_invitations.FORGET),
}
"""What looks for a list that nobody has named."""
OF_COMMANDS = {
    *(users.SELECT_SUMMARY, users.SELECT_SUMMARIES, inspection.SELECT_LAST_CHANGED_AT),
    *removal.COUNTS[: len(removal.IN_A_LIST)],
}
"""What no client can have sent: the commands of an operator do."""
IN_FILES = {one for index in (LABELS, WORDS) for one in (index.insert_one, index.delete_one)}
"""What SQLite executes in place of statements on several texts at once."""

ANY_TASK = Statement(select(tasks_table.c.id).where(tasks.IN_LIST).limit(1))

MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
SEARCHES = [
    *("", "?top_level=true", "?assigned_to=miguel", "?parent_id={task_id}", "?sort=position"),
    *("?q=cook", "?label=home&sort=-due&limit=1", "?title_prefix=c&sort=title&limit=1"),
    "?done=false&q=onions&label=home&sort=-title",
    "?overdue=false&due_before=2032-01-01&due_after=2001-01-01&limit=2",
    "?priority_min=0&updated_since=2001-01-01T00:00:00Z&sort=due&limit=1",
]


@pytest.fixture
def database_url(postgresql_databases: PostgreSQLDatabases) -> Iterator[str]:
    """Give a divided database."""
    url = postgresql_databases.fresh()
    database = Database(url)
    divide(database)
    database.close()
    yield url
    postgresql_databases.discard(url)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> dict[str, Sent]:
    """The statements that the driver is given, each with its last values."""
    found: dict[str, Sent] = {}
    send = Session.send

    def note(session: Session, sql: str, values: Sequence[Any] = ()) -> None:
        if values:  # what begins and ends a transaction has none
            found[sql] = Sent(sql, tuple(values))
        send(session, sql, values)

    monkeypatch.setattr(Session, "send", note)
    return found


class Visit:
    """What clients ask for, and which operations that were."""

    def __init__(self) -> None:
        """Begin with none."""
        self.asked: set[str] = set()

    def ask(
        self,
        client: TestClient,
        operation: str,
        places: dict[str, object] | None = None,
        query: str = "",
        **request: Any,  # noqa: ANN401 - a request's own
    ) -> httpx2.Response:
        """Ask for an operation, and see that it was done."""
        known = OPERATIONS[operation]
        path = (known["path"] + query).format_map(places or {})
        answer = client.request(known["method"], path, **request)
        assert answer.is_success, (operation, answer.text)
        self.asked.add(operation)
        return answer

    def ask_for_pages(
        self, client: TestClient, operation: str, places: dict[str, object], query: str
    ) -> None:
        """Ask for two pages, if there are so many."""
        page = self.ask(client, operation, places, query)
        if "next" in page.links:
            assert client.get(page.links["next"]["url"]).is_success

    def use(self, client: TestClient, list_id: int | None) -> None:
        """Do with tasks all that can be done, in a list or, if none is named, in one's own."""
        there = {} if list_id is None else {"list_id": list_id}
        query = "" if list_id is None else f"?list_id={list_id}"
        cook = {"title": "Cook", "labels": ["home"], "due": "2030-01-01", **there}
        cook["repeat"] = {"rule": "FREQ=DAILY", "from": "due"}
        task = self.ask(client, "create_task", json=cook).json()["task"]["id"]
        cut = {"title": "Cut onions", "labels": ["home"], "parent_id": task, **there}
        part = self.ask(client, "create_task", json=cut).json()["task"]["id"]
        at, of = {"task_id": task}, {"task_id": part}
        self.ask(client, "get_task", at)
        for done in (True, False):
            self.ask(client, "update_task", at, json={"done": done})
        longer = {"title": "Cook dinner", "labels": ["home", "b"], "description": "Garlic"}
        self.ask(client, "patch_task", at, json=longer, headers=MERGE_PATCH)
        for where in ({"after": part}, {"before": part}):
            self.ask(client, "move_task", at, json=where)
        for parent in (None, task):
            self.ask(client, "move_task", of, json={"parent_id": parent})
        self.ask(client, "delete_task", at)
        self.ask_for_pages(client, "get_trash", {}, "?limit=1")
        for _ in range(2):
            self.ask(client, "restore_task", at)
        steps = [{"create": {"title": "Eat", **there}}, {"update": {"id": part, "done": True}}]
        steps += [{"delete": {"id": task}}, {"restore": {"id": task}}]
        key = {"Idempotency-Key": f"task-{task}"}
        for _ in range(2):
            self.ask(client, "run_batch", json={"operations": steps}, headers=key)
        for search in SEARCHES:
            self.ask_for_pages(client, "get_tasks", at, search)
        changes = self.ask(client, "get_changes", query=query).json()
        since = f"{query}{'&' if query else '?'}since={changes['next']}"
        self.ask(client, "get_changes", query=since)
        self.ask(client, "export_tasks", query=query)
        self.ask_for_pages(client, "get_labels", {}, "?limit=1")
        renaming = {"name": "home", "new_name": "house"}
        self.ask(client, "rename_label", query=query, json=renaming)
        for many in (2, 300):
            fry = {"title": "Fry", "labels": ["house"], "due": "2030-01-01"}
            file = {"tasks": [fry] * many}
            self.ask(client, "import_tasks", query=query, json=file)
        self.ask(client, "delete_task", at)

    def share(self, owner: TestClient, member: TestClient, list_id: int) -> None:
        """Do with a list all that can be done, at last by the member."""
        at: dict[str, object] = {"list_id": list_id}
        self.ask(owner, "get_lists")
        self.ask(owner, "get_list", at)
        self.ask(owner, "update_list", at, json={"name": "Kitchen", "time_zone": "Asia/Tokyo"})
        at["invitation_id"] = self.ask(
            owner, "create_invitation", at, json={"role": "editor"}
        ).json()["invitation"]["id"]
        self.ask(owner, "get_invitations", at)
        self.ask(owner, "delete_invitation", at)
        code = invite(owner, list_id)["code"]
        for step in ("look_at_invitation", "redeem_invitation"):
            self.ask(member, step, json={"code": code})
        self.ask(owner, "get_members", at)
        at["username"] = "susan"
        for role in ("viewer", "owner"):
            self.ask(owner, "update_member", at, json={"role": role})
        at["username"] = "miguel"
        self.ask(owner, "delete_member", at)

    def leave(self, client: TestClient, username: str) -> None:
        """Do with an account all that can be done."""
        at: dict[str, object] = {"username": username}
        token = {"name": "Phone", "scope": "write"}
        made = self.ask(client, "create_token", json=token).json()["token"]
        bearer = {"Authorization": f"Bearer {made['secret']}"}
        self.ask(client, "get_tasks", auth=None, headers=bearer)
        at["token_id"] = made["id"]
        for operation in ("get_tokens", "get_token", "delete_token", "get_user"):
            self.ask(client, operation, at)
        new = {"username": "david", "password": "Pizza is not a fruit!"}
        self.ask(client, "create_user", json=new, auth=None)
        password = {"current_password": PASSWORD, "password": "Pizza is not a fruit!"}
        self.ask(client, "update_user", at, json=password)
        client.auth = (username, "Pizza is not a fruit!")
        self.ask(client, "delete_user", at)
        for operation in ("get_health", "get_readiness"):
            self.ask(client, operation)


def use_up(database: Database, list_id: int) -> None:
    """Do what is done where much is stored."""
    with database.transaction() as db:
        rename_label(db, [list_id], "house", "home", most=1)
        task: int = db.scalar(ANY_TASK, {"in_list": list_id})
        full, kept = Quotas(tasks=1), timedelta(days=30)
        tasks.delete_task(db, list_id, task, forget_before=kept, quotas=full)
        for part in removal.PARTS_OF_LIST:
            db.execute(part.delete, removal.values_of(list_id, part.least, part.least))


def sweep(database: Database) -> None:
    """Do what is done in the background, as if a day had passed."""
    later = times.later(times.now(), timedelta(days=1))
    with database.transaction() as db:
        staging.insert_some_piece(db)
        tombstones.forget_some_deletions(db, before=later)
        list_invitations.forget_list_invitations(db, now=later)
        rest = Removal()
        while rest.remove_some_piece(db):
            pass


def on_lists(db: Connection) -> dict[Statement, str]:
    """Return each statement on divided tables that a module of storage has, with its name."""
    found: dict[Statement, str] = {}
    engine = db.dialect.name
    for path, module in [*sys.modules.items()]:
        if path.startswith("todo_api.storage."):
            for name, value in vars(module).items():
                one = value.get(engine) if isinstance(value, dict) else value
                found |= dict.fromkeys(statements_in(one), name)
    names = re.compile(rf"\b(?:FROM|INTO|UPDATE|JOIN) ({'|'.join(DIVIDED)})\b")
    return {one: name for one, name in found.items() if names.search(one.compiled(db.dialect).sql)}


def statements_in(value: object) -> Iterator[Statement]:
    if isinstance(value, Statement):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from statements_in(one)


def test_each_statement_of_the_service_touches_one_part_unless_it_is_of_all_lists(
    app: ContractApp,
    database: Database,
    miguel: TestClient,
    susan: TestClient,
    sent: dict[str, Sent],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del app
    visit = Visit()
    made = visit.ask(miguel, "create_list", json={"name": "The kitchen"})
    shared = made.json()["list"]["id"]
    join(miguel, shared, susan)
    for list_id in (None, shared):
        for few in (planner.FEW_ENOUGH_TO_SORT, 0):  # and as in a list that is long
            monkeypatch.setattr(planner, "FEW_ENOUGH_TO_SORT", few)
            monkeypatch.setattr(planner, "SHORT_ENOUGH_TO_WALK", few)
            monkeypatch.setattr(planner, "TOO_SHORT_TO_ASK", 0)
            monkeypatch.setattr(planner, "SHARE_TO_SORT", 1)
            for client in (miguel, susan):
                visit.use(client, list_id)
    use_up(database, shared)
    sweep(database)
    visit.ask(miguel, "empty_trash")
    visit.share(miguel, susan, shared)
    visit.ask(susan, "delete_list", {"list_id": shared})
    visit.leave(miguel, "miguel")
    sweep(database)
    assert visit.asked == OPERATIONS.keys()
    with database.transaction() as db:
        known = on_lists(db)
        by_sql = {one.compiled(db.dialect).sql: name for one, name in known.items()}
        not_sent = {one.compiled(db.dialect).sql for one in OF_COMMANDS | IN_FILES}
        assert by_sql.keys() - sent.keys() == not_sent
        across: set[str] = set()
        for one in [*sent.values()]:
            parts = touched(db, one)
            if {*parts.values()} - {1}:
                across.add(by_sql.get(one.sql, one.sql))
    assert across == {known[one] for one in OF_ALL_LISTS | IN_ANY_LIST}


PLANTED = {
    "a task by its id alone": select(tasks_table.c.id).where(tasks_table.c.id == 1),
    "labels of tasks of a list": select(task_labels.c.label).where(
        task_labels.c.task_id.in_(select(tasks_table.c.id).where(tasks_table.c.list_id == 1))
    ),
    "rows out of other lists": insert(task_labels).from_select(
        ["list_id", "label", "task_id"],
        select(tasks_table.c.list_id, literal("home"), tasks_table.c.id),
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_statement_that_does_not_name_its_list_touches_all_parts(
    database: Database, name: str
) -> None:
    with database.transaction() as db:
        compiled = Statement(PLANTED[name]).compiled(db.dialect)
        parts = touched(db, Sent(compiled.sql, tuple(compiled.bind({}))))
    assert PARTITIONS in parts.values()
