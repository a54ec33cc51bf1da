/** What the screen knows beside the tasks themselves, and what can be done there. */

import { bearer, clientOf } from "./api.js";
import { clocksIn } from "./clocks.js";
import { keptInvitation } from "./invitation.js";
import { installKeys } from "./keys.js";
import { removeLocal } from "./local.js";
import { makeSelection } from "./selection.js";
import { foldedTasks, forgetScreen, keepFolded } from "./session.js";
import { Sync } from "./sync.js";
import { batch, computed, effect, signal } from "./vendor.js";
import {
  countsByList,
  countsOf,
  inOrderOfSearch,
  labelsOf,
  progressOf,
  rowsOf,
  tasksOf,
  viewOf,
} from "./views.js";
import { learnWords, locale, say } from "./words.js";

/**
 * @typedef {import("./views.js").Name} Name
 * @typedef {import("./store.js").Store} Tasks
 * @typedef {import("./session.js").Session} Session
 * @typedef {{onSignedOut: (told?: string) => void, onEnded: () => void}} Leaving
 * @typedef {"" | "keys" | "account" | "list" | "newlist" | "join"} Overlay
 *   What is open over the list: `list` is about the one that is shown.
 * @typedef {typeof import("./later.js").LATER} Later
 * @typedef {ReturnType<typeof makeScreen>} Screen
 */

