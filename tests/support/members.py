"""Lists that are shared, by HTTP."""

from typing import Any

from starlette.testclient import TestClient


def new_list(owner: TestClient, name: str = "The kitchen") -> dict[str, Any]:
    """Return a list that a user makes."""
    answer = owner.post("/lists", json={"name": name})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()["list"]
    return made


def invite(owner: TestClient, list_id: int, role: str = "editor", **given: int) -> dict[str, Any]:
    """Return an invitation, with its code."""
    answer = owner.post(f"/lists/{list_id}/invitations", json={"role": role, **given})
    assert answer.status_code == 201, answer.text
    invitation: dict[str, Any] = answer.json()["invitation"]
    return invitation


def join(owner: TestClient, list_id: int, member: TestClient, role: str = "editor") -> None:
    """Let a user become a member of a list."""
    code = invite(owner, list_id, role)["code"]
    answer = member.post("/invitations/redeem", json={"code": code})
    assert answer.status_code == 200, answer.text
    assert answer.json()["list"]["role"] == role


def shared_list(owner: TestClient, member: TestClient, role: str = "editor") -> int:
    """Return the id of a list of one user's that another is a member of."""
    list_id: int = new_list(owner)["id"]
    join(owner, list_id, member, role)
    return list_id
