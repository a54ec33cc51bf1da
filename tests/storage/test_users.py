"""Users: one for each name, and never two for one id."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from tests.support.rows import select_tasks
from todo_api.storage import Database, Removal, UsernameTakenError
from todo_api.storage.schema import users
from todo_api.storage.tasks import insert_task
from todo_api.storage.users import UserRow, delete_user, insert_user, select_user, update_user


@pytest.fixture
def miguel(miguels_account: UserRow) -> int:
    """Return the id of a user."""
    return miguels_account.id


@pytest.fixture
def susan(susans_account: UserRow) -> int:
    """Return the id of a user."""
    return susans_account.id


def test_a_user_comes_back_as_stored(database: Database) -> None:
    with database.transaction() as db:
        stored = insert_user(db, username="miguel", email=None, password_hash="python")
    assert stored == UserRow(stored.id, "miguel", None, "python", stored.list_id)
    with database.snapshot() as db:
        assert select_user(db, "miguel") == stored
        assert select_user(db, "susan") is None


@pytest.mark.usefixtures("miguel")
def test_a_taken_username_is_refused_and_changes_nothing(database: Database) -> None:
    with pytest.raises(UsernameTakenError), database.transaction() as db:
        insert_user(db, username="miguel", email="thief@example.com", password_hash="stolen")
    with database.snapshot() as db:
        user = select_user(db, "miguel")
    assert user is not None
    assert (user.email, user.password_hash) == (None, "python")


def test_of_many_who_want_a_username_at_the_same_time_one_gets_it(database: Database) -> None:
    def register(number: int) -> bool:
        try:
            with database.transaction() as db:
                insert_user(db, username="miguel", email=None, password_hash=str(number))
        except UsernameTakenError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(register, range(8))) == 1


@pytest.mark.usefixtures("miguel")
@pytest.mark.parametrize("other", ["Miguel", "MIGUEL", "miguel ", " miguel", "migue", "m%"])
def test_usernames_are_compared_byte_by_byte(database: Database, other: str) -> None:
    with database.transaction() as db:
        assert select_user(db, other) is None
        insert_user(db, username=other, email=None, password_hash="")


def test_text_is_ordered_by_code_points_whatever_the_locale(database: Database) -> None:
    in_order = ["B", "_", "a", "b", "z", "\xc9", "\xe9", "\uff21", "\U0001f600"]
    with database.transaction() as db:
        for name in reversed(in_order):
            insert_user(db, username=name, email=None, password_hash="")
    with database.snapshot() as db:
        names = [value for (value,) in db.all(select(users.c.username).order_by(users.c.username))]
    assert names == in_order


@pytest.mark.parametrize(
    ("changes", "email", "password_hash"),
    [
        ({"email": "new@example.com"}, "new@example.com", "cat"),
        ({"email": None}, None, "cat"),
        ({"password_hash": "dog"}, "susan@example.com", "dog"),
        ({}, "susan@example.com", "cat"),
    ],
)
def test_an_update_changes_what_it_names_and_nothing_else(
    database: Database,
    susans_account: UserRow,
    changes: dict[str, object],
    email: str | None,
    password_hash: str,
) -> None:
    with database.transaction() as db:
        changed = update_user(db, susans_account.id, changes)
    assert changed == susans_account._replace(email=email, password_hash=password_hash)
    with database.snapshot() as db:
        assert select_user(db, "susan") == changed


def test_a_missing_user_is_neither_updated_nor_deleted(database: Database, miguel: int) -> None:
    with database.transaction() as db:
        assert delete_user(db, miguel)
        assert not delete_user(db, miguel)
        assert update_user(db, miguel, {"email": None}) is None
        assert update_user(db, miguel, {}) is None


def test_a_password_that_was_changed_meanwhile_is_not_overwritten(
    database: Database, susan: int
) -> None:
    changes = {"password_hash": "new"}
    with database.transaction() as db:
        assert update_user(db, susan, changes, known_hash="dog") is None
        assert update_user(db, susan, changes, known_hash="cat") is not None


def test_deletion_takes_the_tasks_along_and_no_others(
    database: Database, miguels_account: UserRow, susans_account: UserRow
) -> None:
    miguel, susan = miguels_account.id, susans_account.list_id
    with database.transaction() as db:
        insert_task(db, miguels_account.list_id, {"title": "Go", "description": "", "done": False})
        kept = insert_task(db, susan, {"title": "Stay", "description": "", "done": False})
    with database.transaction() as db:
        delete_user(db, miguel)
        removal = Removal()
        while removal.remove_piece(db, miguel):
            pass
    with database.snapshot() as db:
        assert select_tasks(db, miguels_account.list_id) == []
        assert select_tasks(db, susan) == [kept]


def test_a_name_that_is_free_again_comes_with_a_new_id_and_no_tasks(
    database: Database, miguels_account: UserRow
) -> None:
    former = miguels_account.list_id
    with database.transaction() as db:
        private = insert_task(db, former, {"title": "Private", "description": "", "done": False})
        delete_user(db, miguels_account.id)
    with database.transaction() as db:
        successor = insert_user(db, username="miguel", email=None, password_hash="new")
        assert successor.id > miguels_account.id
        assert successor.list_id != former
        assert select_tasks(db, successor.list_id) == []
        first = insert_task(db, successor.list_id, {"title": "First"})
        assert first.id != private.id
