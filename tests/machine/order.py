"""Tasks that are put in order by hand."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.machine.house import NUMBER, USER, House
from tests.machine.oracle import Task

MOVES = st.lists(
    st.tuples(NUMBER, st.sampled_from(["before", "after"]), NUMBER), min_size=1, max_size=3
)


class Order(House):
    """What people move."""

    @rule(
        user=USER,
        number=NUMBER,
        task=NUMBER,
        side=st.sampled_from([None, "before", "after"]),
        other=NUMBER,
        above=st.none() | st.just("top") | NUMBER,
    )
    def move(
        self,
        user: int,
        number: int,
        task: int,
        side: str | None,
        other: int,
        above: int | str | None,
    ) -> None:
        one = self.people[user]
        tasks = self.some_list(one, number).tasks
        where: Task = {} if side is None else {side: self.some_task(tasks, other)}
        if above is not None or not where:
            where["parent_id"] = self.some_task(tasks, above) if isinstance(above, int) else None
        self.move_task(one, tasks, self.some_task(tasks, task), where)

    @rule(user=USER, number=NUMBER, moves=MOVES)
    def put_in_order(self, user: int, number: int, moves: list[tuple[int, str, int]]) -> None:
        """Move some tasks of a list, one after the other."""
        one = self.people[user]
        tasks = self.some_list(one, number).tasks
        for task, side, other in moves:
            if tasks.order:
                there = [tasks.order[number % len(tasks.order)] for number in (task, other)]
                self.move_task(one, tasks, there[0], {side: there[1]})
