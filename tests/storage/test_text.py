"""Text as tasks are found and sorted by it."""

import time

import pytest

from todo_api.storage.text import MOST_MARKS, folded, sort_key, words_of

ACUTE, DOT_BELOW = "\u0301", "\u0323"


def test_case_and_composition_make_no_difference() -> None:
    assert folded("E" + ACUTE) == folded("\u00c9") == "\u00e9"
    assert words_of("Éclair, 2 cm", "eclair") == ["2", "cm", "eclair", "éclair"]


@pytest.mark.parametrize("marks", [[ACUTE, DOT_BELOW], [DOT_BELOW, ACUTE], ["\u0344", "\u0f71"]])
def test_any_number_of_marks_is_put_in_order_in_time(marks: list[str]) -> None:
    first, second = marks
    began = time.process_time()
    sort_key("a" + first * 50_000 + second * 49_999)
    assert time.process_time() - began < 0.3


def test_a_text_with_as_many_marks_as_any_language_writes_is_not_changed() -> None:
    text = "a" + DOT_BELOW * (MOST_MARKS - 1) + ACUTE
    assert "\u034f" not in folded(text)
