"""Filters: each finds exactly what it says, all can be combined, and both engines agree."""

from itertools import combinations
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.problems import assert_problem
from todo_api import times

NOW = "2026-11-24T12:00:00.000000Z"

TASKS: dict[str, dict[str, Any]] = {
    "groceries": {"title": "Buy groceries", "description": "Milk, cheese", "labels": ["home"]},
    "python": {"title": "Learn Python", "due": "2026-11-23", "priority": 2},
    "éclairs": {"title": "Éclairs für 100% der Gäste", "labels": ["home", "party"], "priority": 1},
    "snake": {"title": "snake_case ÉCLAIR", "due": "2026-11-24T13:00:00+02:00", "done": True},
    "party": {"title": "Éclat", "due": "2026-11-24", "labels": ["party"], "priority": 3},
    "call": {"title": "Call", "description": "Python's author", "due": "2026-11-24T13:00:00+02:00"},
}


@pytest.fixture
def miguel(miguel: TestClient) -> TestClient:
    """A client of a user who has these tasks."""
    for task in TASKS.values():
        assert miguel.post("/tasks", json=task).status_code == 201
    return miguel


def found(client: TestClient, **filters: Any) -> set[str]:  # noqa: ANN401 - what a query holds
    """Return the names of the tasks that pass the filters."""
    answer = client.get("/tasks", params=filters)
    assert answer.status_code == 200, answer.text
    names = list(TASKS)
    return {names[task["id"] - 1] for task in answer.json()["tasks"]}


FOUND: list[tuple[dict[str, Any], set[str]]] = [
    ({"done": "true"}, {"snake"}),
    ({"done": "false"}, TASKS.keys() - {"snake"}),
    # Case and composition of characters do not matter; nothing is a wildcard.
    ({"title_prefix": "é"}, {"éclairs", "party"}),
    ({"title_prefix": "E\N{COMBINING ACUTE ACCENT}CLA"}, {"éclairs", "party"}),
    ({"title_prefix": "ÉCLAIRS FÜR 100% D"}, {"éclairs"}),
    ({"title_prefix": "e"}, set()),
    ({"title_prefix": "%"}, set()),
    ({"title_prefix": "_nake"}, set()),
    ({"title_prefix": "snake_"}, {"snake"}),
    ({"title_prefix": "snakeX"}, set()),
    ({"title_prefix": "\U0010ffff"}, set()),
    # A word is found by its beginning, in the title or the description.
    ({"q": "python"}, {"python", "call"}),
    ({"q": "PYTH"}, {"python", "call"}),
    ({"q": "learn pyt"}, {"python"}),
    ({"q": "python, learn!"}, {"python"}),
    ({"q": "milk buy"}, {"groceries"}),
    ({"q": "eclair"}, set()),
    ({"q": "éclair"}, {"éclairs", "snake"}),
    ({"q": "ython"}, set()),
    ({"q": "case"}, {"snake"}),
    ({"q": "100%"}, {"éclairs"}),
    ({"q": "10_"}, {"éclairs"}),
    ({"q": "1_0"}, set()),
    ({"q": "%"}, set()),
    ({"q": "gäste"}, {"éclairs"}),
    # Labels are compared exactly; all have to be there.
    ({"label": "home"}, {"groceries", "éclairs"}),
    ({"label": ["home", "party"]}, {"éclairs"}),
    ({"label": ["home", "home"]}, {"groceries", "éclairs"}),
    ({"label": "Home"}, set()),
    ({"label": "ho"}, set()),
    ({"label": "home,party"}, set()),
    ({"priority_min": 0}, {*TASKS}),
    ({"priority_min": 2}, {"python", "party"}),
    # 13:00 in Helsinki is 11:00 in UTC; a day is over at its end in UTC.
    ({"due_before": "2026-11-24"}, {"python"}),
    ({"due_before": "2026-11-25"}, {"python", "snake", "party", "call"}),
    ({"due_before": "2026-11-24T11:00:00Z"}, {"python"}),
    ({"due_before": "2026-11-24T11:00:00.000001Z"}, {"python", "snake", "call"}),
    ({"due_before": "2026-11-24T12:30:00+01:00"}, {"python", "snake", "call"}),
    ({"due_after": "2026-11-23"}, {"snake", "party", "call"}),
    ({"due_after": "2026-11-24"}, set()),
    ({"due_after": "2026-11-24T11:00:00Z"}, {"party"}),
    ({"due_after": "2026-11-24T10:59:59Z"}, {"snake", "party", "call"}),
    ({"overdue": "true"}, {"python", "call"}),
    ({"overdue": "false"}, {"groceries", "éclairs", "snake", "party"}),
    ({"updated_since": "2001-01-01T00:00:00Z"}, {*TASKS}),
    ({"updated_since": "2099-01-01T00:00:00+14:00"}, set()),
]


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the service's clock to noon."""
    monkeypatch.setattr(times, "now", lambda: NOW)


@pytest.mark.parametrize(
    ("filters", "names"), [pytest.param(*case, id=str(case[0])) for case in FOUND]
)
def test_a_filter_finds(miguel: TestClient, filters: dict[str, Any], names: set[str]) -> None:
    assert found(miguel, **filters) == names


