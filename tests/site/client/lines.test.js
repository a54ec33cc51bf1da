// Lines that are pasted: what each begins with elsewhere is no part of a title.

import assert from "node:assert/strict";
import { test } from "node:test";

import { linesOf } from "../../../todo_api/site/static/client/lines.js";

test("a task is made of each line that has something in it", () => {
  assert.deepEqual(linesOf("Milk\r\nBread\r\rEggs\n \n\n"), ["Milk", "Bread", "Eggs"]);
  assert.deepEqual(linesOf("Milk"), ["Milk"]);
  assert.deepEqual(linesOf(" \n-\n"), ["-"]);
});

test("bullets and boxes go, and what only looks like them stays", () => {
  const lines = {
    "- Milk": "Milk",
    "  * [ ] Milk": "Milk",
    "• [x] Milk": "Milk",
    "[] Milk": "Milk",
    "– Milk": "Milk",
    "-5 degrees": "-5 degrees",
    "1. Mai": "1. Mai",
    "*Milk*": "*Milk*",
  };
  for (const [line, title] of Object.entries(lines)) assert.deepEqual(linesOf(line), [title]);
});
