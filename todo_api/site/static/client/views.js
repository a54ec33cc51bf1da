/**
 * Which tasks a view shows, in which order and under which headings. Pure.
 *
 * @typedef {import("./outbox.js").Shown} Shown
 * @typedef {"today" | "upcoming" | "all" | "mine" | "done" | "search" | "label" | "list" | "trash"} Name
 * @typedef {{kind: "heading", key: string, text: string, isLate: boolean}
 *   | {kind: "task", key: string, task: Shown, depth: number, isFolded: boolean | null}} Row
 *   `isFolded` is null where nothing is below a task.
 * @typedef {(task: Shown) => string | null} ParentOf the key of a task's parent, if it is there
 * @typedef {(task: Shown) => ReturnType<typeof clocksIn>} ClocksOf the clocks of a task's list
 */

import { clocksIn } from "./clocks.js";
import { sayDay } from "./dates.js";

/** Those of all tasks that need no label and no words. @type {readonly Name[]} */
export const VIEWS = ["today", "upcoming", "all", "mine", "done"];

/**
 * Return the view that an address names by what follows its `#`: any names one.
 * @param {string} hash
 * @returns {{name: Name, what: string}} the label, or the id of the list, where there is one
 */
export function viewOf(hash) {
  const [, wanted = "", what = ""] = /^#?([^/]*)\/?(.*)$/su.exec(hash) ?? [];
  if (wanted === "label" && what) return { name: "label", what: decoded(what) };
  if (wanted === "list" && /^\d+$/u.test(what)) return { name: "list", what };
  if (wanted === "trash") return { name: "trash", what: "" };
  return { name: VIEWS.find((name) => name === wanted) ?? "all", what: "" };
}

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // written by hand, with a % that begins nothing
  }
}

/** @type {(one: string, other: string) => number} */
const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

/**
 * What the server does not have yet comes last, as it is sent in its order: by this device's clock,
 * which need not be the server's, rows would change places whenever one of them is answered for.
 * @type {(one: Shown, other: Shown) => number}
 */
const byCreation = (one, other) =>
  Number(one.id === null) - Number(other.id === null) ||
  compare(one.created_at, other.created_at) ||
  (one.id ?? 0) - (other.id ?? 0) ||
  compare(one.key, other.key);

/**
 * Sort by what is due first; when that is, is asked once for each task.
 * @param {Shown[]} tasks
 * @param {ClocksOf} clocksOf
 * @param {boolean} isByDay whether days come first, each in its own zone
 */
function sortedByDue(tasks, clocksOf, isByDay) {
  const timed = tasks.map((task) => {
    const [clocks, due] = [clocksOf(task), task.due ?? "9999-12-30"];
    return { task, day: isByDay ? clocks.partsOf(due).day : "", end: clocks.endOf(due) };
  });
  timed.sort(
    (one, other) =>
      compare(one.day, other.day) ||
      one.end - other.end ||
      other.task.priority - one.task.priority ||
      byCreation(one.task, other.task),
  );
  return timed.map(({ task }) => task);
}

/** @type {(one: Shown, other: Shown) => number} */
const byCompletion = (one, other) =>
  compare(other.completed_at ?? "", one.completed_at ?? "") || byCreation(other, one);

/** @type {(one: Shown, other: Shown) => number} */
const byPosition = (one, other) => compare(one.position, other.position) || byCreation(one, other);

/**
 * Sort by hand: as the service has the order, and then as tasks have been moved here since.
 * @param {Shown[]} tasks
 */
function sortedByHand(tasks) {
  tasks.sort(byPosition);
  const moved = tasks
    .filter(({ place }) => place)
    .sort((one, other) => (one.place?.seq ?? 0) - (other.place?.seq ?? 0));
  for (const task of moved) {
    const place = /** @type {import("./outbox.js").Place} */ (task.place);
    const isBefore = "before" in place;
    const wanted = isBefore ? place.before : place.after;
    const others = tasks.filter((other) => other !== task);
    const at = others.findIndex(({ key }) => key === wanted);
    if (at < 0) continue;
    others.splice(isBefore ? at : at + 1, 0, task);
    tasks = others;
  }
  return tasks;
}

