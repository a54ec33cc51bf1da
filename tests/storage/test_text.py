"""Text as tasks are found and sorted by it."""

import time

import pytest

from todo_api.storage.text import MOST_MARKS, MOST_PIECES, folded, sort_key, words_of, words_sought

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


def test_a_mark_belongs_to_the_word_that_it_is_in() -> None:
    assert words_of("हिन्दी में") == sorted(["हिन्दी", "में"])
    assert words_of("x\u0302y_z") == ["x\u0302y", "z"]
    assert words_of("\u0302 _ \u0e34") == []


@pytest.mark.parametrize(
    ("text", "pieces", "sought"),
    [
        ("買い物", ["い物", "物", "買い"], ["い物", "買い"]),
        ("水", ["水"], ["水"]),
        ("第3章", ["3", "章", "第"], ["3", "章", "第"]),
        ("Python入門", ["python", "入門", "門"], ["python", "入門"]),
        ("ｶﾞｽ", ["ガス", "ス"], ["ガス"]),
        ("한국어", ["국어", "어", "한국"], ["국어", "한국"]),
        ("ซื้อนม", ["ซื้อน", "นม", "ม", "อนม"], ["ซื้อน", "อนม"]),
        ("น้ำ", ["น้ํา", "า"], ["น้ํา"]),
        ("ទឹក", ["ក", "ទឹក"], ["ទឹក"]),
    ],
)
def test_text_without_spaces_is_taken_to_pieces(
    text: str, pieces: list[str], sought: list[str]
) -> None:
    assert words_of(text) == sorted(pieces)
    assert sorted(words_sought(text)) == sorted(sought)


def test_no_text_has_more_pieces_than_others_have_words() -> None:
    text = "".join(map(chr, range(0x4E00, 0x4E00 + 10_000)))
    assert len(words_of("题", text)) == MOST_PIECES
    assert words_of("题", text)[-1] == "题"
    assert len(words_sought(text[:200])) == 100
