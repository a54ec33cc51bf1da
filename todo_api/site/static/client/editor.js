/** The open task. What is typed is kept at once, and closing it needs no button. */

import { Assignee } from "./assignee.js";
import { useBack } from "./back.js";
import { Due } from "./due.js";
import { html } from "./html.js";
import { Moves } from "./moves.js";
import { MOST_LABELS } from "./outbox.js";
import { ListOfTask } from "./relocation.js";
import { Repetition } from "./repeat.js";
import { Parent, Subtasks } from "./subtasks.js";
import { Markdown } from "./text.js";
import { useTyped } from "./typed.js";
import { useEffect, useRef, useSignal } from "./vendor.js";
import { say } from "./words.js";

/** Two clicks within this time can be one double click. */
const DOUBLE_CLICK_MILLISECONDS = 1000;

/** @param {{screen: import("./screen.js").Screen, taskKey: string}} props */
export function Editor({ screen, taskKey }) {
  const { store } = screen;
  void store.tasks.value;
  const task = store.get(taskKey);
  const panel = useRef(/** @type {HTMLElement | null} */ (null));
  const { title, description, type, keep } = useTyped(store, taskKey);
  const isWriting = useSignal(false);
  const label = useSignal("");
  useEffect(() => {
    // By touch, that would bring up a keyboard for whoever only wants to read.
    const isTouch = matchMedia("(pointer: coarse)").matches;
    const first = isTouch ? panel.current : panel.current?.querySelector("textarea");
    first?.focus({ preventScroll: true });
  }, []);
  useBack(screen);
  const { current: openedAt } = useRef(Date.now());
  /** The second half of the double click that has opened this is meant for nothing in it. @param {MouseEvent} event */
  const ignoreHalf = (event) => {
    if (event.detail < 2 || Date.now() - openedAt > DOUBLE_CLICK_MILLISECONDS) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const isGone = !task;
  useEffect(() => {
    if (isGone) screen.close();
  }, [isGone]);
  if (!task) return null;

  const isReadOnly = screen.isReadOnly(task);
  /** @param {Partial<import("./outbox.js").Fields>} fields */
  const change = (fields) =>
    store.update(taskKey, fields, say("undo.edited", { title: task.title }), "change");
  /** @param {any} event */
  const onTitle = (event) => type("title", event.target.value.replace(/[\r\n]+/gu, " "));
  /** @param {any} event */
  const onDescription = (event) => type("description", event.target.value);
  /** @param {Event} event */
  const addLabel = (event) => {
    event.preventDefault();
    const added = label.value
      .split(",")
      .map((one) => one.trim().replace(/^#/u, ""))
      .filter(Boolean);
    const others = [...new Set(added)].filter((one) => !task.labels.includes(one));
    const room = Math.max(0, MOST_LABELS - task.labels.length);
    const fitting = others.slice(0, room);
    if (fitting.length) change({ labels: [...task.labels, ...fitting].sort() });
    label.value = others.slice(room).join(", ");
  };
  const isOverfull = task.labels.length >= MOST_LABELS && label.value !== "";

  return html`
    <section
      class="editor"
      role="dialog"
      tabindex="-1"
      aria-modal=${screen.isNarrow.value}
      aria-label=${say("task.open")}
      ref=${panel}
      onClickCapture=${ignoreHalf}
    >
      <div class="bar">
        ${
          !isReadOnly &&
          html`<button class="quiet danger" onClick=${() => screen.remove(taskKey)}>
            ${say("task.delete")}
          </button>`
        }
        <button class="quiet" onClick=${() => screen.close()}>${say("task.close")}</button>
      </div>
      ${isReadOnly && html`<p class="notice">${say("list.readOnly")}</p>`}
      <label for="title">${say("task.title")}</label>
      <textarea
        id="title"
        dir="auto"
        class="titled"
        rows="2"
        maxlength="200"
        readonly=${isReadOnly}
        value=${title.value}
        onInput=${onTitle}
        onBlur=${keep}
        onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === "Enter" && event.preventDefault()}
      ></textarea>
      ${!title.value.trim() && html`<p class="error" role="alert">${say("task.needsTitle", { title: task.title })}</p>`}
      <${Due} screen=${screen} task=${task} change=${change} />
      <${Repetition}
        repeat=${task.repeat}
        isReadOnly=${isReadOnly}
        change=${(/** @type {import("./outbox.js").Repeat | null} */ repeat) => change({ repeat })}
      />
      <fieldset class="priorities" disabled=${isReadOnly}>
        <legend>${say("task.priority")}</legend>
        ${
          /** @type {const} */ ([0, 1, 2, 3]).map(
            (priority) => html`
              <label key=${priority} class=${`p${priority}`}>
                <input
                  type="radio"
                  name="priority"
                  checked=${task.priority === priority}
                  onChange=${() => change({ priority })}
                />
                <span>${say(`priority.${priority}`)}</span>
              </label>
            `,
          )
        }
      </fieldset>
      <${Assignee} screen=${screen} task=${task} change=${change} />
      <${ListOfTask} screen=${screen} task=${task} />
      <${Subtasks} screen=${screen} task=${task} />
      <${Parent} screen=${screen} task=${task} change=${change} />
      <${Moves} screen=${screen} taskKey=${taskKey} />
      ${
        isReadOnly
          ? html`
              <ul class="chips">
                ${task.labels.map((one) => html`<li key=${one}><bdi>#${one}</bdi></li>`)}
              </ul>
              <${Markdown} text=${task.description} />
            `
          : html` <form onSubmit=${addLabel}>
                <label for="label">${say("task.labels")}</label>
                ${
                  task.labels.length > 0 &&
                  html`
                    <ul class="chips">
                      ${task.labels.map(
                        (one) => html`
                          <li key=${one}>
                            <button
                              type="button"
                              class="chip label"
                              aria-label=${say("task.removeLabel", { label: one })}
                              onClick=${() => change({ labels: task.labels.filter((other) => other !== one) })}
                            >
                              <bdi>#${one}</bdi><span aria-hidden="true"> ×</span>
                            </button>
                          </li>
                        `,
                      )}
                    </ul>
                  `
                }
                <input
                  id="label"
                  dir="auto"
                  list="labels"
                  maxlength="50"
                  autocomplete="off"
                  placeholder=${say("task.addLabel")}
                  aria-describedby=${isOverfull ? "label-error" : undefined}
                  aria-invalid=${isOverfull}
                  value=${label.value}
                  onInput=${(/** @type {any} */ event) => (label.value = event.target.value)}
                  onBlur=${addLabel}
                />
                ${isOverfull && html`<p class="error" id="label-error" role="alert">${say("labels.most")}</p>`}
                <datalist id="labels">
                  ${screen.labels.value.map(([one]) => html`<option key=${one} value=${one}></option>`)}
                </datalist>
              </form>
              <label for="description">${say("task.description")}</label>
              ${
                isWriting.value || !description.value
                  ? html`<textarea
                        id="description"
                        dir="auto"
                        rows="8"
                        maxlength="10000"
                        value=${description.value}
                        aria-describedby="markdown"
                        onInput=${onDescription}
                        onFocus=${() => (isWriting.value = true)}
                        onBlur=${() => {
                          keep();
                          isWriting.value = false;
                        }}
                      ></textarea>
                      <p class="hint" id="markdown">${say("task.descriptionHint")}</p>`
                  : html`<${Markdown} text=${description.value} />
                      <button
                        class="quiet"
                        id="description"
                        onClick=${() => {
                          isWriting.value = true;
                          requestAnimationFrame(() =>
                            document.getElementById("description")?.focus(),
                          );
                        }}
                      >
                        ${say("task.edit")}
                      </button>`
              }`
      }
    </section>
  `;
}
