/**
 * The list. Of many rows only those in sight are in the page: all are of the same height.
 */

import { isOverdue, sayDue } from "./dates.js";
import { html } from "./html.js";
import { useEffect, useLayoutEffect, useRef, useSignal } from "./vendor.js";
import { locale, say } from "./words.js";

const ROW_REM = 3.5;
const MORE_ROWS = 8;

/** @type {() => number} */
const rowHeight = () => ROW_REM * parseFloat(getComputedStyle(document.documentElement).fontSize);

/** @param {{screen: import("./screen.js").Screen}} props */
export function List({ screen }) {
  const { rows, name, cursor, attention } = screen;
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const sight = useSignal({ from: 0, to: 40 });
  const height = rowHeight();

  const look = () => {
    const element = box.current;
    if (!element) return;
    const from = Math.max(0, Math.floor(element.scrollTop / height) - MORE_ROWS);
    const to = Math.ceil((element.scrollTop + element.clientHeight) / height) + MORE_ROWS;
    if (from !== sight.value.from || to !== sight.value.to) sight.value = { from, to };
  };
  useLayoutEffect(look);
  useEffect(() => {
    addEventListener("resize", look);
    return () => removeEventListener("resize", look);
  }, []);
  useEffect(() => {
    if (box.current) box.current.scrollTop = 0;
  }, [name.value, screen.view.value.label]);
  useEffect(() => {
    const index = rows.value.findIndex((row) => row.key === cursor.value);
    const element = box.current;
    if (!element) return;
    if (index < 0) {
      if (attention.value) element.focus();
      return;
    }
    const top = index * height;
    if (top < element.scrollTop) element.scrollTop = top;
    if (top + height > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + height - element.clientHeight;
    }
    look();
    // When the row is in the page, it takes the focus.
    requestAnimationFrame(() => {
      const wanted = cursor.value ?? "";
      const focus = element.querySelector(`[data-key="${CSS.escape(wanted)}"] .name`);
      if (focus instanceof HTMLElement) focus.focus({ preventScroll: true });
    });
  }, [cursor.value, attention.value]);

  const { from, to } = sight.value;
  const all = rows.value;
  return html`
    <section
      class="list"
      id="list"
      tabindex="-1"
      aria-label=${say("list.label")}
      ref=${box}
      onScroll=${look}
    >
      ${all.length === 0 && html`<p class="empty">${say(`empty.${name.value}`)}</p>`}
      <ul style=${{ height: `${all.length * height}px` }}>
        ${all.slice(from, to).map((row, index) => {
          const top = (from + index) * height;
          return row.kind === "heading"
            ? html`<li
                key=${row.key}
                class=${`heading ${row.isLate ? "late" : ""}`}
                style=${{ top: `${top}px` }}
              >
                <h2>${row.text}</h2>
              </li>`
            : html`<${Row}
                key=${row.key}
                task=${row.task}
                top=${top}
                screen=${screen}
                position=${from + index + 1}
                size=${all.length}
              />`;
        })}
      </ul>
    </section>
  `;
}

/** @param {{task: import("./outbox.js").Shown, top: number, position: number, size: number, screen: import("./screen.js").Screen}} props */
function Row({ task, top, position, size, screen }) {
  const { open, cursor, now, selection } = screen;
  const late = !task.done && isOverdue(task.due, now.value);
  const hasMore = task.due || task.labels.length > 0 || task.unsent || task.description;
  const chosen = open.value === task.key || cursor.value === task.key;
  const selected = selection.keys.value.includes(task.key);
  /** @param {MouseEvent} event */
  const press = (event) => {
    if (event.shiftKey) selection.extendTo(task.key);
    else if (event.ctrlKey || event.metaKey) selection.turn(task.key);
    else open.value = task.key;
  };
  return html`
    <li
      class=${`task p${task.priority} ${task.done ? "done" : ""} ${chosen ? "chosen" : ""} ${selected ? "selected" : ""}`}
      data-key=${task.key}
      style=${{ top: `${top}px` }}
      aria-setsize=${size}
      aria-posinset=${position}
    >
      <label class="tick">
        <input
          type="checkbox"
          checked=${task.done}
          aria-label=${task.title}
          onChange=${() => screen.toggle(task.key)}
        />
      </label>
      <button
        class="name"
        aria-haspopup="dialog"
        onClick=${press}
        onFocus=${() => (cursor.value = task.key)}
      >
        ${selected && html`<span class="sr">${say("list.selected")}: </span>`}
        <span class="title">${task.title}</span>
        ${
          hasMore &&
          html`
            <span class="meta">
              ${
                task.due &&
                html`<span class=${`due ${late ? "late" : ""}`}
                  >${late ? `${say("list.overdue")}: ` : ""}${sayDue(task.due, now.value, locale())}</span
                >`
              }
              ${task.labels.map((label) => html`<span key=${label} class="label">#${label}</span>`)}
              ${task.unsent && html`<span class="unsent">${say("list.unsent")}</span>`}
              ${!task.due && !task.labels.length && !task.unsent && html`<span class="excerpt">${task.description.slice(0, 200)}</span>`}
            </span>
          `
        }
        ${task.priority > 0 && html`<span class="sr">${say("task.priority")}: ${say(`priority.${/** @type {1} */ (task.priority)}`)}</span>`}
      </button>
    </li>
  `;
}
