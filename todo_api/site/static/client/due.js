/** When a task is due: a day, perhaps with a time, both as clocks of its list show them. */

import { clocksIn } from "./clocks.js";
import { html } from "./html.js";
import { useSignal } from "./vendor.js";
import { locale, say } from "./words.js";

/**
 * @typedef {import("./quickadd.js").Clocks} Clocks
 * @typedef {import("./screen.js").Screen} Screen
 */

/**
 * @param {{screen: Screen, task: import("./outbox.js").Shown,
 *   change: (fields: {due: string | null}) => void}} props
 */
export function Due({ screen, task, change }) {
  const clocks = screen.clocksOf(task);
  const isReadOnly = screen.isReadOnly(task);
  const { day, time } = task.due ? clocks.partsOf(task.due) : { day: "", time: "" };
  const said = sayZone(clocks, task.due, screen.now.value, isOwned(screen, task));
  /** @type {(day: string, time: string) => void} */
  const choose = (day, time) => change({ due: day ? clocks.dueAt(day, time) : null });
  /** What is in the box, as long as it is no day that is meant: others' changes leave it there. */
  const typed = useSignal(/** @type {string | null} */ (null));
  /** @param {{target: any}} event */
  const write = ({ target: { value, validity } }) => {
    typed.value = validity.valid ? null : value;
    if (validity.valid) choose(value, time);
  };
  const leave = () => {
    // A year of two figures is one of this century.
    if (typed.value && typed.value < "0100") choose(`20${typed.value.slice(2)}`, time);
    typed.value = null;
  };
  return html`
    <div class="fields">
      <div>
        <label for="day">${say("task.due")}</label>
        <input
          id="day"
          type="date"
          value=${typed.value ?? day}
          min="1000-01-01"
          max="9999-12-30"
          readonly=${isReadOnly}
          aria-describedby=${said ? "zone" : undefined}
          onChange=${write}
          onBlur=${leave}
        />
      </div>
      <div>
        <label for="time">${say("task.time")}</label>
        <input
          id="time"
          type="time"
          value=${time}
          disabled=${!day}
          readonly=${isReadOnly}
          aria-describedby=${said ? "zone" : undefined}
          onChange=${(/** @type {any} */ { target }) => choose(day, target.value)}
        />
      </div>
      ${
        day &&
        !isReadOnly &&
        html`<button class="quiet" onClick=${() => choose("", "")}>${say("task.clearDue")}</button>`
      }
    </div>
    ${said && html`<p class="hint" id="zone">${said}</p>`}
  `;
}

/**
 * Whether the task is in a list of one's own.
 * @type {(screen: Screen, task: import("./outbox.js").Shown) => boolean}
 */
const isOwned = ({ store }, { list_id }) =>
  store.lists.value.some(({ id, role }) => id === list_id && role === "owner");

/**
 * Say whose clocks these are, what the browser's show then, if that is something else, and where
 * that is changed.
 * @param {Clocks} clocks
 * @param {string | null} due
 * @param {Date} now
 * @param {boolean} isOwner
 */
function sayZone(clocks, due, now, isOwner) {
  const end = due ? clocks.endOf(due) : now.getTime();
  if (!clocks.differAt(end)) return "";
  const said = say("task.zone", { zone: clocks.zone });
  const where = isOwner ? ` ${say("task.zoneEdit", { edit: say("list.edit") })}` : "";
  if (!due) return `${said}${where}`;
  const when = clocksIn().sayDue(new Date(end).toISOString(), now, locale());
  const word = clocks.partsOf(due).time ? "task.zoneTime" : "task.zoneDay";
  return `${said} ${say(word, { when })}${where}`;
}
