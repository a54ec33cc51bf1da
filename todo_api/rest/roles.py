"""What a user is told whose role in a list is too little for something."""

from todo_api.contract import Problem
from todo_api.storage import EDITOR, RoleTooLowError

ONLY_READ = "You can only read this list: ask its owner to make you an editor."
OWNER_ONLY = "Only the owner of this list may do that."


def sentence_for(failure: RoleTooLowError) -> str:
    """Return what a user lacks."""
    return ONLY_READ if failure.least == EDITOR else OWNER_ONLY


def role_too_low(failure: RoleTooLowError) -> Problem:
    """Refuse what needs another role."""
    return Problem(403, sentence_for(failure), code="role_too_low")
