/**
 * Days and times as the service writes them: `2026-11-30`, or an instant with its offset.
 *
 * Pure: whatever depends on the present is given `now`.
 */

const DAY = 86_400_000;

/** @param {number} number */
const two = (number) => String(number).padStart(2, "0");

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

/**
 * Split a due time into the day and the time of day, in the browser's zone.
 * @param {string} due
 */
export function partsOf(due) {
  if (due.length === 10) return { day: due, time: "" };
  const date = new Date(due);
  return {
    day: dayOf(date),
    time: `${two(date.getHours())}:${two(date.getMinutes())}`,
  };
}

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

/**
 * Return until when a task is to be done, in milliseconds: for a day, until that day ends here.
 * @param {string} due
 */
export const endOf = (due) =>
  due.length === 10 ? new Date(`${plusDays(due, 1)}T00:00:00`).getTime() : Date.parse(due);

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
  return `${said} ${new Date(due).toLocaleTimeString(locale, { hour: "numeric", minute: "2-digit" })}`;
}

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
    const word = new Intl.RelativeTimeFormat(locale, {
      numeric: "auto",
    }).format(distance, "day");
    return word.charAt(0).toLocaleUpperCase(locale) + word.slice(1);
  }
  const date = new Date(`${day}T00:00:00`);
  if (distance > 1 && distance < 7) return date.toLocaleDateString(locale, { weekday: "long" });
  const year = day.slice(0, 4) === today.slice(0, 4) ? undefined : "numeric";
  return date.toLocaleDateString(locale, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year,
  });
}