/** @type {ReadonlySet<string>} */
const NONE = new Set();

/** @type {WeakMap<Shown, string>} */
const texts = new WeakMap();

/**
 * Return a text as it is compared, however marks, widths and capitals are written.
 * @param {string} text
 */
export const folded = (text) =>
  text.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC").replaceAll("ς", "σ");

/** @param {Shown} task */
function textOf(task) {
  let text = texts.get(task);
  if (text === undefined) {
    // Labels are found as they are shown.
    const labels = task.labels.map((label) => `#${label}`);
    text = ` ${folded([task.title, task.description, ...labels].join(" "))}`;
    texts.set(task, text);
  }
  return text;
}

/**
 * Return tasks in the order of what a search finds, whatever it is for: open ones first.
 * @param {Shown[]} tasks
 * @param {ClocksOf} clocksOf
 */
export const inOrderOfSearch = (tasks, clocksOf) =>
  [false, true].flatMap((done) =>
    sortedByDue(
      tasks.filter((task) => task.done === done),
      clocksOf,
      false,
    ),
  );

/**
 * Get ready for a search: to make the texts that are searched takes longer than to search them.
 * @param {Shown[]} tasks
 */
export function expectSearch(tasks) {
  for (const task of tasks) textOf(task);
}

/**
 * Return the tasks that a view shows, in its order.
 * @param {Shown[]} tasks for a search, in the order of one
 * @param {Name} name
 * @param {string} what the words to search for, the label, the id of the list, or one's own name
 * @param {Date} now
 * @param {ClocksOf} clocksOf
 * @param {ReadonlySet<string>} [lingering] keys of tasks that were ticked a moment ago, and stay
 *   where they were for another
 */
export function tasksOf(tasks, name, what, now, clocksOf, lingering = NONE) {
  const open = () => tasks.filter((task) => !task.done || lingering.has(task.key));
  /** @param {Shown} task */
  const isAhead = (task) => clocksOf(task).isAhead(task.due ?? "", now);
  /** @param {Shown[]} some */
  const byDue = (some) => sortedByDue(some, clocksOf, false);
  switch (name) {
    case "today":
      return byDue(open().filter((task) => task.due && !isAhead(task)));
    case "upcoming":
      return sortedByDue(
        open().filter((task) => task.due && isAhead(task)),
        clocksOf,
        true,
      );
    case "done":
      return tasks.filter((task) => task.done || lingering.has(task.key)).sort(byCompletion);
    case "mine":
      return byDue(open().filter((task) => task.assigned_to === what));
    case "label":
      return byDue(open().filter((task) => task.labels.includes(what)));
    case "list":
      return sortedByHand(open().filter((task) => task.list_id === Number(what)));
    case "trash":
      return [];
    case "search": {
      const words = folded(what).split(/\s+/u).filter(Boolean);
      return tasks.filter((task) => words.every((word) => textOf(task).includes(word)));
    }
    default:
      return open().sort(byCreation);
  }
}

/**
 * Put the tasks of a view under headings. A day is the same one in each zone, whenever it begins
 * there, and is named as seen from here.
 * @param {Shown[]} tasks
 * @param {Name} name
 * @param {Date} now
 * @param {ClocksOf} clocksOf
 * @param {{locale: string, overdue: string}} words
 * @param {ParentOf} parentOf
 * @param {ReadonlySet<string>} folded keys of tasks whose subtasks are not to be seen
 * @returns {Row[]}
 */
