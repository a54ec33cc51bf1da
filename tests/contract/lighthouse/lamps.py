"""The lamps: the handlers of the tag ``lamps``."""

from todo_api.contract import Answer


def get_lamp(lamp: str) -> Answer:
    """Get a lamp."""
    return {"lamp": lamp}


def light_lamp(lamp: str, body: dict[str, int], user: str) -> Answer:
    """Light a lamp."""
    return {"lamp": lamp, "body": body, "user": user}
