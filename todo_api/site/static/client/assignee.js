/** To whom a task is assigned, in a list of several members. */

import { answered } from "./api.js";
import { html } from "./html.js";
import { useEffect, useSignal } from "./vendor.js";
import { say } from "./words.js";

/**
 * @param {{screen: import("./screen.js").Screen, task: import("./outbox.js").Shown,
 *   change: (fields: Partial<import("./outbox.js").Fields>) => void}} props
 */
export function Assignee({ screen, task, change }) {
  const { api } = screen;
  const { list_id, assigned_to } = task;
  const members = useSignal(/** @type {string[]} */ ([]));
  useEffect(() => {
    const read = async () => {
      if (!list_id) return;
      const answer = api.GET("/lists/{list_id}/members", { params: { path: { list_id } } });
      members.value = (await answered(answer)).members.map(({ username }) => username);
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
  `;
}