export function rowsOf(tasks, name, now, clocksOf, words, parentOf, folded) {
  if (name === "all" || name === "list") return nested(tasks, parentOf, folded);
  /** @type {Row[]} */
  const rows = [];
  const today = clocksIn().dayAt(now.getTime());
  let heading = "";
  let saidDay = "";
  let said = "";
  /** @param {Shown} task */
  const headingOf = (task) => {
    if (!task.due || (name !== "today" && name !== "upcoming")) return "";
    const clocks = clocksOf(task);
    if (name === "today" && clocks.isOverdue(task.due, now)) return words.overdue;
    const day = name === "today" ? today : clocks.partsOf(task.due).day;
    // Most tasks have the day of the one before, and naming a day takes its time.
    if (day !== saidDay) [saidDay, said] = [day, sayDay(day, today, words.locale)];
    return said;
  };
  for (const task of tasks) {
    const text = headingOf(task);
    if (text && text !== heading) {
      rows.push({
        kind: "heading",
        key: `heading ${text}`,
        text,
        isLate: text === words.overdue,
      });
      heading = text;
    }
    rows.push({ kind: "task", key: task.key, task, depth: 0, isFolded: null });
  }
  return rows;
}

/**
 * Put tasks below their parents. What has a parent that is not among them stands by itself.
 * @param {Shown[]} tasks
 * @param {ParentOf} parentOf
 * @param {ReadonlySet<string>} folded
 */
function nested(tasks, parentOf, folded) {
  const there = new Set(tasks.map(({ key }) => key));
  /** @type {Map<string | null, Shown[]>} */
  const below = new Map();
  for (const task of tasks) {
    const parent = parentOf(task);
    const place = parent !== null && there.has(parent) ? parent : null;
    const others = below.get(place);
    if (others) others.push(task);
    else below.set(place, [task]);
  }
  /** @type {Row[]} */
  const rows = [];
  /** @type {Set<string>} */
  const reached = new Set();
  /** @type {(task: Shown, depth: number, isSeen: boolean) => void} */
  const add = (task, depth, isSeen) => {
    const { key } = task;
    if (reached.has(key)) return;
    reached.add(key);
    const own = below.get(key);
    const isFolded = own ? folded.has(key) : null;
    if (isSeen) rows.push({ kind: "task", key, task, depth, isFolded });
    for (const one of own ?? []) add(one, depth + 1, isSeen && !isFolded);
  };
  for (const task of below.get(null) ?? []) add(task, 0, true);
  // Two devices can have put two tasks below each other, until the service has refused one.
  if (reached.size < tasks.length) for (const task of tasks) add(task, 0, true);
  return rows;
}

/**
 * Return how many subtasks each task has, and how many of them are done, by its key.
 * @param {Shown[]} tasks
 * @param {ParentOf} parentOf
 */
export function progressOf(tasks, parentOf) {
  /** @type {Map<string, {done: number, all: number}>} */
  const progress = new Map();
  for (const task of tasks) {
    const parent = parentOf(task);
    if (parent === null) continue;
    const { done, all } = progress.get(parent) ?? { done: 0, all: 0 };
    progress.set(parent, { done: done + Number(task.done), all: all + 1 });
  }
  return progress;
}

/**
 * Return the labels of open tasks with how often each is there, in alphabetical order.
 * @param {Shown[]} tasks
 * @returns {[string, number][]}
 */
export function labelsOf(tasks) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const task of tasks) {
    if (task.done) continue;
    for (const label of task.labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].sort(([one], [other]) => one.localeCompare(other));
}

/**
 * Return how many open tasks each list has, by its id.
 * @param {Shown[]} tasks
 */
export function countsByList(tasks) {
  /** @type {Map<number | null, number>} */
  const counts = new Map();
  for (const { done, list_id } of tasks) {
    if (!done) counts.set(list_id, (counts.get(list_id) ?? 0) + 1);
  }
  return counts;
}

/**
 * Return how many open tasks each view has.
 * @param {Shown[]} tasks
 * @param {Date} now
 * @param {ClocksOf} clocksOf
 * @param {string} [username] to whom `mine` are assigned
 */
export function countsOf(tasks, now, clocksOf, username) {
  const counts = { today: 0, upcoming: 0, all: 0, mine: 0, done: 0 };
  for (const task of tasks) {
    if (task.done) continue;
    counts.all += 1;
    if (task.assigned_to && task.assigned_to === username) counts.mine += 1;
    if (task.due) counts[clocksOf(task).isAhead(task.due, now) ? "upcoming" : "today"] += 1;
  }
  return counts;
}
