"""The OpenAPI document, loaded as data and served as it is."""

from collections import Counter
from collections.abc import Hashable
from pathlib import Path
from typing import Any, Self

import orjson
import yaml


class BrokenDocumentError(Exception):
    """The document cannot be served: one sentence that names the place and the fault."""


class _PlainLoader(yaml.CSafeLoader):
    """YAML as JSON data: times stay text and no key may be written twice."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML reads this as a class attribute
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        keys = Counter(key.value for key, _ in node.value)
        if repeated := [key for key, times in keys.items() if times > 1]:
            line = node.start_mark.line + 1
            raise BrokenDocumentError(f"Below line {line}, {repeated[0]!r} is written twice.")
        return super().construct_mapping(node, deep)


class Document:
    """An OpenAPI document with the texts under which it is served.

    Connexion renders a file through Jinja2 and inlines every reference; what is served here
    keeps the author's named schemas, which client generators turn into types.
    """

    def __init__(self, text: str) -> None:
        """Parse ``text``, YAML or JSON; raise `BrokenDocumentError` if it is neither."""
        try:
            # The subclass is a SafeLoader.
            data = yaml.load(text, _PlainLoader)  # noqa: S506
        except yaml.YAMLError as fault:
            raise BrokenDocumentError(f"The document is not YAML: {fault}") from None
        if not isinstance(data, dict):
            raise BrokenDocumentError("The document is not an object.")
        self.data: dict[str, Any] = data
        self.yaml = text.encode()
        self.json = orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the document from a UTF-8 file."""
        return cls(path.read_text("utf-8"))
