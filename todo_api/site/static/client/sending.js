/** A form that is being sent, and what came of it. */

import { sentenceOf } from "./api.js";
import { html } from "./html.js";
import { useSignal } from "./vendor.js";

/** @typedef {ReturnType<typeof useSending>} Sending */

/**
 * @param {import("./words.js").Word} [credentials] what to say of a wrong password
 */
export function useSending(credentials) {
  const isBusy = useSignal(false);
  const said = useSignal("");
  const isError = useSignal(false);

  /**
   * Do it, and say what came of it.
   * @param {() => Promise<string | void>} action
   */
  const run = async (action) => {
    if (isBusy.value) return;
    isBusy.value = true;
    said.value = "";
    try {
      said.value = (await action()) ?? "";
      isError.value = false;
    } catch (failure) {
      said.value = sentenceOf(failure, credentials);
      isError.value = true;
    } finally {
      isBusy.value = false;
    }
  };

  return {
    isBusy,
    said,
    isError,
    run,
    /**
     * Send a form; what was typed is kept if that fails.
     * @param {SubmitEvent} event
     * @param {(form: FormData) => Promise<string | void>} action
     */
    submit(event, action) {
      event.preventDefault();
      const form = /** @type {HTMLFormElement} */ (event.target);
      return run(() => action(new FormData(form)));
    },
  };
}

/** @param {{of: Sending}} props */
export const Outcome = ({ of: { said, isError } }) => html`
  <div aria-live="polite">
    ${said.value && html`<p class=${isError.value ? "error" : "notice"}>${said.value}</p>`}
  </div>
`;
