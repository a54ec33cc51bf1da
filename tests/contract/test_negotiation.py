"""Negotiation: a client gets the media type that it prefers, or 406."""

import pytest

from todo_api.contract import Problem
from todo_api.contract.http.negotiation import Negotiation

JSON = Negotiation(
    {"200": {"content": {"application/json": {}}}, "404": {"content": {"text/html": {}}}}
)
FILES = Negotiation(
    {"200": {"content": {"Application/JSONL": {}, "text/csv": {}, "text/calendar": {}}}}
)


@pytest.mark.parametrize(
    "accept",
    [
        None,
        b"*/*",
        b"application/json",
        b"application/problem+json",
        b"application/json, text/plain, */*",
    ],
)
def test_a_client_that_accepts_json_gets_it(accept: bytes | None) -> None:
    assert JSON.choose(accept) == "application/json"


@pytest.mark.parametrize("accept", [b"text/html", b"application/json;q=0", b"*/*;q=0"])
def test_a_client_that_accepts_no_json_gets_406(accept: bytes) -> None:
    with pytest.raises(Problem) as refused:
        JSON.choose(accept)
    assert refused.value.status == 406


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "application/jsonl"),
        (b"*/*", "application/jsonl"),
        (b"text/*", "text/csv"),
        (b"text/csv;q=0.5, text/calendar", "text/calendar"),
        (b"text/csv, application/problem+json", "text/csv"),
        (b"text/csv, text/plain, */*", "text/csv"),
        (b"text/calendar;q=0.5, */*;q=0.5", "text/calendar"),
        (b"text/calendar;q=0.5, */*", "application/jsonl"),
        (b"application/problem+json", "application/jsonl"),
    ],
)
def test_the_client_chooses_among_several_media_types(
    accept: bytes | None, media_type: str
) -> None:
    assert FILES.choose(accept) == media_type


def test_an_operation_without_content_counts_as_json() -> None:
    assert Negotiation({"204": {}}).choose(b"application/json") == "application/json"
