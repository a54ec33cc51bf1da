/** Several tasks at once: which are chosen. */

import { computed, signal } from "./vendor.js";

/** @typedef {import("./vendor.js").Signal<string | null>} Cursor */

/**
 * What is chosen of the rows that are shown, from where the choice began to where it ends.
 * @param {{value: import("./views.js").Row[]}} rows
 * @param {Cursor} cursor
 */
export function makeSelection(rows, cursor) {
  const chosen = signal(/** @type {ReadonlySet<string>} */ (new Set()));
  /** @type {string | null} */
  let anchor = null;
  const shown = computed(() => rows.value.flatMap((row) => (row.kind === "task" ? [row.key] : [])));
  const keys = computed(() =>
    chosen.value.size ? shown.value.filter((key) => chosen.value.has(key)) : [],
  );

  return {
    shown,
    keys,

    /** Choose all from where the choice began. @param {string} key */
    extendTo(key) {
      if (!keys.value.length || !anchor) anchor = cursor.value ?? key;
      const [one, other] = [anchor, key].map((end) => shown.value.indexOf(end));
      const [from, to] = [Math.min(one ?? 0, other ?? 0), Math.max(one ?? 0, other ?? 0)];
      chosen.value = new Set(shown.value.slice(Math.max(from, 0), to + 1));
      cursor.value = key;
    },

    /** Choose one more, or one less. @param {string} key */
    turn(key) {
      const next = new Set(keys.value);
      if (!next.delete(key)) next.add(key);
      anchor = key;
      cursor.value = key;
      chosen.value = next;
    },

    clear() {
      chosen.value = new Set();
      anchor = null;
    },

    /**
     * Return the key some steps from where one is.
     * @param {number} step
     */
    beside(step) {
      const at = cursor.value === null ? -1 : shown.value.indexOf(cursor.value);
      const last = shown.value.length - 1;
      const next = at < 0 ? (step > 0 ? 0 : last) : Math.min(Math.max(at + step, 0), last);
      return shown.value[next] ?? null;
    },

    /**
     * Return what comes after these when they are gone.
     * @param {string[]} gone
     */
    after(gone) {
      const at = shown.value.indexOf(gone.at(-1) ?? "");
      const rest = [
        ...shown.value.slice(at + 1),
        ...shown.value.slice(0, Math.max(at, 0)).reverse(),
      ];
      return rest.find((key) => !gone.includes(key)) ?? null;
    },
  };
}
