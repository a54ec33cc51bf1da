/** What failed, as a sentence that says what to do. */

import { Failure } from "./api.js";
import { say } from "./words.js";

/**
 * @param {unknown} failure
 * @param {import("./words.js").Word} [credentials] what to say of a wrong password
 */
export function sentenceOf(failure, credentials = "error.credentials") {
  if (!(failure instanceof Failure)) throw failure;
  switch (failure.kind) {
    case "signedout":
      return say(credentials);
    case "throttled":
      return say("error.throttled", { seconds: failure.seconds });
    case "offline":
      return say("error.offline");
    case "server":
      return say("error.server");
    default: {
      const details = failure.faults.map((fault) => fault.detail).join(" ");
      return say("error.refused", {
        detail: details || failure.detail || String(failure.status),
      });
    }
  }
}
