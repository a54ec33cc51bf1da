/** The screen of those who are signed in: the views, the list, and the open task. */

import { Add } from "./add.js";
import { Head } from "./head.js";
import { html } from "./html.js";
import { List } from "./list.js";
import { openLocal } from "./local.js";
import { Troubles, Undo } from "./notices.js";
import { makeScreen } from "./screen.js";
import { isStaying } from "./session.js";
import { Side } from "./side.js";
import { Store } from "./store.js";
import { render } from "./vendor.js";
import { say } from "./words.js";

/**
 * Show the tasks; return what ends it.
 * @param {HTMLElement} root
 * @param {import("./session.js").Session} session
 * @param {import("./screen.js").Leaving} leaving
 * @param {number} [orphans] how many changes were still to be sent to a former account
 */
export async function start(root, session, leaving, orphans = 0) {
  const { username } = session;
  const store = new Store(username, await openLocal(username, () => isStaying(username)));
  await store.open();
  const screen = makeScreen(store, session, leaving, orphans);
  const end = screen.begin();
  render(null, root);
  render(html`<${Main} screen=${screen} />`, root);
  return () => {
    end();
    render(null, root);
    void store.close();
  };
}

/** @param {{screen: import("./screen.js").Screen}} props */
function Main({ screen }) {
  const { open, overlay, isMenuOpen, isNarrow, list, name } = screen;
  const { Account, Editor, Help, Join, ListEditor, Selected, Trash, ZoneOffer } =
    screen.later.value ?? {};
  const isCovered = Boolean(open.value && Editor) && isNarrow.value;
  const closeOverlay = () => (overlay.value = "");
  return html`
    <a class="skip" href="#list" onClick=${skip}>${say("app.skip")}</a>
    <div
      class=${`shell ${open.value && Editor ? "has-open" : ""} ${isMenuOpen.value ? "has-menu" : ""}`}
    >
      <${Side} screen=${screen} isCovered=${isCovered} />
      <main inert=${isCovered}>
        <${Head} screen=${screen} />
        ${
          name.value !== "trash" &&
          (screen.isReading.value
            ? html`<p class="notice">${say("list.readOnly")}</p>`
            : html`<${Add} screen=${screen} />`)
        }
        <${Troubles} screen=${screen} />
        ${ZoneOffer && html`<${ZoneOffer} screen=${screen} />`}
        ${
          name.value === "trash"
            ? Trash && html`<${Trash} screen=${screen} />`
            : html`<${List} screen=${screen} />`
        }
        <div class="bottom">
          <div class="selection" aria-live="polite">
            ${Selected && html`<${Selected} screen=${screen} />`}
          </div>
          <${Undo} store=${screen.store} />
        </div>
      </main>
      ${
        open.value &&
        Editor &&
        html`<${Editor} key=${open.value} screen=${screen} taskKey=${open.value} />`
      }
    </div>
    ${overlay.value === "keys" && Help && html`<${Help} onClose=${closeOverlay} />`}
    ${
      overlay.value === "account" &&
      Account &&
      html`<${Account} screen=${screen} onClose=${closeOverlay} />`
    }
    ${overlay.value === "join" && Join && html`<${Join} screen=${screen} onClose=${closeOverlay} />`}
    ${
      (overlay.value === "newlist" || (overlay.value === "list" && list.value)) &&
      ListEditor &&
      html`<${ListEditor}
        screen=${screen}
        list=${overlay.value === "list" ? list.value : undefined}
        onClose=${closeOverlay}
      />`
    }
  `;
}

/** @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById("list")?.focus();
}
