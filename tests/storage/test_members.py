"""Members: whoever follows the changes while lists are shared has exactly what they may see."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from functools import partial
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.storage.test_several_lists import Copy, Owner
from tests.support.plans import explained
from tests.support.sharing import NEVER, invite, join, new_list
from todo_api import times
from todo_api.storage import (
    Database,
    InvitationMissingError,
    ListMissingError,
    MemberMissingError,
    OwnerStaysError,
    Role,
    RoleTooLowError,
    TaskMissingError,
    TooManyMembersError,
    UserGoneError,
    UserRow,
    delete_member,
    delete_user,
    insert_list_invitation,
    insert_user,
    select_lists,
    select_members,
    update_member,
    use_list_invitation,
)
from todo_api.storage.list_invitations import SELECT_OFFERED

Step = tuple[str, int, int]
STEPS = st.tuples(
    st.sampled_from(
        [
            *["create"] * 4,
            *["update", "delete", "rename"],
            *["invite"] * 3,
            *["leave", "remove", "promote", "demote", "hand over", "open", "close"],
        ]
    ),
    st.integers(0, 3),
    st.integers(1, 6),
)
ROLES_BY_VERB: dict[str, Role] = {"promote": "editor", "demote": "viewer", "hand over": "owner"}
REFUSALS = (
    *(TaskMissingError, ListMissingError, MemberMissingError, InvitationMissingError),
    *(RoleTooLowError, OwnerStaysError),
)


class Person(Owner):
    """A user, who shares lists with the others."""

    others: "list[Person]"

    def write(self, steps: list[Step]) -> None:
        """Do what a script says, as far as it is allowed."""
        for step in steps:
            with suppress(*REFUSALS):
                self.database.retrying(partial(self.do, *step))

    def do(self, verb: str, place: int, number: int) -> None:
        """Do one thing with the list at a place, counted around."""
        other = self.others[number % len(self.others)]
        with self.database.snapshot() as db:
            rows = select_lists(db, self.user.id)
        list_id = rows[place % len(rows)].id
        match verb:
            case "invite":
                join(self.database, self.user, list_id, other.user, ("viewer", "editor")[place % 2])
            case "leave" | "remove":
                gone = self.user if verb == "leave" else other.user
                with self.database.transaction() as db:
                    delete_member(db, self.user, list_id, gone.username, own=gone is self.user)
            case "promote" | "demote" | "hand over" if list_id != self.user.list_id:
                role = ROLES_BY_VERB[verb]
                with self.database.transaction() as db:
                    update_member(db, self.user, list_id, other.user.username, role)
            case "promote" | "demote" | "hand over":
                pass
            case _:
                super().do(verb, place, number)


@pytest.fixture
def circles(database: Database) -> Iterator[list[Person]]:
    """Three users who share a list, and have one each, time after time."""

    def register(number: int) -> list[Person]:
        people = []
        for name in ("miguel", "susan", "david"):
            with database.transaction() as db:
                row = insert_user(db, username=f"{name}{number}", email=None, password_hash="x")
            people.append(Person(database, row))
        for person in people:
            person.others = [one for one in people if one is not person]
        first, *others = people
        kitchen = new_list(database, first.user)
        for member in others:
            join(database, first.user, kitchen, member.user)
        return people

    return map(register, count())


def test_whoever_follows_while_lists_are_shared_has_what_they_may_see(
    circles: Iterator[list[Person]],
) -> None:
    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        scripts=st.lists(st.lists(STEPS, min_size=4, max_size=12), min_size=3, max_size=3),
        limit=st.integers(1, 4),
        leaver=st.integers(0, 5),
    )
    def check(scripts: list[list[Step]], limit: int, leaver: int) -> None:
        people = next(circles)
        copies = [Copy(person) for person in people]
        with ThreadPoolExecutor(len(scripts)) as pool:
            writing = [
                pool.submit(person.write, steps)
                for person, steps in zip(people, scripts, strict=True)
            ]
            while wait(writing, timeout=0).not_done:
                for copy in copies:
                    copy.follow(limit)
        for done in writing:
            done.result()
        gone = people[leaver] if leaver < len(people) else None
        if gone is not None:
            with gone.database.transaction() as db:
                delete_user(db, gone.user.id)
        for person, copy in zip(people, copies, strict=True):
            if person is gone:
                with pytest.raises(UserGoneError):
                    copy.follow(limit)
                continue
            while copy.follow(limit):
                pass
            assert sorted(copy.tasks.values()) == sorted(person.tasks())

    check()


def test_each_list_has_one_owner_whatever_happens(circles: Iterator[list[Person]]) -> None:
    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(scripts=st.lists(st.lists(STEPS, min_size=6, max_size=12), min_size=3, max_size=3))
    def check(scripts: list[list[Step]]) -> None:
        people = next(circles)
        with ThreadPoolExecutor(len(scripts)) as pool:
            list(pool.map(lambda pair: pair[0].write(pair[1]), zip(people, scripts, strict=True)))
        seen: dict[int, set[tuple[str, str]]] = {}
        for person in people:
            with person.database.snapshot() as db:
                for row in select_lists(db, person.user.id):
                    members = select_members(db, person.user, row.id)
                    assert [one.role for one in members].count("owner") == 1
                    assert len({one.username for one in members}) == len(members)
                    assert (person.user.username, row.role) in {
                        (one.username, one.role) for one in members
                    }
                    seen.setdefault(row.id, set()).add((person.user.username, row.role))
                    assert seen[row.id] <= {(one.username, one.role) for one in members}

    check()


def test_an_invitation_is_used_by_one_of_those_who_send_its_code_at_once(
    database: Database, miguels_account: UserRow
) -> None:
    kitchen = new_list(database, miguels_account)
    invite(database, miguels_account, kitchen, "code", "editor")
    people = []
    for number in range(6):
        with database.transaction() as db:
            name = f"user{number}"
            people.append(insert_user(db, username=name, email=None, password_hash="x"))

    def redeem(user: UserRow) -> bool:
        def run() -> None:
            with database.transaction() as db:
                use_list_invitation(db, user, "code", most_members=9)

        try:
            database.retrying(run)
        except InvitationMissingError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(redeem, people)) == 1
    with database.snapshot() as db:
        assert len(select_members(db, miguels_account, kitchen)) == 2


def test_what_a_code_leads_to_is_found_by_indexes(
    database: Database, miguels_account: UserRow
) -> None:
    with database.transaction() as db:
        for number in range(300):
            user = insert_user(db, username=f"user{number}", email=None, password_hash="x")
            offer = partial(insert_list_invitation, db, role="viewer", expires_at=NEVER, most=9)
            offer(user, user.list_id, code_hash=f"code {number}")
            offer(miguels_account, miguels_account.list_id, code_hash=f"miguel's {number}")
            use_list_invitation(db, user, f"miguel's {number}", most_members=2000)
        db.execute(text("ANALYZE"))
        asked: dict[str, object] = {"user_id": miguels_account.id, "now": times.now()}
        plan = explained(db, SELECT_OFFERED, {"this_hash": "code 1", **asked})
    assert "list_invitations_hash" in plan
    plan = plan.replace("SCAN access", "")  # the few lists of the user, which an index has found
    for slow in ("Seq Scan", "SCAN", "TEMP B-TREE"):
        assert slow not in plan, plan


def test_the_last_place_in_a_list_is_for_one_of_those_who_come_at_once(
    database: Database, miguels_account: UserRow
) -> None:
    kitchen = new_list(database, miguels_account)
    people = []
    for number in range(6):
        invite(database, miguels_account, kitchen, f"code {number}", "editor")
        with database.transaction() as db:
            name = f"user{number}"
            people.append(insert_user(db, username=name, email=None, password_hash="x"))

    def redeem(number: int) -> bool:
        def run() -> None:
            with database.transaction() as db:
                use_list_invitation(db, people[number], f"code {number}", most_members=3)

        try:
            database.retrying(run)
        except TooManyMembersError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(redeem, range(6))) == 2
