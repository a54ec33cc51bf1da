/**
 * Quick add: one line such as `Buy milk tomorrow 17:00 #errand !2`, understood as one types.
 *
 * Pure: the line and the present in, what was understood out. The words of each language are in one
 * table; English is understood beside every other.
 */

import { clocksIn } from "./clocks.js";
import { isDay, plusDays, weekdayOf } from "./dates.js";
import { MOST_LABELS } from "./outbox.js";

/**
 * @typedef {{kind: "day" | "time" | "repeat" | "label" | "priority", text: string, start: number, end: number}} Part
 * @typedef {{title: string, due: string | null, repeat: Repeat | null, priority: number,
 *   labels: string[], isOverfull: boolean, parts: Part[]}} Understood
 *   `isOverfull` tells that there are more labels than a task can have.
 * @typedef {import("./outbox.js").Repeat} Repeat
 * @typedef {ReturnType<typeof clocksIn>} Clocks
 */

const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAY =
  "sun(?:day)?|mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs|rsday)?|fri(?:day)?|sat(?:urday)?";
const MONTH =
  "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
const DATE_END = "(?:st|nd|rd|th)?(?:,? (\\d{4}))?";

/**
 * What each day looks like, and which day it is; null if there is none such.
 * @type {[string, (today: string, ...found: string[]) => string | null][]}
 */
const DAYS = [
  ["today|tod", (today) => today],
  ["tomorrow|tmrw|tom", (today) => plusDays(today, 1)],
  ["day after tomorrow", (today) => plusDays(today, 2)],
  ["in (\\d{1,3}) days?", (today, count = "") => plusDays(today, Number(count))],
  ["in (\\d{1,2}) weeks?", (today, count = "") => plusDays(today, 7 * Number(count))],
  ["in a week", (today) => plusDays(today, 7)],
  ["next week", (today) => plusDays(today, (8 - weekdayOf(today)) % 7 || 7)],
  [`next (${WEEKDAY})`, (today, name = "") => plusDays(nextWeekday(today, name), 7)],
  [`(?:on |this )?(${WEEKDAY})`, (today, name = "") => nextWeekday(today, name)],
  [
    `(?:on )?(${MONTH})\\.? (\\d{1,2})${DATE_END}`,
    (today, month = "", day = "", year) => dated(today, day, month, year),
  ],
  [
    `(?:on )?(\\d{1,2})(?:st|nd|rd|th)?\\.? (${MONTH})(?:,? (\\d{4}))?`,
    (today, day = "", month = "", year) => dated(today, day, month, year),
  ],
  ["(\\d{4}-\\d\\d-\\d\\d)", (_, day = "") => (isDay(day) ? day : null)],
];

const CODES = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const WORKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR";

/**
 * What each repetition looks like, and which rule it is; null if it is none.
 * @type {[string, (...found: string[]) => string | null][]}
 */
const REPETITIONS = [
  ["every day", () => "FREQ=DAILY"],
  ["every (other|[1-9]\\d?) days?", (count = "") => every("DAILY", count)],
  ["every (?:weekday|workday)", () => WORKDAYS],
  ["every week", () => "FREQ=WEEKLY"],
  ["every (other|[1-9]\\d?) weeks?", (count = "") => every("WEEKLY", count)],
  ["every month", () => "FREQ=MONTHLY"],
  ["every (other|[1-9]\\d?) months?", (count = "") => every("MONTHLY", count)],
  ["every year", () => "FREQ=YEARLY"],
  ["every (other|[1-9]\\d?) years?", (count = "") => every("YEARLY", count)],
  [
    `every (other )?((?:${WEEKDAY})(?:(?:,| and|, and) (?:${WEEKDAY}))*)`,
    (count = "", names = "") => everyWeekday(count, names, WEEKDAYS),
  ],
];

const GERMAN_WEEKDAYS = ["son", "mon", "die", "mit", "don", "fre", "sam"];
const GERMAN_MONTHS = [
  ...["jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez"],
];
const GERMAN_WEEKDAY = "sonntag|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend";
const GERMAN_MONTH =
  "jan(?:uar)?|feb(?:ruar)?|märz?|apr(?:il)?|mai|juni?|juli?|aug(?:ust)?|sept?(?:ember)?|okt(?:ober)?|nov(?:ember)?|dez(?:ember)?";

