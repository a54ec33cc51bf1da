"""Schemas of the document, compiled to validators that explain faults in sentences."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any

import orjson
from jsonschema_rs import Draft4Validator, ValidationError

from todo_api.contract.document.string_formats import FORMATS
from todo_api.contract.sentences import INVALID, Sentence

LONGEST_ECHO = 100
"""The most characters of a client's own text that an answer repeats."""

MOST_LISTS = 20
"""Lists that are too long are named up to this number."""

_ANNOTATIONS = {"int32", "int64", "float", "double", "password", "byte", "binary"}
_CHECKED = {"email", "hostname", "ipv4", "ipv6", "uri", "uri-reference", *FORMATS}
_RANGES = {"int32": 2**31, "int64": 2**63}


class SchemaError(ValueError):
    """A schema that cannot be compiled; the message is a sentence that says why."""


class Schema:
    """One compiled schema. OpenAPI 3.0 schemas are JSON Schema Draft 4 with ``nullable``."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        """Compile a schema whose references Connexion has already resolved."""
        self._schema, self._validator = _compile(orjson.dumps(schema))
        self.is_valid: Callable[[Any], bool] = self._validator.is_valid

    def faults(self, value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON is any value
        """Yield what is wrong with ``value``: a JSON pointer (RFC 6901) and a sentence.

        Of a list that is too long, only that is said: to explain what is wrong with each of its
        items would take time and memory out of all proportion.
        """
        too_long = list(islice(_too_long_lists(self._schema, value, ""), MOST_LISTS))
        if too_long:
            yield from too_long
            return
        for error in self._validator.iter_errors(value):
            place = json_pointer(error.instance_path)
            yield from self._sentences(error, place)

    def _sentences(self, error: ValidationError, place: str) -> Iterator[tuple[str, str]]:
        rule = error.kind.name
        limit = error.kind.value
        if rule == "required":
            yield place + _pointer_token(limit), Sentence("required", "This member is required.")
        elif rule == "additionalProperties":
            for name in limit:
                sentence = Sentence("unknown_member", "There is no such member here.")
                yield place + json_pointer([name]), sentence
        elif rule == "minProperties":
            yield place, Sentence("too_few", self._too_few_members(error))
        elif rule in _SENTENCES:
            yield place, _sentence(rule, limit)
        else:
            code = "wrong_form" if rule in {"pattern", "not"} else INVALID
            yield place, Sentence(code, self._described(error))

    def _described(self, error: ValidationError) -> str:
        """Explain a rule made for machines, such as a pattern, by the schema's description."""
        description = self._around(error).get("description", "see the document.")
        words = " ".join(description.split())
        return f"This does not have the required form: {_SENTENCE_END.split(words)[0]}"

    def _too_few_members(self, error: ValidationError) -> str:
        members = self._around(error).get("properties", {}).items()
        names = ", ".join(name for name, member in members if not member.get("readOnly"))
        end = f": {names}." if names else "."
        return f"This must have at least {error.kind.value} of its members{end}"

    def _around(self, error: ValidationError) -> dict[str, Any]:
        """Return the schema that has the rule; an empty one, if it is a list of schemas."""
        schema: Any = self._schema
        for step in list(error.schema_path)[:-1]:
            schema = schema[step]
        return schema if isinstance(schema, dict) else {}


