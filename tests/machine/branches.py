"""Tasks that are parts of others: what becomes of them together."""

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.machine.house import CHANGES, MOST_TASKS, NUMBER, USER, House
from tests.machine.oracle import RefusalError, Task

TURNS = st.sampled_from(
    [
        ["delete part", "restore part"],
        ["delete whole", "restore whole"],
        ["delete whole", "restore part", "restore whole"],
        ["delete part", "delete whole", "restore whole", "restore part"],
        ["delete part", "delete whole", "restore part", "restore whole"],
    ]
)


class Branches(House):
    """What people do with branches, and with the trash."""

    @rule(user=USER, number=NUMBER, task=NUMBER, by_move=st.booleans())
    def tangle(self, user: int, number: int, task: int, *, by_move: bool) -> None:
        """Put a task under itself, under what is below it, and under what is deep down."""
        one = self.people[user]
        tasks = self.some_list(one, number).tasks
        branch = self.some_branch(one, number, task)
        deepest = max(tasks.tasks, key=tasks.level, default=0)
        for parent in sorted({*branch, deepest}) if branch else ():
            if by_move:
                self.move_task(one, tasks, branch[0], {"parent_id": parent})
            else:
                self.send_changes(one, tasks, branch[0], {"parent_id": parent}, "PATCH")

    @rule(user=USER, number=NUMBER, task=NUMBER)
    def delete(self, user: int, number: int, task: int) -> None:
        one = self.people[user]
        tasks = self.some_list(one, number).tasks
        self.delete_task(one, tasks, self.some_task(tasks, task))

    @rule(user=USER, number=NUMBER, task=NUMBER)
    def restore(self, user: int, number: int, task: int) -> None:
        one = self.people[user]
        tasks = self.some_list(one, number).tasks
        self.restore_task(one, tasks, self.some_task(tasks, task, [*tasks.trash]))

    @rule(user=USER, number=NUMBER, task=NUMBER, steps=TURNS)
    def delete_by_turns(self, user: int, number: int, task: int, steps: list[str]) -> None:
        """Delete and restore a branch and one of its parts, one after the other."""
        one = self.people[user]
        tasks = self.some_list(one, number).tasks
        branch = self.some_branch(one, number, task)
        if not branch:
            return
        root, part = branch[0], branch[1 + task % (len(branch) - 1)]
        for step in steps:
            verb, what = step.split()
            target = root if what == "whole" else part
            if verb == "delete":
                self.delete_task(one, tasks, target)
            else:
                self.restore_task(one, tasks, target)

    @rule(user=USER, number=NUMBER)
    def empty_trash(self, user: int, number: int) -> None:
        one = self.people[user]
        shared = self.some_list(one, number)
        if number % 2:
            one = self.person(shared.owner)
        if not shared.tasks.trash:
            self.delete_task(one, shared.tasks, self.some_task(shared.tasks, number))
        answer = one.client.delete("/trash", params={"list_id": shared.tasks.id})
        if shared.role(one.username) == "owner":
            assert answer.status_code == 200, answer.text
            shared.tasks.trash.clear()
        else:
            assert answer.status_code == 403, answer.text
        self.look(one)

    @rule(
        user=USER,
        number=NUMBER,
        tasks=st.lists(NUMBER, min_size=1, max_size=4),
        changes=CHANGES,
        verbs=st.lists(
            st.sampled_from(["create", "update", "delete", "restore"]), min_size=4, max_size=4
        ),
    )
    def batch(
        self, user: int, number: int, tasks: list[int], changes: Task, verbs: list[str]
    ) -> None:
        """Do several things, or none of them."""
        one = self.people[user]
        shared = self.some_list(one, number)
        found = shared.tasks
        if shared.role(one.username) == "viewer" or len(found.tasks) > MOST_TASKS:
            return
        copy = deepcopy(found)
        refusal: tuple[int, str] | None = None
        steps: list[dict[str, Any]] = []
        targets = [self.some_task(found, task, [*found.trash]) for task in tasks]
        for verb, target in zip(verbs, targets, strict=False):
            new = {"title": "Eat", "parent_id": target}
            body = {**new, "list_id": found.id} if verb == "create" else {"id": target}
            steps.append({verb: body | (changes if verb == "update" else {})})
        answer = one.client.post("/tasks/batch", json={"operations": steps})
        today = self.today(answer)
        for place, (verb, target) in enumerate(zip(verbs, targets, strict=False)):
            try:
                if verb == "create":
                    copy.create({"title": "Eat", "parent_id": target}, one.username)
                elif verb == "update":
                    copy.update(target, changes, one.username, today)
                elif verb == "delete":
                    copy.delete(target)
                else:
                    copy.restore(target, self.positions)
            except RefusalError as error:
                refusal = error.status, f"/operations/{place}/{verb}{error.place or '/id'}"
                break
        if refusal is None:
            assert answer.status_code == 200, answer.text
            self.world.lists[found.id].tasks = copy
        else:
            status, pointer = refusal
            assert answer.status_code == (409 if status == 404 else status), answer.text
            assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
        self.look(one)

    @rule(user=USER, number=NUMBER, task=NUMBER)
    def find_by_branch(self, user: int, number: int, task: int) -> None:
        one = self.people[user]
        branch = self.some_branch(one, number, task)
        parent = branch[0] if branch else 1
        every = {o: t for tasks in self.world.visible(one.username) for o, t in tasks.tasks.items()}
        queries: list[tuple[dict[str, Any], set[int]]] = [
            ({"top_level": True}, {o for o, t in every.items() if t["parent_id"] is None}),
            ({"top_level": False}, {o for o, t in every.items() if t["parent_id"] is not None}),
            ({"parent_id": parent}, {o for o, t in every.items() if t["parent_id"] == parent}),
        ]
        for query, passing in queries:
            assert [task["id"] for task in self.read(one, "/tasks", **query)] == sorted(passing)
