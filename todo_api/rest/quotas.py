"""What a user is told who has as much as a user may have here."""

from todo_api.contract import Problem
from todo_api.storage import NewOwnerFullError, QuotaMetError, TooManyWordsError

SENTENCES = {
    "tasks": "There are {most:,} tasks in this list and the others of its owner, the most that"
    " anybody may have here: delete some first.",
    "ids": "Your list has had {most:,} tasks, deleted ones included, the most that it may ever"
    " have: make another list.",
    "text": "The tasks of this list and of the others of its owner have {most:,} bytes of text, the"
    " most that they may have here: shorten or delete some first.",
    "keys": "You have used {most:,} Idempotency-Keys within 24 hours, the most that are kept:"
    " send none, or try again later.",
    "answers": "The answers under your Idempotency-Keys have {most:,} bytes, the most that are"
    " kept for 24 hours: send no key, or try again later.",
    "registrations": "{most:,} users have registered within 24 hours, the most that may here: try"
    " again tomorrow.",
}

SENTENCES_OF_NEW_OWNER = {
    "lists": "The new owner has {most:,} lists, the most that one may have.",
    "tasks": "The new owner would have more than {most:,} tasks, the most that anybody may have"
    " here.",
    "text": "The tasks of the new owner would have more than {most:,} bytes of text, the most that"
    " they may have here.",
}

CODES = {
    "lists": "too_many_lists",
    "tasks": "too_many_tasks",
    "ids": "too_many_tasks",
    "text": "too_much_text",
    "keys": "too_many_keys",
    "answers": "too_many_keys",
    "registrations": "too_many_registrations",
}


def quota_met(failure: QuotaMetError) -> Problem:
    """Refuse what would be more than a quota."""
    sentence = SENTENCES[failure.what].format(most=failure.most)
    return Problem(403, sentence, code=CODES[failure.what])


def new_owner_full(failure: NewOwnerFullError) -> Problem:
    """Refuse what would be more than a quota of somebody else's."""
    sentence = SENTENCES_OF_NEW_OWNER[failure.what].format(most=failure.most)
    return Problem(403, sentence, code=CODES[failure.what])


def too_many_words(failure: TooManyWordsError) -> Problem:
    """Refuse what would hold up others for too long."""
    return Problem(
        413,
        f"The tasks of this request have more than {failure.most:,} words and labels to be found"
        " by: split it.",
        code="too_many_words",
    )
