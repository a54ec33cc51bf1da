/** How a task comes again when it is done: chosen, and said in words. */

import { html } from "./html.js";
import { locale, say } from "./words.js";

/** @typedef {import("./outbox.js").Repeat} Repeat */

/** The rules that can be chosen, with their words. @type {[string, import("./words.js").Word][]} */
const RULES = [
  ["FREQ=DAILY", "repeat.day"],
  ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "repeat.weekday"],
  ["FREQ=WEEKLY", "repeat.week"],
  ["FREQ=WEEKLY;INTERVAL=2", "repeat.twoWeeks"],
  ["FREQ=MONTHLY", "repeat.month"],
  ["FREQ=YEARLY", "repeat.year"],
];
/** @type {Record<string, [import("./words.js").Word, import("./words.js").Word]>} of one, of several */
const PERIODS = {
  DAILY: ["repeat.day", "repeat.days"],
  WEEKLY: ["repeat.week", "repeat.weeks"],
  MONTHLY: ["repeat.month", "repeat.months"],
  YEARLY: ["repeat.year", "repeat.years"],
};
/** A week that begins on a Monday, day by day. */
const WEEK = { MO: 5, TU: 6, WE: 7, TH: 8, FR: 9, SA: 10, SU: 11 };

/**
 * Say a rule in words; one that is beyond them is returned as it is written.
 * @param {string} rule
 */
export function sayRule(rule) {
  const chosen = RULES.find(([known]) => known === rule);
  if (chosen) return say(chosen[1]);
  const {
    FREQ = "",
    INTERVAL,
    BYDAY,
    ...others
  } = Object.fromEntries(rule.split(";").map((part) => part.split("=")));
  const [one, several] = PERIODS[FREQ] ?? [];
  const days = BYDAY?.split(",").map(weekday);
  if (!one || !several || Object.keys(others).length || days?.includes("")) return rule;
  const period = INTERVAL ? say(several, { count: INTERVAL }) : say(one);
  return days ? say("repeat.on", { period, days: days.join(", ") }) : period;
}

/** @param {string} code */
function weekday(code) {
  const day = WEEK[/** @type {keyof typeof WEEK} */ (code)];
  if (!day) return "";
  return new Date(2026, 0, day).toLocaleDateString(locale(), { weekday: "long" });
}

/**
 * @param {{repeat: Repeat | null, isReadOnly: boolean, change: (repeat: Repeat | null) => void}} props
 */
export function Repetition({ repeat, isReadOnly, change }) {
  const isOther = repeat && RULES.every(([rule]) => rule !== repeat.rule);
  const from = repeat?.from ?? "due";
  return html`
    <div class="fields">
      <div>
        <label for="repeat">${say("task.repeat")}</label>
        <select
          id="repeat"
          value=${repeat?.rule ?? ""}
          disabled=${isReadOnly}
          onChange=${(/** @type {any} */ { target: { value: rule } }) => change(rule ? { rule, from } : null)}
        >
          <option value="">${say("repeat.never")}</option>
          ${RULES.map(([rule, word]) => html`<option key=${rule} value=${rule}>${say(word)}</option>`)}
          ${isOther && html`<option value=${repeat.rule}>${sayRule(repeat.rule)}</option>`}
        </select>
      </div>
      ${
        repeat &&
        html`<div>
          <label for="repeat-from">${say("task.repeatFrom")}</label>
          <select
            id="repeat-from"
            value=${from}
            disabled=${isReadOnly}
            onChange=${(/** @type {any} */ { target }) => change({ ...repeat, from: target.value })}
          >
            <option value="due">${say("repeat.due")}</option>
            <option value="completion">${say("repeat.completion")}</option>
          </select>
        </div>`
      }
    </div>
  `;
}
