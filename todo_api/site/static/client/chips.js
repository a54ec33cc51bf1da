/** What was understood of the line of quick add, each as a chip that takes it back. */

import { html } from "./html.js";
import { locale, say } from "./words.js";

/**
 * @typedef {import("./quickadd.js").Clocks} Clocks
 * @typedef {import("./quickadd.js").Part} Part
 * @typedef {import("./quickadd.js").Understood} Understood
 */

/**
 * @param {{understood: Understood, clocks: Clocks, refuse: (texts: string[]) => void}} props
 *   `refuse` has texts stay in the title
 */
export function Chips({ understood, clocks, refuse }) {
  const { parts, due, isOverfull } = understood;
  /** @param {Part} part */
  const isOfDue = ({ kind }) => kind === "day" || kind === "time";
  /** @param {Part} part */
  const said = (part) =>
    isOfDue(part) ? clocks.sayDue(due ?? "", new Date(), locale()) : part.text;
  const dueParts = parts.filter(isOfDue);
  const chips = [...dueParts.slice(0, 1), ...parts.filter((part) => !isOfDue(part))];
  if (!chips.length) return null;
  return html`
    <ul class="chips">
      ${chips.map((part) => {
        const texts = isOfDue(part) ? dueParts.map(({ text }) => text) : [part.text];
        const kind = say(`kind.${part.kind}`);
        return html`
          <li key=${part.start}>
            <button
              type="button"
              class=${`chip ${part.kind}`}
              aria-label=${say("add.remove", { text: said(part), kind })}
              onClick=${() => refuse(texts)}
            >
              <bdi>${said(part)}</bdi><span aria-hidden="true"> ×</span>
            </button>
          </li>
        `;
      })}
    </ul>
    ${isOverfull && html`<p class="error" role="alert">${say("labels.most")}</p>`}
  `;
}
