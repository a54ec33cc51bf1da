/** The trash, as the service has it: what was deleted can be restored, or removed for good. */

import { answered } from "./api.js";
import { sayMoment } from "./dates.js";
import { html } from "./html.js";
import { fieldsOf } from "./outbox.js";
import { Outcome, useSending } from "./sending.js";
import { useEffect, useRef, useSignal } from "./vendor.js";
import { locale, say } from "./words.js";

/**
 * @typedef {import("./outbox.js").Schemas["DeletedTask"]} DeletedTask
 * @typedef {{tasks: DeletedTask[], next_cursor?: string}} Page
 */

const MOST = 100;

/**
 * Take a task out of the trash.
 * @param {import("./store.js").Store} store
 * @param {DeletedTask} task
 */
function takeOut(store, task) {
  const { id, list_id, title } = task;
  const key = store.keyOf(id);
  const fields = fieldsOf(task);
  if (store.get(key)) return;
  store.enter({ key, kind: "restore", fields, was: fields, list_id, id });
  const text = say("undo.restored", { title });
  store.offer({ text, key, kind: "restore", undo: () => store.drop(key) });
}

/** @param {{screen: import("./screen.js").Screen}} props */
export function Trash({ screen }) {
  const { api, store, sync } = screen;
  const page = useSignal(/** @type {Page | null} */ (null));
  const section = useRef(/** @type {HTMLElement | null} */ (null));
  const sending = useSending("signin.ended");
  const state = sync.state.value;
  const isSaved = state === "saved";
  // Who looks for what was just deleted is to find it.
  useEffect(() => store.release(), []);

  /** @param {string} [cursor] */
  const read = async (cursor) => {
    const query = cursor ? { limit: MOST, cursor } : { limit: MOST };
    return answered(api.GET("/trash", { params: { query }, cache: "no-store" }));
  };
  // Whenever all has been sent, the service may have other tasks there.
  useEffect(() => {
    if (isSaved || !page.value) {
      void sending.run(async () => {
        page.value = await read();
      });
    }
  }, [isSaved]);
  const readMore = () =>
    sending.run(async () => {
      const { tasks, next_cursor } = await read(page.value?.next_cursor);
      page.value = { tasks: [...(page.value?.tasks ?? []), ...tasks], next_cursor };
    });
  /** @param {DeletedTask} task */
  const restore = (task) => {
    takeOut(store, task);
    section.current?.focus();
  };
  const empty = () =>
    sending.run(async () => {
      if (!confirm(say("trash.confirm"))) return "";
      await answered(api.DELETE("/trash"));
      page.value = { tasks: [] };
      section.current?.focus();
      return say("trash.emptied");
    });

  void store.tasks.value;
  /** @type {(task: DeletedTask) => boolean} */
  const isThere = ({ id }) => store.keys.has(id) || store.get(store.keyOf(id)) !== null;
  /** @param {DeletedTask} task */
  const tellOf = ({ list_id, deleted_at }) =>
    [screen.listNames.value.get(list_id), say("trash.deleted", { when: when(deleted_at) })]
      .filter(Boolean)
      .join(" · ");
  const tasks = page.value?.tasks.filter((task) => !isThere(task)) ?? [];
  return html`
    <section class="trash" id="list" tabindex="-1" aria-label=${say("view.trash")} ref=${section}>
      <${Outcome} of=${sending} />
      ${page.value && state !== "saving" && !tasks.length && html`<p class="empty">${say("empty.trash")}</p>`}
      ${
        tasks.length > 0 &&
        html`<button class="quiet danger" onClick=${() => void empty()}>
          ${say("trash.empty")}
        </button>`
      }
      <ul>
        ${tasks.map(
          (task) => html`
            <li key=${task.id}>
              <div>
                <b dir="auto">${task.title}</b>
                <p class="hint">${tellOf(task)}</p>
              </div>
              ${
                !screen.isReadOnly(task) &&
                html`<button
                  aria-label=${say("trash.restoreOf", { title: task.title })}
                  onClick=${() => restore(task)}
                >
                  ${say("trash.restore")}
                </button>`
              }
            </li>
          `,
        )}
      </ul>
      ${
        page.value?.next_cursor &&
        html`<button class="quiet" onClick=${() => void readMore()}>${say("trash.more")}</button>`
      }
    </section>
  `;
}

/** @type {(time: string) => string} */
const when = (time) => sayMoment(time, locale());
