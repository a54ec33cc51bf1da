"""The OpenAPI document, loaded as data and served as it is."""

import re
from collections import Counter
from collections.abc import Hashable
from pathlib import Path
from typing import Any, Self

import orjson
import yaml


class BrokenDocumentError(Exception):
    """The document cannot be served; the message is a sentence that names place and fault."""


_TEXT = "tag:yaml.org,2002:str"


class _PlainLoader(yaml.CSafeLoader):
    """YAML as JSON data: times stay text and no key may be written twice."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML reads this as a class attribute

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(set(keys)) < len(keys):
            repeated = [key for key, times in Counter(keys).items() if times > 1]
            line = node.start_mark.line + 1
            raise BrokenDocumentError(f"Below line {line}, {repeated[0]!r} is written twice.")
        return super().construct_mapping(node, deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002 - PyYAML's signature
        """Construct what three of four nodes are, plain text, without PyYAML's ceremony."""
        if node.tag == _TEXT and isinstance(node, yaml.ScalarNode):
            return node.value
        return super().construct_object(node, deep)


# YAML 1.2 as linters and client generators read it; PyYAML's own 1.1 takes `on` for true and
# 12:30 for 750.
for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"null|Null|NULL|~|", ["n", "N", "~", ""]),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("merge", r"<<", "<"),
):
    _PlainLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), _first
    )


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
        try:
            self.json = orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)
        except orjson.JSONEncodeError as fault:
            raise BrokenDocumentError(f"The document is not JSON data: {fault}.") from None

    def json_from(self, origin: str) -> bytes:
        """Return the document as JSON, with its servers at an origin: a scheme and an authority."""
        servers = [
            {**server, "url": origin + server["url"] if _is_path(server["url"]) else server["url"]}
            for server in self.data.get("servers", [])
        ]
        data = {**self.data, "servers": servers} if servers else self.data
        return orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS)

    def yaml_from(self, origin: str) -> bytes:
        """Return the document as its author wrote it, with its servers at an origin."""
        text = self.yaml.decode()
        for server in self.data.get("servers", []):
            if _is_path(server["url"]):
                written = re.compile(rf"(\burl: *[\"']?){re.escape(server['url'])}(?![^\s\"',}}])")
                text = written.sub(lambda found: found[1] + origin + server["url"], text, count=1)  # noqa: B023 - called at once
        return text.encode()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the document from a UTF-8 file."""
        try:
            return cls(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as fault:
            raise BrokenDocumentError(f"{path} cannot be read: {fault}") from None


def _is_path(url: str) -> bool:
    return url.startswith("/")
