import assert from "node:assert/strict";
import { test } from "node:test";

import { learnWords, say } from "../../../todo_api/site/static/client/words.js";
import { LATER_WORDS } from "../../../todo_api/site/static/client/words.later.js";

test("what others have named can be read in a text in which it stands", () => {
  for (const name of ["The kitchen", "רשימה", "{seconds}", "$&", "a\u200eb"]) {
    assert.equal(say("error.refused", { detail: name }), `The service refused this: ${name}`);
  }
});

test("no name turns the text around that comes after it", () => {
  const turning = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069";
  for (const one of turning) {
    const told = say("error.refused", { detail: `${one}The kitchen${one}` });
    assert.equal(told, "The service refused this: The kitchen");
  }
});

test("what there is one of is told in the singular", async () => {
  await learnWords(LATER_WORDS);
  /** @type {[import("../../../todo_api/site/static/client/words.js").Word, string, RegExp, RegExp][]} */
  const cases = [
    ["signout.unsent", "count", /^1 change has not /u, /^2 changes have not /u],
    [
      "signin.orphans",
      "count",
      / 1 change that .* is kept .* a new task\.$/u,
      / 2 changes .* are /u,
    ],
    ["account.exportUnsent", "count", /^1 change has .* is not /u, /^2 changes have .* are not /u],
    ["undo.deletedBranch", "count", /so is its subtask: 1$/u, /so are its subtasks: 2$/u],
    ["list.count", "count", /^1 task$/u, /^2 tasks$/u],
    ["list.progress", "all", /of 1 subtask done$/u, /of 2 subtasks done$/u],
    ["error.throttled", "seconds", /Wait 1 second, /u, /Wait 2 seconds, /u],
  ];
  for (const [word, name, one, several] of cases) {
    assert.match(say(word, { [name]: 1 }), one);
    assert.match(say(word, { [name]: 2 }), several);
  }
});
