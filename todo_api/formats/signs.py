"""By what a file shows which form it has, for when it was sent as another.

Nothing is read by these signs: they only tell what to ask for.
"""

import re

from todo_api.contract import Text
from todo_api.formats.encodings import decoded
from todo_api.formats.file import Unreadable

_BEGINNING = 2_000
"""Characters among which a file without quotation marks of JSON shows its form."""
_BEGINNINGS = {
    "ics": r"\s*BEGIN:VCALENDAR\b",
    "todoist": r'\s*"?TYPE"?([,;\t])"?CONTENT"?\1',
    "ticktick": r'(?s:.*)"?List Name"?([,;\t])"?Title"?\1',
}
_MEMBERS = {
    "google_tasks": r'"kind"\s*:\s*"tasks#task',
    "trello": r'"cards"\s*:\s*\[',
    "taskwarrior": r'"uuid"\s*:',
    "microsoft_to_do": r'"importance"\s*:\s*"(?:low|normal|high)"',
}
"""What a quotation mark within a text of JSON never makes: there it has a backslash before it."""


def form_of(body: Text) -> str | None:
    """Return the form that a file seems to have, as a request would name it, if it shows one."""
    text = decoded(body)
    if isinstance(text, Unreadable):
        return None
    if text.lstrip()[:1] in {"{", "["}:
        return next((form for form, sign in _MEMBERS.items() if re.search(sign, text)), None)
    beginning = text[:_BEGINNING]
    return next((form for form, sign in _BEGINNINGS.items() if re.match(sign, beginning)), None)
