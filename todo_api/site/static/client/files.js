/** The tasks as a file, in each form that the service knows. */

import { answered } from "./api.js";
import { clocksIn } from "./clocks.js";
import { html } from "./html.js";
import { Outcome, useSending } from "./sending.js";
import { say } from "./words.js";

/** @type {{word: "csv" | "excel" | "ics" | "jsonl" | "json", format: "csv" | "ics" | "jsonl" | "json"}[]} */
const FORMS = [
  { word: "csv", format: "csv" },
  { word: "excel", format: "csv" },
  { word: "ics", format: "ics" },
  { word: "jsonl", format: "jsonl" },
  { word: "json", format: "json" },
];

/** @param {{screen: import("./screen.js").Screen}} props */
export function Files({ screen }) {
  const sending = useSending();
  const unsent = screen.store.unsent.value;
  /** @param {typeof FORMS[number]} form */
  const save = ({ word, format }) =>
    sending.run(async () => {
      const bom = word === "excel" ? { bom: true } : {};
      const query = { format, ...bom };
      const file = await answered(
        screen.api.GET("/tasks/export", { params: { query }, parseAs: "blob" }),
      );
      const name = `tasks-${clocksIn().dayAt(Date.now())}.${format}`;
      offer(/** @type {Blob} */ (file), name);
      return say("account.exported", { name });
    });
  return html`
    <section>
      <h3>${say("account.export")}</h3>
      <p class="hint">${say("account.exportHint")}</p>
      ${unsent > 0 && html`<p class="notice">${say("account.exportUnsent", { count: unsent })}</p>`}
      <div class="choices">
        ${FORMS.map(
          (form) => html`
            <button key=${form.word} onClick=${() => void save(form)}>
              ${say(`account.${form.word}`)}
            </button>
          `,
        )}
      </div>
      <${Outcome} of=${sending} />
    </section>
  `;
}

/**
 * Let the browser save a file.
 * @param {Blob} file
 * @param {string} name
 */
function offer(file, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
