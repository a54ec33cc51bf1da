/** The order of an open task in its list: it can be moved without dragging it. */

import { html } from "./html.js";
import { isByHand, MOVES, moveTask, targetOf, tasksIn } from "./order.js";
import { say } from "./words.js";

/** @param {{screen: import("./screen.js").Screen, taskKey: string}} props */
export function Moves({ screen, taskKey }) {
  if (!isByHand(screen)) return null;
  const rows = tasksIn(screen.rows.value);
  if (rows.every(({ key }) => key !== taskKey)) return null;
  return html`
    <div class="moves" role="group" aria-label=${say("task.order")}>
      ${MOVES.map(
        (move) => html`
          <button
            key=${move}
            class="quiet"
            aria-disabled=${!targetOf(rows, taskKey, move)}
            onClick=${() => moveTask(screen, taskKey, move)}
          >
            ${say(`move.${move}`)}
          </button>
        `,
      )}
    </div>
  `;
}
