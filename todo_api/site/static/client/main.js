/** The screen of those who are signed in: the views, the list, and the open task. */

import { Add } from "./add.js";
import { bearer, clientOf } from "./api.js";
import { Editor } from "./editor.js";
import { ICON, html } from "./html.js";
import { installKeys, KEYS } from "./keys.js";
import { List } from "./list.js";
import { openLocal, removeLocal } from "./local.js";
import { Store } from "./store.js";
import { Sync } from "./sync.js";
import { computed, effect, render, signal, useEffect, useRef } from "./vendor.js";
import { labelsOf, rowsOf, tasksOf } from "./views.js";
import { locale, say } from "./words.js";

/**
 * @typedef {import("./views.js").Name} Name
 * @typedef {import("./store.js").Store} Tasks
 * @typedef {import("./session.js").Session} Session
 * @typedef {{onSignedOut: () => void, onEnded: () => void}} Leaving
 * @typedef {ReturnType<typeof makeScreen>} Screen
 */

/** @type {Name[]} */
const VIEWS = ["today", "upcoming", "all", "done"];
const MINUTE = 60_000;
const LINGER_MILLISECONDS = 1000;

/**
 * Show the tasks; return what ends it.
 * @param {HTMLElement} root
 * @param {Session} session
 * @param {Leaving} leaving
 */
export async function start(root, session, leaving) {
  const store = new Store(session.username, await openLocal(session.username));
  await store.open();
  const screen = makeScreen(store, session, leaving);
  const end = screen.begin();
  render(null, root);
  render(html`<${Main} screen=${screen} />`, root);
  return () => {
    end();
    render(null, root);
    store.close();
  };
}

/**
 * What the screen knows beside the tasks themselves.
 * @param {Tasks} store
 * @param {Session} session
 * @param {Leaving} leaving
 */
function makeScreen(store, session, leaving) {
  const now = signal(new Date());
  const view = signal(/** @type {{name: Name, label: string}} */ ({ name: "all", label: "" }));
  const search = signal("");
  const open = signal(/** @type {string | null} */ (null));
  const cursor = signal(/** @type {string | null} */ (null));
  const notices = signal(/** @type {string[]} */ ([]));
  const overlay = signal(/** @type {"" | "keys" | "account"} */ (""));
  const isMenuOpen = signal(false);
  const lingering = signal(/** @type {ReadonlySet<string>} */ (new Set()));

  const name = computed(() => (search.value.trim() ? "search" : view.value.name));
  const found = computed(() =>
    tasksOf(
      store.tasks.value,
      name.value,
      name.value === "search" ? search.value : view.value.label,
      now.value,
      lingering.value,
    ),
  );
  const rows = computed(() =>
    rowsOf(found.value, name.value, now.value, {
      locale: locale(),
      overdue: say("list.overdue"),
    }),
  );
  const title = computed(() =>
    name.value === "label"
      ? `#${view.value.label}`
      : say(`view.${/** @type {Exclude<Name, "label">} */ (name.value)}`),
  );
  const counts = computed(() => ({
    today: tasksOf(store.tasks.value, "today", "", now.value).length,
    upcoming: tasksOf(store.tasks.value, "upcoming", "", now.value).length,
    all: store.tasks.value.filter((task) => !task.done).length,
    done: 0,
  }));
  const labels = computed(() => labelsOf(store.tasks.value));

  /** @param {string} text */
  const tell = (text) => {
    notices.value = [...notices.value.filter((other) => other !== text), text];
  };
  const sync = new Sync(store, clientOf(bearer(session.secret)), {
    onSignedOut: leaving.onEnded,
    onConflict: (conflict) => {
      const names =
        conflict.kind === "changed"
          ? conflict.names.map((field) => say(`field.${field}`)).join(", ")
          : "";
      tell(say(`conflict.${conflict.kind}`, { title: conflict.title, names }));
    },
  });

  const follow = () => {
    const [wanted = "", label = ""] = location.hash.slice(1).split("/");
    const known = [...VIEWS, "label"].find((other) => other === wanted);
    view.value = {
      name: /** @type {Name} */ (known ?? "all"),
      label: decodeURIComponent(label),
    };
    search.value = "";
    isMenuOpen.value = false;
  };

  return {
    store,
    session,
    sync,
    now,
    view,
    search,
    open,
    cursor,
    notices,
    overlay,
    isMenuOpen,
    name,
    found,
    rows,
    title,
    counts,
    labels,
    tell,

    /** @param {string} key */
    toggle(key) {
      const task = store.get(key);
      if (!task) return;
      lingering.value = new Set([...lingering.value, key]);
      setTimeout(() => {
        lingering.value = new Set([...lingering.value].filter((other) => other !== key));
      }, LINGER_MILLISECONDS);
      const text = say(task.done ? "undo.open" : "undo.done", {
        title: task.title,
      });
      store.update(key, { done: !task.done }, text, "done");
    },

    /** @param {string} key */
    remove(key) {
      const task = store.get(key);
      if (!task) return;
      if (open.value === key) open.value = null;
      store.remove(key, say("undo.deleted", { title: task.title }));
    },

    async signOut() {
      store.release();
      const unsent = store.unsent.value;
      if (unsent && !confirm(say("signout.unsent", { count: unsent }))) return;
      sync.stop();
      leaving.onSignedOut();
      await removeLocal(session.username);
    },

    begin() {
      follow();
      addEventListener("hashchange", follow);
      const removeKeys = installKeys(this);
      const clock = setInterval(() => (now.value = new Date()), MINUTE);
      const titled = effect(() => {
        document.title = `${title.value} · ${say("app.name")}`;
      });
      sync.start();
      return () => {
        removeEventListener("hashchange", follow);
        removeKeys();
        clearInterval(clock);
        titled();
        sync.stop();
      };
    },
  };
}

