/** The screen of those who are not signed in: sign in, or create an account. */

import { sentenceOf } from "./api.js";
import { register, signIn } from "./device.js";
import { ICON, html } from "./html.js";
import { keptInvitation } from "./invitation.js";
import { useEffect, useRef, useSignal } from "./vendor.js";
import { say, teach } from "./words.js";
import { SIGNIN_WORDS } from "./words.signin.js";

teach(SIGNIN_WORDS);

const {
  demoUsername = "",
  demoPassword = "",
  registration,
  console: consoleAt,
} = document.body.dataset;

/** Of a new name and a new password, as the document has it; the browser says so beside the box. */
const NAME = "[a-z0-9]([a-z0-9._\\-]*[a-z0-9])?";
const FEWEST_CHARACTERS = 8;

/** @param {{told?: string, username?: string, onSignedIn: (orphans: number) => void}} props */
export function SignIn({ told, username, onSignedIn }) {
  const isNew = useSignal(false);
  const error = useSignal(told ?? "");
  const isBusy = useSignal(false);
  const alert = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    document.title = `${say("app.name")}: ${say("signin.title")}`;
  }, []);

  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    /** @type {(name: string) => string} */
    const given = (name) => String(form.get(name) ?? "");
    const name = given("username").trim();
    isBusy.value = true;
    error.value = "";
    try {
      if (isNew.value) {
        const email = given("email") ? { email: given("email") } : {};
        const invitation = given("invitation") ? { invitation: given("invitation").trim() } : {};
        await register({
          username: name,
          password: given("password"),
          ...email,
          ...invitation,
        });
      }
      onSignedIn(await signIn(name, given("password"), form.has("stay")));
    } catch (failure) {
      error.value = sentenceOf(failure);
    } finally {
      isBusy.value = false;
    }
  };
  /** @param {Event} event */
  const turn = (event) => {
    event.preventDefault();
    isNew.value = !isNew.value;
    error.value = "";
  };
  const isDemo = Boolean(demoUsername) && !isNew.value;

  return html`
    <main class="signin">
      <form class="card" onSubmit=${submit}>
        <h1><img src=${ICON} alt="" width="36" height="36" />${say("app.name")}</h1>
        <h2>${say(isNew.value ? "register.title" : "signin.title")}</h2>
        ${keptInvitation() && html`<p class="notice">${say("signin.invited")}</p>`}
        ${isDemo && html`<p class="hint">${say("signin.demo", { username: demoUsername, password: demoPassword })}</p>`}
        <label for="username">${say("signin.username")}</label>
        <input
          id="username"
          name="username"
          required
          maxlength="64"
          autocomplete="username"
          autocapitalize="none"
          spellcheck=${false}
          pattern=${isNew.value ? NAME : undefined}
          title=${isNew.value ? say("register.usernameHint") : undefined}
          aria-describedby=${isNew.value ? "username-hint" : undefined}
          defaultValue=${username ?? (isDemo ? demoUsername : "")}
          key=${`username${isNew.value}`}
        />
        ${isNew.value && html`<p class="hint" id="username-hint">${say("register.usernameHint")}</p>`}
        <label for="password">${say("signin.password")}</label>
        <input
          id="password"
          name="password"
          type="password"
          required
          minlength=${isNew.value ? FEWEST_CHARACTERS : undefined}
          maxlength="128"
          aria-describedby=${isNew.value ? "password-hint" : undefined}
          autocomplete=${isNew.value ? "new-password" : "current-password"}
          defaultValue=${isDemo && !told ? demoPassword : ""}
          key=${`password${isNew.value}`}
        />
        ${
          isNew.value &&
          html`
            <p class="hint" id="password-hint">${say("register.passwordHint")}</p>
            <label for="email">${say("register.email")}</label>
            <input id="email" name="email" type="email" maxlength="254" autocomplete="email" />
            ${
              registration === "closed" &&
              html`
                <label for="invitation">${say("register.invitation")}</label>
                <input
                  id="invitation"
                  name="invitation"
                  required
                  maxlength="100"
                  autocomplete="off"
                  aria-describedby="invitation-hint"
                />
                <p class="hint" id="invitation-hint">${say("register.invitationHint")}</p>
              `
            }
          `
        }
        <label class="check">
          <input type="checkbox" name="stay" />
          <span>${say("signin.stay")} <small>${say("signin.stayHint")}</small></span>
        </label>
        <div role="alert" ref=${alert}>
          ${error.value && html`<p class="error">${error.value}</p>`}
        </div>
        <button class="primary" disabled=${isBusy.value}>
          ${say(isNew.value ? "register.submit" : "signin.submit")}
        </button>
        <p class="links">
          <a href="#register" onClick=${turn}>
            ${say(isNew.value ? "register.toSignIn" : "signin.toRegister")}
          </a>
          <a href=${consoleAt}>${say("signin.console")}</a>
        </p>
      </form>
    </main>
  `;
}
