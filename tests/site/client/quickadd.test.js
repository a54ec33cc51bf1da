// Quick add, line by line. It is Tuesday, 24 November 2026, 10:00.

import assert from "node:assert/strict";
import { test } from "node:test";

process.env.TZ = "UTC";
const { clocksIn } = await import("../../../todo_api/site/static/client/clocks.js");
const { understand } = await import("../../../todo_api/site/static/client/quickadd.js");

const NOW = new Date("2026-11-24T10:00:00Z");

/** The line, and what is understood: the title, the due time, the priority, the labels. */
const LINES = [
  // Nothing but a title.
  ["Buy milk", "Buy milk"],
  ["  Buy   milk  ", "Buy milk"],
  ["", ""],
  ["   ", ""],
  ["Éclairs for 東京", "Éclairs for 東京"],
  ["Read 1984", "Read 1984"],
  ["Call 555 12 34", "Call 555 12 34"],
  ["Version 2.0", "Version 2.0"],
  ["Ask Mark about the decor", "Ask Mark about the decor"],
  ["Sunbathe", "Sunbathe"],
  ["Fix C# code", "Fix C# code"],
  ["todayish plans", "todayish plans"],
  ["Feed tomcat", "Feed tomcat"],
  ["Mail a@b.example", "Mail a@b.example"],
  // Days by their distance.
  ["Buy milk today", "Buy milk", "2026-11-24"],
  ["Buy milk TODAY", "Buy milk", "2026-11-24"],
  ["Buy milk tod", "Buy milk", "2026-11-24"],
  ["Buy milk tomorrow", "Buy milk", "2026-11-25"],
  ["tomorrow buy milk", "buy milk", "2026-11-25"],
  ["Buy tomorrow milk", "Buy milk", "2026-11-25"],
  ["Buy milk tmrw", "Buy milk", "2026-11-25"],
  ["Buy milk tom", "Buy milk", "2026-11-25"],
  ["Rest day after tomorrow", "Rest", "2026-11-26"],
  ["Rest in 1 day", "Rest", "2026-11-25"],
  ["Rest in 3 days", "Rest", "2026-11-27"],
  ["Rest in 40 days", "Rest", "2027-01-03"],
  ["Rest in 2 weeks", "Rest", "2026-12-08"],
  ["Rest in a week", "Rest", "2026-12-01"],
  ["Plan next week", "Plan", "2026-11-30"],
  ["Rest in 1000 days", "Rest in 1000 days"],
  ["Put it in days", "Put it in days"],
  // Weekdays: the next one, never today.
  ["Swim wednesday", "Swim", "2026-11-25"],
  ["Swim wed", "Swim", "2026-11-25"],
  ["Swim on Friday", "Swim", "2026-11-27"],
  ["Swim this friday", "Swim", "2026-11-27"],
  ["Swim fri", "Swim", "2026-11-27"],
  ["Swim sat", "Swim", "2026-11-28"],
  ["Swim sunday", "Swim", "2026-11-29"],
  ["Swim mon", "Swim", "2026-11-30"],
  ["Swim tuesday", "Swim", "2026-12-01"],
  ["Swim tues", "Swim", "2026-12-01"],
  ["Swim thurs", "Swim", "2026-11-26"],
  ["Swim next friday", "Swim", "2026-12-04"],
  ["Swim next tue", "Swim", "2026-12-08"],
  // Dates.
  ["Pay 2026-12-01", "Pay", "2026-12-01"],
  ["Pay 2020-01-01", "Pay", "2020-01-01"],
  ["Pay 2028-02-29", "Pay", "2028-02-29"],
  ["Pay 2027-02-29", "Pay 2027-02-29"],
  ["Pay 2026-13-01", "Pay 2026-13-01"],
  ["Pay 2026-1-1", "Pay 2026-1-1"],
  ["Pay Dec 1", "Pay", "2026-12-01"],
  ["Pay december 1st", "Pay", "2026-12-01"],
  ["Pay on Dec. 24", "Pay", "2026-12-24"],
  ["Pay 24 December", "Pay", "2026-12-24"],
  ["Pay 24. Dec", "Pay", "2026-12-24"],
  ["Pay 3rd jan", "Pay", "2027-01-03"],
  ["Pay jan 3", "Pay", "2027-01-03"],
  ["Pay nov 24", "Pay", "2026-11-24"],
  ["Pay nov 23", "Pay", "2027-11-23"],
  ["Pay jan 3 2029", "Pay", "2029-01-03"],
  ["Pay Jan 3rd, 2029", "Pay", "2029-01-03"],
  ["Pay 3 Jan 2029", "Pay", "2029-01-03"],
  ["Pay may 5", "Pay", "2027-05-05"],
  ["Pay feb 30", "Pay feb 30"],
  ["Pay dec 32", "Pay dec 32"],
  ["It may rain", "It may rain"],
  ["March on", "March on"],
  // Times: today, or tomorrow when today's has passed.
  ["Meet 17:00", "Meet", "2026-11-24T17:00:00+00:00"],
  ["Meet at 17:00", "Meet", "2026-11-24T17:00:00+00:00"],
  ["Meet 9:30", "Meet", "2026-11-25T09:30:00+00:00"],
  ["Meet 10:00", "Meet", "2026-11-25T10:00:00+00:00"],
  ["Meet tomorrow 17:00", "Meet", "2026-11-25T17:00:00+00:00"],
  ["Meet 17:00 tomorrow", "Meet", "2026-11-25T17:00:00+00:00"],
  ["Meet today 9:00", "Meet", "2026-11-24T09:00:00+00:00"],
  ["Meet friday at 5pm", "Meet", "2026-11-27T17:00:00+00:00"],
  ["Meet friday at 7:30 p.m.", "Meet", "2026-11-27T19:30:00+00:00"],
  ["Meet friday 7.30 P.M", "Meet", "2026-11-27T19:30:00+00:00"],
  ["Meet at 8 a.m., in town", "Meet, in town", "2026-11-25T08:00:00+00:00"],
  ["Meet 5pm", "Meet", "2026-11-24T17:00:00+00:00"],
  ["Meet 5:15 PM", "Meet", "2026-11-24T17:15:00+00:00"],
  ["Meet 12am", "Meet", "2026-11-25T00:00:00+00:00"],
  ["Meet 12pm", "Meet", "2026-11-24T12:00:00+00:00"],
  ["Meet noon", "Meet", "2026-11-24T12:00:00+00:00"],
  ["Meet tomorrow at midnight", "Meet", "2026-11-25T00:00:00+00:00"],
  ["Meet 25:00", "Meet 25:00"],
  ["Meet 17:60", "Meet 17:60"],
  ["Meet 13pm", "Meet 13pm"],
  ["Meet 0am", "Meet 0am"],
  ["Score 3:1", "Score 3:1"],
  // Labels.
  ["Buy milk #errand", "Buy milk", null, 0, ["errand"]],
  ["#errand Buy milk", "Buy milk", null, 0, ["errand"]],
  ["Buy #errand milk #home", "Buy milk", null, 0, ["errand", "home"]],
  ["Buy milk #errand #errand", "Buy milk", null, 0, ["errand"]],
  ["Buy milk #für-2_später", "Buy milk", null, 0, ["für-2_später"]],
  ["Buy milk #", "Buy milk #"],
  ["Buy milk ##", "Buy milk ##"],
  ["Buy milk #!", "Buy milk #!"],
  // Priorities.
  ["Buy milk !1", "Buy milk", null, 1],
  ["Buy milk !2", "Buy milk", null, 2],
  ["Buy milk !3", "Buy milk", null, 3],
  ["Buy milk p3", "Buy milk", null, 3],
  ["Buy milk !!", "Buy milk", null, 2],
  ["Buy milk !!!", "Buy milk", null, 3],
  ["Buy milk !1 !3", "Buy milk !3", null, 1],
  ["Buy milk !4", "Buy milk !4"],
  ["Buy milk !0", "Buy milk !0"],
  ["Hurry!", "Hurry!"],
  // All together, and too little.
  ["Buy milk tomorrow 17:00 #errand !2", "Buy milk", "2026-11-25T17:00:00+00:00", 2, ["errand"]],
  ["!3 #a friday Do it, 8:00", "Do it", "2026-11-27T08:00:00+00:00", 3, ["a"]],
  ["Call Ann, tomorrow.", "Call Ann.", "2026-11-25"],
  ["today or tomorrow: decide", "or tomorrow: decide", "2026-11-24"],
  ["tomorrow", "tomorrow"],
  ["#errand", "#errand"],
  ["tomorrow #errand !1", "tomorrow #errand !1"],
];