/** @param {{screen: Screen}} props */
function Main({ screen }) {
  const { open, overlay, isMenuOpen } = screen;
  return html`
    <a class="skip" href="#list" onClick=${skip}>${say("app.skip")}</a>
    <div class=${`shell ${open.value ? "has-open" : ""} ${isMenuOpen.value ? "has-menu" : ""}`}>
      <${Side} screen=${screen} />
      <main>
        <${Head} screen=${screen} />
        <${Add} screen=${screen} />
        <${Troubles} screen=${screen} />
        <${List} screen=${screen} />
        <${Undo} store=${screen.store} />
      </main>
      ${open.value && html`<${Editor} key=${open.value} screen=${screen} taskKey=${open.value} />`}
    </div>
    ${overlay.value === "keys" && html`<${Keys} onClose=${() => (overlay.value = "")} />`}
  `;
}

/** @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById("list")?.focus();
}

/** @param {{screen: Screen}} props */
function Side({ screen }) {
  const { view, counts, labels, isMenuOpen, overlay, session } = screen;
  /** @type {(name: Name, label?: string) => "page" | undefined} */
  const current = (name, label = "") =>
    screen.name.value === name && view.value.label === label ? "page" : undefined;
  return html`
    <header class="side">
      <p class="brand">
        <img src=${ICON} alt="" width="28" height="28" /><b>${say("app.name")}</b>
      </p>
      <nav aria-label=${say("nav.views")}>
        <ul>
          ${VIEWS.map(
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
                        >#${label}</a
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

const theme = signal(localStorage.getItem("todo.theme") ?? "system");

function Theme() {
  /** @param {Event} event */
  const choose = (event) => {
    theme.value = /** @type {HTMLSelectElement} */ (event.target).value;
    if (theme.value === "system") {
      localStorage.removeItem("todo.theme");
      delete document.documentElement.dataset["theme"];
    } else {
      localStorage.setItem("todo.theme", theme.value);
      document.documentElement.dataset["theme"] = theme.value;
    }
  };
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

/** @param {{screen: Screen}} props */
function Head({ screen }) {
  const { title, now, name, search, found } = screen;
  const count = found.value.length;
  return html`
    <div class="head">
      <div class="title">
        <h1>${title.value}</h1>
        <p class="hint">
          ${
            name.value === "today"
              ? now.value.toLocaleDateString(locale(), {
                  weekday: "long",
                  day: "numeric",
                  month: "long",
                })
              : count === 1
                ? say("list.one")
                : say("list.count", { count: count.toLocaleString(locale()) })
          }
        </p>
      </div>
      <${Status} screen=${screen} />
      <input
        type="search"
        id="search"
        aria-label=${say("nav.search")}
        placeholder=${say("nav.search")}
        value=${search.value}
        autocomplete="off"
        onInput=${(/** @type {any} */ event) => (search.value = event.target.value)}
      />
    </div>
  `;
}

/** @param {{screen: Screen}} props */
function Status({ screen }) {
  const { sync, store } = screen;
  const unsent = store.unsent.value;
  const state = sync.state.value === "saved" && unsent ? "saving" : sync.state.value;
  return html`
    <div class=${`status ${state}`}>
      <span role="status">${say(`status.${state}`)}</span>
      ${unsent > 0 && state !== "saving" && html`<span class="unsent">${say("status.unsent", { count: unsent })}</span>`}
    </div>
  `;
}

/** What has gone wrong, and what to do about it. @param {{screen: Screen}} props */
function Troubles({ screen }) {
  const { sync, store, notices } = screen;
  const state = sync.state.value;
  const time = new Date(sync.waitsUntil.value).toLocaleTimeString(locale());
  const faulty = store.faulty.value.map((entry) =>
    say("trouble.refused", {
      title: store.get(entry.key)?.title ?? "",
      fault: entry.fault ?? "",
    }),
  );
  const waiting =
    state === "throttled" || state === "full" || state === "failing"
      ? [say(`trouble.${state}`, { time })]
      : [];
  /** @param {string} text */
  const dismiss = (text) => (notices.value = notices.value.filter((other) => other !== text));
  return html`
    <div class="troubles" role="alert">
      ${[...waiting, ...faulty].map((text) => html`<p key=${text} class="error">${text}</p>`)}
      ${notices.value.map(
        (text) => html`
          <p key=${text} class="notice">
            <span>${text}</span>
            <button class="quiet" onClick=${() => dismiss(text)}>${say("notice.close")}</button>
          </p>
        `,
      )}
    </div>
  `;
}

/** @param {{store: Tasks}} props */
function Undo({ store }) {
  const last = store.undoables.value.at(-1);
  const until = last?.until ?? 0;
  useEffect(() => {
    const timer = setTimeout(
      () => (store.undoables.value = store.current()),
      Math.max(0, until - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [until]);
  return html`
    <div class="undo" aria-live="polite">
      ${
        last &&
        html`
          <div class="toast">
            <span>${last.text}</span>
            <button onClick=${() => store.undo()}>${say("undo.button")}</button>
          </div>
        `
      }
    </div>
  `;
}

/** @param {{onClose: () => void}} props */
function Keys({ onClose }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => dialog.current?.showModal(), []);
  return html`
    <dialog ref=${dialog} onClose=${onClose} aria-labelledby="keys-title">
      <h2 id="keys-title">${say("keys.title")}</h2>
      <dl>
        ${KEYS.map(
          ([keys, word]) => html`
            <div key=${word}>
              <dt>${keys.map((key) => html`<kbd key=${key}>${key}</kbd>`)}</dt>
              <dd>${say(word)}</dd>
            </div>
          `,
        )}
      </dl>
      <button class="primary" onClick=${() => dialog.current?.close()}>${say("task.close")}</button>
    </dialog>
  `;
}
