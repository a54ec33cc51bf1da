import assert from "node:assert/strict";
import { test } from "node:test";

import { clocksIn } from "../../../todo_api/site/static/client/clocks.js";
import {
  countsByList,
  countsOf,
  inOrderOfSearch,
  progressOf,
  rowsOf,
  tasksOf,
  viewOf,
} from "../../../todo_api/site/static/client/views.js";

const NOW = new Date("2026-11-26T12:00:00");
const MANY = 10_000;

/** @type {(number: number, more?: object) => any} */
const task = (number, more = {}) => ({
  key: `task-${number}`,
  id: number,
  title: `Task ${number}`,
  description: "",
  labels: [`label${number % 40}`],
  done: false,
  due: `2026-12-${String((number % 28) + 1).padStart(2, "0")}`,
  priority: number % 4,
  created_at: String(number).padStart(6, "0"),
  ...more,
});

const WORDS = { locale: "en-GB", overdue: "Overdue" };
const HERE = clocksIn();
const clocksHere = () => HERE;
/** @type {(task: any) => string | null} */
const parentOf = ({ parent_id }) => (parent_id ? `task-${parent_id}` : null);
/** @type {(name: any, tasks: any[], folded?: string[]) => any[]} */
const rows = (name, tasks, folded = []) => rowsIn(clocksHere, NOW, name, tasks, folded);
/** @type {(clocksOf: (task: any) => any, now: Date, name: any, tasks: any[], folded?: string[]) => any[]} */
function rowsIn(clocksOf, now, name, tasks, folded = []) {
  const found = tasksOf(tasks, name, "", now, clocksOf);
  return rowsOf(found, name, now, clocksOf, WORDS, parentOf, new Set(folded));
}
/** @type {(rows: any[]) => string[]} */
const read = (rows) =>
  rows.map((row) => (row.kind === "heading" ? `# ${row.text}` : row.task.title));
/** @type {(name: any, tasks: any[]) => string[]} */
const shown = (name, tasks) => read(rows(name, tasks));

test("Upcoming has each day once, in order, important tasks first", () => {
  const tasks = [
    task(1, { due: "2026-11-28", priority: 0 }),
    task(2, { due: "2026-11-27", priority: 0 }),
    task(3, { due: "2026-11-28", priority: 3 }),
    task(4, { due: "2026-11-26" }),
  ];
  assert.deepEqual(shown("upcoming", tasks), [
    "# Tomorrow",
    "Task 2",
    "# Saturday",
    "Task 3",
    "Task 1",
  ]);
});

test("Today has what is late under one heading", () => {
  const tasks = [
    task(1, { due: "2026-11-20" }),
    task(2, { due: "2026-11-22" }),
    task(3, { due: "2026-11-26" }),
  ];
  assert.deepEqual(shown("today", tasks), ["# Overdue", "Task 1", "Task 2", "# Today", "Task 3"]);
});

test("what ends as a day does is under the next day, however important", () => {
  const tasks = [
    task(1, { due: "2026-11-28", priority: 0 }),
    task(2, { due: "2026-11-29T00:00:00+09:00", priority: 3 }),
    task(3, { due: "2026-11-28", priority: 0 }),
  ];
  const tokyo = clocksIn("Asia/Tokyo");
  const found = read(rowsIn(() => tokyo, NOW, "upcoming", tasks));
  assert.deepEqual(found, ["# Saturday", "Task 1", "Task 3", "# Sunday", "Task 2"]);
});

/** At half past eight in the evening in UTC; in Auckland it is the next morning. */
const EVENING = new Date("2026-11-26T20:30:00Z");
const ZONES = { 1: "UTC", 2: "Pacific/Auckland", 3: "America/Los_Angeles" };
/** @type {(task: any) => any} */
const clocksOf = ({ list_id }) => clocksIn(ZONES[/** @type {1} */ (list_id)]);
/** @type {(number: number, list_id: number, due: string) => any} */
const placed = (number, list_id, due) => task(number, { list_id, due, priority: 0 });

