"""The check of a register's history finds what must not be, and nothing else."""

import pytest

from tests.programs.failover.history import Operation, faults_of

FINE = {
    "one after another": [
        Operation("written", 1, 2, "b", "a"),
        Operation("read", 3, 4, "b"),
    ],
    "a read beside a write sees either": [
        Operation("written", 1, 5, "b", "a"),
        Operation("read", 2, 3, "b"),
        Operation("read", 2, 3, "a"),
    ],
    "without an answer, but done": [
        Operation("unanswered", 1, 2, "b", "a"),
        Operation("read", 3, 4, "a"),
        Operation("read", 5, 6, "b"),
        Operation("refused", 7, 8, "c", "a"),
    ],
    "without an answer, and not done": [
        Operation("unanswered", 1, 2, "b", "a"),
        Operation("written", 3, 4, "c", "a"),
        Operation("read", 5, 6, "c"),
    ],
}

WRONG = {
    "a write is lost": (
        [Operation("written", 1, 2, "b", "a"), Operation("read", 3, 4, "a")],
        "a was read after b had been written.",
    ),
    "a lost write was replaced": (
        [
            Operation("written", 1, 2, "b", "a"),
            Operation("written", 3, 4, "c", "a"),
        ],
        "c and b have both replaced a.",
    ),
    "time goes back": (
        [
            Operation("written", 1, 9, "b", "a"),
            Operation("read", 2, 3, "b"),
            Operation("read", 4, 5, "a"),
        ],
        "a was read after b had been read.",
    ),
    "it is read before it is written": (
        [Operation("read", 1, 2, "b"), Operation("written", 3, 4, "b", "a")],
        "b was written after b had been read.",
    ),
    "a refused write happened": (
        [
            Operation("written", 1, 2, "b", "a"),
            Operation("refused", 3, 4, "c", "a"),
            Operation("read", 5, 6, "c"),
        ],
        "c was read, but is in no order with the others.",
    ),
    "a write is refused for nothing": (
        [Operation("refused", 1, 2, "b", "a"), Operation("written", 3, 4, "c", "a")],
        "b was refused, but a was still there.",
    ),
}


@pytest.mark.parametrize("case", FINE)
def test_what_one_register_does_is_right(case: str) -> None:
    assert faults_of("a", FINE[case]) == []


@pytest.mark.parametrize("case", WRONG)
def test_what_no_register_does_is_told(case: str) -> None:
    history, fault = WRONG[case]
    assert faults_of("a", history)[0] == fault
