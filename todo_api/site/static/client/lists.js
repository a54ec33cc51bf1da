/**
 * A list: made, named, given a time zone, and deleted. That is done at the service at once, so it has
 * to be there; what one does with the tasks of a list need not wait for it.
 */

import { answered } from "./api.js";
import { clocksIn } from "./clocks.js";
import { Dialog } from "./dialog.js";
import { html } from "./html.js";
import { Invitations } from "./invitations.js";
import { listed } from "./local.js";
import { beWithout, Leaving, Members } from "./members.js";
import { Outcome, useSending } from "./sending.js";
import { randomId } from "./store.js";
import { useRef } from "./vendor.js";
import { say } from "./words.js";
import { ZoneChoice } from "./zones.js";

/**
 * @typedef {import("./local.js").TodoList} TodoList
 * @typedef {import("./screen.js").Screen} Screen
 * @typedef {{name: string, time_zone?: string}} Settings
 */

/**
 * @param {{screen: Screen, list?: TodoList, onClose: () => void}} props
 *   without a list, a new one is made
 */
export function ListEditor({ screen, list, onClose }) {
  const { api, store } = screen;
  const sending = useSending("signin.ended");
  const attempt = useRef({ text: "", key: "" });
  // A copy of before zones were kept does not know it.
  const zone = list ? list.time_zone : clocksIn().zone;

  /** @param {Settings} body */
  const create = async (body) => {
    // The same once more is the same list, if its answer was lost.
    const text = JSON.stringify(body);
    const { key } = attempt.current?.text === text ? attempt.current : { key: randomId() };
    attempt.current = { text, key };
    const header = { "Idempotency-Key": key };
    const made = await answered(api.POST("/lists", { params: { header }, body }));
    await store.haveList(listed(made.list));
    location.hash = `list/${made.list.id}`;
    onClose();
    // What one wants next is to write something into it.
    requestAnimationFrame(() => document.getElementById("add")?.focus());
  };
  /** @type {(list: TodoList, body: Settings) => Promise<void>} */
  const change = async ({ id: list_id }, body) => {
    const path = { list_id };
    const changed = await answered(api.PUT("/lists/{list_id}", { params: { path }, body }));
    await store.haveList(listed(changed.list));
    onClose();
    screen.focusList();
  };
  /** @param {SubmitEvent} event */
  const submit = (event) =>
    sending.submit(event, async (form) => {
      const name = String(form.get("name")).trim();
      const body = zone ? { name, time_zone: String(form.get("time_zone")) } : { name };
      await (list ? change(list, body) : create(body));
    });
  const parts = { screen, list, onClose };
  if (list?.role === "editor" || list?.role === "viewer") {
    return html`
      <${Dialog} name="one-list" title=${say("list.members")} onClose=${onClose}>
        <p class="hint">${say(`lists.${list.role}`, { name: list.name })}</p>
        ${zone && html`<p class="hint">${say("task.zone", { zone })}</p>`}
        <${Members} ...${parts} />
        <${Leaving} ...${parts} />
      <//>
    `;
  }
  return html`
    <${Dialog}
      name="one-list"
      title=${list ? say("list.edit") : say("nav.newList")}
      onClose=${onClose}
    >
      <form onSubmit=${submit}>
        <label for="list-name">${say("lists.name")}</label>
        <input
          id="list-name"
          dir="auto"
          name="name"
          required
          maxlength="100"
          autocomplete="off"
          defaultValue=${list?.name}
          aria-describedby="lists-hint"
        />
        ${zone && html`<${ZoneChoice} zone=${zone} />`}
        <p class="hint" id="lists-hint">${say("lists.hint")}</p>
        <button class="primary">${list ? say("lists.save") : say("lists.create")}</button>
        <${Outcome} of=${sending} />
      </form>
      ${list && html`<${Members} ...${parts} /><${Invitations} ...${parts} /><${Deletion} ...${parts} />`}
    <//>
  `;
}

/** @param {{screen: Screen, list: TodoList, onClose: () => void}} props */
function Deletion({ screen, list, onClose }) {
  const sending = useSending("signin.ended");
  const { id: list_id, name } = list;
  const remove = () =>
    sending.run(async () => {
      if (!confirm(say("lists.confirm", { name }))) return;
      const path = { list_id };
      await answered(screen.api.DELETE("/lists/{list_id}", { params: { path } }));
      await beWithout(screen, list, onClose);
    });
  return html`
    <section>
      <p class="hint">${say(list.is_own ? "lists.own" : "lists.deleteHint")}</p>
      ${
        !list.is_own &&
        html`<button class="danger" onClick=${() => void remove()}>${say("lists.delete")}</button>`
      }
      <${Outcome} of=${sending} />
    </section>
  `;
}
