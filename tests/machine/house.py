"""A house of people with lists, all that they see of them, and the oracle beside it.

After each request, whoever sent it and one other read all that they see: it has to be what the
oracle says, no task more and none less. What people do is in the rooms: `sharing`, `branches`,
`order`, `series` and `relocation`, each of which can be entered alone.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from datetime import date
from typing import Any

import httpx2
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from starlette.testclient import TestClient

from tests.machine.oracle import RefusalError, SharedList, Task, Tasks, World
from tests.support.copies import Copy
from tests.support.members import invite

MOST_TASKS = 24
"""In one list, so that lists do not grow without bound: a successor brings all its parts along."""
WHO_CHANGES = ("owner", "editor")
EVERY_ROLE = (*WHO_CHANGES, "viewer")
FOLLOWED = 3
"""After so many steps, somebody's copy follows."""
TOLD = {
    *("id", "title", "labels", "done", "due", "priority", "parent_id", "repeat"),
    *("previous_id", "next_id", "created_by", "completed_by"),
}
"""The members of a task that are compared; `tests/api` has the others."""

NUMBER = st.integers(0, 30)
USER = st.integers(0, 2)
TITLE = st.sampled_from(["Read", "Cook", "Paint"])
DUE = st.sampled_from([None, "2001-02-03", "2098-12-30", "2098-12-31T09:00:00Z"])
REPEAT = st.builds(
    lambda rule, start: {"rule": rule, "from": start},
    st.sampled_from(
        [
            *("FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,FR"),
            *("FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=DAILY;COUNT=2"),
        ]
    ),
    st.sampled_from(["due", "completion"]),
)
CONTENT = {
    "title": TITLE,
    "due": DUE,
    "labels": st.lists(st.sampled_from(["home", "work"]), unique=True),
    "priority": st.integers(0, 2),
    "repeat": st.none() | REPEAT,
}
NEW_TASK = st.fixed_dictionaries(
    {"title": TITLE},
    optional={name: one for name, one in CONTENT.items() if name != "title"},
)
CHANGES = st.fixed_dictionaries({}, optional={**CONTENT, "done": st.booleans()}).filter(bool)


class Person:
    """A user with a client, and a copy of all that the user sees."""

    def __init__(self, client: TestClient, username: str, list_id: int, before: int) -> None:
        """Take the user's own list, and the id behind which those of its tasks begin."""
        self.client, self.username = client, username
        self.list_id, self.before = list_id, before
        self.copy = Copy(client, limit=7)


def refusal_of(answer: httpx2.Response) -> tuple[int, str | None, str | None] | None:
    """Return the status of a refusal, and the place and code of a fault in the body."""
    if answer.is_success:
        return None
    if answer.status_code != 400:
        return answer.status_code, None, None
    (fault,) = answer.json()["errors"]
    return answer.status_code, fault["pointer"], fault["code"]


