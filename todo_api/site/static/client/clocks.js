/**
 * Clocks of a time zone: what they show at an instant, and when they show a time. Each list has a
 * zone, in which its days begin and end; the browser has one of its own.
 *
 * An hour that clocks show twice is the first of both, and one that they skip counts by the offset
 * from before, as at the service.
 */

import { DAY, dayOf, remembering, sayDay } from "./dates.js";

const MINUTE = 60_000;
const UTC = "UTC";
const LAST = Date.parse("9999-12-31T23:59:59Z");

/** @param {number} number */
const two = (number) => String(number).padStart(2, "0");

/**
 * Return how far the browser's clocks are before UTC at an instant, whatever zone it is in by now.
 * @param {number} instant
 */
const offsetHere = (instant) => -new Date(instant).getTimezoneOffset() * MINUTE;

const times = remembering(
  (/** @type {string} */ locale) =>
    new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit", timeZone: UTC }),
);

/**
 * What is read for one text, or one day, is remembered: those of a long list come again and again.
 * Milliseconds that clocks `show` are those of UTC when it shows the same.
 */
class Clocks {
  /** @param {string} zone a name that the browser knows */
  constructor(zone) {
    this.zone = zone;
    const offsets = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      timeZoneName: "longOffset",
    });
    /** @type {(instant: number) => number} */
    this.readOffset = (instant) => offsetIn(offsets.format(instant));
    this.offsetOfDay = remembering((/** @type {number} */ day) => this.readOffset(day * DAY));
    /** Return the day that it is at an instant. */
    this.dayAt = remembering((/** @type {number} */ instant) => dayOf(this.shownAt(instant)));
    /** Split a due time into the day and the time of day. */
    this.partsOf = remembering((/** @type {string} */ due) => {
      if (isWholeDay(due)) return { day: due, time: "" };
      const shown = new Date(Math.min(this.shownBy(due), LAST)).toISOString();
      return { day: shown.slice(0, 10), time: shown.slice(11, 16) };
    });
    /** Return until when something is to be done: for a day, until that day ends. */
    this.endOf = remembering((/** @type {string} */ due) =>
      isWholeDay(due) ? this.instantOf(Date.parse(due) + DAY) : instantIn(due),
    );
    this.names = remembering(
      (/** @type {string} */ locale) =>
        new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: "short" }),
    );
  }

  /**
   * Return how far these clocks are before UTC. They change at most once a day, and on few days.
   * @param {number} instant
   */
  offsetAt(instant) {
    const day = Math.floor(instant / DAY);
    const offset = this.offsetOfDay(day);
    return offset === this.offsetOfDay(day + 1) ? offset : this.readOffset(instant);
  }

  /** @param {number} instant */
  shownAt(instant) {
    return instant + this.offsetAt(instant);
  }

  /**
   * Return when these clocks show something.
   * @param {number} shown
   */
  instantOf(shown) {
    const [before, after] = [this.offsetAt(shown - DAY), this.offsetAt(shown + DAY)];
    const [first, then] = [shown - before, shown - after];
    const isThen = this.offsetAt(first) !== before && this.offsetAt(then) === after;
    return isThen ? then : first;
  }

  /**
   * Return what these clocks show at a due time. An hour that they skip, written with the offset from
   * before, is still meant.
   * @param {string} due
   */
  shownBy(due) {
    const instant = instantIn(due);
    const written = Date.parse(`${due.slice(0, 10)}T${due.slice(11, 19)}Z`);
    return this.instantOf(written) === instant ? written : this.shownAt(instant);
  }

  /**
   * Join a day and a time of day; without a time the day itself is due.
   * @param {string} day
   * @param {string} time
   */
  dueAt(day, time) {
    if (!time) return day;
    const shown = Date.parse(`${day}T${time}:00Z`);
    const instant = this.instantOf(shown);
    const offset = (shown - instant) / MINUTE;
    // As clocks were before there was standard time.
    if (!Number.isInteger(offset)) return new Date(instant).toISOString().replace(".000", "");
    const distance = Math.abs(offset);
    const written = `${two(Math.floor(distance / 60))}:${two(distance % 60)}`;
    return `${day}T${time}:00${offset < 0 ? "-" : "+"}${written}`;
  }

  /**
   * Tell whether it should have been done by now.
   * @param {string | null} due
   * @param {Date} now
   */
  isOverdue(due, now) {
    return due !== null && this.endOf(due) <= now.getTime();
  }

  /**
   * Tell whether the day on which it is due is yet to come.
   * @param {string} due
   * @param {Date} now
   */
  isAhead(due, now) {
    return this.partsOf(due).day > this.dayAt(now.getTime());
  }

  /**
   * Tell whether the browser's clocks show something else.
   * @param {number} instant
   */
  differAt(instant) {
    return this.offsetAt(instant) !== offsetHere(instant);
  }

  /**
   * Say when something is due, as briefly as possible: the zone only where the browser's clocks would
   * say something else.
   * @param {string} due
   * @param {Date} now
   * @param {string} locale
   */
  sayDue(due, now, locale) {
    const { day, time } = this.partsOf(due);
    const [end, present] = [this.endOf(due), now.getTime()];
    const today = this.dayAt(present);
    const isOther = time ? this.differAt(end) : today !== dayOf(present + offsetHere(present));
    return [
      sayDay(day, today, locale),
      time && times(locale).format(Date.parse(`${day}T${time}Z`)),
      isOther && this.nameAt(end, locale),
    ]
      .filter(Boolean)
      .join(" ");
  }

  /**
   * Return what the zone is called at an instant, in a few letters.
   * @param {number} instant
   * @param {string} locale
   */
  nameAt(instant, locale) {
    const parts = this.names(locale).formatToParts(instant);
    return parts.find(({ type }) => type === "timeZoneName")?.value ?? this.zone;
  }
}

/** Whether a due time is a day rather than an instant. @param {string} due */
const isWholeDay = (due) => due.length === "2026-11-30".length;

/** Small letters, which RFC 3339 allows, not every browser reads. @param {string} due */
const instantIn = (due) => Date.parse(due.toUpperCase());

/**
 * Read the offset that a text ends with, such as `GMT+05:30`, or, of former times, `GMT-00:44:30`.
 * @param {string} text
 */
function offsetIn(text) {
  const [, sign, hours, minutes, seconds] = /([+-])(\d\d):(\d\d)(?::(\d\d))?$/u.exec(text) ?? [];
  const distance = Number(hours ?? 0) * 60 + Number(minutes ?? 0) + Number(seconds ?? 0) / 60;
  return (sign === "-" ? -distance : distance) * MINUTE;
}

/** @type {(zone: string | undefined) => Clocks} */
const made = remembering((zone) => {
  try {
    return new Clocks(zone || UTC);
  } catch {
    return new Clocks(UTC); // as at the service, where it does not know the name
  }
});

/**
 * Return the clocks of a time zone, or else the browser's own.
 * @param {string} [zone]
 */
export const clocksIn = (zone = Intl.DateTimeFormat().resolvedOptions().timeZone) => made(zone);
