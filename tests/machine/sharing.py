"""Lists that are made, shared, left and deleted, and those who have no part in them."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.machine.house import NUMBER, USER, House

MOST_LISTS = 3
ROLE = st.sampled_from(["viewer", "editor"])


class Sharing(House):
    """What owners and members do with lists."""

    @rule(user=USER, other=USER, role=ROLE)
    def make_list(self, user: int, other: int, role: str) -> None:
        owner, member = self.people[user], self.people[other]
        if len(self.world.lists) < len(self.people) + MOST_LISTS:
            self.share(owner, [(member, role)])

    @rule(user=USER, other=USER, number=NUMBER, role=ROLE)
    def let_join(self, user: int, other: int, number: int, role: str) -> None:
        shared = self.some_list(self.people[user], number)
        owner = self.person(shared.owner)
        self.join(shared, owner, self.people[other], role)
        self.look(self.people[other])

    @rule(user=USER, other=USER, number=NUMBER, role=st.sampled_from(["viewer", "editor", "owner"]))
    def change_role(self, user: int, other: int, number: int, role: str) -> None:
        one, member = self.people[user], self.people[other]
        shared = self.some_list(one, number)
        if shared.role(member.username) is None or shared.tasks.id in self.own:
            return
        path = f"/lists/{shared.tasks.id}/members/{member.username}"
        answer = one.client.put(path, json={"role": role})
        if shared.role(one.username) != "owner":
            assert answer.status_code == 403, answer.text
        elif member is not one:
            assert answer.status_code == 200, answer.text
            shared.roles[member.username] = role
            if role == "owner":
                del shared.roles[member.username]
                shared.roles[one.username] = "editor"
                shared.owner = member.username
        self.look(one, member)

    @rule(user=USER, other=USER, number=NUMBER)
    def remove_member(self, user: int, other: int, number: int) -> None:
        one, member = self.people[user], self.people[other]
        shared = self.some_list(one, number)
        if shared.role(member.username) in {None, "owner"}:
            return
        answer = one.client.delete(f"/lists/{shared.tasks.id}/members/{member.username}")
        if one is member or shared.role(one.username) == "owner":
            assert answer.status_code == 200, answer.text
            del shared.roles[member.username]
        else:
            assert answer.status_code == 403, answer.text
        self.look(one, member)

    @rule(user=USER, number=NUMBER)
    def delete_list(self, user: int, number: int) -> None:
        one = self.people[user]
        shared = self.some_list(one, number)
        if shared.tasks.id in self.own:
            return
        answer = one.client.delete(f"/lists/{shared.tasks.id}")
        if shared.role(one.username) == "owner":
            assert answer.status_code == 200, answer.text
            self.world.delete(shared.tasks.id)
        else:
            assert answer.status_code == 403, answer.text
        self.look(*self.people)

    @rule(user=USER, other=USER)
    def pry(self, user: int, other: int) -> None:
        """Reach for everything that another one sees and oneself does not, by its id."""
        one = self.people[user]
        strange = self.world.of(self.people[other].username).keys()
        for list_id in strange - self.world.of(one.username).keys():
            tasks = self.world.lists[list_id].tasks
            for path in ("", "/members", "/invitations"):
                assert one.client.get(f"/lists/{list_id}{path}").status_code == 404
            for task in tasks.tasks:
                assert one.client.get(f"/tasks/{task}").status_code == 404
                assert one.client.put(f"/tasks/{task}", json={"done": True}).status_code == 404
                assert one.client.delete(f"/tasks/{task}").status_code == 404
            for task in tasks.trash:
                assert one.client.post(f"/trash/{task}/restore").status_code == 404
            for path in ("/tasks", "/trash", "/labels"):
                answer = one.client.get(path, params={"list_id": list_id})
                assert not next(iter(answer.json().values())), answer.text
            assert one.client.get("/tasks/export", params={"list_id": list_id}).text == ""
        self.look(self.people[other])
