/** The list of a task, or of several: they go into any other that one may change. */

import { html } from "./html.js";
import { fieldsOf } from "./outbox.js";
import { tasksOf } from "./views.js";
import { say } from "./words.js";

/**
 * @typedef {import("./outbox.js").Shown} Shown
 * @typedef {import("./screen.js").Screen} Screen
 */

/**
 * Return the lists that one may change, where there is more than one.
 * @param {Screen} screen
 */
export function choiceOf({ store }) {
  const lists = store.lists.value.filter(({ role }) => role !== "viewer");
  return lists.length > 1 ? lists : [];
}

/** @param {{screen: Screen, task: Shown}} props */
export function ListOfTask({ screen, task }) {
  const lists = choiceOf(screen);
  if (!lists.length || screen.isReadOnly(task)) return null;
  return html`
    <div>
      <label for="in-list">${say("task.list")}</label>
      <select
        id="in-list"
        value=${task.list_id}
        onChange=${(/** @type {any} */ event) => relocate(screen, [task.key], Number(event.target.value))}
      >
        ${lists.map(({ id, name }) => html`<option key=${id} value=${id} dir="auto">${name}</option>`)}
      </select>
    </div>
  `;
}

/** @param {{screen: Screen, keys: () => string[]}} props `keys` are those that one may change */
export function ListOfSelected({ screen, keys }) {
  const lists = choiceOf(screen);
  if (!lists.length) return null;
  const { store, cursor, name, selection } = screen;
  /** @param {number} list_id */
  const choose = (list_id) => {
    const meant = keys();
    const branches = meant.flatMap((key) => store.branchOf(key).map((task) => task.key));
    if (name.value === "list") cursor.value = selection.after(branches);
    relocate(screen, meant, list_id);
    screen.focusList();
  };
  return html`
    <select
      aria-label=${say("selection.list")}
      value=""
      onChange=${(/** @type {any} */ event) => {
        const list_id = Number(event.target.value);
        if (list_id) choose(list_id);
        event.target.value = "";
      }}
    >
      <option value="">${say("selection.list")}</option>
      ${lists.map(({ id, name }) => html`<option key=${id} value=${id} dir="auto">${name}</option>`)}
    </select>
  `;
}

/**
 * Put tasks, and what is below them, into another list, which can be undone.
 * @param {Screen} screen
 * @param {string[]} keys
 * @param {number} list_id
 */
function relocate(screen, keys, list_id) {
  const { store } = screen;
  const list = store.lists.value.find(({ id }) => id === list_id)?.name ?? "";
  const meant = keys.filter((key) => {
    const task = store.get(key);
    // What is below another one of them goes along with that.
    const isBelow = task && store.pathOf(task).some((above) => keys.includes(above.key));
    return task && task.list_id !== list_id && !isBelow;
  });
  /** @param {string} key */
  const put = (key) => {
    const branch = store.branchOf(key);
    const [task] = branch;
    if (!task?.list_id) return;
    const { title, list_id: former } = task;
    const [parent, place] = [store.parentOf(task), placeOf(screen, task)];
    putInto(store, list_id, branch, null);
    const undo = () => {
      putInto(store, former, branch, parent);
      if (place) store.move(key, place);
    };
    store.offer({ text: say("undo.relocated", { title, list }), key, kind: "relocate", undo });
  };
  if (meant.length === 1) meant.forEach(put);
  else if (meant.length) {
    screen.together(meant, say("undo.severalRelocated", { count: meant.length, list }), put);
  }
  screen.selection.clear();
}

/**
 * Return the place of a task in the order by hand: before the next one, if it is not the last.
 * @param {Screen} screen
 * @param {Shown} task
 */
function placeOf({ store, now, clocksOf }, task) {
  const all = tasksOf(store.tasks.value, "list", String(task.list_id), now.value, clocksOf);
  const parent = store.parentOf(task);
  const beside = all.filter((one) => store.parentOf(one) === parent);
  const next = beside[beside.findIndex(({ key }) => key === task.key) + 1];
  return next ? { before: next.key } : null;
}

/**
 * Put a branch into a list.
 * @param {import("./store.js").Store} store
 * @param {number} into
 * @param {Shown[]} branch as it was shown, its first task at the beginning
 * @param {string | null} parent_id of the first one
 */
function putInto(store, into, branch, parent_id) {
  const [root] = branch;
  const entries = branch.flatMap(({ key }) => {
    const task = store.get(key);
    if (!task) return [];
    const { list_id } = task;
    const part = key === root?.key ? { fields: { parent_id } } : { fields: {}, along: root?.key };
    const [seq, was] = [store.nextSeq(), fieldsOf(task)];
    /** @type {import("./outbox.js").Entry} */
    const entry = { seq, key, kind: "update", was, after: 0, list_id, into, ...part };
    return [entry];
  });
  store.act({ entries });
}
