/** To whom a task is assigned, and who has made and done it, in a list of several members. */

import { answered } from "./api.js";
import { sayMoment } from "./dates.js";
import { html } from "./html.js";
import { useEffect, useSignal } from "./vendor.js";
import { locale, say } from "./words.js";

/** @typedef {import("./screen.js").Screen} Screen */

/** @type {WeakMap<Screen, Map<number, {version: number, names: string[]}>>} */
const known = new WeakMap();

/**
 * Return the members of a list; they are asked for again when it has another version.
 * @param {Screen} screen
 * @param {number} list_id
 */
async function membersOf(screen, list_id) {
  const version = screen.sync.versions.get(list_id);
  const lists = known.get(screen) ?? new Map();
  const last = lists.get(list_id);
  if (version && last?.version === version) return last.names;
  const answer = screen.api.GET("/lists/{list_id}/members", { params: { path: { list_id } } });
  const names = (await answered(answer)).members.map(({ username }) => username);
  if (version) known.set(screen, lists.set(list_id, { version, names }));
  return names;
}

/**
 * @param {{screen: Screen, task: import("./outbox.js").Shown,
 *   change: (fields: Partial<import("./outbox.js").Fields>) => void}} props
 */
export function Assignee({ screen, task, change }) {
  const { list_id, assigned_to } = task;
  const members = useSignal(/** @type {string[]} */ ([]));
  useEffect(() => {
    const read = async () => {
      if (list_id) members.value = await membersOf(screen, list_id);
    };
    // Without the service, whoever it is assigned to is all that is known.
    read().catch(() => {});
  }, [list_id]);
  const names = new Set([...members.value, ...(assigned_to ? [assigned_to] : [])]);
  if (names.size < 2 && !assigned_to) return null;
  return html`
    <label for="assignee">${say("task.assigned")}</label>
    <select
      id="assignee"
      value=${assigned_to ?? ""}
      disabled=${screen.isReadOnly(task)}
      onChange=${(/** @type {any} */ event) => change({ assigned_to: event.target.value || null })}
    >
      <option value="">${say("task.nobody")}</option>
      ${[...names].map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
    </select>
    <p class="hint">
      ${[
        told("task.created", task.created_by, task.created_at),
        told("task.completed", task.completed_by, task.completed_at),
      ]
        .filter(Boolean)
        .join(" ")}
    </p>
  `;
}

/** @type {(word: import("./words.js").Word, username: string | null, time: string | null) => string} */
function told(word, username, time) {
  if (!username || !time) return "";
  return say(word, { username, when: sayMoment(time, locale()) });
}
