/** Days as the service writes them, such as `2026-11-30`, wherever that is. Pure. */

export const DAY = 86_400_000;

const MOST_REMEMBERED = 10_000;

/**
 * Remember what was made of something.
 * @template {string | number | undefined} Given
 * @template Made
 * @param {(given: Given) => Made} make
 * @returns {(given: Given) => Made}
 */
export function remembering(make) {
  /** @type {Map<Given, Made>} */
  const known = new Map();
  return (given) => {
    let made = known.get(given);
    if (made === undefined) {
      if (known.size > MOST_REMEMBERED) known.clear();
      known.set(given, (made = make(given)));
    }
    return made;
  };
}

/** @type {(time: string, locale: string) => string} */
export const sayMoment = (time, locale) =>
  new Date(time).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });

/**
 * Write the day of an instant in UTC.
 * @param {number} instant
 */
export const dayOf = (instant) => new Date(instant).toISOString().slice(0, 10);

/**
 * Return a day some days later.
 * @param {string} day
 * @param {number} days
 */
export const plusDays = (day, days) => dayOf(Date.parse(day) + days * DAY);

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

/** @type {Record<"weekday" | "thisYear" | "otherYear", Intl.DateTimeFormatOptions>} */
const FORMS = {
  weekday: { weekday: "long" },
  thisYear: { weekday: "short", day: "numeric", month: "short" },
  otherYear: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
};
const formats = remembering((/** @type {string} */ key) => {
  const [locale = "", form = ""] = key.split(" ");
  const options = FORMS[/** @type {keyof typeof FORMS} */ (form)];
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" });
});
const distances = remembering(
  (/** @type {string} */ locale) => new Intl.RelativeTimeFormat(locale, { numeric: "auto" }),
);

/**
 * Name a day: today, tomorrow, a weekday of this week, or a date.
 * @param {string} day
 * @param {string} today
 * @param {string} locale
 */
export function sayDay(day, today, locale) {
  const distance = (Date.parse(day) - Date.parse(today)) / DAY;
  if (Math.abs(distance) <= 1) {
    const word = distances(locale).format(distance, "day");
    return word.charAt(0).toLocaleUpperCase(locale) + word.slice(1);
  }
  const isThisYear = day.slice(0, 4) === today.slice(0, 4);
  const isThisWeek = distance > 1 && distance < 7;
  const form = isThisWeek ? "weekday" : isThisYear ? "thisYear" : "otherYear";
  return formats(`${locale} ${form}`).format(Date.parse(day));
}