def _too_long_lists(schema: Any, value: Any, place: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - JSON is any value
    """Yield each list that has more items than it may, without a look at them."""
    if not isinstance(schema, dict):
        return
    if isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            yield place, _sentence("maxItems", schema["maxItems"])
            return
        for index, item in enumerate(value):
            yield from _too_long_lists(schema.get("items"), item, f"{place}/{index}")
    elif isinstance(value, dict):
        for name, member in schema.get("properties", {}).items():
            if name in value:
                yield from _too_long_lists(member, value[name], place + _pointer_token(name))


@cache
def _compile(text: bytes) -> tuple[dict[str, Any], Draft4Validator]:
    """Compile a schema given as JSON, only once: most are referred to in many places.

    Raises `SchemaError`.
    """
    schema = to_json_schema(orjson.loads(text))
    try:
        return schema, Draft4Validator(schema, validate_formats=True, formats=FORMATS)
    except ValidationError as fault:
        raise SchemaError(f"a schema is not valid: {fault.message}") from None


def to_json_schema(schema: Any) -> Any:  # noqa: ANN401 - a schema holds any value
    """Translate an OpenAPI 3.0 schema to JSON Schema Draft 4: ``nullable`` and integer formats."""
    if isinstance(schema, list):
        return [to_json_schema(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    translated = {
        name: value
        if name in {"enum", "default", "example"}
        else {key: to_json_schema(item) for key, item in value.items()}
        if name == "properties"
        else to_json_schema(value)
        for name, value in schema.items()
    }
    if translated.get("additionalProperties") is False:
        # Without it, the validator does not say which members are too many.
        translated.setdefault("properties", {})
    if "discriminator" in translated:
        raise SchemaError("the keyword discriminator is not supported.")
    kind = schema.get("format", "password")
    if schema.get("type") == "string" and kind not in _CHECKED | _ANNOTATIONS:
        raise SchemaError(f"the format {kind} is not supported.")
    if translated.pop("nullable", False) and "type" in schema:
        translated["type"] = [schema["type"], "null"]
        if "enum" in schema and None not in schema["enum"]:
            translated["enum"] = [*schema["enum"], None]
    if bound := _RANGES.get(schema.get("format", "")):
        translated.setdefault("minimum", -bound)
        translated.setdefault("maximum", bound - 1)
    return translated


_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=[A-Z`])")


def _pointer_token(step: str | int) -> str:
    return "/" + str(step).replace("~", "~0").replace("/", "~1")


def json_pointer(path: Sequence[str | int]) -> str:
    """Return a JSON pointer (RFC 6901), cut off before a name that is too long to be repeated."""
    place = ""
    for step in path:
        if len(str(step)) > LONGEST_ECHO:
            break
        place += _pointer_token(step)
    return place


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _types(names: list[str]) -> str:
    words = {
        "array": "an array",
        "boolean": "true or false",
        "integer": "an integer",
        "null": "null",
        "object": "an object",
    }
    return "This must be " + " or ".join(words.get(name, f"a {name}") for name in names) + "."


def _plain(value: Any) -> str:  # noqa: ANN401 - JSON is any value
    return value if isinstance(value, str) else orjson.dumps(value).decode()


_SENTENCES: dict[str, Callable[[Any], str]] = {
    "type": _types,
    "minLength": lambda least: f"This must have at least {_count(least, 'character')}.",
    "maxLength": lambda most: f"This must have at most {_count(most, 'character')}.",
    "minimum": lambda least: f"This must be at least {least}.",
    "maximum": lambda most: f"This must be at most {most}.",
    "exclusiveMinimum": lambda least: f"This must be more than {least}.",
    "exclusiveMaximum": lambda most: f"This must be less than {most}.",
    "multipleOf": lambda step: f"This must be a multiple of {step}.",
    "minItems": lambda least: f"This must have at least {_count(least, 'item')}.",
    "maxItems": lambda most: f"This must have at most {_count(most, 'item')}.",
    "uniqueItems": lambda _: "This must not hold an item twice.",
    "maxProperties": lambda most: f"This must have at most {_count(most, 'member')}.",
    "enum": lambda values: "This must be one of " + ", ".join(map(_plain, values)) + ".",
    "format": lambda name: (
        "Write a date and a time with its offset from UTC, such as 2026-11-24T10:00:00Z."
        if name == "date-time"
        else f"This is not a valid {name}."
    ),
}

_CODES = {
    "type": "wrong_type",
    "minLength": "too_short",
    "maxLength": "too_long",
    "minimum": "too_small",
    "maximum": "too_large",
    "exclusiveMinimum": "too_small",
    "exclusiveMaximum": "too_large",
    "multipleOf": "wrong_step",
    "minItems": "too_few",
    "maxItems": "too_many",
    "uniqueItems": "repeated",
    "maxProperties": "too_many",
    "enum": "no_option",
    "format": "wrong_form",
}


def _sentence(rule: str, limit: Any) -> Sentence:  # noqa: ANN401 - as the rule has it
    return Sentence(_CODES[rule], _SENTENCES[rule](limit))
