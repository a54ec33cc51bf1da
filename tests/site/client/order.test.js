// The order by hand: where a task can go, and what is shown until the service knows.

import assert from "node:assert/strict";
import { test } from "node:test";

import { targetAt, targetOf } from "../../../todo_api/site/static/client/order.js";
import { tasksOf } from "../../../todo_api/site/static/client/views.js";

/** Rows of a tree such as `a -b --c d`: how deep each is, and its key. @type {(tree: string) => any[]} */
const rows = (tree) =>
  tree.split(" ").map((one) => {
    const key = one.replaceAll("-", "");
    return { kind: "task", key, depth: one.length - key.length, task: { key } };
  });
/** @type {(target: any) => any} */
const said = (target) => target && [target.parent?.key ?? null, target.place];

/** The tree, the task, the move, and the parent and the place that it leads to. */
const MOVES = [
  ["a b c", "b", "up", [null, { before: "a" }]],
  ["a b c", "b", "down", [null, { after: "c" }]],
  ["a b c", "a", "up", null],
  ["a b c", "c", "down", null],
  ["a -b -c d", "c", "up", ["a", { before: "b" }]],
  ["a -b -c d", "c", "down", null],
  ["a -b -c d", "d", "up", [null, { before: "a" }]],
  ["a -b -c d", "a", "down", [null, { after: "d" }]],
  ["a b", "b", "in", ["a", null]],
  ["a -b c", "c", "in", ["a", { after: "b" }]],
  ["a -b --c -d", "d", "in", ["b", { after: "c" }]],
  ["a -b", "b", "in", null],
  ["a", "a", "in", null],
  ["a -b --c ---d ----e ----f", "f", "in", null],
  ["a -b --c ---d ---e ----f", "e", "in", null],
  ["a -b --c", "c", "out", ["a", { after: "b" }]],
  ["a -b --c", "b", "out", [null, { after: "a" }]],
  ["a -b", "a", "out", null],
  ["a", "gone", "up", null],
];

for (const [tree, key, move, target] of /** @type {any[]} */ (MOVES)) {
  test(`${key} of “${tree}” moves ${move}`, () => {
    assert.deepEqual(said(targetOf(rows(tree), key, move)), target);
  });
}

/** The other rows, before which of them, how deep, how many levels; then depth, parent, place. */
const DROPS = [
  ["a b", 0, 0, 1, 0, null, { before: "a" }],
  ["a b", 0, 3, 1, 0, null, { before: "a" }],
  ["a b", 1, 0, 1, 0, null, { after: "a" }],
  ["a b", 1, 1, 1, 1, "a", null],
  ["a b", 2, 0, 1, 0, null, { after: "b" }],
  ["a -b c", 1, 0, 1, 1, "a", { before: "b" }],
  ["a -b c", 2, 0, 1, 0, null, { after: "a" }],
  ["a -b c", 2, 1, 1, 1, "a", { after: "b" }],
  ["a -b c", 2, 9, 1, 2, "b", null],
  ["a -b --c ---d", 4, 9, 1, 4, "d", null],
  ["a -b --c ---d", 4, 9, 2, 3, "c", { after: "d" }],
];

for (const [tree, at, wanted, levels, depth, parent, place] of /** @type {any[]} */ (DROPS)) {
  test(`${levels} levels dropped at ${at} of “${tree}”, ${wanted} deep`, () => {
    const target = targetAt(rows(tree), at, wanted, levels);
    assert.deepEqual([target.depth, ...said(target)], [depth, parent, place]);
  });
}

test("a list is in the service's order, and in that of later moves", () => {
  /** @type {(key: string, position: string, more?: object) => any} */
  const task = (key, position, more = {}) => ({
    ...{ key, position, done: false, list_id: 1, created_at: "", id: 1, place: null, ...more },
  });
  const tasks = [
    task("c", "8000003", { place: { before: "a", seq: 2 } }),
    task("new", "g", { id: null }),
    task("b", "8000002"),
    task("a", "8000001", { place: { after: "b", seq: 1 } }),
    task("d", "8000004", { place: { after: "gone", seq: 3 } }),
  ];
  const shown = tasksOf(tasks, "list", "1", new Date()).map(({ key }) => key);
  assert.deepEqual(shown, ["b", "c", "a", "d", "new"]);
});
