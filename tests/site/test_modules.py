"""The web client's modules, joined into few files."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.npm import installed
from todo_api.site.modules import APART, LATER, UnjoinableModuleError, joined, without_comments
from todo_api.site.pages import CLIENT

TOOLS = Path(__file__).parent / "client"
COMPARE = """
import { readFileSync } from "node:fs";
import ts from "typescript";

const compilerOptions = { target: "esnext", module: "esnext", removeComments: true };
const program = (text) => ts.transpileModule(text, { compilerOptions }).outputText;
const others = JSON.parse(readFileSync(0, "utf-8")).filter(
  ([text, less]) => program(text) !== program(less),
);
process.stdout.write(JSON.stringify(others));
"""
"""Says which of some pairs of texts are not the same program."""

MODULES = {
    "app.js": 'import { say as tell } from "./words.js";\n\nawait tell();\n',
    "words.js": (
        'import { h } from "./vendor.js";\nimport {\n  one,\n  two,\n} from "./numbers.js";\n'
        "const own = one + two;\nexport const say = () => h(own);\n"
    ),
    "numbers.js": (
        "export const one = 1;\nexport const two = 2;\nexport async function three() {}\n"
        "export class Four {}\n"
    ),
    "vendor.js": "export{x as h};",
}


def test_each_module_comes_after_those_that_it_imports_from() -> None:
    text = joined(MODULES, "app.js")
    places = [text.index(f"// {name}.js") for name in ("numbers", "words", "app")]
    assert places == sorted(places)


def test_imports_become_constants_and_exports_results() -> None:
    text = joined(MODULES, "app.js")
    assert text.startswith('import * as $vendor from "./vendor.js";')
    assert "const { one, two, } = $numbers;" in text
    assert "const { say: tell } = $words;" in text
    assert "return { one, two, three, Four };" in text
    assert text.endswith("await tell();")


@pytest.mark.parametrize(
    "line",
    [
        'import "./numbers.js";',
        'import * as numbers from "./numbers.js";',
        "export let changing = 1;",
        "export default 1;",
        "export { own };",
        'const later = await import("./numbers.js");',
    ],
)
def test_what_cannot_be_joined_is_refused_with_its_place(line: str) -> None:
    with pytest.raises(UnjoinableModuleError, match=r"words\.js has a line"):
        joined({**MODULES, "words.js": f"{line}\n"}, "app.js")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("/** One. */\na();\n", "a();\n"),
        ("/**\n * Two\n * lines.\n */\na();\n", "a();\n"),
        ("  // One.\n  // Two.\na();\n", "a();\n"),
        ("a(); // Here.\n", "a(); // Here.\n"),
        ("/** @type {A} */ (a).b();\n", "/** @type {A} */ (a).b();\n"),
        ("/** One. */ a(); /** Two. */\nb();\n", "/** One. */ a(); /** Two. */\nb();\n"),
        ("a(/** @type {A} */\n b);\n", "a(/** @type {A} */\n b);\n"),
    ],
)
def test_a_comment_goes_if_it_has_its_lines_to_itself(text: str, rest: str) -> None:
    assert without_comments(text) == rest


def test_without_comments_each_module_is_the_same_program() -> None:
    modules = [path.read_text("utf-8") for path in sorted(CLIENT.glob("*.js"))]
    pairs = [(text, without_comments(text)) for text in modules]
    assert sum(len(less) for _, less in pairs) < 0.8 * sum(map(len, modules))
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", COMPARE],
        cwd=installed(TOOLS),
        input=json.dumps(pairs),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == []


def test_modules_that_import_each_other_are_refused() -> None:
    numbers = 'import { say } from "./words.js";\nexport const one = say;\n'
    with pytest.raises(UnjoinableModuleError, match="import each other"):
        joined({**MODULES, "numbers.js": numbers}, "app.js")


def test_what_is_wanted_later_takes_from_the_first_file_what_is_there() -> None:
    modules = {
        **MODULES,
        "later.js": (
            'import { one } from "./numbers.js";\nimport { own } from "./more.js";\n'
            "export const LATER = one + own;\n"
        ),
        "more.js": "export const own = 1;\n",
    }
    assert "export { $numbers, $words };" in joined(modules, "app.js")
    text = joined(modules, "later.js", after="app.js")
    assert text.startswith('import { $numbers } from "./client.js";')
    assert "// more.js" in text
    assert "// numbers.js" not in text
    assert text.endswith("export { LATER };")


def test_each_module_of_the_client_is_in_one_of_its_files_once() -> None:
    modules = {path.name: path.read_text("utf-8") for path in CLIENT.glob("*.js")}
    text = joined(modules, "app.js")
    text += "".join(joined(modules, name, after="app.js") for name in sorted(LATER))
    for name in modules.keys() - APART:
        assert text.count(f"// {name}\n") == 1, name
