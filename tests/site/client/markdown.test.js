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

test("hostile text takes no time", () => {
  const begun = performance.now();
  for (const piece of ["*", "**", "[", "[x](", "`", "https://", "- ", "*a "]) {
    blocks(piece.repeat(10_000 / piece.length));
  }
  assert.ok(performance.now() - begun < 2000);
});
