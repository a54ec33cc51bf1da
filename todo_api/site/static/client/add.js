/** Quick add: a line, and what was understood of it as chips that can be removed. */

import { dayOf, sayDue } from "./dates.js";
import { html } from "./html.js";
import { understand } from "./quickadd.js";
import { draftOf } from "./session.js";
import { useComputed, useSignal } from "./vendor.js";
import { locale, say } from "./words.js";

const MOST_CHARACTERS = 200;

/** @param {{screen: import("./screen.js").Screen}} props */
export function Add({ screen }) {
  const { store, view, name, list } = screen;
  const draft = draftOf(store.username);
  const line = useSignal(sessionStorage.getItem(draft) ?? "");
  const refused = useSignal(/** @type {string[]} */ ([]));
  const understood = useComputed(() => understand(line.value, new Date(), refused.value, locale()));
  const length = [...understood.value.title].length;

  /** @param {string} text */
  const write = (text) => {
    line.value = text;
    if (!text) refused.value = [];
    sessionStorage.setItem(draft, text);
  };
  /** @param {Event} event */
  const add = (event) => {
    event.preventDefault();
    const { title, due, priority, labels } = understood.value;
    if (!title || length > MOST_CHARACTERS) return;
    const isToday = name.value === "today" && !due;
    const own =
      name.value === "label" && !labels.includes(view.value.what) ? [view.value.what] : [];
    screen.sought.value = store.create(
      {
        title,
        due: isToday ? dayOf(new Date()) : due,
        priority,
        labels: [...labels, ...own].sort(),
      },
      say("add.added", { title }),
      name.value === "list" ? list.value?.id : undefined,
    );
    write("");
  };
  /** @param {import("./quickadd.js").Part} part */
  const said = (part) =>
    part.kind === "day" || part.kind === "time"
      ? sayDue(understood.value.due ?? "", new Date(), locale())
      : part.text;

  const dueParts = understood.value.parts.filter(({ kind }) => kind === "day" || kind === "time");
  const others = understood.value.parts.filter((part) => !dueParts.includes(part));
  const chips = [...dueParts.slice(0, 1), ...others];
  return html`
    <form class="add" onSubmit=${add}>
      <input
        id="add"
        aria-label=${say("add.label")}
        placeholder=${say("add.placeholder")}
        autocomplete="off"
        enterkeyhint="done"
        value=${line.value}
        aria-describedby="add-hint"
        onInput=${(/** @type {any} */ event) => write(event.target.value)}
      />
      <button class="primary" disabled=${!understood.value.title}>${say("add.submit")}</button>
      <p class="sr" id="add-hint">${say("add.hint")}</p>
      ${
        chips.length > 0 &&
        html`
          <ul class="chips">
            ${chips.map((part) => {
              const texts =
                part.kind === "day" || part.kind === "time"
                  ? dueParts.map(({ text }) => text)
                  : [part.text];
              const kind = say(`kind.${part.kind}`);
              return html`
                <li key=${part.start}>
                  <button
                    type="button"
                    class=${`chip ${part.kind}`}
                    aria-label=${say("add.remove", { text: said(part), kind })}
                    onClick=${() => (refused.value = [...refused.value, ...texts])}
                  >
                    ${said(part)}<span aria-hidden="true"> ×</span>
                  </button>
                </li>
              `;
            })}
          </ul>
        `
      }
      ${length > MOST_CHARACTERS && html`<p class="error" role="alert">${say("add.long", { count: length })}</p>`}
    </form>
  `;
}
