// Clocks of time zones, against what the service makes of the same days and times.

import assert from "node:assert/strict";
import { test } from "node:test";

process.env.TZ = "Europe/Berlin";
const { clocksIn } = await import("../../../todo_api/site/static/client/clocks.js");

/** A zone, what is chosen there, and what the service writes for it. @type {string[][]} */
const CHOSEN = [
  ["UTC", "2026-11-30", "17:00", "2026-11-30T17:00:00+00:00"],
  // Clocks go forward: an hour that they skip counts by the offset from before.
  ["Europe/Berlin", "2026-03-29", "01:59", "2026-03-29T01:59:00+01:00"],
  ["Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T02:30:00+01:00"],
  ["Europe/Berlin", "2026-03-29", "03:00", "2026-03-29T03:00:00+02:00"],
  ["Europe/London", "2026-03-29", "01:30", "2026-03-29T01:30:00+00:00"],
  ["America/New_York", "2026-03-08", "02:30", "2026-03-08T02:30:00-05:00"],
  ["America/Los_Angeles", "2026-03-08", "12:00", "2026-03-08T12:00:00-07:00"],
  ["America/St_Johns", "2026-03-08", "02:15", "2026-03-08T02:15:00-03:30"],
  ["Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-04T02:15:00+10:30"],
  ["Pacific/Chatham", "2026-09-27", "03:00", "2026-09-27T03:00:00+12:45"],
  ["America/Sao_Paulo", "2018-11-04", "00:00", "2018-11-04T00:00:00-03:00"],
  ["Asia/Beirut", "2026-03-29", "00:00", "2026-03-29T00:00:00+02:00"],
  // They go back: of an hour that comes twice, the first is meant.
  ["Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T02:30:00+02:00"],
  ["Europe/Berlin", "2026-10-25", "03:00", "2026-10-25T03:00:00+01:00"],
  ["Europe/London", "2026-10-25", "01:30", "2026-10-25T01:30:00+01:00"],
  ["America/New_York", "2026-11-01", "01:30", "2026-11-01T01:30:00-04:00"],
  ["America/St_Johns", "2026-11-01", "01:15", "2026-11-01T01:15:00-02:30"],
  ["Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-05T01:45:00+11:00"],
  ["America/Sao_Paulo", "2018-02-17", "23:30", "2018-02-17T23:30:00-02:00"],
  // A whole day that was left out, and zones whose clocks never change.
  ["Pacific/Apia", "2011-12-30", "12:00", "2011-12-30T12:00:00-10:00"],
  ["Pacific/Apia", "2011-12-31", "00:00", "2011-12-31T00:00:00+14:00"],
  ["Asia/Kolkata", "2026-11-30", "17:00", "2026-11-30T17:00:00+05:30"],
  ["Asia/Kathmandu", "2026-11-30", "17:00", "2026-11-30T17:00:00+05:45"],
  ["Asia/Tokyo", "2026-07-01", "00:00", "2026-07-01T00:00:00+09:00"],
  ["Pacific/Kiritimati", "2026-11-30", "00:00", "2026-11-30T00:00:00+14:00"],
  // Before there was standard time.
  ["Africa/Monrovia", "1971-06-01", "12:00", "1971-06-01T12:44:30Z"],
];

for (const [zone, day = "", time = "", due = ""] of CHOSEN) {
  test(`what is chosen is written as the service does, and read again: ${zone}, ${due}`, () => {
    const clocks = clocksIn(zone);
    assert.equal(clocks.dueAt(day, time), due);
    assert.deepEqual(clocks.partsOf(due), { day, time });
    assert.equal(clocks.endOf(due), Date.parse(due));
  });
}

/** A zone, a day, and when it is over: the microsecond before that is the service's. */
const ENDS = [
  ["UTC", "2026-11-30", "2026-12-01T00:00:00Z"],
  ["Europe/Berlin", "2026-03-29", "2026-03-29T22:00:00Z"],
  ["Europe/Berlin", "2026-10-25", "2026-10-25T23:00:00Z"],
  ["America/New_York", "2026-03-08", "2026-03-09T04:00:00Z"],
  ["America/New_York", "2026-11-01", "2026-11-02T05:00:00Z"],
  ["Asia/Kathmandu", "2026-11-30", "2026-11-30T18:15:00Z"],
  ["Australia/Lord_Howe", "2026-10-04", "2026-10-04T13:00:00Z"],
  // Clocks skip the midnight at its end, or show it twice.
  ["America/Sao_Paulo", "2018-11-03", "2018-11-04T03:00:00Z"],
  ["Asia/Beirut", "2026-03-28", "2026-03-28T22:00:00Z"],
  ["America/Havana", "2026-10-31", "2026-11-01T04:00:00Z"],
  ["America/Havana", "2026-11-01", "2026-11-02T05:00:00Z"],
  // The 30th was left out.
  ["Pacific/Apia", "2011-12-29", "2011-12-30T10:00:00Z"],
  ["Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"],
  ["Pacific/Apia", "2011-12-31", "2011-12-31T10:00:00Z"],
];

