/**
 * The web client's beginning: who is signed in, and so which of the two screens to show.
 */

import { sentenceOf } from "./api.js";
import { html } from "./html.js";
import { takeInvitation } from "./invitation.js";
import { start } from "./main.js";
import { forgetSession, storedSession } from "./session.js";
import { showTheme } from "./theme.js";
import { render } from "./vendor.js";
import { chooseLanguage, say } from "./words.js";

const root = /** @type {HTMLElement} */ (document.getElementById("client"));

/** Beside the page, wherever that is: the files are one level below. */
const WORKER = new URL("../worker.js", import.meta.url).href;

/** @type {(() => void) | undefined} */
let leave;

/**
 * Show the sign-in screen, which whoever is signed in has no need to load.
 * @param {{told?: string, username?: string}} [why]
 */
async function showSignIn(why = {}) {
  leave?.();
  leave = undefined;
  forgetSession();
  const signin = await import("./signin.js").catch(() => null);
  if (!signin) return void (root.textContent = say("error.offline"));
  const onSignedIn = (/** @type {number} */ orphans) => void show(orphans);
  render(null, root);
  render(html`<${signin.SignIn} ...${why} onSignedIn=${onSignedIn} />`, root);
}

/**
 * Show the tasks of whoever is signed in, or the sign-in screen.
 * @param {number} [orphans] how many changes were still to be sent to a former account
 */
async function show(orphans) {
  const session = storedSession();
  if (!session) return showSignIn();
  const leaving = {
    onSignedOut: (/** @type {string | undefined} */ told) => void showSignIn(told ? { told } : {}),
    onEnded: () => void showSignIn({ told: say("signin.ended"), username: session.username }),
  };
  try {
    leave = await start(root, session, leaving, orphans);
  } catch (failure) {
    root.textContent = sentenceOf(failure);
  }
  return undefined;
}

/** Keep the client's own files, so that it opens while the service cannot be reached. */
async function keepShell() {
  const types = /** @type {any} */ (globalThis).trustedTypes;
  const policy = types?.createPolicy("worker", { createScriptURL: () => WORKER });
  await navigator.serviceWorker?.register(policy?.createScriptURL(WORKER) ?? WORKER);
}

async function begin() {
  takeInvitation();
  showTheme();
  await chooseLanguage();
  await show();
  // Without it everything works but opening offline, so a browser that refuses it may.
  await keepShell().catch(() => {});
}

// What is loaded later needs this module, so this one must not wait for it.
void begin();