for (const [line, title, due = null, priority = 0, labels = []] of LINES) {
  test(`“${line}”`, () => {
    const { parts, ...understood } = understand(line, NOW);
    assert.deepEqual(understood, { title, due, repeat: null, priority, labels, isOverfull: false });
    for (const { text, start, end } of parts) assert.equal(line.slice(start, end), text);
  });
}

test("what is refused stays in the title", () => {
  const { title, due } = understand("Watch Tomorrow tomorrow", NOW, ["Tomorrow"]);
  assert.deepEqual([title, due], ["Watch Tomorrow", "2026-11-25"]);
});

test("a thousand hostile characters take no time", () => {
  const begun = performance.now();
  for (const piece of ["#", "!", "in 1 ", "1:", "dec ", "on ", "every ", "every mon, ", " "]) {
    understand(piece.repeat(1000), NOW);
  }
  assert.ok(performance.now() - begun < 2000);
});

/** The same for those whose texts are German. */
const GERMAN_LINES = [
  ["Milch kaufen morgen 17:00 #einkauf !2", "Milch kaufen", "2026-11-25T17:00:00+00:00"],
  ["Milch kaufen heute", "Milch kaufen", "2026-11-24"],
  ["Ruhen übermorgen", "Ruhen", "2026-11-26"],
  ["Ruhen in 1 Tag", "Ruhen", "2026-11-25"],
  ["Ruhen in 3 Tagen", "Ruhen", "2026-11-27"],
  ["Ruhen in 2 Wochen", "Ruhen", "2026-12-08"],
  ["Ruhen in einer Woche", "Ruhen", "2026-12-01"],
  ["Planen nächste Woche", "Planen", "2026-11-30"],
  ["Anrufen am Freitag um 9", "Anrufen", "2026-11-27T09:00:00+00:00"],
  ["Anrufen Dienstag", "Anrufen", "2026-12-01"],
  ["Anrufen Sonnabend", "Anrufen", "2026-11-28"],
  ["Anrufen Sonntag", "Anrufen", "2026-11-29"],
  ["Feiern am 24. Dezember um 18:30 Uhr", "Feiern", "2026-12-24T18:30:00+00:00"],
  ["Feiern 1. März", "Feiern", "2027-03-01"],
  ["Feiern 24.12.", "Feiern", "2026-12-24"],
  ["Feiern am 24.12.2027", "Feiern", "2027-12-24"],
  ["Feiern am 24.12.26", "Feiern", "2026-12-24"],
  ["Version 1.2.10 lesen", "Version 1.2.10 lesen", null],
  ["Feiern 31.2.27", "Feiern 31.2.27", null],
  ["Anrufen nächsten Freitag", "Anrufen", "2026-11-27"],
  ["Anrufen am kommenden Montag um 9.15", "Anrufen", "2026-11-30T09:15:00+00:00"],
  ["Essen 12.30 Uhr", "Essen", "2026-11-24T12:30:00+00:00"],
  ["Lampe am 2. Haus", "Lampe am 2. Haus", null],
  ["Essen 12 Uhr", "Essen", "2026-11-24T12:00:00+00:00"],
  ["Buy milk tomorrow", "Buy milk", "2026-11-25"],
  ["Jeden Morgen laufen", "Jeden Morgen laufen", null],
  ["Feiern 31.13.", "Feiern 31.13.", null],
  ["Version 2.0 lesen", "Version 2.0 lesen", null],
];