/** @type {typeof DAYS} */
const GERMAN_DAYS = [
  ["heute", (today) => today],
  // The part of the day is called so as well.
  ["(?<!(?:am|jeden|guten)\\s)morgen", (today) => plusDays(today, 1)],
  ["übermorgen", (today) => plusDays(today, 2)],
  ["in (\\d{1,3}) tag(?:en)?", (today, count = "") => plusDays(today, Number(count))],
  ["in (\\d{1,2}) wochen?", (today, count = "") => plusDays(today, 7 * Number(count))],
  ["in einer woche", (today) => plusDays(today, 7)],
  ["nächste woche", (today) => plusDays(today, (8 - weekdayOf(today)) % 7 || 7)],
  [
    `(?:am |diesen |(?:am )?(?:nächsten|kommenden) )?(${GERMAN_WEEKDAY})`,
    (today, name = "") => nextWeekday(today, name.replace(/^sonna/iu, "sam"), GERMAN_WEEKDAYS),
  ],
  [
    `(?:am )?(\\d{1,2})\\. ?(${GERMAN_MONTH})\\.?(?: (\\d{4}))?`,
    (today, day = "", month = "", year) => dated(today, day, month, year, GERMAN_MONTHS),
  ],
  [
    "(?:am )?(\\d{1,2})\\.(\\d{1,2})\\.(\\d{4})?",
    (today, day = "", month = "", year) =>
      dated(today, day, GERMAN_MONTHS[Number(month) - 1] ?? "", year, GERMAN_MONTHS),
  ],
  [
    "(?:am )?(\\d{1,2})\\.(\\d{1,2})\\.(\\d\\d)",
    (today, day = "", month = "", year = "") => {
      const names = GERMAN_MONTHS;
      const date = dated(today, day, names[Number(month) - 1] ?? "", `20${year}`, names);
      // Nobody plans for the past: it is a version, or a number of another kind.
      return date && date >= today ? date : null;
    },
  ],
];

/**
 * What a day of each month looks like, beside a repetition by months.
 * @type {typeof DAYS}
 */
const MONTH_DAYS = [
  ["(?:on )?the (\\d{1,2})(?:st|nd|rd|th)", (today, day = "") => nextOfMonths(today, Number(day))],
];

/** @type {typeof DAYS} */
const GERMAN_MONTH_DAYS = [
  ["am (\\d{1,2})\\.", (today, day = "") => nextOfMonths(today, Number(day))],
];

/** @type {typeof REPETITIONS} */
const GERMAN_REPETITIONS = [
  ["jeden tag", () => "FREQ=DAILY"],
  ["alle ([1-9]\\d?) tage", (count = "") => every("DAILY", count)],
  ["jeden (zweiten) tag", (count = "") => every("DAILY", count)],
  ["jeden (?:werktag|arbeitstag)", () => WORKDAYS],
  ["jede woche", () => "FREQ=WEEKLY"],
  ["alle ([1-9]\\d?) wochen", (count = "") => every("WEEKLY", count)],
  ["jede (zweite) woche", (count = "") => every("WEEKLY", count)],
  ["jeden monat", () => "FREQ=MONTHLY"],
  ["alle ([1-9]\\d?) monate", (count = "") => every("MONTHLY", count)],
  ["jeden (zweiten) monat", (count = "") => every("MONTHLY", count)],
  ["jedes jahr", () => "FREQ=YEARLY"],
  ["alle ([1-9]\\d?) jahre", (count = "") => every("YEARLY", count)],
  ["jedes (zweite) jahr", (count = "") => every("YEARLY", count)],
  [
    `jeden (zweiten )?((?:${GERMAN_WEEKDAY})(?:(?:,| und) (?:${GERMAN_WEEKDAY}))*)`,
    (count = "", names = "") =>
      everyWeekday(count, names.replaceAll(/sonna/giu, "sam"), GERMAN_WEEKDAYS),
  ],
];

/**
 * What each time of day looks like.
 * @type {[string, (...found: string[]) => string | null][]}
 */
const TIMES = [
  [
    "(?:at )?([01]?\\d|2[0-3]):([0-5]\\d)",
    (hour = "", minute = "") => `${hour.padStart(2, "0")}:${minute}`,
  ],
  [
    "(?:at )?(\\d{1,2})(?:[:.]([0-5]\\d))? ?([ap])(?:m|\\.m\\.?)",
    (hour = "", minute = "00", half = "") => of12(hour, minute, half),
  ],
  ["(?:at )?noon", () => "12:00"],
  ["(?:at )?midnight", () => "00:00"],
];

/** @type {typeof TIMES} */
const GERMAN_TIMES = [
  [
    "um ([01]?\\d|2[0-3])(?:[:.]([0-5]\\d))?(?: uhr)?",
    (hour = "", minute = "00") => `${hour.padStart(2, "0")}:${minute}`,
  ],
  [
    "([01]?\\d|2[0-3])(?:[:.]([0-5]\\d))? uhr",
    (hour = "", minute = "00") => `${hour.padStart(2, "0")}:${minute}`,
  ],
];

