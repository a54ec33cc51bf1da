/**
 * The account: e-mail, password, tokens, the tasks as a file and out of one, and its end. The API changes an
 * account by its password alone, so that is asked for, and kept only while this is open.
 *
 * @typedef {import("./screen.js").Screen} Screen
 * @typedef {import("#document").components["schemas"]["Token"]} Token
 * @typedef {{api: ReturnType<typeof clientOf>, password: string, email: string}} Unlocked
 * @typedef {import("./vendor.js").Signal<Unlocked | null>} Key
 */

import { answered, basic, clientOf } from "./api.js";
import { Dialog } from "./dialog.js";
import { Files } from "./files.js";
import { html } from "./html.js";
import { Import } from "./importing.js";
import { Outcome, useSending } from "./sending.js";
import { Tokens } from "./tokens.js";
import { useSignal } from "./vendor.js";
import { say } from "./words.js";

const { demoUsername } = document.body.dataset;

/** @param {{screen: Screen, onClose: () => void}} props */
export function Account({ screen, onClose }) {
  /** @type {Key} */
  const key = useSignal(/** @type {Unlocked | null} */ (null));
  const { username } = screen.session;
  const isShared = username === demoUsername;
  return html`
    <${Dialog} name="account" title=${`${say("nav.account")}: ${username}`} onClose=${onClose}>
      ${isShared && html`<p class="notice">${say("account.shared")}</p>`}
      ${
        key.value
          ? html`<${Tokens}
                api=${key.value.api}
                session=${screen.session}
                onEnded=${screen.leaving.onEnded}
              />
              ${
                !isShared &&
                html`
                  <${Email} username=${username} opened=${key} />
                  <${Password} screen=${screen} opened=${key} />
                `
              }`
          : html`<${Unlock} username=${username} opened=${key} />`
      }
      <${Files} screen=${screen} />
      <${Import} screen=${screen} />
      ${key.value && !isShared && html`<${Deletion} screen=${screen} />`}
    <//>
  `;
}

/** @param {{username: string, opened: Key}} props */
function Unlock({ username, opened }) {
  const sending = useSending("account.wrong");
  /** @param {SubmitEvent} event */
  const submit = (event) =>
    sending.submit(event, async (form) => {
      const password = String(form.get("current"));
      const api = clientOf(basic(username, password));
      const { user } = await answered(
        api.GET("/users/{username}", { params: { path: { username } } }),
      );
      opened.value = { api, password, email: user.email ?? "" };
    });
  return html`
    <form onSubmit=${submit}>
      <p class="hint" id="confirm">${say("account.confirm")}</p>
      <${UsernameForManagers} username=${username} />
      <label for="current">${say("signin.password")}</label>
      <input
        id="current"
        name="current"
        type="password"
        required
        maxlength="128"
        autocomplete="current-password"
        aria-describedby="confirm"
      />
      <button class="primary">${say("account.unlock")}</button>
      <${Outcome} of=${sending} />
    </form>
  `;
}

/** @param {{username: string, opened: Key}} props */
function Email({ username, opened }) {
  const sending = useSending("account.wrong");
  /** @param {SubmitEvent} event */
  const submit = (event) =>
    sending.submit(event, async (form) => {
      const key = opened.value;
      if (!key) return "";
      const email = String(form.get("email")).trim();
      await change(key, username, { email: email || null });
      return say(email ? "account.emailSaved" : "account.emailRemoved");
    });
  return html`
    <form onSubmit=${submit}>
      <h3>${say("account.email")}</h3>
      <label for="email">${say("register.email")}</label>
      <input
        id="email"
        name="email"
        type="email"
        maxlength="254"
        autocomplete="email"
        defaultValue=${opened.value?.email}
      />
      <button>${say("account.emailSave")}</button>
      <${Outcome} of=${sending} />
    </form>
  `;
}

/** @param {{screen: Screen, opened: Key}} props */
function Password({ screen, opened }) {
  const { username } = screen.session;
  const sending = useSending("account.wrong");
  /** @param {SubmitEvent} event */
  const submit = (event) =>
    sending.submit(event, async (form) => {
      const key = opened.value;
      if (!key) return "";
      const password = String(form.get("password"));
      const isEverywhere = form.has("everywhere");
      await change(key, username, {
        password,
        current_password: key.password,
        revoke_tokens: isEverywhere,
      });
      if (isEverywhere) screen.leaving.onEnded();
      else opened.value = { ...key, password, api: clientOf(basic(username, password)) };
      return say("account.passwordSaved");
    });
  return html`
    <form onSubmit=${submit}>
      <h3>${say("signin.password")}</h3>
      <${UsernameForManagers} username=${username} />
      <label for="password">${say("account.password")}</label>
      <input
        id="password"
        name="password"
        type="password"
        required
        minlength="8"
        maxlength="128"
        autocomplete="new-password"
        aria-describedby="password-hint"
      />
      <p class="hint" id="password-hint">${say("register.passwordHint")}</p>
      <label class="check">
        <input type="checkbox" name="everywhere" />
        <span>${say("account.everywhere")} <small>${say("account.everywhereHint")}</small></span>
      </label>
      <button>${say("account.passwordSave")}</button>
      <${Outcome} of=${sending} />
    </form>
  `;
}

/** @param {{screen: Screen}} props */
function Deletion({ screen }) {
  const { username } = screen.session;
  const sending = useSending("account.wrong");
  /** @param {SubmitEvent} event */
  const submit = (event) =>
    sending.submit(event, async (form) => {
      const api = clientOf(basic(username, String(form.get("confirmation"))));
      await answered(api.DELETE("/users/{username}", { params: { path: { username } } }));
      await screen.forget();
      return "";
    });
  return html`
    <form onSubmit=${submit}>
      <h3>${say("account.delete")}</h3>
      <p class="hint" id="deletion">${say("account.deleteHint", { username })}</p>
      <${UsernameForManagers} username=${username} />
      <label for="confirmation">${say("account.deletePassword")}</label>
      <input
        id="confirmation"
        name="confirmation"
        type="password"
        required
        maxlength="128"
        autocomplete="off"
        aria-describedby="deletion"
      />
      <button class="danger">${say("account.deleteSubmit")}</button>
      <${Outcome} of=${sending} />
    </form>
  `;
}

/** Whose password it is, for programs that keep passwords. @param {{username: string}} props */
const UsernameForManagers = ({ username }) =>
  html`<input type="text" autocomplete="username" value=${username} readonly hidden />`;

/**
 * @param {Unlocked} key
 * @param {string} username
 * @param {import("#document").components["schemas"]["UserChanges"]} body
 */
const change = (key, username, body) =>
  answered(key.api.PUT("/users/{username}", { params: { path: { username } }, body }));