test("each list has its own today, and what is over there is overdue", () => {
  const tasks = [
    placed(1, 1, "2026-11-26"),
    placed(2, 1, "2026-11-27"),
    placed(3, 2, "2026-11-26"),
    placed(4, 2, "2026-11-27"),
    placed(5, 2, "2026-11-28"),
    placed(6, 3, "2026-11-26"),
    placed(7, 1, "2026-11-26T23:30:00Z"),
    placed(8, 2, "2026-11-26T23:30:00Z"),
    placed(9, 3, "2026-11-27T05:00:00Z"),
  ];
  assert.deepEqual(read(rowsIn(clocksOf, EVENING, "today", tasks)), [
    ...["# Overdue", "Task 3"],
    ...["# Today", "Task 7", "Task 8", "Task 1", "Task 9", "Task 6", "Task 4"],
  ]);
  assert.deepEqual(
    tasksOf(tasks, "upcoming", "", EVENING, clocksOf).map(({ id }) => id),
    [2, 5],
  );
  assert.deepEqual(countsOf(tasks, EVENING, clocksOf), {
    today: 7,
    upcoming: 2,
    all: 9,
    mine: 0,
    done: 0,
  });
});

test("across zones each day is one heading, with what is due first there first", () => {
  const tasks = [
    placed(1, 1, "2026-11-29"),
    placed(2, 2, "2026-11-29"),
    placed(3, 3, "2026-11-29"),
    placed(4, 1, "2026-11-30"),
    placed(5, 2, "2026-11-30"),
    placed(6, 3, "2026-11-30T01:00:00-08:00"),
    placed(7, 2, "2026-11-30T01:00:00+13:00"),
  ];
  assert.deepEqual(read(rowsIn(clocksOf, EVENING, "upcoming", tasks)), [
    ...["# Sunday", "Task 2", "Task 1", "Task 3"],
    ...["# Monday", "Task 7", "Task 6", "Task 5", "Task 4"],
  ]);
});

test("a task keeps its place when the server answers for it, whatever the clocks say", () => {
  const sent = task(7, { created_at: "2026-11-26T12:10:00.000Z" });
  const unsent = [
    task(0, { key: "new-b", id: null, title: "One", created_at: "2026-11-26T12:00:00.000Z" }),
    task(0, { key: "new-a", id: null, title: "Two", created_at: "2026-11-26T12:00:00.001Z" }),
  ];
  const titles = ["Task 7", "One", "Two"];
  const due = { due: null, priority: 0 };
  for (const own of [
    [sent, ...unsent],
    [sent, { ...unsent[0], id: 8, created_at: "2026-11-26T12:10:01.000Z" }, unsent[1]],
  ]) {
    const tasks = own.reverse().map((one) => ({ ...one, ...due }));
    assert.deepEqual(shown("all", tasks), titles);
    assert.deepEqual(shown("search", inOrderOfSearch(tasks, clocksHere)), titles);
  }
});

test("a search has open tasks before those that are done", () => {
  const tasks = [task(1, { done: true, due: "2026-11-20" }), task(2), task(3, { due: null })];
  assert.deepEqual(
    tasksOf(inOrderOfSearch(tasks, clocksHere), "search", "task", NOW, clocksHere).map(
      ({ id }) => id,
    ),
    [2, 3, 1],
  );
});

/** @type {(what: string, tasks: ReturnType<typeof task>[]) => string[]} */
const found = (what, tasks) =>
  tasksOf(inOrderOfSearch(tasks, clocksHere), "search", what, NOW, clocksHere).map(
    ({ title }) => title,
  );

test("a search finds words however they are written, and labels as they are shown", () => {
  /** @type {[string, string[]][]} what is searched, and titles that have it */
  const cases = [
    ["caf\u00e9", ["Cafe\u0301", "CAF\u00c9"]],
    ["cafe\u0301", ["caf\u00e9", "CAFE\u0301"]],
    ["STRASSE", ["Gro\u00dfe Stra\u00dfe"]],
    ["stra\u00dfe", ["Strasse"]],
    ["\u039f\u0394\u039f\u03a3", ["\u03bf\u03b4\u03cc\u03c2 \u03bf\u03b4\u03bf\u03c3\u03c9"]],
    ["abc 12", ["\uff21\uff22\uff23 \u2460\u2461"]],
  ];
  for (const [what, titles] of cases) {
    for (const title of titles) {
      const tasks = [task(1, { title }), task(2, { title: "Other" })];
      assert.deepEqual(found(what, tasks), [title], what);
    }
  }
  const labelled = [
    task(1, { title: "Bread", labels: ["Errand"] }),
    task(2, { title: "An errand" }),
    task(3, { title: "Other" }),
  ];
  assert.deepEqual(found("#errand", labelled), ["Bread"]);
  assert.deepEqual(found("errand", labelled).sort(), ["An errand", "Bread"]);
});

