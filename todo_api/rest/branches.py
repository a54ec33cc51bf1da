"""What a user is told about tasks that are parts of others, or next to them."""

from todo_api.contract import Problem, Sentence, bad_body
from todo_api.storage import (
    MOST_LEVELS,
    BranchTooLargeError,
    NeighbourRefusedError,
    ParentRefusedError,
)

SENTENCES = {
    "missing": "There is no such task in the list.",
    "cycle": "A task cannot be a part of itself, or of one of its own parts.",
    "too_deep": f"Tasks go {MOST_LEVELS} levels deep, and this would be one more.",
}


SENTENCES_OF_NEIGHBOURS = {
    "missing": "There is no such other task in the list.",
    "no_room": "Too much has been moved to this place: move this task away and back first.",
}


def parent_refused(failure: ParentRefusedError, *, within: str = "") -> Problem:
    """Refuse a parent; `within` is where the members of the task stand, if not in the body."""
    sentence = Sentence(failure.reason, SENTENCES[failure.reason])
    return bad_body([(f"{within}/parent_id", sentence)])


def neighbour_refused(failure: NeighbourRefusedError, *, within: str = "") -> Problem:
    """Refuse a place next to another task; `within` as above."""
    sentence = Sentence(failure.reason, SENTENCES_OF_NEIGHBOURS[failure.reason])
    return bad_body([(f"{within}/{failure.side}", sentence)])


def branch_too_large(failure: BranchTooLargeError) -> Problem:
    """Refuse what would hold up others for too long."""
    return Problem(
        403,
        f"With all tasks below it, this is more than {failure.tasks:,} tasks, or than"
        f" {failure.words:,} words and labels of them: begin with some of those below it.",
        code="branch_too_large",
    )
