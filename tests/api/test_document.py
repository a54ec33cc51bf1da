"""The contract itself: valid, complete, free of contradictions, and in good taste."""

import inspect
import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from openapi_spec_validator import validate

ROOT = Path(__file__).parents[2]
LINT = ROOT / "tests" / "lint"
DOCUMENT: dict[str, Any] = yaml.safe_load((ROOT / "openapi" / "todo.yaml").read_text("utf-8"))
COMPONENTS = DOCUMENT["components"]
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


def test_the_document_is_valid() -> None:
    validate(DOCUMENT)


def test_the_linters_have_nothing_to_say() -> None:
    npm = shutil.which("npm")
    if npm is None and "CI" not in os.environ:
        pytest.skip("the linters need Node.js")
    assert npm, "CI has to have Node.js"
    if not (LINT / "node_modules").exists():
        subprocess.run([npm, "ci", "--ignore-scripts"], cwd=LINT, check=True)
    lint = subprocess.run(
        [npm, "run", "--silent", "lint"], cwd=LINT, capture_output=True, text=True, check=False
    )
    assert lint.returncode == 0, lint.stdout + lint.stderr


@pytest.mark.parametrize(
    ("schema", "value"), [pytest.param(*example, id=place) for place, *example in examples()]
)
def test_each_example_fits_its_schema(schema: dict[str, Any], value: object) -> None:
    validator = OAS30Validator(
        {"allOf": [schema], "components": COMPONENTS}, format_checker=oas30_format_checker
    )
    assert [error.message for error in validator.iter_errors(value)] == []


def test_each_component_is_used_and_each_reference_has_one() -> None:
    references = {node["$ref"] for _, node in nodes(DOCUMENT) if "$ref" in node}
    schemes = {
        f"#/components/securitySchemes/{scheme}"
        for operation in OPERATIONS.values()
        for requirement in operation["security"]
        for scheme in requirement
    }
    components = {f"#/components/{kind}/{name}" for kind in COMPONENTS for name in COMPONENTS[kind]}
    assert references | schemes == components


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

    def test_can_refuse_and_fail_in_every_common_way(self, operation: dict[str, Any]) -> None:
        common = {"400", "406", "414", "431", "500", "503"}
        protected = {"401", "403"} if operation["security"] else set()
        with_body = {"413", "415"} if "requestBody" in operation else set()
        assert common | protected | with_body <= set(operation["responses"])
