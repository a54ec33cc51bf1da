"""Trello: the JSON of a board, from its menu. A card is a task, its list is a label."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

from todo_api.contract import Text
from todo_api.formats.file import LeftOut, Unreadable
from todo_api.formats.moments import due_at, stored
from todo_api.formats.programs.found import Found, checklist, losses, paragraphs
from todo_api.formats.programs.records import Record, read_document, records_of

_TIME_DIGITS = 8


def read(body: Text) -> Iterator[Found | LeftOut | Unreadable]:
    """Yield the cards of a board."""
    document = read_document(body)
    if isinstance(document, Unreadable):
        yield document
        return
    cards = document.get("cards") if isinstance(document, dict) else None
    if not isinstance(cards, list):
        yield Unreadable(None, 'A board of Trello is {"lists": [...], "cards": [...]}.', "")
        return
    board = Record(document, "")
    lists = {one.text("id"): one for one in board.records("lists")}
    checklists: dict[str, list[str]] = defaultdict(list)
    for one in board.records("checklists"):
        points = [
            (point.text("name"), point.text("state") == "complete")
            for point in one.records("checkItems")
        ]
        checklists[one.text("idCard")] += [one.text("name"), checklist(points)]
    comments = [one for one in board.records("actions") if one.text("type") == "commentCard"]
    if board.faults:
        yield from board.faults
        return
    yield from [LeftOut("comments")] * len(comments)
    for card in records_of(cards, "/cards"):
        group = lists.get(card.text("idList"), Record({}, ""))
        if card.truth("isTemplate"):
            yield LeftOut("templates")
        elif card.truth("closed") or group.truth("closed"):
            yield LeftOut("archived cards")
        else:
            yield from _task(card, group.text("name"), checklists.pop(card.text("id"), []))


def _task(card: Record, group: str, points: list[str]) -> Iterator[Found | LeftOut]:
    due, changed = card.moment("due"), card.moment("dateLastActivity")
    labels = [one.text("name") or one.text("color") for one in card.records("labels")]
    task = {
        "title": card.text("name"),
        "description": paragraphs(card.text("desc"), *points),
        "done": card.truth("dueComplete"),
        "labels": [*labels, group],
        "due": due and due_at(due),
        "created_at": _created(card.text("id")),
        "updated_at": changed and stored(changed),
    }
    yield Found(task, None, card.at, card.text("id") or None, card.faults)
    yield from losses(
        (points, "checklists (the descriptions have them)"),
        (card.has("start"), "start times"),
        (card.has("idMembers"), "assignments"),
        (card.has("attachments"), "attachments"),
        (card.has("customFieldItems"), "custom fields"),
        (card.value.get("dueReminder") not in (None, -1), "reminders"),
    )


def _created(identifier: str) -> str | None:
    """Return when a card was created: its id begins with the time, as those of MongoDB do."""
    try:
        seconds = int(identifier[:_TIME_DIGITS], 16)
    except ValueError:
        return None
    return stored(datetime.fromtimestamp(seconds, UTC))
