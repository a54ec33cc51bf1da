"""Schemas: what they refuse, where, and in which words."""

import time
from typing import Any

import pytest

from todo_api.contract.document.schema import Schema

A_NAME = {"type": "string", "pattern": "^[a-z]+$", "description": "Small letters,\n  no others."}


@pytest.mark.parametrize(
    ("schema", "value", "sentence"),
    [
        ({"type": "string"}, 1, "This must be a string."),
        ({"type": "integer"}, "1", "This must be an integer."),
        ({"type": "integer"}, 1.0, "This must be an integer."),
        ({"type": "integer"}, True, "This must be an integer."),
        ({"type": "number"}, "1", "This must be a number."),
        ({"type": "boolean"}, 0, "This must be true or false."),
        ({"type": "array", "items": {}}, {}, "This must be an array."),
        ({"type": "object"}, [], "This must be an object."),
        ({"type": "string"}, None, "This must be a string."),
        ({"type": "string", "nullable": True}, 1, "This must be null or a string."),
        ({"type": "string", "minLength": 1}, "", "This must have at least 1 character."),
        ({"type": "string", "minLength": 3}, "🥛🥛", "This must have at least 3 characters."),
        ({"type": "string", "maxLength": 1}, "ab", "This must have at most 1 character."),
        ({"maxLength": 10_000}, "x" * 10_001, "This must have at most 10,000 characters."),
        ({"minimum": 1}, 0, "This must be at least 1."),
        ({"maximum": 9}, 10, "This must be at most 9."),
        ({"minimum": 1, "exclusiveMinimum": True}, 1, "This must be more than 1."),
        ({"maximum": 9, "exclusiveMaximum": True}, 9, "This must be less than 9."),
        ({"multipleOf": 5}, 7, "This must be a multiple of 5."),
        ({"minItems": 1}, [], "This must have at least 1 item."),
        ({"minItems": 2}, [1], "This must have at least 2 items."),
        ({"maxItems": 1}, [1, 2], "This must have at most 1 item."),
        ({"uniqueItems": True}, [1, 1], "This must not hold an item twice."),
        ({"minProperties": 1}, {}, "This must have at least 1 of its members."),
        (
            {"minProperties": 1, "properties": {"a": {}, "b": {"readOnly": True}, "c": {}}},
            {},
            "This must have at least 1 of its members: a, c.",
        ),
        ({"maxProperties": 1}, {"a": 1, "b": 2}, "This must have at most 1 member."),
        ({"enum": ["a", "b"]}, "c", "This must be one of a, b."),
        ({"enum": [1, True, None]}, 2, "This must be one of 1, true, null."),
        ({"type": "string", "format": "email"}, "x", "This is not a valid email."),
        ({"type": "string", "format": "date"}, "1899-02-30", "This is not a valid date."),
        (
            {"type": "string", "format": "date-time"},
            "now",
            "Write a date and a time with its offset from UTC, such as 2026-11-24T10:00:00Z.",
        ),
        ({"type": "string", "format": "uri"}, "/x", "This is not a valid uri."),
        ({"type": "string", "format": "uuid"}, "x", "This is not a valid uuid."),
        ({"type": "integer", "format": "int32"}, 2**31, "This must be at most 2147483647."),
        (
            {"type": "integer", "format": "int64"},
            -(2**63) - 1,
            "This must be at least -9223372036854775808.",
        ),
        (
            {"type": "integer", "format": "int64"},
            10**19,
            "This must be at most 9223372036854775807.",
        ),
        (A_NAME, "A", "This does not have the required form: Small letters, no others."),
        ({"pattern": "^a"}, "b", "This does not have the required form: see the document."),
        (
            {"anyOf": [{"type": "string"}, {"minimum": 1}], "description": "Text, or a count."},
            0,
            "This does not have the required form: Text, or a count.",
        ),
        (
            {"oneOf": [{"minimum": 1}, {"maximum": 2}]},
            1,
            "This does not have the required form: see the document.",
        ),
        (
            {"not": {"enum": ["me"]}, "description": "Not me."},
            "me",
            "This does not have the required form: Not me.",
        ),
        (
            {"allOf": [{"type": "string"}, {"maxLength": 1}]},
            "ab",
            "This must have at most 1 character.",
        ),
    ],
)
def test_each_keyword_has_its_sentence(
    schema: dict[str, Any], value: object, sentence: str
) -> None:
    compiled = Schema(schema)
    assert not compiled.is_valid(value)
    assert list(compiled.faults(value)) == [("", sentence)]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({}, {"anything": [1]}),
        ({"type": "string", "nullable": True}, None),
        ({"type": "string", "nullable": True, "enum": ["a", None]}, None),
        ({"type": "string", "maxLength": 1}, "🥛"),
        ({"type": "integer"}, 10**19),
        ({"type": "number"}, 1),
        ({"type": "string", "format": "password"}, "x"),
        ({"type": "string", "format": "uuid"}, "7e57d004-2b97-0e7a-b45f-5387367791cd"),
        ({"properties": {"enum": {"type": "string", "nullable": True}}}, {"enum": None}),
        ({"properties": {"nullable": {"type": "integer"}}}, {"nullable": 1}),
        (
            {"properties": {"properties": {"type": "integer", "nullable": True}}},
            {"properties": None},
        ),
        ({"type": "array", "items": {"type": "string", "nullable": True}}, [None, "a"]),
        ({"additionalProperties": {"type": "string", "nullable": True}}, {"a": None}),
    ],
)
def test_what_is_valid_is_valid(schema: dict[str, Any], value: object) -> None:
    compiled = Schema(schema)
    assert compiled.is_valid(value)
    assert list(compiled.faults(value)) == []


