/**
 * The list. Of many rows only those in sight are in the page: all are of the same height. A row is
 * rendered anew only when its task has changed, or its selection: where it stands is the list's affair.
 */

import { html } from "./html.js";
import { useEffect, useLayoutEffect, useRef, useSignal } from "./vendor.js";
import { locale, say } from "./words.js";

const ROW_REM = 3.5;
const MORE_ROWS = 6;
/** The rows in the page change by so many at once, so that not every step of scrolling renders. */
const STEP = 4;
/** What stays free below the row that one is on: the last messages lie over it. */
const FREE_ROWS = 1.25;

/** @type {() => number} */
const rowHeight = () => ROW_REM * parseFloat(getComputedStyle(document.documentElement).fontSize);

/** @param {{screen: import("./screen.js").Screen}} props */
export function List({ screen }) {
  const { store, rows, name, cursor, attention, open, selection, sought } = screen;
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const sight = useSignal({ from: 0, to: 40 });
  const height = rowHeight();

  const look = () => {
    const element = box.current;
    if (!element) return;
    const [first, last] = [element.scrollTop, element.scrollTop + element.clientHeight];
    const from = Math.max(0, Math.floor(first / height / STEP) * STEP - MORE_ROWS);
    const to = Math.ceil(last / height / STEP) * STEP + MORE_ROWS;
    if (from !== sight.value.from || to !== sight.value.to) sight.value = { from, to };
  };
  useLayoutEffect(look);
  useEffect(() => {
    addEventListener("resize", look);
    return () => removeEventListener("resize", look);
  }, []);
  useEffect(() => {
    if (box.current) box.current.scrollTop = 0;
  }, [name.value, screen.view.value.what]);
  /**
   * Bring a row into sight; return whether there is one.
   * @param {HTMLElement} element
   * @param {string | null} key
   */
  const show = (element, key) => {
    const index = rows.value.findIndex((row) => row.key === key);
    if (index < 0) return false;
    const [top, end] = [index * height, (index + 1 + FREE_ROWS) * height];
    if (top < element.scrollTop) element.scrollTop = top;
    else if (end > element.scrollTop + element.clientHeight) {
      element.scrollTop = end - element.clientHeight;
    }
    look();
    return true;
  };
  useEffect(() => {
    if (box.current) show(box.current, sought.value);
  }, [sought.value]);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    if (!show(element, cursor.value)) {
      if (attention.value) element.focus();
      return;
    }
    // When the row is in the page, it takes the focus.
    requestAnimationFrame(() => {
      const wanted = cursor.value ?? "";
      const focus = element.querySelector(`[data-key="${CSS.escape(wanted)}"] .name`);
      if (focus instanceof HTMLElement) focus.focus({ preventScroll: true });
    });
  }, [cursor.value, attention.value]);

  // The rows' events are heard here, so that rows need no functions of their own.
  /** @param {MouseEvent} event */
  const press = (event) => {
    const parent = keyOf(event, ".fold");
    if (parent !== null) return screen.fold(parent, !screen.folded.value.has(parent));
    const key = keyOf(event, ".name");
    if (key === null) return undefined;
    if (event.shiftKey) selection.extendTo(key);
    else if (event.ctrlKey || event.metaKey) selection.turn(key);
    else open.value = key;
    return undefined;
  };
  /** @param {Event} event */
  const tick = (event) => {
    const key = keyOf(event, "input");
    if (key !== null) screen.toggle(key);
  };
  /** @param {Event} event */
  const follow = (event) => {
    const key = keyOf(event, ".name");
    if (key !== null) cursor.value = key;
  };

  const { from, to } = sight.value;
  const all = rows.value;
  const selected = new Set(selection.keys.value);
  const names = screen.listNames.value;
  const { Drag } = screen.later.value ?? {};
  const canDrag = Drag && name.value === "list" && !screen.isReading.value;
  const isNested = name.value === "all" || name.value === "list";
  return html`
    <section
      class="list"
      id="list"
      tabindex="-1"
      aria-label=${say("list.label")}
      ref=${box}
      onScroll=${look}
    >
      ${all.length === 0 && html`<p class="empty">${say(screen.isReading.value ? "empty.read" : `empty.${name.value}`)}</p>`}
      <ul
        style=${{ height: `${all.length * height}px` }}
        onClick=${press}
        onChange=${tick}
        onFocusIn=${follow}
      >
        ${all.slice(from, to).map((row, index) => {
          const { key } = row;
          const place = { top: `${(from + index) * height}px` };
          if (row.kind === "heading") {
            return html`<li
              key=${key}
              class=${`heading ${row.isLate ? "late" : ""}`}
              style=${place}
            >
              <h2>${row.text}</h2>
            </li>`;
          }
          const { priority, done } = row.task;
          const progress = screen.progress.value.get(key);
          const isSelected = selected.has(key);
          const isChosen = open.value === key || cursor.value === key;
          return html`<li
            key=${key}
            class=${`task p${priority} ${done ? "done" : ""} ${isChosen ? "chosen" : ""} ${isSelected ? "selected" : ""}`}
            data-key=${key}
            style=${row.depth ? { ...place, "--depth": row.depth } : place}
            aria-level=${isNested ? row.depth + 1 : undefined}
            aria-setsize=${all.length}
            aria-posinset=${from + index + 1}
          >
            ${canDrag && html`<span class="grip" aria-hidden="true"></span>`}
            <${Row}
              task=${row.task}
              clocks=${screen.clocksOf(row.task)}
              list=${names.get(row.task.list_id ?? 0)}
              parent=${row.depth ? undefined : store.get(store.parentOf(row.task) ?? "")?.title}
              done=${progress?.done}
              all=${progress?.all}
              isReadOnly=${screen.isReadOnly(row.task)}
              isSelected=${isSelected}
              now=${screen.now}
            />
            ${
              row.isFolded !== null &&
              html`<button
                class="fold quiet"
                aria-expanded=${!row.isFolded}
                aria-label=${say("list.subtasksOf", { title: row.task.title })}
              ></button>`
            }
          </li>`;
        })}
      </ul>
      ${canDrag && html`<${Drag} screen=${screen} box=${box} height=${height} />`}
    </section>
  `;
}