test("a list has its own open tasks, and is counted by them", () => {
  const tasks = [
    ...[task(1, { list_id: 5 }), task(2, { list_id: 6 }), task(3, { list_id: null })],
    ...[task(4, { list_id: 5, done: true }), task(5, { list_id: 5 })],
  ];
  assert.deepEqual(
    tasksOf(tasks, "list", "5", NOW, clocksHere).map(({ id }) => id),
    [1, 5],
  );
  assert.deepEqual(Object.fromEntries(countsByList(tasks)), { 5: 2, 6: 1, null: 1 });
  assert.deepEqual(tasksOf(tasks, "trash", "", NOW, clocksHere), []);
});

test("the counts are those of the views", () => {
  const tasks = Array.from({ length: 200 }, (_, number) =>
    task(number, { done: number % 3 === 0, due: number % 5 ? task(number).due : null }),
  );
  const counts = countsOf(tasks, NOW, clocksHere);
  for (const name of /** @type {const} */ (["today", "upcoming", "all"])) {
    assert.equal(counts[name], tasksOf(tasks, name, "", NOW, clocksHere).length);
  }
});

test("any address names a view", () => {
  assert.deepEqual(viewOf("#label/100%"), { name: "label", what: "100%" });
  assert.deepEqual(viewOf("#label/a%20b"), { name: "label", what: "a b" });
  assert.deepEqual(viewOf("#label/%E0%A4%A"), { name: "label", what: "%E0%A4%A" });
  assert.deepEqual(viewOf("#label/a%2Fb/c"), { name: "label", what: "a/b/c" });
  assert.deepEqual(viewOf("#done/%"), { name: "done", what: "" });
  assert.deepEqual(viewOf("#list/12"), { name: "list", what: "12" });
  assert.deepEqual(viewOf("#trash"), { name: "trash", what: "" });
  const others = ["#label", "#label/", "#list", "#list/", "#list/x", "#search"];
  for (const hash of ["", "#", "#%", "#nowhere/%", "#nowhere/x", ...others]) {
    assert.deepEqual(viewOf(hash), { name: "all", what: "" });
  }
});

test("when tasks are due and on which day they are is asked once for each, not for each comparison", () => {
  let asked = 0;
  const tasks = Array.from({ length: MANY }, (_, number) => {
    const { due, ...others } = task(number);
    return Object.defineProperty(others, "due", {
      get: () => {
        asked += 1;
        return due;
      },
    });
  });
  const found = tasksOf(/** @type {any} */ (tasks), "upcoming", "", NOW, clocksHere);
  rowsOf(found, "upcoming", NOW, clocksHere, WORDS);
  assert.equal(found.length, MANY);
  assert.ok(asked <= 8 * MANY, `asked ${asked} times`);
});

/** @type {(tasks: any[], folded?: string[]) => string[]} */
const tree = (tasks, folded) =>
  rows("all", tasks, folded).map(
    ({ task, depth, isFolded }) =>
      `${"-".repeat(depth)}${task.id}${isFolded === null ? "" : isFolded ? "+" : ":"}`,
  );
const FAMILY = [
  task(1),
  task(2, { parent_id: 5 }),
  task(3, { parent_id: 1 }),
  task(4, { parent_id: 3 }),
  task(5),
];

test("subtasks come below their parents, unless those are folded", () => {
  assert.deepEqual(tree(FAMILY), ["1:", "-3:", "--4", "5:", "-2"]);
  assert.deepEqual(tree(FAMILY, ["task-1"]), ["1+", "5:", "-2"]);
  assert.deepEqual(tree(FAMILY, ["task-3", "task-4"]), ["1:", "-3+", "5:", "-2"]);
});

test("a subtask whose parent is done, or not there, stands by itself", () => {
  const [first, second, ...others] = FAMILY;
  assert.deepEqual(tree([{ ...first, done: true }, second, ...others]), ["3:", "-4", "5:", "-2"]);
  assert.deepEqual(tree([task(2, { parent_id: 9 })]), ["2"]);
  assert.deepEqual(shown("upcoming", FAMILY).slice(0, 2), ["# Wednesday", "Task 1"]);
});

test("tasks that are below each other are all shown", () => {
  const circle = [task(1), task(2, { parent_id: 3 }), task(3, { parent_id: 2 })];
  assert.deepEqual(tree(circle), ["1", "2:", "-3:"]);
});

test("a task has the progress of its own subtasks", () => {
  const tasks = [...FAMILY, task(6, { parent_id: 1, done: true })];
  assert.deepEqual(
    [...progressOf(tasks, parentOf)],
    [
      ["task-5", { done: 0, all: 1 }],
      ["task-1", { done: 1, all: 2 }],
      ["task-3", { done: 0, all: 1 }],
    ],
  );
});
