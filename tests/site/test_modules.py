"""The web client's modules, joined into few files."""

import pytest

from todo_api.site.modules import APART, LATER, UnjoinableModuleError, joined
from todo_api.site.pages import CLIENT

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