/** @type {(pattern: string) => RegExp} */
const asWord = (pattern) => new RegExp(`(?<=^|\\s)(?:${pattern})(?=$|\\s|[,.;](?:\\s|$))`, "giu");

/**
 * @template Make
 * @param {[string, Make][]} table
 */
const compiled = (table) =>
  table.map(([pattern, make]) => /** @type {const} */ ([asWord(pattern), make]));
const ENGLISH = {
  repetitions: compiled(REPETITIONS),
  days: compiled(DAYS),
  monthDays: compiled(MONTH_DAYS),
  times: compiled(TIMES),
};
/** @type {Record<string, typeof ENGLISH>} */
const LANGUAGES = {
  de: {
    repetitions: [...ENGLISH.repetitions, ...compiled(GERMAN_REPETITIONS)],
    days: [...ENGLISH.days, ...compiled(GERMAN_DAYS)],
    monthDays: [...ENGLISH.monthDays, ...compiled(GERMAN_MONTH_DAYS)],
    times: [...ENGLISH.times, ...compiled(GERMAN_TIMES)],
  },
};
const LABEL = /(?<=^|\s)#([\p{L}\p{N}][\p{L}\p{N}_-]{0,49})(?=$|[\s,.;])/gu;
const PRIORITY = /(?<=^|\s)(?:!([1-3])|p([1-3])|(!{1,3}))(?=$|\s)/giu;

/**
 * Understand a line: its days and times are those of the list that it is for.
 * @param {string} line
 * @param {Date} now
 * @param {Iterable<string>} [refused] texts that are to stay in the title
 * @param {string} [language] what is understood beside English
 * @param {Clocks} [clocks] those of the list
 * @param {string[]} [own] labels that the task has, whatever the line says
 * @returns {Understood}
 */
export function understand(
  line,
  now,
  refused = [],
  language = "en",
  clocks = clocksIn(),
  own = [],
) {
  const patterns = LANGUAGES[language.slice(0, 2)] ?? ENGLISH;
  const kept = new Set(refused);
  const today = clocks.dayAt(now.getTime());
  /** @type {{start: number, end: number}[]} where the words of what is refused are only words */
  const refusals = [];
  /** @type {Part[]} */
  const parts = [];
  /** @type {(kind: Part["kind"], match: RegExpMatchArray) => void} */
  const take = (kind, match) => {
    const start = match.index ?? 0;
    parts.push({ kind, text: match[0], start, end: start + match[0].length });
  };
  /** @type {(match: RegExpMatchArray) => boolean} */
  const isFree = (match) => {
    const start = match.index ?? 0;
    const end = start + match[0].length;
    /** @param {{start: number, end: number}} part */
    const isBeside = (part) => end <= part.start || start >= part.end;
    return !kept.has(match[0]) && parts.every(isBeside) && refusals.every(isBeside);
  };

  const labels = [...own];
  let isOverfull = false;
  for (const match of line.matchAll(LABEL)) {
    const label = match[1] ?? "";
    if (!isFree(match)) continue;
    const isKnown = labels.includes(label);
    if (!isKnown && labels.length === MOST_LABELS) {
      isOverfull = true;
      continue;
    }
    if (!isKnown) labels.push(label);
    take("label", match);
  }

  let priority = 0;
  for (const match of line.matchAll(PRIORITY)) {
    if (!isFree(match)) continue;
    priority = Number(match[1] ?? match[2] ?? match[3]?.length);
    take("priority", match);
    break;
  }

  for (const [pattern] of patterns.repetitions) {
    for (const { 0: text, index } of line.matchAll(pattern)) {
      if (kept.has(text)) refusals.push({ start: index, end: index + text.length });
    }
  }
  const repetition = first(line, patterns.repetitions, isFree);
  if (repetition) take("repeat", repetition.match);
  const isMonthly = repetition?.value.startsWith("FREQ=MONTHLY");
  const day =
    first(line, patterns.days, isFree, today) ??
    (isMonthly ? first(line, patterns.monthDays, isFree, today) : undefined);
  if (day) take("day", day.match);
  const time = first(line, patterns.times, isFree);
  if (time) take("time", time.match);

  /** @type {Repeat | null} */
  const repeat = repetition ? { rule: repetition.value, from: "due" } : null;
  let due = day?.value ?? null;
  if (!due && (time || repeat)) {
    const hasPassed = time && clocks.isOverdue(clocks.dueAt(today, time.value), now);
    const soonest = hasPassed ? plusDays(today, 1) : today;
    due = firstDay(repeat?.rule ?? "", soonest);
  }
  if (due && time) due = clocks.dueAt(due, time.value);

  parts.sort((one, other) => one.start - other.start);
  const title = without(line, parts);
  // Without a title, nothing was meant but the words themselves.
  if (!title)
    return {
      title: line.trim(),
      due: null,
      repeat: null,
      priority: 0,
      labels: [...own],
      isOverfull: false,
      parts: [],
    };
  return { title, due, repeat, priority, labels, isOverfull, parts };
}

