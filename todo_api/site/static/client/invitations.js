/** Invitations to a list: each is a link, shown once, that makes one person a member. */

import { answered } from "./api.js";
import { sayMoment } from "./dates.js";
import { html } from "./html.js";
import { linkOf } from "./invitation.js";
import { Outcome, useSending } from "./sending.js";
import { useEffect, useRef, useSignal } from "./vendor.js";
import { locale, say } from "./words.js";

/** @typedef {import("#document").components["schemas"]["Invitation"]} Invitation */

const DAYS = 7;
const MOST_DAYS = 30;

/** @param {{screen: import("./screen.js").Screen, list: import("./local.js").TodoList}} props */
export function Invitations({ screen, list }) {
  const { api } = screen;
  const invitations = useSignal(/** @type {Invitation[]} */ ([]));
  const made = useSignal(/** @type {{id: number, link: string} | null} */ (null));
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const sending = useSending("signin.ended");
  const path = { list_id: list.id };

  const read = async () => {
    const answer = api.GET("/lists/{list_id}/invitations", { params: { path }, cache: "no-store" });
    invitations.value = (await answered(answer)).invitations;
  };
  useEffect(() => void sending.run(read), []);
  /** @param {SubmitEvent} event */
  const invite = (event) =>
    sending.submit(event, async (form) => {
      const role = form.get("role") === "viewer" ? "viewer" : "editor";
      const body = /** @type {const} */ ({ role, expires_in_days: Number(form.get("days")) });
      const answer = api.POST("/lists/{list_id}/invitations", { params: { path }, body });
      const { id, code } = (await answered(answer)).invitation;
      made.value = { id, link: linkOf(code) };
      await read();
    });
  /** @param {Invitation} invitation */
  const withdraw = ({ id }) =>
    sending.run(async () => {
      await answered(
        api.DELETE("/lists/{list_id}/invitations/{invitation_id}", {
          params: { path: { ...path, invitation_id: id } },
        }),
      );
      if (made.value?.id === id) made.value = null;
      invitations.value = invitations.value.filter((other) => other.id !== id);
      heading.current?.focus();
      return say("invitations.withdrawn");
    });
  return html`
    <section>
      <h3 tabindex="-1" ref=${heading}>${say("invitations.title")}</h3>
      <p class="hint" id="invitations-hint">${say("invitations.hint")}</p>
      <form class="choices" onSubmit=${invite} aria-describedby="invitations-hint">
        <label>
          ${say("invitations.role")}
          <select name="role">
            <option value="editor">${say("role.editor")}</option>
            <option value="viewer">${say("role.viewer")}</option>
          </select>
        </label>
        <label>
          ${say("invitations.days")}
          <input name="days" type="number" required min="1" max=${MOST_DAYS} defaultValue=${DAYS} />
        </label>
        <button>${say("invitations.create")}</button>
      </form>
      ${made.value && html`<${Link} key=${made.value.id} link=${made.value.link} />`}
      <${Outcome} of=${sending} />
      <ul class="rows" aria-label=${say("invitations.open")}>
        ${invitations.value.map((invitation) => {
          const told = tellOf(invitation);
          return html`
            <li key=${invitation.id}>
              <p>${told}</p>
              <button
                class="quiet danger"
                aria-label=${`${say("invitations.withdraw")}: ${told}`}
                onClick=${() => void withdraw(invitation)}
              >
                ${say("invitations.withdraw")}
              </button>
            </li>
          `;
        })}
      </ul>
    </section>
  `;
}

/** The link of a new invitation. @param {{link: string}} props */
function Link({ link }) {
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const copying = useRef(/** @type {HTMLElement | null} */ (null));
  const sending = useSending();
  const select = () => {
    field.current?.focus();
    field.current?.select();
  };
  useEffect(() => {
    select();
    copying.current?.scrollIntoView({ block: "center" });
  }, []);
  const copy = () =>
    sending.run(async () => {
      try {
        await navigator.clipboard.writeText(link);
        return say("invitations.copied");
      } catch {
        // Without HTTPS, or where it is forbidden, one copies it oneself.
        select();
        return say("invitations.selected");
      }
    });
  return html`
    <label for="invitation-link">${say("invitations.link")}</label>
    <input
      id="invitation-link"
      ref=${field}
      readonly
      value=${link}
      aria-describedby="invitation-link-hint"
    />
    <p class="hint" id="invitation-link-hint">${say("invitations.linkHint")}</p>
    <button ref=${copying} onClick=${() => void copy()}>${say("invitations.copy")}</button>
    <${Outcome} of=${sending} />
  `;
}

/** @param {Invitation} invitation */
const tellOf = ({ role, expires_at }) =>
  say("invitations.expires", {
    role: say(`role.${role}`),
    when: sayMoment(expires_at, locale()),
  });
