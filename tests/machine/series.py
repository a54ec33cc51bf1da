"""Tasks that come again when they are done."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.machine.house import MOST_TASKS, NEW_TASK, NUMBER, REPEAT, USER, House
from tests.machine.oracle import Task


class Series(House):
    """What people complete, perhaps twice, and undo."""

    @rule(user=USER, number=NUMBER, task=NUMBER, again=st.booleans(), undo=st.booleans())
    def complete(self, user: int, number: int, task: int, *, again: bool, undo: bool) -> None:
        """Complete a task, perhaps twice, as after an answer that was lost, and perhaps undo it."""
        one = self.people[user]
        tasks = self.some_list(one, number).tasks
        target = self.some_task(tasks, task)
        for done in [True] + [True] * again + [False] * undo:
            self.send_changes(one, tasks, target, {"done": done}, "PUT")

    @rule(
        user=USER,
        number=NUMBER,
        given=NEW_TASK,
        repeat=REPEAT,
        parts=st.integers(0, 2),
        meddle=st.sampled_from(["", "successor", "part", "gone"]),
    )
    def repeat(
        self, user: int, number: int, given: Task, repeat: Task, parts: int, meddle: str
    ) -> None:
        """Make a task that repeats, with parts; complete it, undo that, and complete it again."""
        one = self.people[user]
        shared = self.some_list(one, number)
        tasks = shared.tasks
        if len(tasks.tasks) > MOST_TASKS - 8 or shared.role(one.username) == "viewer":
            return
        self.create(user, number, None, {**given, "repeat": repeat})
        first = max(tasks.tasks)
        for part in range(parts):
            above = first if part == 0 else max(tasks.tasks)
            self.create(
                user, number, None, {"title": "Cook", "parent_id": above, "due": given.get("due")}
            )
            if part == 0:
                self.send_changes(one, tasks, max(tasks.tasks), {"done": True}, "PUT")
        self.send_changes(one, tasks, first, {"done": True}, "PATCH")
        follower = tasks.tasks[first]["next_id"]
        if follower is not None and meddle in {"successor", "part"}:
            changed = (tasks.branch(follower)[-1:] if meddle == "part" else [follower])[0]
            self.send_changes(one, tasks, changed, {"priority": 2}, "PATCH")
        if follower is not None and meddle == "gone":
            self.delete_task(one, tasks, follower)
        for done in (False, True, True):
            self.send_changes(one, tasks, first, {"done": done}, "PUT")
