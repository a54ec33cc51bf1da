"""How passwords are hashed."""

import pytest

from todo_api.identity.hashing import password_hasher
from todo_api.settings import Settings


@pytest.mark.parametrize(
    ("settings", "costs"),
    [
        pytest.param(Settings(), "m=19456,t=2,p=1", id="as OWASP advises, unless told otherwise"),
        pytest.param(
            Settings(password_time_cost=1, password_memory_kib=64, password_parallelism=2),
            "m=64,t=1,p=2",
            id="as the settings say",
        ),
    ],
)
def test_passwords_are_hashed_with_argon2id_at_the_chosen_costs(
    settings: Settings, costs: str
) -> None:
    assert password_hasher(settings).hash("x").startswith(f"$argon2id$v=19${costs}$")
