import assert from "node:assert/strict";
import { test } from "node:test";

import { say } from "../../../todo_api/site/static/client/words.js";

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