class House(RuleBasedStateMachine):
    """Three people, a list of each one's own, and one that they share."""

    def __init__(self, newcomers: Iterator[Person]) -> None:
        """Use these new users."""
        super().__init__()
        self.newcomers = newcomers
        self.world = World()
        self.own: set[int] = set()
        self.people: list[Person] = []
        self.positions: dict[int, str] = {}
        self.steps = 0

    @initialize()
    def register(self) -> None:
        self.people = [next(self.newcomers) for _ in range(3)]
        for one in self.people:
            own = SharedList(Tasks(one.list_id, one.before), one.username)
            self.world.lists[one.list_id] = own
            self.own.add(one.list_id)
        first, second, third = self.people
        self.share(first, [(second, "editor"), (third, "viewer")])

    def share(self, owner: Person, members: Sequence[tuple[Person, str]]) -> None:
        """Make a list, and let others join it."""
        made = owner.client.post("/lists", json={"name": "The kitchen"}).json()["list"]["id"]
        # Where ids of a list's tasks lie is promised to nobody: the first task tells it.
        first = owner.client.post("/tasks", json={"title": "Read", "list_id": made})
        tasks = Tasks(made, first.json()["task"]["id"] - 1)
        tasks.create({"title": "Read"}, owner.username)
        shared = self.world.lists[made] = SharedList(tasks, owner.username)
        for member, role in members:
            self.join(shared, owner, member, role)
        self.look(owner)

    def join(self, shared: SharedList, owner: Person, member: Person, role: str) -> None:
        """Let a user redeem an invitation; a member stays what they are."""
        code = invite(owner.client, shared.tasks.id, role)["code"]
        answer = member.client.post("/invitations/redeem", json={"code": code})
        if member.username != shared.owner:
            shared.roles.setdefault(member.username, role)
        assert answer.json()["list"]["role"] == shared.role(member.username), answer.text

    @rule(user=USER, number=NUMBER, above=st.none() | NUMBER, given=NEW_TASK)
    def create(self, user: int, number: int, above: int | None, given: Task) -> None:
        one = self.people[user]
        tasks = self.some_list(one, number).tasks
        if len(tasks.tasks) >= MOST_TASKS:
            return
        if above is not None:
            given = {**given, "parent_id": self.some_task(tasks, above)}
        answer = one.client.post("/tasks", json={**given, "list_id": tasks.id})
        self.settle(one, [tasks.id], answer, lambda: tasks.create(given, one.username))

    @rule(user=USER, number=NUMBER, depth=st.integers(2, 6))
    def create_chain(self, user: int, number: int, depth: int) -> None:
        """Make a branch, each task under the one before it, perhaps one too many."""
        above = None
        for _ in range(depth):
            self.create(user, number, None, {"title": "Paint", "parent_id": above})
            tasks = self.some_list(self.people[user], number).tasks
            above = max(tasks.tasks, default=None)

    @rule(
        user=USER,
        number=NUMBER,
        task=NUMBER,
        changes=CHANGES,
        above=st.none() | st.just("top") | NUMBER,
        method=st.sampled_from(["PUT", "PATCH"]),
    )
    def change(
        self,
        user: int,
        number: int,
        task: int,
        changes: Task,
        above: int | str | None,
        method: str,
    ) -> None:
        tasks = self.some_list(self.people[user], number).tasks
        if above == "top":
            changes = {**changes, "parent_id": None}
        elif isinstance(above, int):
            changes = {**changes, "parent_id": self.some_task(tasks, above)}
        self.send_changes(self.people[user], tasks, self.some_task(tasks, task), changes, method)

    def send_changes(
        self, one: Person, tasks: Tasks, task_id: int, changes: Task, method: str
    ) -> None:
        """Change a task; where it is done twice, the second time makes nothing."""
        headers = {"Content-Type": "application/merge-patch+json"} if method == "PATCH" else None
        answer = one.client.request(method, f"/tasks/{task_id}", json=changes, headers=headers)
        today = self.today(answer)
        self.settle(
            *(one, [tasks.id], answer),
            lambda: tasks.update(task_id, changes, one.username, today),
        )

    def move_task(self, one: Person, tasks: Tasks, task_id: int, where: Task) -> None:
        """Move a task."""
        answer = one.client.post(f"/tasks/{task_id}/move", json=where)
        self.settle(one, [tasks.id], answer, lambda: tasks.move(task_id, where))

    def restore_task(self, one: Person, tasks: Tasks, task_id: int) -> None:
        """Restore a task with what was deleted together with it."""
        answer = one.client.post(f"/trash/{task_id}/restore")
        self.settle(one, [tasks.id], answer, lambda: tasks.restore(task_id, self.positions))

    def delete_task(self, one: Person, tasks: Tasks, task_id: int) -> None:
        """Delete a task with all below it."""
        answer = one.client.delete(f"/tasks/{task_id}")
        self.settle(one, [tasks.id], answer, lambda: tasks.delete(task_id))

    def settle(
        self,
        one: Person,
        list_ids: Sequence[int],
        answer: httpx2.Response,
        ask: Callable[[], object],
    ) -> None:
        """Ask the oracle too, compare what it says with an answer, and read what there is."""
        concerned = [self.world.lists[list_id] for list_id in list_ids]
        before = [deepcopy(shared.tasks) for shared in concerned]
        refusal: tuple[int, str | None, str | None] | None = None
        try:
            for roles in (EVERY_ROLE, WHO_CHANGES):
                for shared in concerned:
                    shared.require(one.username, roles)
            ask()
        except RefusalError as error:
            for shared, tasks in zip(concerned, before, strict=True):
                shared.tasks.__dict__.update(tasks.__dict__)
            refusal = error.status, error.place, error.code
        assert refusal == refusal_of(answer), answer.text
        self.look(one)

    def look(self, *people: Person) -> None:
        """Compare all that some people, and one who takes turns, see with what they are to see."""
        self.steps += 1
        turn = self.people[self.steps % len(self.people)]
        for one in {id(each): each for each in (*people, turn)}.values():
            self.compare(one)
        if self.steps % FOLLOWED == 0:
            turn.copy.follow()

    def compare(self, one: Person) -> None:
        """Compare all that somebody sees with what they are to see."""
        roles = {each["id"]: each["role"] for each in one.client.get("/lists").json()["lists"]}
        assert roles == self.world.of(one.username)
        lists = {tasks.id: tasks for tasks in self.world.visible(one.username)}
        found = self.read(one, "/tasks", sort="position")
        for task in found:
            self.positions[task["id"]] = task["position"]
            assert (task["completed_at"] is None) != task["done"]
        for list_id, tasks in lists.items():
            here = [
                {name: task[name] for name in TOLD} for task in found if task["list_id"] == list_id
            ]
            assert here == [tasks.tasks[task_id] for task_id in tasks.order]
        assert {task["list_id"] for task in found} <= lists.keys()
        trashed = self.read(one, "/trash")
        expected = {o: each for tasks in lists.values() for o, each in tasks.trash.items()}
        assert {task["id"] for task in trashed} == expected.keys()
        for task in trashed:
            assert {name: task[name] for name in TOLD} == expected[task["id"]].task
            assert task["position"] == self.positions.setdefault(task["id"], task["position"])

    @staticmethod
    def read(one: Person, path: str, **query: Any) -> list[Task]:  # noqa: ANN401 - a query's own
        """Read all pages."""
        found: list[Task] = []
        answer = one.client.get(path, params={"limit": 50, **query})
        while True:
            assert answer.status_code == 200, answer.text
            found += answer.json()["tasks"]
            if "next" not in answer.links:
                return found
            answer = one.client.get(answer.links["next"]["url"])

    @staticmethod
    def today(answer: httpx2.Response) -> date:
        """Return the day on which a request was answered."""
        told = [answer.json(), *answer.json().get("results", ())]
        days = [one["task"]["updated_at"][:10] for one in told if "task" in one]
        return date.fromisoformat(days[0] if days else "2000-01-01")

    def person(self, username: str) -> Person:
        return next(one for one in self.people if one.username == username)

    def some_list(self, one: Person, number: int) -> SharedList:
        """Return one of the lists that somebody sees, mostly the first that was shared."""
        seen = [*self.world.of(one.username)]  # in the order in which they were made
        shared = [id_ for id_ in seen if id_ not in self.own]
        if number % 4 and shared:
            return self.world.lists[shared[0]]
        return self.world.lists[seen[number % len(seen)]]

    def some_branch(self, one: Person, number: int, task: int) -> list[int]:
        """Return a task that has parts, and all below it; make one if there is none."""
        tasks = self.some_list(one, number).tasks
        roots = [root for root in tasks.tasks if tasks.height(root) > 1]
        if not roots:
            self.create_chain(self.people.index(one), number, 3)
            roots = [root for root in tasks.tasks if tasks.height(root) > 1]
        return tasks.branch(roots[task % len(roots)]) if roots else []

    @staticmethod
    def some_task(tasks: Tasks, number: int, first: Sequence[int] = ()) -> int:
        """Return the id of a task that is there, or now and then of one that is not."""
        there = [*first, *tasks.tasks]
        if not there or number % 11 == 10:
            return tasks.before + number % (tasks.made + 1) + 1
        return there[number % len(there)]

    def teardown(self) -> None:
        """Read everything once more, by each way."""
        for one in self.people:
            self.compare(one)
            seen = {t["id"]: t for t in self.read(one, "/tasks")}
            assert one.copy.catch_up() == seen
            assert Copy(one.client, limit=3).catch_up() == seen
