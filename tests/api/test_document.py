"""The contract itself: valid, complete, free of contradictions, and in good taste."""

import inspect
import json
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from openapi_spec_validator import validate

from tests.support.npm import installed
from todo_api.contract.inputs.body import MOST_UNKNOWN_BYTES

ROOT = Path(__file__).parents[2]
LINT = ROOT / "tests" / "lint"
TEXT = (ROOT / "openapi" / "todo.yaml").read_text("utf-8")
DOCUMENT: dict[str, Any] = yaml.safe_load(TEXT)
COMPONENTS = DOCUMENT["components"]
TAGS = [tag["name"] for tag in DOCUMENT["tags"]]
LONGEST_LINE = 100
OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}


def nodes(node: object, pointer: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each object below a node of the document, with its pointer."""
    if isinstance(node, dict):
        yield pointer, node
    for key, child in children(node):
        yield from nodes(child, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")


def children(node: object) -> Iterator[tuple[object, object]]:
    """Yield the members of an object, or the items of an array, with their names."""
    if isinstance(node, dict):
        yield from node.items()
    if isinstance(node, list):
        yield from enumerate(node)


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference points to, or the node itself."""
    if "$ref" not in node:
        return node
    _, _, kind, name = node["$ref"].split("/")
    return resolved(COMPONENTS[kind][name])


def examples() -> Iterator[tuple[str, dict[str, Any], object]]:
    """Yield each example that the document gives: its place, its schema and its value."""
    for kind in sorted(COMPONENTS.keys() - {"examples"}):
        for pointer, node in nodes(COMPONENTS[kind], f"#/components/{kind}"):
            schema = node.get("schema", node)
            if "example" in node:
                yield pointer, schema, node["example"]
            for name, example in node.get("examples", {}).items():
                yield f"{pointer}/{name}", schema, resolved(example)["value"]


def references(node: object) -> set[tuple[str, str]]:
    """Return kind and name of each component that a node refers to, directly or through others."""
    waiting, found = [node], set()
    while waiting:
        for _, child in nodes(waiting.pop()):
            if "$ref" in child and (place := tuple(child["$ref"].split("/")[2:])) not in found:
                found.add(place)
                kind, name = place
                waiting.append(COMPONENTS[kind][name])
    return found


def scalars(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    """Yield each scalar of a document as it is written."""
    if isinstance(node, yaml.ScalarNode):
        yield node
    for child in node.value if isinstance(node, yaml.CollectionNode) else ():
        for part in child if isinstance(child, tuple) else (child,):
            yield from scalars(part)


# What YAML 1.2 reads as a number, though PyYAML, which follows YAML 1.1, does not.
NUMBER_OF_CORE_SCHEMA = re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+")


def plainest(text: str) -> str:
    """Return a text with no more quotation marks than YAML needs: none, single or double ones."""
    if NUMBER_OF_CORE_SCHEMA.fullmatch(text):
        return f"'{text}'"
    return yaml.safe_dump(text, allow_unicode=True, width=10**9).removesuffix("...\n").rstrip("\n")


def test_the_document_is_valid() -> None:
    validate(DOCUMENT)


def test_the_linters_have_nothing_to_say() -> None:
    installed(LINT)
    command = [str(shutil.which("npm")), "run", "--silent", "lint"]
    lint = subprocess.run(command, cwd=LINT, capture_output=True, text=True, check=False)
    assert lint.returncode == 0, lint.stdout + lint.stderr


def test_no_two_enumerations_have_a_name_in_common() -> None:
    """Go, for one, declares the constants of all of them in one package."""
    names = Counter(
        name
        for schema in COMPONENTS["schemas"].values()
        for name in schema.get("x-enum-varnames", map(str.upper, schema.get("enum", [])))
    )
    assert names
    assert set(names.values()) == {1}, names.most_common(3)


def test_spectral_finds_what_some_languages_lack(tmp_path: Path) -> None:
    spectral = installed(LINT) / "spectral"
    text = {"type": "string", "maxLength": 9}
    flawed = {
        "openapi": "3.0.3",
        "info": {"title": "Flawed", "version": "1"},
        "paths": {},
        "components": {
            "schemas": {
                "NewTask": {"type": "object"},
                "Nul": {**text, "pattern": "^[^\\u0000]*$"},
                "Ahead": {**text, "pattern": "^(?=a)"},
                "Digits": {**text, "not": {"pattern": "\\d"}},
                "Latin": {**text, "pattern": "[\\x80-\\x9f]"},
                "Endless": {"type": "string", "pattern": "^a+$"},
                "Distinct": {"type": "array", "uniqueItems": True},
                "Never": {"type": "string", "format": "date-time", "nullable": True},
            }
        },
    }
    (tmp_path / "flawed.json").write_text(json.dumps(flawed))
    lint = subprocess.run(
        [
            *(spectral, "lint", "--ruleset", LINT / "spectral.yaml"),
            *("--format", "json", tmp_path / "flawed.json"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    found = {
        (each["code"], each["path"][2]) for each in json.loads(lint.stdout) if each["path"][2:]
    }
    assert found >= {
        ("name-is-nobody-elses", "NewTask"),
        ("pattern-is-common", "Nul"),
        ("pattern-is-common", "Ahead"),
        ("pattern-is-common", "Digits"),
        ("pattern-is-ascii", "Latin"),
        ("pattern-is-bounded", "Endless"),
        ("list-is-a-list", "Distinct"),
        ("null-is-told-where-it-is-used", "Never"),
    }


@pytest.mark.parametrize(
    ("schema", "value"), [pytest.param(*example, id=place) for place, *example in examples()]
)
def test_each_example_fits_its_schema(schema: dict[str, Any], value: object) -> None:
    validator = OAS30Validator(
        {"allOf": [schema], "components": COMPONENTS}, format_checker=oas30_format_checker
    )
    assert [error.message for error in validator.iter_errors(value)] == []


def test_a_scalar_is_quoted_only_if_it_has_to_be() -> None:
    for scalar in scalars(yaml.compose(TEXT)):
        line, column = scalar.start_mark.line + 1, scalar.start_mark.column
        if scalar.style == ">":
            assert column + len(plainest(scalar.value)) > LONGEST_LINE, f"line {line} need not fold"
        elif scalar.style == "|":
            assert "\n" in scalar.value, f"line {line} is one line"
        elif scalar.style and line == scalar.end_mark.line + 1:
            assert plainest(scalar.value).startswith(scalar.style), f"line {line} is misquoted"


def test_the_introduction_is_short() -> None:
    # It is copied into the head of every generated file.
    assert len(DOCUMENT["info"]["description"]) < 1000


def test_a_page_that_the_document_names_exists() -> None:
    named = set(re.findall(r"docs/[\w./-]+\.md", TEXT))
    assert named
    assert not [page for page in named if not (ROOT / page).is_file()]


def test_a_path_stands_before_those_with_a_parameter_in_its_place() -> None:
    """OpenAPI takes the exact one first; routers that take the first one need that order."""
    paths = [path.split("/") for path in DOCUMENT["paths"]]
    for later, path in enumerate(paths):
        for earlier in paths[:later]:
            assert len(earlier) != len(path) or not all(
                one == other or one.startswith("{")
                for one, other in zip(earlier, path, strict=True)
            ), "/".join(path)


@pytest.mark.parametrize("kind", sorted(COMPONENTS.keys() - {"securitySchemes"}))
def test_components_stand_in_the_order_of_the_tags(kind: str) -> None:
    """A component belongs to the first tag that uses it; what the last one uses is for all tags."""
    users: dict[str, list[int]] = {}
    for place, operation in OPERATIONS.items():
        of_path = DOCUMENT["paths"][place.partition(" ")[2]].get("parameters", [])
        for of_kind, name in references([operation, of_path]):
            if of_kind == kind:
                users.setdefault(name, []).append(TAGS.index(operation["tags"][0]))
    last = len(TAGS) - 1
    order = [last if last in users[name] else min(users[name]) for name in COMPONENTS[kind]]
    assert order == sorted(order)


def test_no_two_components_share_a_name() -> None:
    """Generators make types of all these kinds, and files, whose names may ignore case."""
    kinds = ("schemas", "parameters", "responses", "requestBodies")
    names = Counter(name.lower() for kind in kinds for name in COMPONENTS[kind])
    assert [name for name, times in names.items() if times > 1] == []


def test_all_errors_of_a_status_share_one_problem() -> None:
    shared: dict[str, set[str]] = {}
    for operation in OPERATIONS.values():
        for status, response in operation["responses"].items():
            content = resolved(response).get("content", {}).get("application/problem+json", {})
            for example in content.get("examples", {}).values():
                shared.setdefault(status, set()).add(example["$ref"])
    assert shared
    for status, [reference] in shared.items():
        assert resolved({"$ref": reference})["value"]["status"] == int(status)


def test_each_component_is_used_and_each_reference_has_one() -> None:
    named = {node["$ref"] for _, node in nodes(DOCUMENT) if "$ref" in node}
    schemes = {
        f"#/components/securitySchemes/{scheme}"
        for operation in OPERATIONS.values()
        for requirement in operation["security"]
        for scheme in requirement
    }
    components = {f"#/components/{kind}/{name}" for kind in COMPONENTS for name in COMPONENTS[kind]}
    assert named | schemes == components


def test_nothing_stands_beside_a_reference() -> None:
    assert [pointer for pointer, node in nodes(DOCUMENT) if "$ref" in node and len(node) > 1] == []


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
class TestEachOperation:
    """What holds for every operation."""

    def test_is_a_function_in_the_module_of_its_tag(self, operation: dict[str, Any]) -> None:
        [tag] = operation["tags"]
        handler = getattr(import_module(f"todo_api.operations.{tag}"), operation["operationId"])
        [docstring] = (inspect.getdoc(handler) or "").splitlines()
        assert docstring == f"{operation['summary']}."

    def test_takes_little_of_strangers(self, operation: dict[str, Any]) -> None:
        if "requestBody" in operation and not operation["security"]:
            assert resolved(operation["requestBody"])["x-max-bytes"] <= MOST_UNKNOWN_BYTES

    def test_can_refuse_and_fail_in_every_common_way(self, operation: dict[str, Any]) -> None:
        common = {"400", "406", "414", "429", "431", "500", "503"}
        protected = {"401", "403"} if operation["security"] else set()
        with_body = {"413", "415"} if "requestBody" in operation else set()
        assert common | protected | with_body <= set(operation["responses"])
