/** A dialog over everything else: it holds the focus, and gives it back when it closes. */

import { html } from "./html.js";
import { useEffect, useRef } from "./vendor.js";
import { say } from "./words.js";

/**
 * @param {{name: string, title: string, onClose: () => void, later?: string | null,
 *   children?: import("./html.js").View}} props a question can be answered later
 */
export function Dialog({ name, title, onClose, later, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => dialog.current?.showModal(), []);
  return html`
    <dialog ref=${dialog} class=${name} onClose=${onClose} aria-labelledby=${`${name}-title`}>
      <h2 id=${`${name}-title`}>${title}</h2>
      ${children}
      <button onClick=${() => dialog.current?.close()}>${later ?? say("task.close")}</button>
    </dialog>
  `;
}
