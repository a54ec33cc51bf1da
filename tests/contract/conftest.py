"""Fixtures for the tests of the contract layer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.keys import Keys
from todo_api.contract import ContractApp, Conventions, TagResolver, Workers

IDA = ("ida", "lewis")
GRACE = ("grace", "darling")


@pytest.fixture(scope="session")
def lighthouse() -> Iterator[ContractApp]:
    """The second document: its own handlers and conventions, nothing of the to-do list."""
    workers = Workers(2)
    app = ContractApp(__name__)
    app.add_api(
        Path(__file__).parent / "lighthouse" / "log.yaml",
        resolver=TagResolver("tests.contract.lighthouse"),
        workers=workers,
        authenticators={
            "keeper": Keys(IDA, GRACE, remembered=[GRACE]),
            "radio": Keys(("aboard",), ("ashore",)),
            "inspection": Keys(("ashore",)),
        },
        conventions=Conventions(
            realm="The lamp room",
            unauthorized="Who goes there?",
            unchallenged=("X-Signal", "Flags"),
            ignored_parameters=frozenset({"nocache", "t"}),
        ),
        check_responses=True,
    )
    yield app
    workers.close()