def test_equivalent_unicode_texts_are_the_same(miguel: TestClient) -> None:
    created = miguel.post("/tasks", json={"title": "\N{LATIN SMALL LIGATURE FI}nish"})
    for filters in ({"title_prefix": "fin"}, {"q": "FINISH"}):
        assert miguel.get("/tasks", params=filters).json() == {"tasks": [created.json()["task"]]}


UNSPACED = {
    "买牛奶和面包": ("牛奶", "面包", "包", "买 面包"),
    "明日スーパーで買い物をする": ("スーパー", "買い物", "買い物 明日", "ｽｰﾊﾟｰ"),
    "연간보고서를 제출하기": ("보고서", "보고", "서", "제출"),
    "ไปซื้อนมที่ตลาดพรุ่งนี้": ("ตลาด", "ซื้อ", "นม", "พรุ่งนี้", "ตลา"),
    "ទិញទឹកដោះគោនៅផ្សារ": ("ទឹកដោះគោ", "ផ្សារ", "នៅ"),
    "ຊື້ນົມຢູ່ຕະຫຼາດ": ("ຕະຫຼາດ", "ນົມ"),
    "ဈေးမှာနို့ဝယ်ပါ": ("နို့", "ဝယ်"),
    "हिन्दी में लिखना": ("हिन्दी", "लिख"),
    "Python入門を読む": ("python", "入門", "PYTHON入門"),
}
"""Titles, and words within them."""


def test_words_are_found_in_languages_without_spaces(susan: TestClient) -> None:
    for title in UNSPACED:
        susan.post("/tasks", json={"title": "x", "description": title})
    for number, words in enumerate(UNSPACED.values(), 1):
        for word in words:
            answer = susan.get("/tasks", params={"q": word}).json()
            assert [task["id"] for task in answer["tasks"]] == [number], word
    for absent in ("奶牛", "物買", "고보", "ดลาต", "पुस्तक"):
        assert susan.get("/tasks", params={"q": absent}).json() == {"tasks": []}
    susan.put("/tasks/1", json={"description": "买茶"})
    assert susan.get("/tasks", params={"q": "牛奶"}).json() == {"tasks": []}
    assert len(susan.get("/tasks", params={"q": "茶"}).json()["tasks"]) == 1


def test_words_count_by_their_first_64_characters(miguel: TestClient) -> None:
    created = miguel.post("/tasks", json={"title": "x" * 64 + "y"})
    answer = miguel.get("/tasks", params={"q": "x" * 64 + "z"})
    assert answer.json() == {"tasks": [created.json()["task"]]}


def test_all_filters_can_be_combined(miguel: TestClient) -> None:
    for (first, some), (second, others) in combinations(FOUND, 2):
        if not first.keys() & second.keys() and (some & others or len(some) == 1):
            assert found(miguel, **first, **second) == some & others, (first, second)


def test_a_combination_is_found_in_any_order(miguel: TestClient) -> None:
    for sort in ("due", "-due", "title", "-priority", "updated_at"):
        assert found(miguel, label="party", due_before="2026-12-01", sort=sort) == {"party"}


def test_what_was_updated_since_an_answer_includes_that_instant(
    miguel: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(times, "now", lambda: "2026-11-24T12:00:01.000000Z")
    task = miguel.put("/tasks/1", json={"done": True}).json()["task"]
    assert found(miguel, updated_since=task["updated_at"]) == {"groceries"}
    assert found(miguel, updated_since="2026-11-24T13:00:01.000001+01:00") == set()


def test_a_filter_finds_a_task_as_it_is_now(miguel: TestClient) -> None:
    miguel.put("/tasks/1", json={"title": "Bake", "labels": ["party"], "due": "2026-11-01"})
    assert "groceries" not in found(miguel, q="groceries")
    assert "groceries" not in found(miguel, label="home")
    assert "groceries" in found(miguel, q="bake milk", label="party", title_prefix="ba")
    assert "groceries" in found(miguel, overdue="true")
    miguel.delete("/tasks/1")
    assert found(miguel, q="bake") == set()


def test_nobody_finds_somebody_elses_tasks(miguel: TestClient, susan: TestClient) -> None:
    assert found(miguel)
    for filters, _ in FOUND:
        assert found(susan, **filters) == set()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("done", "yes"),
        ("done", "1"),
        ("title_prefix", ""),
        ("title_prefix", "x" * 201),
        ("q", ""),
        ("label", ""),
        ("label", "x" * 51),
        ("priority_min", "4"),
        ("priority_min", "high"),
        ("due_before", "soon"),
        ("due_before", "2026-02-30"),
        ("due_after", "2026-11-24T11:00:00"),
        ("due_after", "2026-11-24T11:00:00 01:00"),
        ("overdue", ""),
        ("updated_since", "2026-11-24"),
        ("sort", "colour"),
        ("sort", "--id"),
        ("sort", "title,-id"),
    ],
)
def test_a_meaningless_filter_is_refused(
    miguel: TestClient, name: str, value: str | list[str]
) -> None:
    assert_problem(miguel.get("/tasks", params={name: value}), 400, name)
