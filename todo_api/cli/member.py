"""Arguments of commands that are members of the API's schemas."""

from typing import Any

import click

from todo_api.contract import Schema
from todo_api.document import document


class Member(click.ParamType[str]):
    """Text of the form that the document gives to a schema."""

    def __init__(self, schema: str, noun: str) -> None:
        """Name the schema, which refers to no other."""
        self.name = noun
        self._schema = schema

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's signature
        """Return the text, or fail with what the document says about its form."""
        schemas = document().data["components"]["schemas"]
        for _, sentence in Schema(schemas[self._schema]).faults(_encodable(value)):
            self.fail(sentence, param, ctx)
        return str(value)


def _encodable(text: str) -> str:
    """Return a text that any validator takes; an argument that is not UTF-8 has lone surrogates."""
    return text.encode(errors="replace").decode()


USERNAME = Member("Username", "name")
EMAIL = Member("EmailAddress", "address")
