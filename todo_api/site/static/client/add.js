/** Quick add: a line, and what was understood of it. */

import { html } from "./html.js";
import { draftOf } from "./session.js";
import { tabStorage } from "./storage.js";
import { useComputed, useSignal } from "./vendor.js";
import { locale, say } from "./words.js";

const MOST_CHARACTERS = 200;

/** A line of which nothing is understood. @type {(line: string, labels: string[]) => import("./quickadd.js").Understood} */
const plain = (line, labels) => ({
  title: line.trim(),
  due: null,
  repeat: null,
  priority: 0,
  labels,
  isOverfull: false,
  parts: [],
});

/** @param {{screen: import("./screen.js").Screen}} props */
export function Add({ screen }) {
  const { store, view, name, later, addingTo } = screen;
  const draft = draftOf(store.username);
  const line = useSignal(tabStorage.getItem(draft) ?? "");
  const refused = useSignal(/** @type {string[]} */ ([]));
  /** What a line is for, and when. */
  const place = () => ({
    now: new Date(),
    list_id: addingTo.value?.id,
    isToday: name.value === "today",
    labels: name.value === "label" ? [view.value.what] : [],
  });
  /** @type {(text: string, kept: string[], at: ReturnType<typeof place>) => import("./quickadd.js").Understood} */
  const read = (text, kept, at) =>
    later.value?.understand(text, at.now, kept, locale(), screen.clocksOf(at), at.labels) ??
    plain(text, at.labels);
  const understood = useComputed(() => read(line.value, refused.value, place()));
  const length = [...understood.value.title].length;
  const { Chips, Lines } = later.value ?? {};

  /** @param {string} text */
  const write = (text) => {
    line.value = text;
    if (!text) refused.value = [];
    tabStorage.setItem(draft, text);
  };
  /** @param {Event} event */
  const add = async (event) => {
    event.preventDefault();
    // One may be elsewhere when it is understood.
    const [text, kept, at] = [line.value, refused.value, place()];
    const isEarly = !later.value;
    if (isEarly) {
      // What is written next does not wait for what understands this line.
      line.value = "";
      refused.value = [];
      store.waiting.value += 1;
      await screen.fetchLater();
      tabStorage.setItem(draft, line.value);
    }
    const isAdded = create(text, kept, at);
    if (isEarly) store.waiting.value -= 1;
    if (isAdded !== isEarly) write(isAdded ? "" : text + line.value);
  };
  /** Add the task of a line, if it is one; tell whether it is. @type {(text: string, kept?: string[], at?: ReturnType<typeof place>) => boolean} */
  const create = (text, kept = [], at = place()) => {
    const { title, due, repeat, priority, labels, isOverfull } = read(text, kept, at);
    if (!title || isOverfull || [...title].length > MOST_CHARACTERS) return false;
    screen.sought.value = store.create(
      {
        title,
        due: at.isToday && !due ? screen.clocksOf(at).dayAt(at.now.getTime()) : due,
        repeat,
        priority,
        labels: labels.sort(),
      },
      say("add.added", { title }),
      at.list_id,
    );
    return true;
  };
  /** @param {string[]} texts */
  const refuse = (texts) => (refused.value = [...refused.value, ...texts]);

  return html`
    <form class="add" onSubmit=${add}>
      <input
        id="add"
        dir="auto"
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
      ${Chips && html`<${Chips} understood=${understood.value} clocks=${screen.clocksOf(place())} refuse=${refuse} />`}
      ${Lines && html`<${Lines} screen=${screen} create=${create} write=${write} />`}
      ${length > MOST_CHARACTERS && html`<p class="error" role="alert">${say("add.long", { count: length })}</p>`}
    </form>
  `;
}
