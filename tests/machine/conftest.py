"""People who are new to a service."""

from collections.abc import Iterator
from itertools import count

import pytest

from tests.machine.house import Person
from tests.support.clients import registered
from todo_api.contract import ContractApp
from todo_api.storage import Database, select_user
from todo_api.storage.lists import id_before


@pytest.fixture
def newcomers(app: ContractApp, database: Database) -> Iterator[Person]:
    """Users without tasks, one after the other."""

    def newcomer(username: str) -> Person:
        client = registered(app, database, username)
        with database.snapshot() as db:
            user = select_user(db, username)
        assert user is not None
        return Person(client, username, user.list_id, id_before(user.list_id))

    return (newcomer(f"user{number}") for number in count())