for (const [zone, day = "", end = ""] of ENDS) {
  test(`a day ends when it is over in its zone: ${zone}, ${day}`, () => {
    const [clocks, moment] = [clocksIn(zone), Date.parse(end)];
    assert.equal(clocks.endOf(day), moment);
    assert.equal(clocks.isOverdue(day, new Date(moment - 1)), false);
    assert.equal(clocks.isOverdue(day, new Date(moment)), true);
  });
}

/** A zone, a due time that somebody else has written, and what clocks show there then. */
const WRITTEN = [
  ["Europe/Berlin", "2026-11-30T16:00:00Z", "2026-11-30 17:00"],
  ["Europe/Berlin", "2026-11-30t23:30:00.5z", "2026-12-01 00:30"],
  ["Europe/Berlin", "2026-11-30T17:00:00+09:00", "2026-11-30 09:00"],
  ["Europe/Berlin", "2026-10-25T02:30:00+01:00", "2026-10-25 02:30"],
  ["Europe/Berlin", "2026-03-29T01:30:00Z", "2026-03-29 03:30"],
  ["Europe/Berlin", "2026-03-29T07:00:00+01:00", "2026-03-29 08:00"],
  ["America/Los_Angeles", "2026-11-30T00:30:00Z", "2026-11-29 16:30"],
  ["Asia/Kathmandu", "2026-11-30T18:15:00Z", "2026-12-01 00:00"],
  ["Pacific/Kiritimati", "9999-12-31T23:30:00Z", "9999-12-31 23:59"],
];

for (const [zone, due = "", shown] of WRITTEN) {
  test(`a due time is shown as clocks of its zone do: ${zone}, ${due}`, () => {
    const { day, time } = clocksIn(zone).partsOf(due);
    assert.equal(`${day} ${time}`, shown);
  });
}

test("a day stays a day, whatever the zone", () => {
  for (const zone of ["Pacific/Kiritimati", "UTC", "Pacific/Niue"]) {
    assert.deepEqual(clocksIn(zone).partsOf("2026-11-30"), { day: "2026-11-30", time: "" });
    assert.equal(clocksIn(zone).dueAt("2026-11-30", ""), "2026-11-30");
  }
});

test("a name that the browser does not know is UTC, and none at all is the browser's", () => {
  for (const zone of ["Nowhere/AtAll", "Etc/Unknown", ""]) {
    assert.equal(clocksIn(zone).zone, "UTC");
    assert.equal(clocksIn(zone).dueAt("2026-07-01", "17:00"), "2026-07-01T17:00:00+00:00");
  }
  assert.equal(clocksIn().zone, "Europe/Berlin");
  assert.equal(clocksIn(), clocksIn("Europe/Berlin"));
});

/** A zone, what is due on Tuesday, 24 November 2026, at 23:30 in Berlin, and how that is said. */
const SAID = [
  ["Europe/Berlin", "2026-11-24", "Today"],
  ["Europe/Berlin", "2026-11-25T17:00:00+01:00", "Tomorrow 17:00"],
  ["Europe/Berlin", "2026-11-25T16:00:00Z", "Tomorrow 17:00"],
  ["Europe/Madrid", "2026-11-25T17:00:00+01:00", "Tomorrow 17:00"],
  ["UTC", "2026-11-25T17:00:00Z", "Tomorrow 17:00 UTC"],
  ["UTC", "2026-11-24", "Today"],
  ["Asia/Tokyo", "2026-11-25T17:00:00+09:00", "Today 17:00 GMT+9"],
  ["Asia/Tokyo", "2026-11-25", "Today GMT+9"],
  ["Asia/Tokyo", "2026-11-29", "Sunday GMT+9"],
  ["America/New_York", "2026-12-24", "Thu 24 Dec"],
  ["Europe/London", "2027-07-01T17:00:00Z", "Thu 1 Jul 2027 18:00 BST"],
  // The clocks of both go together for the time being.
  ["Africa/Lagos", "2026-11-25T17:00:00+01:00", "Tomorrow 17:00"],
  ["Africa/Lagos", "2027-07-01T17:00:00+01:00", "Thu 1 Jul 2027 17:00 GMT+1"],
];

for (const [zone, due = "", said] of SAID) {
  test(`a zone is named where the browser's clocks say something else: ${zone}, ${due}`, () => {
    const now = new Date("2026-11-24T22:30:00Z");
    assert.equal(clocksIn(zone).sayDue(due, now, "en-GB").replaceAll(",", ""), said);
  });
}

test("zones are asked once for each day, not for each due time", () => {
  const clocks = clocksIn("America/Denver");
  let asked = 0;
  const { readOffset } = clocks;
  clocks.readOffset = (instant) => {
    asked += 1;
    return readOffset(instant);
  };
  const noon = Date.parse("2026-06-01T12:00:00Z");
  for (let number = 0; number < 10_000; number += 1) {
    clocks.partsOf(new Date(noon + number * 60_000).toISOString());
  }
  assert.ok(asked <= 12, `asked ${asked} times`);
});
