/** The keys: everything without a mouse, and never while somebody is typing. */

/** @typedef {import("./screen.js").Screen} Screen */

/** @type {[string[], import("./words.js").Word][]} */
export const KEYS = [
  [["q"], "keys.add"],
  [["j", "k"], "keys.move"],
  [["x"], "keys.done"],
  [["e"], "keys.edit"],
  [["/"], "keys.search"],
  [["1", "2", "3", "0"], "keys.priority"],
  [["g", "t"], "keys.today"],
  [["Ctrl", "Z"], "keys.undo"],
  [["Esc"], "keys.close"],
  [["?"], "keys.help"],
];

const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const GO_MILLISECONDS = 1500;
/** @type {Record<string, string>} */
const PLACES = { t: "today", u: "upcoming", a: "all", d: "done" };

/**
 * Listen to the keys; return what stops it.
 * @param {Screen} screen
 */
export function installKeys(screen) {
  let goUntil = 0;
  const { store, cursor, open, overlay, search, rows } = screen;

  /** @param {number} step */
  const move = (step) => {
    const keys = rows.value.flatMap((row) => (row.kind === "task" ? [row.key] : []));
    const at = cursor.value === null ? -1 : keys.indexOf(cursor.value);
    const next =
      at < 0 ? (step > 0 ? 0 : keys.length - 1) : Math.min(Math.max(at + step, 0), keys.length - 1);
    cursor.value = keys[next] ?? null;
  };
  const close = () => {
    if (document.activeElement?.matches(TYPING))
      /** @type {HTMLElement} */ (document.activeElement).blur();
    if (open.value) {
      cursor.value = open.value;
      open.value = null;
    } else search.value = "";
  };

  /** @type {Record<string, () => void>} */
  const actions = {
    q: () => document.getElementById("add")?.focus(),
    "/": () => document.getElementById("search")?.focus(),
    "?": () => (overlay.value = "keys"),
    j: () => move(1),
    k: () => move(-1),
    g: () => (goUntil = Date.now() + GO_MILLISECONDS),
    x: () => {
      const key = open.value ?? cursor.value;
      if (!key) return;
      const keys = rows.value.flatMap((row) => (row.kind === "task" ? [row.key] : []));
      const next = keys[keys.indexOf(key) + 1] ?? keys[keys.indexOf(key) - 1] ?? null;
      screen.toggle(key);
      if (screen.name.value !== "search") cursor.value = next;
    },
    e: () => {
      if (cursor.value && store.get(cursor.value)) open.value = cursor.value;
    },
  };
  for (const digit of ["0", "1", "2", "3"]) {
    actions[digit] = () => {
      const task = store.get(open.value ?? cursor.value ?? "");
      if (task) store.update(task.key, { priority: Number(digit) });
    };
  }

  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (event.isComposing || overlay.value) return;
    if (event.key === "Escape") return close();
    const isTyping = /** @type {Element} */ (event.target).matches(TYPING);
    if (isTyping || event.altKey) return undefined;
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() === "z" && !event.shiftKey && store.undo())
        event.preventDefault();
      return undefined;
    }
    const place = Date.now() < goUntil ? PLACES[event.key] : undefined;
    goUntil = 0;
    const action = place ? () => (location.hash = place) : actions[event.key];
    if (!action) return undefined;
    event.preventDefault();
    action();
    return undefined;
  };
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}