def test_nullable_without_a_type_has_no_effect() -> None:
    """OpenAPI 3.0.3, Schema Object: it adds null to the type that stands in the same schema."""
    schema = Schema({"nullable": True, "allOf": [{"type": "string"}]})
    assert schema.is_valid("a")
    assert not schema.is_valid(None)


OBJECT: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title"],
    "properties": {
        "title": {"type": "string"},
        "a/b~c": {"type": "integer"},
        "steps": {"type": "array", "items": {"type": "string"}},
        "counts": {"additionalProperties": {"type": "integer"}},
    },
}


@pytest.mark.parametrize(
    ("value", "places"),
    [
        ({}, ["/title"]),
        ({"title": 1}, ["/title"]),
        ({"title": "t", "x": 1, "y": 2}, ["/x", "/y"]),
        ({"title": "t", "a/b~c": ""}, ["/a~1b~0c"]),
        ({"title": "t", "steps": ["a", 2, "c", 4]}, ["/steps/1", "/steps/3"]),
        ({"title": "t", "counts": {"one": ""}}, ["/counts/one"]),
        ({"x": 1, "steps": 1}, ["/steps", "/title", "/x"]),
        ([], [""]),
        ({"title": "t", "x" * 100: 1}, ["/" + "x" * 100]),
        ({"title": "t", "x" * 101: 1}, [""]),
        ({"title": "t", "counts": {"x" * 101: ""}}, ["/counts"]),
    ],
)
def test_every_fault_is_given_with_its_place(value: object, places: list[str]) -> None:
    assert sorted(place for place, _ in Schema(OBJECT).faults(value)) == places


def test_a_closed_object_without_properties_names_each_member_it_refuses() -> None:
    schema = Schema({"type": "object", "additionalProperties": False})
    assert sorted(schema.faults({"x": 1, "y": 2})) == [
        ("/x", "There is no such member here."),
        ("/y", "There is no such member here."),
    ]


@pytest.mark.parametrize("item", [1, {}, "x" * 60, [[]], None])
def test_a_list_that_is_too_long_is_not_explained_item_by_item(item: object) -> None:
    labels = {"type": "array", "maxItems": 3, "uniqueItems": True, "items": {"type": "string"}}
    schema = Schema({"type": "object", "properties": {"labels": labels}})
    began = time.process_time()
    faults = list(schema.faults({"labels": [item] * 500_000}))
    assert time.process_time() - began < 0.1
    assert faults == [("/labels", "This must have at most 3 items.")]


def test_a_list_that_is_too_long_is_found_inside_others() -> None:
    inner = {"type": "array", "maxItems": 1, "items": {"type": "integer"}}
    schema = Schema({"type": "array", "maxItems": 2, "items": inner})
    assert list(schema.faults([[1], ["x", "y"]])) == [("/1", "This must have at most 1 item.")]
    assert [place for place, _ in schema.faults([[1], ["x"]])] == ["/1/0"]
