/** The keys, told. */

import { Dialog } from "./dialog.js";
import { html } from "./html.js";
import { singleKeys, turnSingleKeys } from "./keys.js";
import { say } from "./words.js";

/** @type {[string[], import("./words.js").Word][]} */
const KEYS = [
  [["q"], "keys.add"],
  [["j", "k"], "keys.move"],
  [["←", "→"], "keys.fold"],
  [["Alt", "Shift", "↑", "↓"], "keys.order"],
  [["Alt", "Shift", "→", "←"], "keys.nest"],
  [["Shift", "j"], "keys.select"],
  [["x"], "keys.done"],
  [["e"], "keys.edit"],
  [["/"], "keys.search"],
  [["1", "2", "3", "0"], "keys.priority"],
  [["Del"], "keys.delete"],
  [["g", "t"], "keys.today"],
  [["Ctrl", "Z"], "keys.undo"],
  [["Esc"], "keys.close"],
  [["?"], "keys.help"],
];

/** @param {{onClose: () => void}} props */
export function Help({ onClose }) {
  return html`
    <${Dialog} name="keys" title=${say("keys.title")} onClose=${onClose}>
      <dl>
        ${KEYS.map(
          ([keys, word]) => html`
            <div key=${word}>
              <dt>${keys.map((key) => html`<kbd key=${key}>${key}</kbd>`)}</dt>
              <dd>${say(word)}</dd>
            </div>
          `,
        )}
      </dl>
      <label class="check">
        <input
          type="checkbox"
          checked=${singleKeys.value}
          onChange=${(/** @type {any} */ event) => turnSingleKeys(event.target.checked)}
        />
        <span>${say("keys.single")} <small>${say("keys.singleHint")}</small></span>
      </label>
    <//>
  `;
}
