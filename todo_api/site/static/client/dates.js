/**
 * Days and times as the service writes them: `2026-11-30`, or an instant with its offset.
 *
 * Pure: whatever depends on the present is given `now`.
 */

const DAY = 86_400_000;

const MOST_REMEMBERED = 10_000;

/**
 * Remember what was made of a text, as the days of a long list come again and again. A traveller's
 * zone changes what a day is, so nothing is remembered beyond that.
 * @template Made
 * @param {(text: string) => Made} make
 * @returns {(text: string) => Made}
 */
function remembering(make) {
  /** @type {Map<string, Made>} */
  const known = new Map();
  let zone = 0;
  return (text) => {
    const offset = new Date().getTimezoneOffset();
    if (offset !== zone || known.size > MOST_REMEMBERED) known.clear();
    zone = offset;
    let made = known.get(text);
    if (made === undefined) known.set(text, (made = make(text)));
    return made;
  };
}

/** @param {number} number */
const two = (number) => String(number).padStart(2, "0");

/** @type {(time: string, locale: string) => string} */
export const sayMoment = (time, locale) =>
  new Date(time).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });

/**
 * Write the day of a date, in the browser's zone.
 * @param {Date} date
 */
export const dayOf = (date) =>
  `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;

/**
 * Return a day some days later.
 * @param {string} day
 * @param {number} days
 */
export const plusDays = (day, days) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);

/**
 * Return the weekday of a day, from 0 for Sunday.
 * @param {string} day
 */
export const weekdayOf = (day) => new Date(`${day}T00:00:00Z`).getUTCDay();

/**
 * Tell whether there is such a day.
 * @param {string} day
 */
export const isDay = (day) =>
  /^\d{4}-\d\d-\d\d$/.test(day) &&
  !Number.isNaN(Date.parse(`${day}T00:00:00Z`)) &&
  new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);

/** Split a due time into the day and the time of day, in the browser's zone. */
export const partsOf = remembering((due) => {
  if (due.length === 10) return { day: due, time: "" };
  const date = new Date(due);
  return {
    day: dayOf(date),
    time: `${two(date.getHours())}:${two(date.getMinutes())}`,
  };
});

/**
 * Join a day and a time of day, in the browser's zone; without a time the day itself is due.
 * @param {string} day
 * @param {string} time
 */
export function dueAt(day, time) {
  if (!time) return day;
  const offset = -new Date(`${day}T${time}:00`).getTimezoneOffset();
  const distance = Math.abs(offset);
  const zone = `${two(Math.floor(distance / 60))}:${two(distance % 60)}`;
  return `${day}T${time}:00${offset < 0 ? "-" : "+"}${zone}`;
}

/** Return until when a task is to be done, in milliseconds: for a day, until that day ends here. */
export const endOf = remembering((due) =>
  due.length === 10 ? new Date(`${plusDays(due, 1)}T00:00:00`).getTime() : Date.parse(due),
);

/**
 * Tell whether it should have been done by now.
 * @param {string | null} due
 * @param {Date} now
 */
export const isOverdue = (due, now) => due !== null && endOf(due) <= now.getTime();

/**
 * Say when something is due, as briefly as possible.
 * @param {string} due
 * @param {Date} now
 * @param {string} locale
 */
export function sayDue(due, now, locale) {
  const { day, time } = partsOf(due);
  const said = sayDay(day, now, locale);
  if (!time) return said;
  return `${said} ${format(locale, "time").format(new Date(due))}`;
}

/** @type {Record<"time" | "weekday" | "thisYear" | "otherYear", Intl.DateTimeFormatOptions>} */
const FORMS = {
  time: { hour: "numeric", minute: "2-digit" },
  weekday: { weekday: "long" },
  thisYear: { weekday: "short", day: "numeric", month: "short" },
  otherYear: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
};
const formats = remembering((key) => {
  const [locale = "", form = "time"] = key.split(" ");
  return new Intl.DateTimeFormat(locale, FORMS[/** @type {"time"} */ (form)]);
});
const distances = remembering((locale) => new Intl.RelativeTimeFormat(locale, { numeric: "auto" }));

/** @type {(locale: string, form: keyof typeof FORMS) => Intl.DateTimeFormat} */
const format = (locale, form) => formats(`${locale} ${form}`);

/**
 * Name a day: today, tomorrow, a weekday of this week, or a date.
 * @param {string} day
 * @param {Date} now
 * @param {string} locale
 */
export function sayDay(day, now, locale) {
  const today = dayOf(now);
  const distance = Math.round((Date.parse(day) - Date.parse(today)) / DAY);
  if (Math.abs(distance) <= 1) {
    const word = distances(locale).format(distance, "day");
    return word.charAt(0).toLocaleUpperCase(locale) + word.slice(1);
  }
  const date = new Date(`${day}T00:00:00`);
  if (distance > 1 && distance < 7) return format(locale, "weekday").format(date);
  const isThisYear = day.slice(0, 4) === today.slice(0, 4);
  return format(locale, isThisYear ? "thisYear" : "otherYear").format(date);
}
