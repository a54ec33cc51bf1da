/** Who has a part in a list, what they may do there, and how one leaves it. */

import { answered } from "./api.js";
import { html } from "./html.js";
import { Outcome, useSending } from "./sending.js";
import { useEffect, useRef, useSignal } from "./vendor.js";
import { say } from "./words.js";

/**
 * @typedef {import("./local.js").TodoList} TodoList
 * @typedef {import("./screen.js").Screen} Screen
 * @typedef {import("#document").components["schemas"]["Member"]} Member
 */

/** The members; their owner changes what they may do. @param {{screen: Screen, list: TodoList}} props */
export function Members({ screen, list }) {
  const { api, session } = screen;
  const members = useSignal(/** @type {Member[]} */ ([]));
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const sending = useSending("signin.ended");
  const isOwner = list.role === "owner";
  const path = { list_id: list.id };

  const read = async () => {
    const answer = api.GET("/lists/{list_id}/members", { params: { path }, cache: "no-store" });
    members.value = (await answered(answer)).members;
  };
  useEffect(() => void sending.run(read), [list.role]);
  /** @type {(username: string, role: Member["role"]) => Promise<void>} */
  const change = async (username, role) => {
    const params = { path: { ...path, username } };
    await answered(api.PUT("/lists/{list_id}/members/{username}", { params, body: { role } }));
  };
  /** @type {(username: string, role: Member["role"]) => void} */
  const assign = (username, role) =>
    void sending.run(async () => {
      await change(username, role);
      await read();
      return say("members.changed", { username, role: say(`role.${role}`) });
    });
  /** @param {string} username */
  const handOver = (username) =>
    void sending.run(async () => {
      if (!confirm(say("members.confirmOwner", { username, name: list.name }))) return "";
      await change(username, "owner");
      heading.current?.focus();
      await screen.store.haveList({ ...list, role: "editor" });
      await read();
      return say("members.changed", { username, role: say("role.owner") });
    });
  /** @param {string} username */
  const remove = (username) =>
    void sending.run(async () => {
      if (!confirm(say("members.confirmRemove", { username, name: list.name }))) return "";
      const params = { path: { ...path, username } };
      await answered(api.DELETE("/lists/{list_id}/members/{username}", { params }));
      members.value = members.value.filter((other) => other.username !== username);
      heading.current?.focus();
      return say("members.removed", { username });
    });
  /** @param {Member} member */
  const controls = ({ username, role }) => html`
    <div class="choices">
      <select
        aria-label=${say("members.roleOf", { username })}
        value=${role}
        onChange=${(/** @type {any} */ event) => {
          const chosen = event.target.value;
          event.target.value = role; // until the service has agreed
          assign(username, chosen);
        }}
      >
        <option value="editor">${say("role.editor")}</option>
        <option value="viewer">${say("role.viewer")}</option>
      </select>
      ${
        !list.is_own &&
        html`<button
          class="quiet"
          aria-label=${`${say("members.makeOwner")}: ${username}`}
          onClick=${() => handOver(username)}
        >
          ${say("members.makeOwner")}
        </button>`
      }
      <button
        class="quiet danger"
        aria-label=${`${say("members.remove")}: ${username}`}
        onClick=${() => remove(username)}
      >
        ${say("members.remove")}
      </button>
    </div>
  `;
  return html`
    <section>
      <h3 tabindex="-1" ref=${heading}>${say("members.title")}</h3>
      <ul class="rows">
        ${members.value.map((member) => {
          const { username, role } = member;
          const isChangeable = isOwner && role !== "owner";
          return html`
            <li key=${username}>
              <div>
                <b>${username}</b>${username === session.username && ` (${say("members.you")})`}
                ${!isChangeable && html`<p class="hint">${say(`role.${role}`)}</p>`}
              </div>
              ${isChangeable && controls(member)}
            </li>
          `;
        })}
      </ul>
      <${Outcome} of=${sending} />
    </section>
  `;
}

/** How a member who is not the owner leaves. @param {{screen: Screen, list: TodoList, onClose: () => void}} props */
export function Leaving({ screen, list, onClose }) {
  const sending = useSending("signin.ended");
  const path = { list_id: list.id, username: screen.session.username };
  const leave = () =>
    sending.run(async () => {
      if (!confirm(say("members.confirmLeave", { name: list.name }))) return;
      const { api } = screen;
      await answered(api.DELETE("/lists/{list_id}/members/{username}", { params: { path } }));
      await beWithout(screen, list, onClose);
    });
  return html`
    <section>
      <p class="hint">${say("members.leaveHint")}</p>
      <button class="danger" onClick=${() => void leave()}>${say("members.leave")}</button>
      <${Outcome} of=${sending} />
    </section>
  `;
}

/**
 * Go on without a list that is gone.
 * @param {Screen} screen
 * @param {TodoList} list
 * @param {() => void} onClose
 */
export async function beWithout(screen, list, onClose) {
  location.hash = "all";
  await screen.store.dropList(list.id);
  onClose();
  screen.focusList();
}
