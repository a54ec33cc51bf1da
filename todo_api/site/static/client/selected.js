/** What can be done with the tasks that are selected. */

import { html } from "./html.js";
import { ListOfSelected } from "./relocation.js";
import { say } from "./words.js";

/** @param {{screen: import("./screen.js").Screen}} props */
export function Selected({ screen }) {
  const keys = screen.selection.keys.value;
  if (!keys.length) return null;
  /** @param {(keys: string[]) => void} act */
  const change = (act) => {
    const meant = screen.changeable(keys);
    if (meant.length) act(meant);
  };
  return html`
    <div class="bar" role="group" aria-label=${say("selection.label")}>
      <b
        >${keys.length === 1 ? say("selection.one") : say("selection.count", { count: keys.length })}</b
      >
      <button onClick=${() => change((meant) => screen.finish(meant))}>
        ${say("selection.done")}
      </button>
      <select
        aria-label=${say("task.priority")}
        value=""
        onChange=${(/** @type {any} */ event) => {
          const priority = event.target.value;
          if (priority) change((meant) => screen.prioritize(meant, Number(priority)));
          event.target.value = "";
        }}
      >
        <option value="">${say("task.priority")}</option>
        ${
          /** @type {const} */ ([3, 2, 1, 0]).map(
            (priority) =>
              html`<option key=${priority} value=${priority}>
                ${say(`priority.${priority}`)}
              </option>`,
          )
        }
      </select>
      <${ListOfSelected} screen=${screen} keys=${() => screen.changeable(keys)} />
      <button class="quiet danger" onClick=${() => change((meant) => screen.removeAll(meant))}>
        ${say("task.delete")}
      </button>
      <button class="quiet" onClick=${() => screen.selection.clear()}>
        ${say("selection.clear")}
      </button>
    </div>
  `;
}
