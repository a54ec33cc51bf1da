"""Tasks that go from one list into another."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.machine.house import MOST_TASKS, NEW_TASK, NUMBER, REPEAT, USER, House, Person
from tests.machine.oracle import SharedList, Task, Tasks


class Relocation(House):
    """What people move between the lists that they see, or reach for in those of others."""

    @rule(
        user=USER,
        number=NUMBER,
        task=NUMBER,
        other=NUMBER,
        side=st.sampled_from([None, "before", "after"]),
        neighbour=NUMBER,
        above=st.none() | NUMBER,
    )
    def move_elsewhere(
        self,
        user: int,
        number: int,
        task: int,
        other: int,
        side: str | None,
        neighbour: int,
        above: int | None,
    ) -> None:
        """Move a task next to one of another list, or under one, or both."""
        one = self.people[user]
        here = self.some_list(one, number).tasks
        into = self.another_list(one, here, other).tasks
        where: Task = {} if side is None else {side: self.some_task(into, neighbour)}
        if above is not None:
            where["parent_id"] = self.some_task(into, above)
        self.relocate_task(one, here, self.some_task(here, task), into, where)

    @rule(user=USER, number=NUMBER, task=NUMBER, other=NUMBER, above=st.none() | NUMBER)
    def move_what_has_lost_a_part(
        self, user: int, number: int, task: int, other: int, above: int | None
    ) -> None:
        """Move a branch of which a part is in the trash, and restore both: one is not there."""
        one = self.people[user]
        here = self.some_list(one, number).tasks
        into = self.another_list(one, here, other).tasks
        branch = self.some_branch(one, number, task)
        if not branch:
            return
        where = {} if above is None else {"parent_id": self.some_task(into, above)}
        self.delete_task(one, here, branch[-1])
        self.relocate_task(one, here, branch[0], into, where)
        for lost in (branch[0], branch[-1]):
            self.restore_task(one, here, lost)

    @rule(
        user=USER,
        number=NUMBER,
        other=NUMBER,
        given=NEW_TASK,
        repeat=REPEAT,
        leaver=st.sampled_from(["predecessor", "successor"]),
    )
    def divide_a_series(
        self, user: int, number: int, other: int, given: Task, repeat: Task, leaver: str
    ) -> None:
        """Complete a task that repeats, move one of the two, and undo and complete the others."""
        one = self.people[user]
        shared = self.some_list(one, number)
        here, into = shared.tasks, self.another_list(one, shared.tasks, other).tasks
        if len(here.tasks) > MOST_TASKS - 4 or shared.role(one.username) == "viewer":
            return
        self.create(user, number, None, {**given, "repeat": repeat})
        first = max(here.tasks)
        self.send_changes(one, here, first, {"done": True}, "PUT")
        follower = here.tasks[first]["next_id"]
        if follower is None:
            return
        goes, stays = (first, follower) if leaver == "predecessor" else (follower, first)
        if not self.relocate_task(one, here, goes, into, {}):
            return
        for tasks, task in ((here, stays), (into, max(into.tasks))):
            for done in (False, True):
                self.send_changes(one, tasks, task, {"done": done}, "PATCH")

    def relocate_task(
        self, one: Person, here: Tasks, task_id: int, into: Tasks, where: Task
    ) -> bool:
        """Move a task into another list that has room for it; tell whether it went there."""
        if len(into.tasks) + len(here.branch(task_id)) > MOST_TASKS:
            return False
        answer = one.client.post(f"/tasks/{task_id}/move", json={**where, "list_id": into.id})
        self.settle(
            *(one, [here.id, into.id], answer),
            lambda: self.world.relocate(here.id, task_id, into.id, where),
        )
        if answer.is_success:
            assert answer.status_code == 201
            assert answer.headers["Location"] == answer.json()["task"]["uri"]
        return answer.is_success

    def another_list(self, one: Person, here: Tasks, number: int) -> SharedList:
        """Return a list that somebody sees, or now and then one of anybody's."""
        there = self.world.lists if number % 8 == 7 else self.world.of(one.username)
        others = [list_id for list_id in there if list_id != here.id] or [*self.own - {here.id}]
        return self.world.lists[others[number % len(others)]]
