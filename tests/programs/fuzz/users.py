"""The two users as whom Schemathesis sends its requests; neither may see the other's things.

Their names appear in no request or answer that it sees, so that none that it makes up can lock
them out.
"""

from base64 import b64encode
from typing import Any, NamedTuple


class Credentials(NamedTuple):
    """What a user logs in with."""

    username: str
    password: str

    @property
    def authorization(self) -> str:
        """The value of the ``Authorization`` header (RFC 7617), in UTF-8."""
        return "Basic " + b64encode(f"{self.username}:{self.password}".encode()).decode()


USERS = {
    "owner": Credentials("owner.5c1f27", "the owner of it all"),
    "stranger": Credentials("stranger.e09b44", "somebody who drops in"),
}
"""By the names that ``schemathesis.toml`` gives them."""


def authentication() -> dict[str, Any]:
    """Return them in the format of Web Fuzzing Commons, which Schemathesis reads."""
    return {
        "auth": [
            {
                "name": name,
                "fixedHeaders": [{"name": "Authorization", "value": user.authorization}],
            }
            for name, user in USERS.items()
        ]
    }
