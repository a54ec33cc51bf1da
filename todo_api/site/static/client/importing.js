/** The tasks of a file, into a list: of what this service or a program of another kind has saved. */

import { answered, Failure } from "./api.js";
import { html } from "./html.js";
import { choiceOf } from "./relocation.js";
import { Outcome, useSending } from "./sending.js";
import { randomId } from "./store.js";
import { useRef, useSignal } from "./vendor.js";
import { say } from "./words.js";

/** @typedef {import("#document").components["schemas"]["ImportFormat"]} Format */

/** What the end of a file's name says. @type {Record<string, Format>} */
const BY_NAME = {
  csv: "csv",
  ics: "ics",
  json: "json",
  jsonl: "jsonl",
  ndjson: "jsonl",
  tsv: "csv",
  txt: "todotxt",
};

/** Whose files have names like all others. @type {[Format, string][]} */
const PROGRAMS = [
  ["google_tasks", "Google Tasks"],
  ["microsoft_to_do", "Microsoft To Do"],
  ["taskwarrior", "Taskwarrior"],
  ["ticktick", "TickTick"],
  ["todoist", "Todoist"],
  ["todotxt", "todo.txt"],
  ["trello", "Trello"],
];

/** Of the lines that are not right, so many are named. */
const MOST_FAULTS = 5;

/** @param {{screen: import("./screen.js").Screen}} props */
export function Import({ screen }) {
  const { api, store, sync, addingTo } = screen;
  const sending = useSending("signin.ended");
  const lists = choiceOf(screen);
  const shown = lists.find(({ id }) => id === addingTo.value?.id) ?? lists[0];
  const into = useSignal(shown?.id);
  /** Of what is chosen: the same once more doubles nothing, if its answer was lost. */
  const key = useRef(randomId());

  /** @param {SubmitEvent} event */
  const submit = (event) =>
    sending.submit(event, async (form) => {
      const file = /** @type {File} */ (form.get("file"));
      const format = formOf(file, String(form.get("form")));
      const query = into.value ? { format, list_id: into.value } : { format };
      const header = { "Idempotency-Key": key.current ?? "" };
      const told = await answered(
        api.POST("/tasks/import", {
          params: { query, header },
          headers: { "Content-Type": "text/plain" },
          body: /** @type {any} */ (file),
          bodySerializer: (whole) => whole,
        }),
      ).catch((failure) => {
        throw withLines(failure);
      });
      key.current = randomId();
      sync.soon();
      const list = lists.find(({ id }) => id === into.value) ?? store.lists.value[0];
      const done = say("import.done", { count: told.imported, list: list?.name ?? "" });
      const left = (told.left_out ?? []).map(({ what, count }) => `${what} (${count})`).join(", ");
      return left ? `${done} ${say("import.leftOut", { what: left })}` : done;
    });
  return html`
    <form onSubmit=${submit} onChange=${() => (key.current = randomId())}>
      <h3>${say("import.title")}</h3>
      <p class="hint" id="import-hint">${say("import.hint")}</p>
      <label for="import-file">${say("import.file")}</label>
      <input id="import-file" name="file" type="file" required aria-describedby="import-hint" />
      <label for="import-form">${say("import.form")}</label>
      <select id="import-form" name="form">
        <option value="">${say("import.byName")}</option>
        ${PROGRAMS.map(([format, name]) => html`<option key=${format} value=${format}>${name}</option>`)}
      </select>
      ${
        lists.length > 0 &&
        html`
          <label for="import-into">${say("import.into")}</label>
          <select
            id="import-into"
            value=${into.value}
            onChange=${(/** @type {any} */ { target }) => (into.value = Number(target.value))}
          >
            ${lists.map(({ id, name }) => html`<option key=${id} value=${id} dir="auto">${name}</option>`)}
          </select>
        `
      }
      <button disabled=${sending.isBusy.value}>${say("import.submit")}</button>
      <${Outcome} of=${sending} />
    </form>
  `;
}

/**
 * Return the form of a file: that of the program that was chosen, or else what its name says.
 * @type {(file: File, chosen: string) => Format}
 */
function formOf({ name }, chosen) {
  const format = chosen || BY_NAME[name.split(".").at(-1)?.toLowerCase() ?? ""];
  if (!format) throw new Failure("refused", { detail: say("import.unknown") });
  return /** @type {Format} */ (format);
}

/**
 * Return a failure that says in which lines of the file something is wrong, if it was that.
 * @param {unknown} failure
 */
function withLines(failure) {
  if (!(failure instanceof Failure) || failure.faults.every(({ line }) => !line)) return failure;
  const faults = failure.faults.slice(0, MOST_FAULTS).map(({ line, pointer, detail }) => {
    const place = [line, pointer?.slice(1)].filter(Boolean).join(", ");
    return place ? say("import.line", { place, detail }) : detail;
  });
  return new Failure(failure.kind, { detail: [failure.detail, ...faults].join(" ") });
}
