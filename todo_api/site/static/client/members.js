/** Who has a part in a list, and how one leaves it. */

import { answered } from "./api.js";
import { html } from "./html.js";
import { Outcome, useSending } from "./sending.js";
import { useEffect, useSignal } from "./vendor.js";
import { say } from "./words.js";

/**
 * @typedef {import("./local.js").TodoList} TodoList
 * @typedef {import("./screen.js").Screen} Screen
 * @typedef {import("#document").components["schemas"]["Member"]} Member
 */

/** @param {{screen: Screen, list: TodoList}} props */
export function Members({ screen, list }) {
  const { api, session } = screen;
  const members = useSignal(/** @type {Member[]} */ ([]));
  const sending = useSending("signin.ended");
  const path = { list_id: list.id };

  const read = async () => {
    const answer = api.GET("/lists/{list_id}/members", { params: { path }, cache: "no-store" });
    members.value = (await answered(answer)).members;
  };
  useEffect(() => void sending.run(read), [list.role]);
  return html`
    <section>
      <h3>${say("members.title")}</h3>
      <ul class="rows">
        ${members.value.map(
          ({ username, role }) => html`
            <li key=${username}>
              <div>
                <b>${username}</b>${username === session.username && ` (${say("members.you")})`}
                <p class="hint">${say(`role.${role}`)}</p>
              </div>
            </li>
          `,
        )}
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
