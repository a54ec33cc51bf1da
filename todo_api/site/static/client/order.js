/**
 * The order by hand, in the view of a list: where a task can go from where it is. Pure, apart from
 * `arrange`, which does it.
 *
 * @typedef {import("./outbox.js").Place} Place
 * @typedef {import("./outbox.js").Shown} Shown
 * @typedef {Extract<import("./views.js").Row, {kind: "task"}>} TaskRow
 * @typedef {{parent: Shown | null, place: Place | null}} Target
 *   The task to be below, and the one to be next to, if there is any.
 */

import { say } from "./words.js";

/** So deep can tasks be below each other, the uppermost one counted. */
export const MOST_LEVELS = 5;

/** What can be done with a task, in the order of a menu. */
export const MOVES = /** @type {const} */ (["up", "down", "in", "out"]);

/**
 * Return the rows of a branch, the task itself first.
 * @param {TaskRow[]} rows
 * @param {number} at
 */
export function branchAt(rows, at) {
  const { depth } = /** @type {TaskRow} */ (rows[at]);
  const after = rows.findIndex((row, index) => index > at && row.depth <= depth);
  return rows.slice(at, after < 0 ? undefined : after);
}

/**
 * Return how many levels a branch has; the rows of those that are folded are not there to be counted.
 * @param {TaskRow[]} branch
 */
const levelsOf = (branch) =>
  Math.max(...branch.map(({ depth }) => depth)) - (branch[0]?.depth ?? 0) + 1;

/**
 * Return the row above which a row is, of some depth.
 * @param {TaskRow[]} rows
 * @param {number} before
 * @param {number} depth
 */
function lastAt(rows, before, depth) {
  for (let at = before - 1; at >= 0; at -= 1) {
    const row = rows[at];
    if (row && row.depth === depth) return row;
    if (row && row.depth < depth) return null;
  }
  return null;
}

/**
 * Return where a move leads, or null if it leads nowhere.
 * @param {TaskRow[]} rows
 * @param {string} key
 * @param {typeof MOVES[number]} move
 * @returns {Target | null}
 */
export function targetOf(rows, key, move) {
  const at = rows.findIndex((row) => row.key === key);
  const row = rows[at];
  if (!row) return null;
  const { depth } = row;
  const branch = branchAt(rows, at);
  const above = lastAt(rows, at, depth);
  const parent = depth ? lastAt(rows, at, depth - 1) : null;
  const next = rows[at + branch.length];
  switch (move) {
    case "up":
      return above && { parent: parent?.task ?? null, place: { before: above.key } };
    case "down":
      return next?.depth === depth
        ? { parent: parent?.task ?? null, place: { after: next.key } }
        : null;
    case "in": {
      if (!above || depth + 1 + levelsOf(branch) > MOST_LEVELS) return null;
      const last = lastAt(rows, at, depth + 1);
      return { parent: above.task, place: last && { after: last.key } };
    }
    default: {
      if (!parent) return null;
      const upper = depth > 1 ? lastAt(rows, at, depth - 2) : null;
      return { parent: upper?.task ?? null, place: { after: parent.key } };
    }
  }
}

/**
 * Return where a branch goes that is put between two rows.
 * @param {TaskRow[]} rows without those of the branch
 * @param {number} at the index of the row that it is put before
 * @param {number} wanted how deep
 * @param {number} levels how many the branch has
 * @returns {Target & {depth: number}}
 */
export function targetAt(rows, at, wanted, levels) {
  const [above, below] = [rows[at - 1], rows[at]];
  const most = Math.min(above ? above.depth + 1 : 0, MOST_LEVELS - levels);
  const depth = Math.max(Math.min(wanted, most), Math.min(below?.depth ?? 0, most), 0);
  const beside = lastAt(rows, at, depth);
  const parent = depth ? lastAt(rows, at, depth - 1) : null;
  /** @type {Place | null} */
  let place = null;
  if (beside) place = { after: beside.key };
  else if (below?.depth === depth) place = { before: below.key };
  return { parent: parent?.task ?? null, place, depth };
}

/**
 * Put a task elsewhere, which can be undone.
 * @param {import("./screen.js").Screen} screen
 * @param {string} key
 * @param {Target} target
 */
export function arrange({ store, rows }, key, { parent, place }) {
  const all = tasksIn(rows.value);
  const at = all.findIndex((row) => row.key === key);
  const row = all[at];
  if (!row) return;
  const { task, depth } = row;
  const above = lastAt(all, at, depth);
  const next = all[at + branchAt(all, at).length];
  /** @type {(wanted: import("./outbox.js").Fields["parent_id"], place: Place | null) => void} */
  const put = (wanted, place) => {
    if ((store.get(key)?.parent_id ?? null) !== wanted) {
      store.update(key, { parent_id: wanted });
    }
    if (place) store.move(key, place);
  };
  const former = above ? { after: above.key } : next?.depth === depth ? { before: next.key } : null;
  put(parent ? (parent.id ?? parent.key) : null, place);
  const text = say("undo.moved", { title: task.title });
  store.offer({ text, key, kind: "move", undo: () => put(task.parent_id, former) });
}

/** @type {(rows: import("./views.js").Row[]) => TaskRow[]} */
export const tasksIn = (rows) => rows.flatMap((row) => (row.kind === "task" ? [row] : []));

/**
 * Return whether the tasks of a view are in the order by hand, and may be moved.
 * @param {import("./screen.js").Screen} screen
 */
export const isByHand = ({ name, isReading }) => name.value === "list" && !isReading.value;

/**
 * Do one of the moves with a task; where it leads nowhere, nothing happens.
 * @param {import("./screen.js").Screen} screen
 * @param {string} key
 * @param {typeof MOVES[number]} move
 */
export function moveTask(screen, key, move) {
  const target = isByHand(screen) ? targetOf(tasksIn(screen.rows.value), key, move) : null;
  if (!target) return;
  if (target.parent) screen.fold(target.parent.key, false);
  arrange(screen, key, target);
}
