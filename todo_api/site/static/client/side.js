/** Where one can go: the views, the labels, and what is about the client itself. */

import { ICON, html } from "./html.js";
import { chooseTheme, theme } from "./theme.js";
import { VIEWS } from "./views.js";
import { say } from "./words.js";

/**
 * @typedef {import("./screen.js").Screen} Screen
 * @typedef {import("./views.js").Name} Name
 */

/** @param {{screen: Screen, isCovered: boolean}} props */
export function Side({ screen, isCovered }) {
  const { store, view, counts, labels, listCounts, isMenuOpen, overlay, session } = screen;
  /** @type {(name: Name, what?: string) => "page" | undefined} */
  const current = (name, what = view.value.what) =>
    screen.name.value === name && view.value.what === what ? "page" : undefined;
  /** Show where one goes, also if one is there already. @param {any} event */
  const leaveMenu = (event) => {
    if (event.target.closest("a")) isMenuOpen.value = false;
  };
  return html`
    <header class="side" inert=${isCovered} onClick=${leaveMenu}>
      <p class="brand">
        <img src=${ICON} alt="" width="28" height="28" /><b>${say("app.name")}</b>
      </p>
      <nav aria-label=${say("nav.views")}>
        <ul>
          ${VIEWS.filter((name) => name !== "mine" || counts.value.mine > 0 || current(name)).map(
            (name) => html`
              <li key=${name}>
                <a href=${`#${name}`} aria-current=${current(name)} data-view=${name}>
                  ${say(`view.${/** @type {"all"} */ (name)}`)}
                </a>
                ${
                  counts.value[/** @type {"all"} */ (name)] > 0 &&
                  html`<span class="count" aria-hidden="true"
                    >${counts.value[/** @type {"all"} */ (name)]}</span
                  >`
                }
              </li>
            `,
          )}
        </ul>
      </nav>
      <button
        class="quiet menu"
        aria-expanded=${isMenuOpen.value}
        onClick=${() => (isMenuOpen.value = !isMenuOpen.value)}
      >
        ${say("nav.menu")}
      </button>
      <div class="more">
        <nav aria-label=${say("nav.lists")}>
          <h2>${say("nav.lists")}</h2>
          <ul>
            ${store.lists.value.map(
              ({ id, name }) => html`
                <li key=${id}>
                  <a href=${`#list/${id}`} aria-current=${current("list", String(id))}
                    ><bdi>${name}</bdi></a
                  >
                  <span class="count" aria-hidden="true">${listCounts.value.get(id)}</span>
                </li>
              `,
            )}
          </ul>
          <button class="quiet" onClick=${() => (overlay.value = "newlist")}>
            ${say("nav.newList")}
          </button>
        </nav>
        ${
          labels.value.length > 0 &&
          html`
            <nav aria-label=${say("nav.labels")}>
              <h2>${say("nav.labels")}</h2>
              <ul>
                ${labels.value.map(
                  ([label, count]) => html`
                    <li key=${label}>
                      <a
                        href=${`#label/${encodeURIComponent(label)}`}
                        aria-current=${current("label", label)}
                        ><bdi>#${label}</bdi></a
                      >
                      <span class="count" aria-hidden="true">${count}</span>
                    </li>
                  `,
                )}
              </ul>
            </nav>
          `
        }
        <div class="foot">
          <p class="who">${session.username}</p>
          <${Theme} />
          <a href="#trash" aria-current=${current("trash")}>${say("view.trash")}</a>
          <button class="quiet" onClick=${() => (overlay.value = "account")}>
            ${say("nav.account")}
          </button>
          <button class="quiet" onClick=${() => (overlay.value = "keys")}>
            ${say("nav.keys")}
          </button>
          <a href=${document.body.dataset["console"]}>${say("nav.console")}</a>
          <button class="quiet" onClick=${() => void screen.signOut()}>
            ${say("nav.signOut")}
          </button>
        </div>
      </div>
    </header>
  `;
}

function Theme() {
  /** @param {any} event */
  const choose = (event) => chooseTheme(event.target.value);
  return html`
    <label class="theme">
      <span>${say("nav.theme")}</span>
      <select onChange=${choose} value=${theme.value}>
        ${
          /** @type {const} */ (["system", "light", "dark"]).map(
            (name) => html`<option key=${name} value=${name}>${say(`theme.${name}`)}</option>`,
          )
        }
      </select>
    </label>
  `;
}
