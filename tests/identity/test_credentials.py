"""Remembered credentials."""

import time

import pytest

from todo_api.identity.credentials import MOST_SECONDS, RememberedCredentials


def test_the_least_recently_used_credential_is_forgotten_first() -> None:
    remembered = RememberedCredentials(seconds=300, at_most=2)
    susan, david, miguel = (
        remembered.digest(username, "milk and pizza") for username in ("susan", "david", "miguel")
    )
    remembered.add(susan, "hash of susan")
    remembered.add(david, "hash of david")
    assert remembered.has(susan, "hash of susan")
    remembered.add(miguel, "hash of miguel")
    assert remembered.has(susan, "hash of susan")
    assert not remembered.has(david, "hash of david")
    assert remembered.has(miguel, "hash of miguel")


def test_digests_differ_between_credentials_and_between_processes() -> None:
    here, elsewhere = (RememberedCredentials(seconds=300) for _ in range(2))
    assert here.digest("susan", "milk") == here.digest("susan", "milk")
    assert here.digest("susan", ":milk") != here.digest("susan:", "milk")
    assert here.digest("susan", "milk") != elsewhere.digest("susan", "milk")


def test_use_renews_what_is_remembered_for_a_day_at_the_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    remembered = RememberedCredentials(seconds=300)
    susan = remembered.digest("susan", "milk and pizza")
    remembered.add(susan, "hash of susan")
    began = now
    while remembered.has(susan, "hash of susan"):
        now += 299
    assert MOST_SECONDS <= now - began < MOST_SECONDS + 300


def test_what_is_not_used_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    remembered = RememberedCredentials(seconds=300)
    susan = remembered.digest("susan", "milk and pizza")
    remembered.add(susan, "hash of susan")
    now += 300
    assert not remembered.has(susan, "hash of susan")
