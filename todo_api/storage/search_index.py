"""What tasks are found by: columns made of visible ones, and tables of their words and labels."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Self

import orjson
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    insert,
    literal_column,
    select,
)

from todo_api import times
from todo_api.storage.engine import Connection, Statement
from todo_api.storage.json_rows import JSONRows
from todo_api.storage.schema import task_labels, task_words
from todo_api.storage.text import sort_key, words_of
from todo_api.storage.usage import WordBudget

MOST_AT_ONCE = 100
"""More rows of an index are not written on an event loop: they would take a millisecond."""


class Index(NamedTuple):
    """The statements on a table of texts that tasks are found by.

    Several texts go to a server as one value of JSON, so that one statement serves any number. In a
    file, as many statements of one text each take half as long.
    """

    insert_one: Statement
    """Of one `text` of one task."""
    delete_one: Statement
    insert: Statement
    """Of `texts`, in JSON pairs of a text and the number of a task, counted from `before`."""
    insert_many: Statement
    """The same for many, in the order of the index, which they come in no order of."""
    delete: Statement
    """Of `texts` of one task."""

    @classmethod
    def of(cls, text: Column[str]) -> Self:
        """Build them for the table with this column of texts."""
        table = text.table
        owner: BindParameter[int] = bindparam("in_list")
        item = JSONRows(bindparam("texts", type_=Text)).table_valued("value").c.value
        found = select(owner, _member(item, 0), cast(_member(item, 1), BigInteger) + _BEFORE)
        columns = [table.c.list_id, text, table.c.task_id]
        task: BindParameter[int] = bindparam("of_task")
        one: BindParameter[str] = bindparam("one_text")
        is_of_task = and_(table.c.list_id == owner, table.c.task_id == task)
        return cls(
            Statement(insert(table).values(dict(zip(columns, (owner, one, task), strict=True)))),
            Statement(delete(table).where(is_of_task, text == one)),
            Statement(insert(table).from_select(columns, found)),
            Statement(insert(table).from_select(columns, found.order_by(_member(item, 0)))),
            Statement(delete(table).where(is_of_task, text.in_(select(_member(item, 0))))),
        )

    def renew(
        self,
        db: Connection,
        list_id: int,
        task_id: int,
        *,
        old: Iterable[str],
        new: Iterable[str],
        budget: WordBudget | None = None,
    ) -> None:
        """Let a task be found by `new` where it was found by `old`. Raises `TooManyWordsError`."""
        old, new = set(old), set(new)
        if budget is not None:
            budget.spend(len(old ^ new))
        if old == new:
            return
        values = {"in_list": list_id, "of_task": task_id, "before": 0}
        for one, several, texts in (
            (self.delete_one, self.delete, old - new),
            (self.insert_one, self.insert, new - old),
        ):
            if len(texts) > MOST_AT_ONCE:
                db.require_thread()
            if texts and db.is_remote:
                pairs = [(text, task_id) for text in sorted(texts)]
                db.execute_later(several, {**values, "texts": orjson.dumps(pairs).decode()})
            elif texts:
                db.execute_many(one, [{**values, "one_text": text} for text in sorted(texts)])


_BEFORE = bindparam("before", type_=BigInteger)


def _member(item: ColumnElement[Any], index: int) -> ColumnElement[str]:
    return item.op("->>")(literal_column(str(index)))


LABELS = Index.of(task_labels.c.label)
WORDS = Index.of(task_words.c.word)


def search_columns(
    changes: Mapping[str, Any], task: Mapping[str, Any], zone: str = times.UTC_NAME
) -> dict[str, Any]:
    """Return the columns that a task is found by, those that depend on its changes.

    Its list counts days in `zone`.
    """
    columns: dict[str, Any] = {}
    if "title" in changes:
        columns["title_key"] = sort_key(task["title"])
    if "due" in changes:
        columns["due_key"] = task["due"] and times.due_end(task["due"], zone)
    if "title" in changes or "description" in changes:
        words = words_of(task["title"], task["description"])
        columns["words"] = " ".join(["", *words])
    return columns