/** Where there is no room for an open task beside the list, as client.css has it. */
const NARROW = "(width < 60rem)";
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
  const view = signal(/** @type {{name: Name, what: string}} */ ({ name: "all", what: "" }));
  const search = signal("");
  const open = signal(/** @type {string | null} */ (null));
  const cursor = signal(/** @type {string | null} */ (null));
  const notices = signal(/** @type {string[]} */ ([]));
  const overlay = signal(/** @type {Overlay} */ (keptInvitation() ? "join" : ""));
  /** What the first screen does without, when it has come. */
  const later = signal(/** @type {Later | null} */ (null));
  const isMenuOpen = signal(false);
  const lingering = signal(/** @type {ReadonlySet<string>} */ (new Set()));

  /** The list that is shown, if it is one, and still there. */
  const list = computed(() =>
    view.value.name === "list"
      ? store.lists.value.find(({ id }) => id === Number(view.value.what))
      : undefined,
  );
  /** The view that is there when nothing is searched. */
  const behind = computed(() =>
    view.value.name === "list" && !list.value ? "all" : view.value.name,
  );
  const name = computed(() => (search.value.trim() ? "search" : behind.value));
  /** What tasks are added to: the list that is shown, or else one's own. */
  const addingTo = computed(() => (name.value === "list" ? list.value : store.lists.value[0]));
  const ownClocks = computed(() => clocksIn(store.lists.value[0]?.time_zone));
  const clocksByList = computed(
    () => new Map(store.lists.value.map(({ id, time_zone }) => [id, clocksIn(time_zone)])),
  );
  /**
   * Return the clocks of a task's list, or of one's own if it is not known.
   * @param {{list_id?: number | null}} task
   */
  const clocksOf = ({ list_id }) => clocksByList.value.get(list_id ?? 0) ?? ownClocks.value;
  /** @type {(tasks: import("./views.js").Shown[], name: Name, what: string) => import("./views.js").Shown[]} */
  const tasksIn = (tasks, name, what) =>
    tasksOf(tasks, name, what, now.value, clocksOf, lingering.value);
  // What a view shows stays known while something is searched.
  const viewed = computed(() =>
    tasksIn(
      store.tasks.value,
      behind.value,
      behind.value === "mine" ? session.username : view.value.what,
    ),
  );
  /** All tasks, in the order of what a search finds, whatever it is for. */
  const searchable = computed(() => inOrderOfSearch(store.tasks.value, clocksOf));
  const found = computed(() =>
    name.value === "search" ? tasksIn(searchable.value, "search", search.value) : viewed.value,
  );
  const attention = signal(0);
  /** What has just been added, and is to be seen. */
  const sought = signal(/** @type {string | null} */ (null));
  const narrow = matchMedia(NARROW);
  const isNarrow = signal(narrow.matches);
  const measure = () => (isNarrow.value = narrow.matches);
  const foldedHere = signal(/** @type {string[]} */ ([]));
  /** Ids: keys do not outlast a reload where the lists are only in memory. */
  const foldedBefore = signal(new Set(foldedTasks(session.username)));
  /** The tasks whose subtasks are not to be seen. */
  const folded = computed(() => {
    const before = foldedBefore.value;
    const again = before.size ? store.tasks.value.filter(({ id }) => before.has(id ?? 0)) : [];
    return new Set([...foldedHere.value, ...again.map(({ key }) => key)]);
  });
  /** @param {import("./views.js").Shown} task */
  const parentOf = (task) => store.parentOf(task);
  /** @type {(tasks: import("./views.js").Shown[], name: Name) => import("./views.js").Row[]} */
  const rowsIn = (tasks, name) => {
    const words = { locale: locale(), overdue: say("list.overdue") };
    return rowsOf(tasks, name, now.value, clocksOf, words, parentOf, folded.value);
  };
  const viewedRows = computed(() => rowsIn(viewed.value, behind.value));
  const rows = computed(() =>
    name.value === "search" ? rowsIn(found.value, "search") : viewedRows.value,
  );
  const progress = computed(() => progressOf(store.tasks.value, parentOf));
  const selection = makeSelection(rows, cursor);
  const title = computed(() => {
    if (name.value === "label") return `#${view.value.what}`;
    if (name.value === "list") return list.value?.name ?? "";
    return say(`view.${name.value}`);
  });
  /** What the list of a task is called, where that has to be told. */
  const listNames = computed(() => {
    const isTold = store.lists.value.length > 1 && name.value !== "list";
    return new Map(isTold ? store.lists.value.map((one) => [one.id, one.name]) : []);
  });
  const readOnly = computed(
    () => new Set(store.lists.value.filter(({ role }) => role === "viewer").map(({ id }) => id)),
  );
  /** Whether a list is shown that one may only read. */
  const isReading = computed(() => name.value === "list" && list.value?.role === "viewer");
  /** @type {(task: {list_id: number | null} | null) => boolean} */
  const isReadOnly = (task) => readOnly.value.has(task?.list_id ?? 0);
  const listCounts = computed(() => countsByList(store.tasks.value));
  const counts = computed(() => countsOf(store.tasks.value, now.value, clocksOf, session.username));
  const labels = computed(() => labelsOf(store.tasks.value));

  /** @param {string} text */
  const tell = (text) => {
    notices.value = [...notices.value.filter((other) => other !== text), text];
  };
  const api = clientOf(bearer(session.secret));
  const sync = new Sync(store, api, {
    onSignedOut: leaving.onEnded,
    onConflict: async (conflict) => {
      // It is told in words that are loaded later.
      if (!later.value) await fetchLater();
      const names =
        conflict.kind === "changed"
          ? conflict.names.map((field) => say(`field.${field}`)).join(", ")
          : "";
      const reason = conflict.kind === "stays" ? conflict.reason : "";
      tell(say(`conflict.${conflict.kind}`, { title: conflict.title, names, reason }));
    },
  });

  const follow = () => {
    view.value = viewOf(location.hash);
    search.value = "";
    isMenuOpen.value = false;
    // What was begun about one list is not to go to another.
    if (overlay.value === "list") overlay.value = "";
    selection.clear();
  };
  /** Whether what is loaded later has to be there. */
  const isWanted = () => Boolean(overlay.value || open.value || name.value === "trash");
  const load = async () => {
    try {
      const { LATER, TEXTS } = await import("./later.js");
      await learnWords(TEXTS);
      later.value = LATER;
    } catch {
      // It is not kept here yet, and the service is away.
      if (isWanted()) tell(say("error.offline"));
      overlay.value = "";
      open.value = null;
    }
  };
  /** @type {Promise<void> | null} */
  let loading = null;
  /** Those who wait for it go on in their order, one after the other. */
  const fetchLater = () => (loading ??= load().finally(() => (loading = null)));
  const attend = () => {
    // The list that is being edited may be deleted elsewhere.
    if (overlay.value === "list" && !list.value) overlay.value = "";
    // It must not hold up the lists.
    const isFirstDone = sync.state.value !== "saving";
    if ((isWanted() || isFirstDone) && !later.value) void fetchLater();
  };
  /** Put the focus where one was in the list, or near it. */
  const focusList = () => (attention.value += 1);

  /**
   * Return those of some tasks that one may change, and say why nothing becomes of the others.
   * @param {string[]} keys
   */
  const changeable = (keys) => {
    const meant = keys.filter((key) => !isReadOnly(store.get(key)));
    if (meant.length < keys.length) tell(say("trouble.readOnly"));
    return meant;
  };

  /**
   * Do something with several tasks, which is undone at once.
   * @param {string[]} keys
   * @param {string} text
   * @param {(key: string) => void} act
   */
  const together = (keys, text, act) => {
    const before = store.current();
    batch(() => keys.forEach(act));
    const made = store.current().slice(before.length).reverse();
    store.undoables.value = before;
    const undo = () => batch(() => made.forEach((undoable) => undoable.undo()));
    const own = new Set(made.map(({ key }) => key));
    store.offer({ text, key: "", keys: own, kind: "several", undo });
    selection.clear();
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
    attention,
    sought,
    selection,
    focusList,
    notices,
    overlay,
    later,
    fetchLater,
    isMenuOpen,
    isNarrow,
    name,
    found,
    searchable,
    rows,
    title,
    list,
    addingTo,
    clocksOf,
    listNames,
    listCounts,
    counts,
    labels,
    progress,
    folded,
    isReading,
    isReadOnly,
    changeable,
    together,
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

    /**
     * Tick off several tasks, or open them again if all are done.
     * @param {string[]} keys
     */
    finish(keys) {
      if (keys.length === 1) return keys.forEach(this.toggle);
      const isDone = keys.every((key) => store.get(key)?.done);
      const word = isDone ? "undo.severalOpen" : "undo.severalDone";
      const meant = keys.filter((key) => store.get(key)?.done === isDone);
      together(meant, say(word, { count: meant.length }), this.toggle);
    },

    /**
     * @param {string[]} keys
     * @param {number} priority
     */
    prioritize(keys, priority) {
      /** @param {string} key */
      const change = (key) => {
        const text = say("undo.edited", { title: store.get(key)?.title ?? "" });
        store.update(key, { priority }, text, "priority");
      };
      if (keys.length === 1) keys.forEach(change);
      else together(keys, say("undo.severalChanged", { count: keys.length }), change);
    },

    /** @param {string} key */
    remove(key) {
      this.removeAll([key]);
    },

    /** @param {string[]} keys */
    removeAll(keys) {
      /** @param {string} key */
      const remove = (key) => {
        const title = store.get(key)?.title ?? "";
        const count = store.branchOf(key).length - 1;
        const word = count > 0 ? "undo.deletedBranch" : "undo.deleted";
        store.remove(key, say(word, { title, count }));
      };
      const branches = keys.flatMap((key) => store.branchOf(key).map((task) => task.key));
      if (open.value && branches.includes(open.value)) open.value = null;
      cursor.value = selection.after(branches);
      if (keys.length === 1) keys.forEach(remove);
      else together(keys, say("undo.severalDeleted", { count: keys.length }), remove);
      focusList();
    },

    /**
     * Have the subtasks of a task seen, or not.
     * @param {string} key
     * @param {boolean} isFolded
     */
    fold(key, isFolded) {
      const others = [...folded.value].filter((other) => other !== key);
      const keys = isFolded ? [...others, key] : others;
      batch(() => {
        foldedHere.value = keys;
        foldedBefore.value = new Set();
      });
      keepFolded(
        session.username,
        keys.flatMap((one) => store.get(one)?.id ?? []),
      );
    },

    /** Close the open task, and be where it is in the list. */
    close() {
      cursor.value = open.value ?? cursor.value;
      open.value = null;
      focusList();
    },

    async signOut() {
      store.release();
      const unsent = store.unsent.value;
      if (unsent) {
        await fetchLater();
        if (!confirm(say("signout.unsent", { count: unsent }))) return;
      }
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
      forgetScreen(session.username);
      leaving.onSignedOut(told);
    },

    begin() {
      follow();
      addEventListener("hashchange", follow);
      narrow.addEventListener("change", measure);
      const removeKeys = installKeys(this);
      const attending = effect(attend);
      const look = () => (now.value = new Date());
      const clock = setInterval(look, MINUTE);
      document.addEventListener("visibilitychange", look); // a hidden page's clock may have stood still
      const titled = effect(() => {
        document.title = `${title.value} · ${say("app.name")}`;
      });
      // Signed out in another tab: what would be written here would not be kept.
      store.local.onRemoved = () => this.leave();
      if (orphans) void fetchLater().then(() => tell(say("signin.orphans", { count: orphans })));
      sync.start();
      return () => {
        removeEventListener("hashchange", follow);
        narrow.removeEventListener("change", measure);
        removeKeys();
        attending();
        clearInterval(clock);
        document.removeEventListener("visibilitychange", look);
        titled();
        sync.stop();
      };
    },
  };
}