test("in German, days and times are understood as they are written there", () => {
  for (const [line = "", title, due] of GERMAN_LINES) {
    const understood = understand(line ?? "", NOW, [], "de-DE");
    assert.deepEqual([line, understood.title, understood.due], [line, title, due]);
  }
});

test("in English, German words are words", () => {
  assert.equal(understand("Call Morgen", NOW).due, null);
});

/** The line, the title, the rule, the due time, and what it is in: English or German. */
const REPEATING = [
  ["Water every day", "Water", "FREQ=DAILY", "2026-11-24"],
  ["every day water the plants", "water the plants", "FREQ=DAILY", "2026-11-24"],
  ["Water Every Day 9:00", "Water", "FREQ=DAILY", "2026-11-25T09:00:00+00:00"],
  ["Water every day 17:00", "Water", "FREQ=DAILY", "2026-11-24T17:00:00+00:00"],
  ["Water every day tomorrow", "Water", "FREQ=DAILY", "2026-11-25"],
  ["Water every 3 days", "Water", "FREQ=DAILY;INTERVAL=3", "2026-11-24"],
  ["Water every 1 day", "Water", "FREQ=DAILY", "2026-11-24"],
  ["Water every other day", "Water", "FREQ=DAILY;INTERVAL=2", "2026-11-24"],
  ["Stand up every weekday", "Stand up", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-11-24"],
  ["Report every friday", "Report", "FREQ=WEEKLY;BYDAY=FR", "2026-11-27"],
  ["Report every Fri !2", "Report", "FREQ=WEEKLY;BYDAY=FR", "2026-11-27"],
  ["Report every tuesday", "Report", "FREQ=WEEKLY;BYDAY=TU", "2026-11-24"],
  ["Report every tuesday 9:00", "Report", "FREQ=WEEKLY;BYDAY=TU", "2026-12-01T09:00:00+00:00"],
  ["Swim every sun, wed and mon", "Swim", "FREQ=WEEKLY;BYDAY=MO,WE,SU", "2026-11-25"],
  ["Swim every other thursday", "Swim", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "2026-11-26"],
  ["Report every week", "Report", "FREQ=WEEKLY", "2026-11-24"],
  ["Report every week friday", "Report", "FREQ=WEEKLY", "2026-11-27"],
  ["Report every 2 weeks", "Report", "FREQ=WEEKLY;INTERVAL=2", "2026-11-24"],
  ["Pay every month", "Pay", "FREQ=MONTHLY", "2026-11-24"],
  ["Pay every month on the 1st", "Pay", "FREQ=MONTHLY", "2026-12-01"],
  [
    "Pay every 2 months on the 30th 9am",
    "Pay",
    "FREQ=MONTHLY;INTERVAL=2",
    "2026-11-30T09:00:00+00:00",
  ],
  ["Pay on the 32nd every month", "Pay on the 32nd", "FREQ=MONTHLY", "2026-11-24"],
  ["Dust the 2nd floor every week", "Dust the 2nd floor", "FREQ=WEEKLY", "2026-11-24"],
  ["Miete jeden Monat am 1.", "Miete", "FREQ=MONTHLY", "2026-12-01", "de"],
  ["Pay every 3 months 1 dec", "Pay", "FREQ=MONTHLY;INTERVAL=3", "2026-12-01"],
  ["Check every year, please", "Check, please", "FREQ=YEARLY", "2026-11-24"],
  ["Check every 2 years", "Check", "FREQ=YEARLY;INTERVAL=2", "2026-11-24"],
  ["Blumen jeden Tag", "Blumen", "FREQ=DAILY", "2026-11-24", "de"],
  ["Blumen alle 3 Tage", "Blumen", "FREQ=DAILY;INTERVAL=3", "2026-11-24", "de"],
  ["Blumen jeden zweiten Tag", "Blumen", "FREQ=DAILY;INTERVAL=2", "2026-11-24", "de"],
  ["Runde jeden Werktag", "Runde", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "2026-11-24", "de"],
  ["Bericht jeden Freitag", "Bericht", "FREQ=WEEKLY;BYDAY=FR", "2026-11-27", "de"],
  ["Bad jeden Sonnabend und Montag", "Bad", "FREQ=WEEKLY;BYDAY=MO,SA", "2026-11-28", "de"],
  ["Bad jeden zweiten Mittwoch", "Bad", "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", "2026-11-25", "de"],
  ["Bericht jede Woche", "Bericht", "FREQ=WEEKLY", "2026-11-24", "de"],
  ["Bericht alle 2 Wochen", "Bericht", "FREQ=WEEKLY;INTERVAL=2", "2026-11-24", "de"],
  ["Miete jeden Monat am 1.12.", "Miete", "FREQ=MONTHLY", "2026-12-01", "de"],
  ["Miete alle 3 Monate", "Miete", "FREQ=MONTHLY;INTERVAL=3", "2026-11-24", "de"],
  ["TÜV jedes zweite Jahr", "TÜV", "FREQ=YEARLY;INTERVAL=2", "2026-11-24", "de"],
  ["Report every friday", "Report", "FREQ=WEEKLY;BYDAY=FR", "2026-11-27", "de"],
  // What is no repetition.
  ["Write the weekly report", "Write the weekly report"],
  ["Everyday things", "Everyday things"],
  ["Read every page", "Read every page"],
  ["Water every 0 days", "Water every 0 days"],
  ["Water every 100 days", "Water every 100 days"],
  ["Meet every second", "Meet every second"],
  ["every day", "every day"],
  ["Bericht jeden Freitag", "Bericht jeden Freitag"],
  ["Jeden Morgen laufen", "Jeden Morgen laufen", undefined, null, "de"],
  ["Alle 3 lesen", "Alle 3 lesen", undefined, null, "de"],
];

for (const [line, title, rule, due = null, language = "en"] of REPEATING) {
  test(`what comes again: ${line} (${language})`, () => {
    const understood = understand(line, NOW, [], language);
    assert.deepEqual(understood.repeat, rule ? { rule, from: "due" } : null);
    assert.deepEqual([understood.title, understood.due], [title, due]);
  });
}

test("a repetition that is refused stays in the title, its weekday as well", () => {
  const { title, due, repeat, parts } = understand("Report every friday", NOW, ["every friday"]);
  assert.deepEqual([title, due, repeat, parts], ["Report every friday", null, null, []]);
});

/** The zone of a list, what is understood there on Tuesday at 10:00 in UTC, and when it is due. */
const ELSEWHERE = [
  ["Europe/Berlin", "Call 17:00", "2026-11-24T17:00:00+01:00"],
  ["Europe/Berlin", "Call 10:30", "2026-11-25T10:30:00+01:00"],
  ["Europe/Berlin", "Call march 28 2:30", "2027-03-28T02:30:00+01:00"],
  ["Europe/Berlin", "Call march 28 4:00", "2027-03-28T04:00:00+02:00"],
  ["Pacific/Auckland", "Call today", "2026-11-24"],
  ["Pacific/Kiritimati", "Call today", "2026-11-25"],
  ["Pacific/Kiritimati", "Call tomorrow 17:00", "2026-11-26T17:00:00+14:00"],
  ["Pacific/Kiritimati", "Call wednesday", "2026-12-02"],
  ["America/Los_Angeles", "Call 1:30", "2026-11-25T01:30:00-08:00"],
  ["America/Los_Angeles", "Call 2:30", "2026-11-24T02:30:00-08:00"],
  ["America/Los_Angeles", "Call every day 1:30", "2026-11-25T01:30:00-08:00"],
  ["Nowhere/AtAll", "Call 17:00", "2026-11-24T17:00:00+00:00"],
];

for (const [zone, line = "", due] of ELSEWHERE) {
  test(`as the list has it: ${line} (${zone})`, () => {
    assert.equal(understand(line, NOW, [], "en", clocksIn(zone)).due, due);
  });
}

test("a label too many stays in the title, and is told", () => {
  const labels = Array.from({ length: 20 }, (_, number) => `label${number}`);
  const line = `Read ${labels.map((label) => `#${label}`).join(" ")}`;
  const known = understand(line, NOW, [], "en", clocksIn("UTC"), ["label3"]);
  assert.deepEqual([known.title, known.labels.length, known.isOverfull], ["Read", 20, false]);
  const other = understand(line, NOW, [], "en", clocksIn("UTC"), ["other"]);
  assert.deepEqual([other.title, other.isOverfull], ["Read #label19", true]);
  assert.deepEqual(other.labels, ["other", ...labels.slice(0, 19)]);
});
