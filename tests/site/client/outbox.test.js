// What is still to be sent: shown, packed and merged.

import assert from "node:assert/strict";
import { test } from "node:test";

import { joined, merged, pack, shown } from "../../../todo_api/site/static/client/outbox.js";

const TASK = {
  id: 7,
  uri: "/tasks/7",
  title: "Read",
  description: "",
  done: false,
  due: null,
  priority: 0,
  labels: ["home"],
  created_at: "2026-11-24T09:00:00.000000Z",
  updated_at: "2026-11-24T09:00:00.000000Z",
  completed_at: null,
};
const KEPT = { key: "7", id: 7, task: TASK, etag: '"1"' };
const AT = 1_795_000_000_000_000;

const update = (seq, fields, was = {}) => ({
  ...{ seq: AT + seq, key: "7", kind: "update", fields, was, after: 0 },
});
const create = (seq, title) => ({
  ...{ seq: AT + seq, key: `new-${seq}`, kind: "create", fields: { title }, was: {}, after: 0 },
});
const remove = (seq, after = 0) => ({
  ...{ seq: AT + seq, key: "7", kind: "delete", fields: {}, was: {}, after },
});
const packed = (entries, how = {}) =>
  pack(entries, new Map([["7", KEPT]]), { now: 1000, idempotency_key: "k", ...how });

test("a change shows over what the server had", () => {
  const task = shown(KEPT, [update(1, { title: "Write" }), update(2, { done: true })]);
  assert.deepEqual([task.title, task.done, task.unsent], ["Write", true, true]);
  assert.notEqual(task.completed_at, null);
});

test("a deletion hides, and what was never there does not show", () => {
  assert.equal(shown(KEPT, [remove(1)]), null);
  assert.equal(shown(undefined, [update(1, { done: true })]), null);
});

test("changes of one task join until they are packed", () => {
  const first = update(1, { title: "Write" }, { title: "Read" });
  const second = update(2, { title: "Rest", done: true }, { title: "Write", done: false });
  assert.deepEqual(joined([first], second, new Set()), {
    ...first,
    fields: { title: "Rest", done: true },
    was: { title: "Read", done: false },
  });
  assert.equal(joined([first], second, new Set([first.seq])), second);
});

test("operations are packed in their order, with the entity tag", () => {
  assert.deepEqual(packed([create(1, "A"), update(2, { done: true }), create(3, "B")]).operations, [
    { create: { title: "A" } },
    { update: { id: 7, if_match: '"1"', done: true } },
    { create: { title: "B" } },
  ]);
});

test("what is held back waits, and holds up no other task", () => {
  const batch = packed([remove(1, 2000), create(2, "A")]);
  assert.deepEqual(batch.operations, [{ create: { title: "A" } }]);
  assert.deepEqual(packed([remove(1, 2000)], { now: 2000 }).operations, [
    { delete: { id: 7, if_match: '"1"' } },
  ]);
});

test("a second change of a task waits for the entity tag of the first", () => {
  const batch = packed([update(1, { done: true }), update(2, { done: false })]);
  assert.equal(batch.operations.length, 1);
});

test("a change of a task without an id waits for it", () => {
  const change = { ...update(2, { done: true }), key: "new-1" };
  assert.equal(packed([create(1, "A"), change]).operations.length, 1);
});

test("a batch has a hundred operations at the most, and 100 kB", () => {
  const many = Array.from({ length: 150 }, (_, index) => create(index, "A"));
  assert.equal(packed(many).operations.length, 100);
  const long = many.map((entry) => ({
    ...entry,
    fields: { title: "A", description: "ü".repeat(10_000) },
  }));
  assert.equal(packed(long).operations.length, 4);
});

test("what was refused is left out", () => {
  assert.equal(packed([{ ...create(1, "A"), fault: "No." }]), null);
});

test("members that only one side has changed are both kept", () => {
  const entry = update(1, { title: "Mine" }, { title: "Read" });
  const { entry: rest, conflicts } = merged(entry, { ...TASK, description: "Theirs" });
  assert.deepEqual([rest.fields, conflicts], [{ title: "Mine" }, []]);
});

test("of a member that both have changed, this side's value is kept, and told", () => {
  const entry = update(1, { title: "Mine" }, { title: "Read" });
  const { entry: rest, conflicts } = merged(entry, { ...TASK, title: "Theirs" });
  assert.deepEqual([rest.fields, conflicts], [{ title: "Mine" }, ["title"]]);
  assert.deepEqual(rest.was, { title: "Theirs" });
});

test("the same change on both sides is no conflict, and nothing is left to send", () => {
  const entry = update(1, { done: true }, { done: false });
  assert.deepEqual(merged(entry, { ...TASK, done: true }), { entry: null, conflicts: [] });
});

test("labels are merged one by one", () => {
  const entry = update(1, { labels: ["mine"] }, { labels: ["home"] });
  const { entry: rest, conflicts } = merged(entry, { ...TASK, labels: ["home", "theirs"] });
  assert.deepEqual([rest.fields.labels, conflicts], [["mine", "theirs"], []]);
});
