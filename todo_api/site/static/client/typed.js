/** What is typed into the open task: it is kept at once, over what was in the box when that began. */

import { useLeaving } from "./leaving.js";
import { useEffect, useRef, useSignal } from "./vendor.js";
import { say } from "./words.js";

/** @typedef {"title" | "description"} Name */

/** It is kept when one pauses for so long, */
const PAUSE_MILLISECONDS = 400;
/** and while one types on. */
const MOST_MILLISECONDS = 1000;

/**
 * @param {import("./store.js").Store} store
 * @param {string} key of the task
 */
export function useTyped(store, key) {
  const task = store.get(key);
  const title = useSignal(task?.title ?? "");
  const description = useSignal(task?.description ?? "");
  const boxes = { title, description };
  const { current: typing } = useRef({
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    timer: undefined,
    since: 0,
    /** @type {Partial<Record<Name, string>>} what is not kept yet */
    fields: {},
    /** What the boxes were filled with: what comes meanwhile is compared with that. */
    found: { title: title.value, description: description.value },
  });

  /** Show what the task has, unless that is being typed over. @param {Name} name */
  const fill = (name) => {
    const now = store.get(key);
    if (!now || typing.fields[name] !== undefined) return;
    boxes[name].value = now[name];
    typing.found[name] = now[name];
  };
  const keep = () => {
    clearTimeout(typing.timer);
    const { fields } = typing;
    typing.fields = {};
    const names = /** @type {Name[]} */ (Object.keys(fields));
    const now = store.get(key);
    if (!now || !names.length) return;
    const found = Object.fromEntries(names.map((name) => [name, typing.found[name]]));
    store.update(key, fields, say("undo.edited", { title: now.title }), "edit", found);
    names.forEach(fill);
  };
  useLeaving(keep);
  useEffect(() => fill("title"), [task?.title]);
  useEffect(() => fill("description"), [task?.description]);

  return {
    title,
    description,
    keep,
    /**
     * @param {Name} name
     * @param {string} text
     */
    type(name, text) {
      if (!Object.keys(typing.fields).length) typing.since = Date.now();
      boxes[name].value = text;
      typing.fields[name] = text;
      // A task needs a title: until there is one again, it has its last one.
      if (name === "title" && !text.trim()) delete typing.fields.title;
      clearTimeout(typing.timer);
      const most = typing.since + MOST_MILLISECONDS - Date.now();
      typing.timer = setTimeout(keep, Math.min(PAUSE_MILLISECONDS, most));
    },
  };
}
