// Markdown of descriptions: what it becomes, and what it must not become.

import assert from "node:assert/strict";
import { test } from "node:test";

import { blocks, inline, safe } from "../../../todo_api/site/static/client/markdown.js";

const text = (words) => ({ kind: "text", text: words });

test("paragraphs, lists and code", () => {
  assert.deepEqual(blocks("One\ntwo\n\n- a\n- b\n1. c\n```\n**x**\n```"), [
    { kind: "paragraph", lines: [[text("One")], [text("two")]] },
    { kind: "list", ordered: false, items: [[text("a")], [text("b")]] },
    { kind: "list", ordered: true, items: [[text("c")]] },
    { kind: "pre", lines: [[text("**x**")]] },
  ]);
});

test("strong, emphasis and code within a line", () => {
  assert.deepEqual(inline("a **b *c* d** `*d*`"), [
    text("a "),
    {
      kind: "strong",
      children: [text("b "), { kind: "emphasis", children: [text("c")] }, text(" d")],
    },
    text(" "),
    { kind: "code", text: "*d*" },
  ]);
  assert.deepEqual(inline("2 * 3 * 4"), [text("2 * 3 * 4")]);
});

test("links, with words and bare", () => {
  const link = { kind: "link", to: "https://x.example/a", children: [text("x")] };
  assert.deepEqual(inline("[x](https://x.example/a)"), [link]);
  assert.deepEqual(inline("See https://x.example/a.")[1].to, "https://x.example/a");
});

for (const address of [
  "javascript:alert(1)",
  "JavaScript:alert(1)",
  "data:text/html,x",
  "vbscript:x",
  "//x.example",
  "/tasks",
  "file:///etc/passwd",
  "https://",
  " https://x.example",
]) {
  test(`no link leads to ${address}`, () => {
    assert.equal(safe(address), null);
    assert.deepEqual(
      inline(`[x](${address})`).filter(({ kind, to }) => kind === "link" && to === address),
      [],
    );
  });
}

test("marks that are not closed are text", () => {
  assert.deepEqual(inline("**a *b `c [d](e"), [text("**a *b `c [d](e")]);
  assert.deepEqual(inline("[[x](https://x.example)")[0], {
    kind: "link",
    to: "https://x.example",
    children: [text("[x")],
  });
  assert.deepEqual(inline("**a**b*c*"), [
    { kind: "strong", children: [text("a")] },
    text("b"),
    { kind: "emphasis", children: [text("c")] },
  ]);
  assert.deepEqual(inline("****a**"), [{ kind: "strong", children: [text("**a")] }]);
  assert.deepEqual(inline("``a`"), [text("`"), { kind: "code", text: "a" }]);
  assert.deepEqual(inline("[](https://x.example)")[1].to, "https://x.example");
});

// A text of so many characters would take hours if its time grew with the square of their number.
const MANY = 1_000_000;
const LONG = "a".repeat(MANY);

for (const [name, hostile] of Object.entries({
  "**a ": "**a ".repeat(MANY / 4),
  "*": "*".repeat(MANY),
  "*a ": "*a ".repeat(MANY / 3),
  "`": `${"`".repeat(MANY)}a`,
  "[": "[".repeat(MANY),
  "[ and then ]": `${"[".repeat(MANY)}]`,
  "[ and then a target": `${"[".repeat(MANY)}](${LONG}`,
  "[x](": "[x](".repeat(MANY / 4),
  "https://": "https://".repeat(MANY / 8),
  "https:// and then dots": `https://${".".repeat(MANY)}`,
  "a bullet and blanks": `- ${" ".repeat(MANY)}x\u2028x`,
  "a number and blanks": `1. ${" ".repeat(MANY)}x\u2028x`,
  "a heading and blanks": `# ${" ".repeat(MANY)}x\u2028x`,
})) {
  test(`a million characters of ${name} are read at once`, { timeout: 120_000 }, () => {
    assert.ok(blocks(hostile).length > 0);
  });
}
