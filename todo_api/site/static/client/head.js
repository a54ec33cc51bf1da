/** What is shown, how it stands with the service, and the search. */

import { html } from "./html.js";
import { expectSearch } from "./views.js";
import { locale, say } from "./words.js";

/** @typedef {import("./screen.js").Screen} Screen */

/** @param {{screen: Screen}} props */
export function Head({ screen }) {
  const { title, now, name, search, found, overlay, list } = screen;
  const role = list.value?.role ?? "owner";
  const count = found.value.length;
  const hint = () => {
    if (name.value === "trash") return say("trash.hint");
    return say("list.count", { count: count.toLocaleString(locale()) });
  };
  return html`
    <div class="head">
      <div class="title">
        <h1><bdi>${title.value}</bdi></h1>
        <p class="hint">
          ${
            name.value === "today"
              ? now.value.toLocaleDateString(locale(), {
                  weekday: "long",
                  day: "numeric",
                  month: "long",
                })
              : hint()
          }
        </p>
      </div>
      ${
        name.value === "list" &&
        html`<button class="quiet" onClick=${() => (overlay.value = "list")}>
          ${say(role === "owner" ? "list.edit" : "list.members")}
        </button>`
      }
      <${Status} screen=${screen} />
      <input
        type="search"
        id="search"
        dir="auto"
        aria-label=${say("nav.search")}
        placeholder=${say("nav.search")}
        value=${search.value}
        autocomplete="off"
        onFocus=${() => expectSearch(screen.searchable.value)}
        onInput=${(/** @type {any} */ event) => (search.value = event.target.value)}
      />
    </div>
  `;
}

/** @param {{screen: Screen}} props */
function Status({ screen }) {
  const { sync, store } = screen;
  const unsent = store.unsent.value;
  const isSaving = unsent > 0 || store.waiting.value > 0;
  const state = sync.state.value === "saved" && isSaving ? "saving" : sync.state.value;
  return html`
    <div class=${`status ${state}`}>
      <span role="status">${say(`status.${state}`)}</span>
      ${unsent > 0 && state !== "saving" && html`<span class="unsent">${say("status.unsent", { count: unsent })}</span>`}
    </div>
  `;
}