/**
 * Return the key of the row that an event is for, if it is for that part of it.
 * @param {Event} event
 * @param {string} part
 */
function keyOf({ target }, part) {
  const element = target instanceof Element ? target.closest(part) : null;
  return element?.closest("li")?.getAttribute("data-key") ?? null;
}

/**
 * What a row shows. It reads a signal, so signals see to it that it is rendered for that alone, or
 * for props that are not the same: nothing that is made anew for each rendering may be one of them.
 * @param {{task: import("./outbox.js").Shown, clocks: import("./quickadd.js").Clocks,
 *   list?: string, parent?: string, done?: number, all?: number, isReadOnly: boolean,
 *   isSelected: boolean, now: import("./vendor.js").Signal<Date>}} props
 *   `parent` is the title of the task above, where that is not to be seen, and `done` of `all`
 *   subtasks are done
 */
function Row({ task, clocks, list, parent, done, all, isReadOnly, isSelected, now }) {
  const late = clocks.isOverdue(task.due, now.value) && !task.done;
  const hasMore =
    task.due ||
    task.repeat ||
    task.labels.length > 0 ||
    task.assigned_to ||
    list ||
    parent ||
    all ||
    task.unsent ||
    task.description;
  return html`
    <label class="tick">
      <input type="checkbox" checked=${task.done} disabled=${isReadOnly} aria-label=${task.title} />
    </label>
    <button class="name" aria-haspopup="dialog">
      ${isSelected && html`<span class="sr">${say("list.selected")}: </span>`}
      <span class="title" dir="auto">${task.title}</span>
      ${
        hasMore &&
        html`
          <span class="meta">
            ${
              task.due &&
              html`<span class=${`due ${late ? "late" : ""}`}
                >${late ? `${say("list.overdue")}: ` : ""}${clocks.sayDue(task.due, now.value, locale())}</span
              >`
            }
            ${
              task.repeat &&
              html`<span class="repeats"
                ><span aria-hidden="true">↻</span
                ><span class="sr">${say("list.repeats")}</span></span
              >`
            }
            ${
              all &&
              html`<span class="progress"
                ><span aria-hidden="true">${done}/${all}</span
                ><span class="sr">${say("list.progress", { done: done ?? 0, all })}</span></span
              >`
            }
            ${parent && html`<bdi class="under">${say("list.under", { title: parent })}</bdi>`}
            ${task.labels.map((label) => html`<bdi key=${label} class="label">#${label}</bdi>`)}
            ${task.assigned_to && html`<span class="to">@${task.assigned_to}</span>`}
            ${list && html`<span class="in"><bdi>${list}</bdi>${isReadOnly && ` (${say("list.reads")})`}</span>`}
            ${task.unsent && html`<span class="unsent">${say("list.unsent")}</span>`}
            ${!task.due && !task.labels.length && !task.unsent && !parent && html`<bdi class="excerpt">${task.description.slice(0, 200)}</bdi>`}
          </span>
        `
      }
      ${task.priority > 0 && html`<span class="sr">${say("task.priority")}: ${say(`priority.${/** @type {1} */ (task.priority)}`)}</span>`}
    </button>
  `;
}
