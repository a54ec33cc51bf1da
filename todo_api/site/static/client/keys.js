/** The keys: everything without a mouse, and never while somebody is typing. */

import { deviceStorage } from "./storage.js";
import { signal } from "./vendor.js";

/** @typedef {import("./screen.js").Screen} Screen */

const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const GO_MILLISECONDS = 1500;
const OFF = "todo.keys.off";
/** @type {Record<string, string>} */
const PLACES = { t: "today", u: "upcoming", a: "all", d: "done" };

/** Whether single letters, digits and signs do something; kept on this device. */
export const singleKeys = signal(deviceStorage.getItem(OFF) === null);

/** @param {boolean} areOn */
export function turnSingleKeys(areOn) {
  singleKeys.value = areOn;
  if (areOn) deviceStorage.removeItem(OFF);
  else deviceStorage.setItem(OFF, "yes");
}

/**
 * Listen to the keys; return what stops it.
 * @param {Screen} screen
 */
export function installKeys(screen) {
  let goUntil = 0;
  const { store, cursor, open, overlay, search, selection } = screen;

  /** The tasks that a key is meant for, and may change. */
  const targets = () => {
    if (open.value) return screen.changeable([open.value]);
    if (selection.keys.value.length) return screen.changeable(selection.keys.value);
    return cursor.value && store.get(cursor.value) ? screen.changeable([cursor.value]) : [];
  };
  /** @param {number} step */
  const move = (step) => {
    selection.clear();
    cursor.value = selection.beside(step);
  };
  /** @param {number} step */
  const extend = (step) => {
    const key = selection.beside(step);
    if (key) selection.extendTo(key);
  };
  const close = () => {
    const field = document.activeElement;
    const isTyping = field instanceof HTMLElement && field.matches(TYPING);
    if (isTyping) field.blur();
    if (open.value) return screen.close();
    if (selection.keys.value.length) selection.clear();
    else search.value = "";
    if (isTyping) screen.focusList();
    return undefined;
  };
  /** Go into the subtasks of where one is, or out of them. @param {boolean} isOut */
  const cross = (isOut) => {
    const row = screen.rows.value.find(({ key }) => key === cursor.value);
    if (row?.kind !== "task") return;
    if (row.isFolded !== null && row.isFolded !== isOut) screen.fold(row.key, isOut);
    else if (isOut && row.depth > 0) cursor.value = store.parentOf(row.task);
    else if (!isOut && row.isFolded === false) move(1);
  };
  const finish = () => {
    const keys = targets();
    if (!keys.length) return;
    const next = selection.after(keys);
    screen.finish(keys);
    if (screen.name.value !== "search") cursor.value = next;
  };
  /** @param {"up" | "down" | "in" | "out"} way */
  const arrange = (way) => {
    const [key] = targets();
    if (!key) return;
    screen.later.value?.moveTask(screen, key, way);
    if (!open.value) screen.focusList();
  };
  const remove = () => {
    const keys = targets();
    if (keys.length) screen.removeAll(keys);
  };

  /** Keys with names of their own, which nobody says or types by accident. */
  /** @type {Record<string, () => void>} */
  const named = { Delete: remove };
  /** @type {Record<string, () => void>} */
  const inList = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    ArrowLeft: () => cross(true),
    ArrowRight: () => cross(false),
    "Shift ArrowDown": () => extend(1),
    "Shift ArrowUp": () => extend(-1),
  };
  /** @type {Record<string, () => void>} with Alt and Shift */
  const moving = {
    ArrowUp: () => arrange("up"),
    ArrowDown: () => arrange("down"),
    ArrowRight: () => arrange("in"),
    ArrowLeft: () => arrange("out"),
  };
  /** @type {Record<string, () => void>} */
  const single = {
    q: () => document.getElementById("add")?.focus(),
    "/": () => document.getElementById("search")?.focus(),
    "?": () => (overlay.value = "keys"),
    j: () => move(1),
    k: () => move(-1),
    J: () => extend(1),
    K: () => extend(-1),
    g: () => (goUntil = Date.now() + GO_MILLISECONDS),
    x: finish,
    e: () => {
      if (cursor.value && store.get(cursor.value)) open.value = cursor.value;
    },
  };
  for (const digit of ["0", "1", "2", "3"]) {
    single[digit] = () => {
      const keys = targets();
      if (keys.length) screen.prioritize(keys, Number(digit));
    };
  }

  /** @param {KeyboardEvent} event */
  const actionOf = (event) => {
    const place = Date.now() < goUntil ? PLACES[event.key] : undefined;
    goUntil = 0;
    if (place && singleKeys.value) return () => (location.hash = place);
    const target = /** @type {Element} */ (event.target);
    const isInList = target.closest(".list") && !target.matches("input");
    return (
      named[event.key] ??
      (isInList ? inList[`${event.shiftKey ? "Shift " : ""}${event.key}`] : undefined) ??
      (singleKeys.value ? single[event.key] : undefined)
    );
  };
  /** @param {KeyboardEvent} event */
  const onKey = (event) => {
    if (event.isComposing) return undefined;
    const dialog = document.querySelector("dialog");
    // One that was closed a moment ago has yet to say so.
    if (overlay.value && (!dialog || dialog.open)) {
      // An open dialog closes itself; one that is still being loaded opens no more.
      if (event.key === "Escape" && !dialog) overlay.value = "";
      return undefined;
    }
    if (event.key === "Escape") return close();
    const isTyping = /** @type {Element} */ (event.target).matches(TYPING);
    if (isTyping) return undefined;
    if (event.altKey) {
      const move = event.shiftKey ? moving[event.key] : undefined;
      if (move) event.preventDefault();
      return move?.();
    }
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() === "z" && !event.shiftKey && store.undo())
        event.preventDefault();
      return undefined;
    }
    const action = actionOf(event);
    if (!action) return undefined;
    event.preventDefault();
    action();
    return undefined;
  };
  addEventListener("keydown", onKey);
  return () => removeEventListener("keydown", onKey);
}
