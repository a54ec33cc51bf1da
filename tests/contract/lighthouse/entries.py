"""The log's entries: the handlers of the tag ``entries``."""

from typing import Any

from todo_api.contract import Answer, Problem, Reply, UrlFor

LATEST = 7


def find_entries(  # noqa: PLR0913 - what the document names
    *,
    year: int,
    order: str,
    visibility: float | None,
    storm: bool | None,
    night: str | None,
    weather: list[str] | None,
    lamp: list[int],
    x_watch: int,
    user: str | None,
) -> Answer:
    """Find entries."""
    return {
        "year": year,
        "order": order,
        "visibility": visibility,
        "storm": storm,
        "night": night,
        "weather": weather,
        "lamp": lamp,
        "x_watch": x_watch,
        "user": user,
    }


def create_entry(body: dict[str, Any], user: str, url_for: UrlFor) -> Answer:
    """Write an entry."""
    entry = _entry(LATEST + 1, url_for) | body | {"keeper": user}
    return Reply(entry, 201, {"Location": entry["uri"]})


def get_latest_entry(url_for: UrlFor) -> Answer:
    """Get the latest entry."""
    return _entry(LATEST, url_for)


def get_entry(entry_id: int, url_for: UrlFor) -> Answer:
    """Get an entry."""
    if entry_id > LATEST:
        raise Problem(404, "That night has not come yet.")
    return _entry(entry_id, url_for)


def change_entry(entry_id: int, if_match: str, body: dict[str, Any] | None, user: str) -> Answer:
    """Change an entry."""
    if if_match != '"1"':
        raise Problem(409, "Somebody else has changed it.")
    return {"entry_id": entry_id, "if_match": if_match, "body": body, "user": user}


def delete_entry(entry_id: int) -> Answer:
    """Tear out an entry."""
    if entry_id > LATEST:
        raise Problem(404)
    return Reply({}, 204)


def _entry(entry_id: int, url_for: UrlFor) -> dict[str, Any]:
    uri = url_for("get_entry", entry_id=entry_id)
    return {"id": entry_id, "uri": uri, "text": "Fog.", "ship": None, "keeper": "ida"}