/**
 * Find the first thing that one of the patterns matches and that makes sense; the longest wins.
 * @template {string} Context
 * @param {string} line
 * @param {(readonly [RegExp, (...found: any[]) => string | null])[]} patterns
 * @param {(match: RegExpMatchArray) => boolean} isFree
 * @param {Context[]} context
 */
function first(line, patterns, isFree, ...context) {
  /** @type {{match: RegExpMatchArray, value: string} | undefined} */
  let best;
  for (const [pattern, make] of patterns) {
    for (const match of line.matchAll(pattern)) {
      if (!isFree(match)) continue;
      const value = make(...context, ...match.slice(1));
      if (value !== null && (!best || match[0].length > best.match[0].length))
        best = { match, value };
    }
  }
  return best;
}

/**
 * @param {string} line
 * @param {Part[]} parts in their order
 */
function without(line, parts) {
  let rest = "";
  let from = 0;
  for (const part of parts) {
    rest += `${line.slice(from, part.start)} `;
    from = part.end;
  }
  return (rest + line.slice(from))
    .replace(/\s+/gu, " ")
    .replace(/(?:[,;]? )?([,.;])(?= |$)/gu, "$1")
    .replace(/^[\s,;]+|[\s,;]+$/gu, "");
}

/** @type {(frequency: string, count: string) => string} */
function every(frequency, count) {
  const interval = Number(count) || (count ? 2 : 1);
  return interval === 1 ? `FREQ=${frequency}` : `FREQ=${frequency};INTERVAL=${interval}`;
}

/** @type {(count: string, names: string, known: string[]) => string} */
function everyWeekday(count, names, known) {
  const found = names
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .map((name) => known.indexOf(name.slice(0, 3)))
    .filter((weekday) => weekday >= 0);
  // Weeks begin on Monday, as the service writes them.
  const days = [...new Set(found)].sort((one, other) => ((one + 6) % 7) - ((other + 6) % 7));
  return `${every("WEEKLY", count)};BYDAY=${days.map((day) => CODES[day]).join(",")}`;
}

/**
 * Return the first day of a rule, from some day on.
 * @type {(rule: string, day: string) => string}
 */
function firstDay(rule, day) {
  const [, days] = /BYDAY=([A-Z,]+)/u.exec(rule) ?? [];
  if (!days) return day;
  while (!days.includes(CODES[weekdayOf(day)] ?? "")) day = plusDays(day, 1);
  return day;
}

/** @type {(today: string, name: string, names?: string[]) => string} */
function nextWeekday(today, name, names = WEEKDAYS) {
  const wanted = names.indexOf(name.slice(0, 3).toLowerCase());
  return plusDays(today, (wanted - weekdayOf(today) + 7) % 7 || 7);
}

/** @type {(today: string, day: string, month: string, year?: string, names?: string[]) => string | null} */
function dated(today, day, month, year, names = MONTHS) {
  const number = names.indexOf(month.slice(0, 3).toLowerCase()) + 1;
  const rest = `-${String(number).padStart(2, "0")}-${day.padStart(2, "0")}`;
  const thisYear = Number(today.slice(0, 4));
  if (year) return isDay(year + rest) ? year + rest : null;
  const date = thisYear + rest < today ? thisYear + 1 + rest : thisYear + rest;
  return isDay(date) ? date : null;
}

/**
 * Return the next day that is called so in its month.
 * @type {(today: string, wanted: number) => string | null}
 */
function nextOfMonths(today, wanted) {
  if (wanted < 1 || wanted > 31) return null;
  let day = today;
  while (Number(day.slice(8)) !== wanted) day = plusDays(day, 1);
  return day;
}

/** @type {(hour: string, minute: string, half: string) => string | null} */
function of12(hour, minute, half) {
  const number = Number(hour);
  if (number < 1 || number > 12) return null;
  const hours = (number % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  return `${String(hours).padStart(2, "0")}:${minute}`;
}
