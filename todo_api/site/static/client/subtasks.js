/** What belongs to a task: its subtasks, and the task that it is below. */

import { html } from "./html.js";
import { useLeaving } from "./leaving.js";
import { MOST_LEVELS } from "./order.js";
import { useSignal } from "./vendor.js";
import { folded } from "./views.js";
import { say } from "./words.js";

/**
 * @typedef {import("./outbox.js").Shown} Shown
 * @typedef {import("./screen.js").Screen} Screen
 */

/** So many are proposed at once. */
const MOST_PROPOSED = 50;

/** The subtasks of a task, and the box to add one. @param {{screen: Screen, task: Shown}} props */
export function Subtasks({ screen, task }) {
  const { store } = screen;
  const title = useSignal("");
  const own = store.tasks.value.filter((one) => store.parentOf(one) === task.key);
  const isReadOnly = screen.isReadOnly(task);
  const isFull = store.pathOf(task).length + 1 >= MOST_LEVELS;
  const add = () => {
    const given = title.value.trim();
    if (!given || isReadOnly || isFull || !store.get(task.key)) return;
    const fields = { title: given, parent_id: task.id ?? task.key };
    store.create(fields, say("add.added", { title: given }), task.list_id);
    title.value = "";
  };
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    add();
  };
  useLeaving(add);
  if (!own.length && (isReadOnly || isFull)) return null;
  return html`
    <section class="subtasks">
      <h2>${say("task.subtasks")}</h2>
      <ul>
        ${own.map(
          (one) => html`
            <li key=${one.key} class=${one.done ? "done" : ""}>
              <label class="tick">
                <input
                  type="checkbox"
                  checked=${one.done}
                  disabled=${isReadOnly}
                  aria-label=${one.title}
                  onChange=${() => screen.toggle(one.key)}
                />
              </label>
              <button class="quiet" dir="auto" onClick=${() => (screen.open.value = one.key)}>
                ${one.title}
              </button>
            </li>
          `,
        )}
      </ul>
      ${
        !isReadOnly &&
        !isFull &&
        html`
          <form onSubmit=${submit}>
            <input
              aria-label=${say("task.addSubtask")}
              placeholder=${say("task.addSubtask")}
              dir="auto"
              maxlength="200"
              autocomplete="off"
              enterkeyhint="done"
              value=${title.value}
              onInput=${(/** @type {any} */ event) => (title.value = event.target.value)}
            />
          </form>
        `
      }
    </section>
  `;
}

/**
 * The task that a task is below, to be chosen by its title.
 * @param {{screen: Screen, task: Shown,
 *   change: (fields: Partial<import("./outbox.js").Fields>) => void}} props
 */
export function Parent({ screen, task, change }) {
  const { store } = screen;
  const parent = store.get(store.parentOf(task) ?? "");
  const written = useSignal(/** @type {string | null} */ (null));
  const isUnknown = useSignal(false);
  const wanted = folded((written.value ?? "").trim());
  const branch = new Set(store.branchOf(task.key));
  const height = Math.max(...[...branch].map((one) => store.pathOf(one).length)) + 1;
  const own = height - store.pathOf(task).length;
  /** @param {Shown} one */
  const isPossible = (one) =>
    one.list_id === task.list_id &&
    !branch.has(one) &&
    store.pathOf(one).length + 1 + own <= MOST_LEVELS;
  const possible = () => store.tasks.value.filter((one) => !one.done && isPossible(one));
  const proposed = () =>
    possible()
      .filter(({ title }) => folded(title).includes(wanted))
      .slice(0, MOST_PROPOSED);
  /** @param {any} event */
  const choose = (event) => {
    const title = event.target.value.trim();
    const chosen = possible().find((one) => one.title === title);
    isUnknown.value = Boolean(title) && !chosen && title !== parent?.title;
    if (!isUnknown.value && title !== parent?.title) {
      change({ parent_id: chosen ? (chosen.id ?? chosen.key) : null });
    }
    written.value = isUnknown.value ? title : null;
  };
  return html`
    <div>
      <label for="parent">${say("task.parent")}</label>
      <input
        id="parent"
        dir="auto"
        list="parents"
        autocomplete="off"
        placeholder=${say("task.noParent")}
        readonly=${screen.isReadOnly(task)}
        aria-describedby=${isUnknown.value ? "parent-error" : undefined}
        aria-invalid=${isUnknown.value}
        value=${written.value ?? parent?.title ?? ""}
        onInput=${(/** @type {any} */ event) => (written.value = event.target.value)}
        onChange=${choose}
      />
      ${isUnknown.value && html`<p class="error" id="parent-error" role="alert">${say("task.unknownParent")}</p>`}
      <datalist id="parents">
        ${written.value !== null && proposed().map((one) => html`<option key=${one.key} value=${one.title}></option>`)}
      </datalist>
    </div>
  `;
}
