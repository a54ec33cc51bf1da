"""The benchmark: nobody who adds a sort or a filter can forget to measure it."""

from urllib.parse import parse_qs, urlsplit

import pytest

from benchmarks import lists
from todo_api.storage.filters import FILTERS
from todo_api.storage.stretches import SORTS


def test_each_sort_and_each_filter_is_measured() -> None:
    measured = [parse_qs(urlsplit(listing.path).query) for listing in lists.listings()]
    sorts = {sort for query in measured for sort in query.get("sort", [])}
    assert sorts == {*SORTS, *(f"-{sort}" for sort in SORTS)}
    assert {name for query in measured for name in query} == {*FILTERS, "limit", "sort"}


def test_a_filter_that_is_not_measured_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(lists.FILTERS, "label")
    with pytest.raises(lists.UnmeasuredError, match="label"):
        lists.listings()
