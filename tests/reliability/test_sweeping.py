"""Sweeping: what has expired goes, whoever has it, in one process at a time."""

import asyncio
import json
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.reliability.served import add_miguel, eventually, served
from tests.support.clients import PASSWORD_HASH
from tests.support.commands import run_command
from tests.support.entries import entries_read
from todo_api import sweeping, times
from todo_api.rest import KEPT
from todo_api.storage import Database, delete_user, forget_tokens, insert_user
from todo_api.storage.idempotency_keys import TRY_LOCK_OWNER
from todo_api.sweeping import LeaseTakenError, Sweeper

log = logging.getLogger(__name__)

KINDS = ("idempotency_keys", "deleted_tasks", "tokens", "invitations")
MANY = 2500
"""More than goes at once."""
EACH = MANY // 10
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many)"
KEYS = "idempotency_keys (user_id, key, fingerprint, status, headers, body, created_at)"
DELETIONS = "deleted_tasks (list_id, change, task_id, deleted_at)"
TOKENS = "tokens (user_id, id, name, scope, hash, created_at, expires_at)"
COUNT_KEYS = "UPDATE users SET stored_keys = :keys, stored_answers = :keys"
COUNT_CHANGES = "UPDATE lists SET last_change = 2000000"
ONCE = "'2001-01-01T00:00:00.' || (100000 + i) || 'Z'"
"""When each was, one after the other."""
OLD, NEW = "2001-01-01T00:00:00.000000Z", "2999-01-01T00:00:00.000000Z"


def fill(database: Database, each: int = EACH) -> None:
    """Let ten users have many rows that have expired, and one of each kind that has not."""
    now = times.now()
    with database.migration() as (_, db):
        for number in range(10):
            name = f"user{number}"
            user = insert_user(db, username=name, email=None, password_hash=PASSWORD_HASH)
            recent, never = f"'{now}'", f"'{NEW}'"
            for what, at, end, many in (("old", ONCE, ONCE, each), ("new", recent, never, 1)):
                first = 0 if what == "old" else 1_000_000
                identity = f"{first} + {number} * {MANY} + i, '', 'read', '{what}{number}-' || i"
                for table, row in (
                    (KEYS, f":user, '{what}' || i, '', 201, '{{}}', 'x', {at}"),
                    (DELETIONS, f":list, i + {first}, i, {at}"),
                    (TOKENS, f":user, {identity}, {at}, {end}"),
                ):
                    statement = f"INSERT INTO {table} {NUMBERS} SELECT {row} FROM n"  # noqa: S608 - ours
                    owners = {"user": user.id, "list": user.list_id}
                    db.execute(text(statement), {**owners, "many": many})
        db.execute(text(COUNT_KEYS), {"keys": each + 1})
        db.execute(text(COUNT_CHANGES))
        for name, until in (("old", OLD), ("new", NEW)):
            values = {"name": name, "until": until}
            db.execute(text("INSERT INTO invitations VALUES (:name, '', :until)"), values)


def counts(database: Database) -> dict[str, int]:
    with database.snapshot() as db:
        return {name: db.scalar(text(f"SELECT count(*) FROM {name}")) for name in KINDS}  # noqa: S608 - ours


LEFT = {"idempotency_keys": 10, "deleted_tasks": 10, "tokens": 10, "invitations": 1}


def sweeper_of(database: Database) -> Sweeper:
    return Sweeper(database, answers_kept=KEPT, deletions_kept=timedelta(days=30))


