/** What the screen knows beside the tasks themselves, and what can be done there. */

import { bearer, clientOf } from "./api.js";
import { installKeys } from "./keys.js";
import { removeLocal } from "./local.js";
import { draftOf } from "./session.js";
import { Sync } from "./sync.js";
import { computed, effect, signal } from "./vendor.js";
import { labelsOf, rowsOf, tasksOf } from "./views.js";
import { locale, say } from "./words.js";

/**
 * @typedef {import("./views.js").Name} Name
 * @typedef {import("./store.js").Store} Tasks
 * @typedef {import("./session.js").Session} Session
 * @typedef {{onSignedOut: (told?: string) => void, onEnded: () => void}} Leaving
 * @typedef {ReturnType<typeof makeScreen>} Screen
 */

/** @type {Name[]} */
export const VIEWS = ["today", "upcoming", "all", "done"];
const MINUTE = 60_000;
const LINGER_MILLISECONDS = 1000;

/**
 * @param {Tasks} store
 * @param {Session} session
 * @param {Leaving} leaving
 * @param {number} orphans how many changes were still to be sent to a former account
 */
export function makeScreen(store, session, leaving, orphans) {
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
  const api = clientOf(bearer(session.secret));
  const sync = new Sync(store, api, {
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
    api,
    store,
    session,
    leaving,
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
      this.leave();
      await removeLocal(session.username);
    },

    /** Leave for good: the account is deleted, and so is its copy on this device. */
    async forget() {
      this.leave(say("account.deleted"));
      await removeLocal(session.username);
    },

    /** @param {string} [told] what to say of it */
    leave(told) {
      sync.stop();
      sessionStorage.removeItem(draftOf(session.username));
      leaving.onSignedOut(told);
    },

    begin() {
      follow();
      addEventListener("hashchange", follow);
      const removeKeys = installKeys(this);
      const clock = setInterval(() => (now.value = new Date()), MINUTE);
      const titled = effect(() => {
        document.title = `${title.value} · ${say("app.name")}`;
      });
      // Signed out in another tab: what would be written here would not be kept.
      store.local.onRemoved = () => this.leave();
      if (orphans) tell(say("signin.orphans", { count: orphans }));
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