def test_the_service_removes_what_has_expired_of_all_users(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    monkeypatch.setattr(sweeping, "FIRST_SWEEP_SECONDS", 0.1)

    sweeper = sweeper_of(database)

    async def sweep() -> None:
        async with sweeper.in_background():
            await asyncio.to_thread(eventually, lambda: counts(database) == LEFT, 60)

    asyncio.run(sweep())
    assert sweeper.rows == 3 * MANY + 1
    log.info("%d rows of %d users have gone", sweeper.rows, 10)
    with database.snapshot() as db:
        used = db.all(text("SELECT DISTINCT stored_keys, stored_answers FROM users"))
        assert [tuple(row) for row in used] == [(1, 1)]
        forgotten = db.all(text("SELECT DISTINCT forgotten_change FROM lists"))
        assert [tuple(row) for row in forgotten] == [(EACH,)]


def test_a_service_sweeps_when_it_is_told_of_something(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    fill(database)
    add_miguel(database_url)
    with served(database_url, tmp_path / "log") as service:
        assert service.client.delete("/users/miguel").status_code == 200, service.log
        eventually(lambda: counts(database) == LEFT, 60)
        assert "Traceback" not in service.log


def test_the_command_sweeps_by_hand(database: Database, database_url: str) -> None:
    fill(database)
    done = run_command("sweep", "--json", TODO_DATABASE_URL=database_url)
    assert done.status == 0
    assert json.loads(done.stdout) == {
        "removed": {
            "rows_of_deleted_users_and_lists": 0,
            "idempotency_keys": MANY,
            "tombstones": MANY,
            "tokens": MANY,
            "invitations": 1,
            "pieces_of_interrupted_imports": 0,
            "invitations_to_lists": 0,
        }
    }
    assert counts(database) == LEFT
    again = run_command("sweep", TODO_DATABASE_URL=database_url)
    assert again.stdout.startswith(
        "Removed 0 rows of deleted users and lists, 0 idempotency keys, "
    )


def test_one_process_at_a_time_sweeps(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    other = Database(database_url)
    one, two = sweeper_of(database), sweeper_of(other)
    pieces = one._pieces(lambda db: forget_tokens(db, now=times.now()))  # noqa: SLF001 - one by one
    assert next(pieces) > 0
    with pytest.raises(LeaseTakenError):
        two.sweep()
    refused = run_command("sweep", TODO_DATABASE_URL=database_url)
    assert refused == (1, "", "Error: Another process is sweeping at the moment.\n")
    # Whoever dies leaves the lease to others when it has run out.
    now = times.now()
    monkeypatch.setattr(times, "now", lambda: times.later(now, timedelta(seconds=20)))
    assert two.sweep()["tokens"] > 0
    other.close()


def test_whoever_finds_the_lease_taken_looks_again_when_it_may_have_run_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    monkeypatch.setattr(sweeping, "FIRST_SWEEP_SECONDS", 0.0)
    monkeypatch.setattr(sweeping, "SWEEP_SECONDS", 3600.0)
    monkeypatch.setattr(sweeping, "LEASE_SECONDS", timedelta(seconds=1))
    dead, alive = sweeper_of(database), sweeper_of(database)
    assert next(dead._pieces(lambda db: forget_tokens(db, now=times.now()))) > 0  # noqa: SLF001 - the last before it dies

    async def sweep() -> None:
        async with alive.in_background():
            took = await asyncio.to_thread(eventually, lambda: counts(database) == LEFT, 60)
            log.info("all has gone after %.1f s, with a lease of one second", took)

    asyncio.run(sweep())


def test_a_kind_that_fails_holds_up_no_other(database: Database) -> None:
    fill(database)
    with database.transaction() as db:
        gone = db.scalar(text("SELECT min(id) FROM users"))
        delete_user(db, gone)
    with database.migration() as (_, db):
        db.execute(text("ALTER TABLE tokens RENAME TO mislaid"))
    sweeper = sweeper_of(database)
    with pytest.raises(Exception, match="tokens"):
        sweeper.sweep()
    with database.migration() as (_, db):
        db.execute(text("ALTER TABLE mislaid RENAME TO tokens"))
    left = counts(database)
    assert left.pop("tokens") == 10 * (EACH + 1) - (EACH + 1)
    assert left == {"idempotency_keys": 9, "deleted_tasks": 9, "invitations": 1}
    sweeper.sweep()
    assert counts(database) == {**dict.fromkeys(KINDS, 9), "invitations": 1}


def test_what_a_deleted_user_has_left_is_not_taken_for_what_has_expired(
    database: Database,
) -> None:
    fill(database)
    with database.transaction() as db:
        eldest = db.all(text("SELECT id FROM users"))
        for (user,) in eldest:
            delete_user(db, user)
        kinds = sweeper_of(database)._kinds  # noqa: SLF001 - each by itself
        assert [kinds[kind](db) for kind in ("idempotency keys", "tombstones")] == [0, 0]
        assert db.scalar(TRY_LOCK_OWNER, {"owner_id": eldest[0][0]}) is None


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
@pytest.mark.parametrize("counted", [False, True], ids=["uncounted", "counted"])
@pytest.mark.parametrize("kind", ["idempotency keys", "tombstones", "tokens"])
def test_a_piece_reads_little_more_than_goes(
    database: Database,
    kind: str,
    counted: bool,  # noqa: FBT001 - a parameter
) -> None:
    """However much there is, and whether the planner has counted it or has not come to it yet."""
    fill(database, each=MANY)
    if counted:
        with database.migration() as (_, db):
            db.execute(text("ANALYZE"))
    remove = sweeper_of(database)._kinds[kind]  # noqa: SLF001 - by itself
    with database.transaction() as db:
        before = entries_read(db)
        rows = remove(db)
        read = entries_read(db) - before
    log.info("%d entries were read for %d rows", read, rows)
    assert rows
    assert read < 2.5 * rows


def test_a_piece_is_bounded(database: Database) -> None:
    fill(database, each=MANY)
    with database.transaction() as db:
        delete_user(db, db.scalar(text("SELECT min(id) FROM users")))
    removed = {}
    for kind, remove in sweeper_of(database)._kinds.items():  # noqa: SLF001 - each by itself
        with database.transaction() as db:
            removed[kind] = remove(db)
    log.info("at once went %s", removed)
    full = ("rows of deleted users and lists", "tombstones", "tokens")
    assert [removed[kind] for kind in full] == [1000] * 3
    assert max(removed.values()) == 1000
