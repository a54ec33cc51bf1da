// What is still to be sent: shown, packed and merged.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  EMPTY,
  fieldsOf,
  keysIn,
  pack,
  relocatedAmong,
  renamed,
  resolved,
  shown,
} from "../../../todo_api/site/static/client/outbox.js";

const TASK = {
  id: 7,
  uri: "/tasks/7",
  title: "Read",
  description: "",
  done: false,
  due: null,
  priority: 0,
  labels: ["home"],
  assigned_to: null,
  created_at: "2026-11-24T09:00:00.000000Z",
  updated_at: "2026-11-24T09:00:00.000000Z",
  completed_at: null,
};
const KEPT = { key: "7", id: 7, task: TASK, etag: '"1"' };
const FIELDS = fieldsOf(TASK);
const AT = 1_795_000_000_000_000;

const update = (seq, fields, was = {}) => ({
  ...{ seq: AT + seq, key: "7", kind: "update", fields, was: { ...FIELDS, ...was }, after: 0 },
});
const create = (seq, title) => ({
  ...{ seq: AT + seq, key: `new-${seq}`, kind: "create", fields: { title }, was: EMPTY, after: 0 },
});
const remove = (seq, after = 0, was = {}) => ({
  ...{ seq: AT + seq, key: "7", kind: "delete", fields: {}, was: { ...FIELDS, ...was }, after },
});
const restore = (seq, was = {}, more = {}) => ({
  ...{ seq: AT + seq, key: "7", kind: "restore", after: 0 },
  ...{ fields: { ...FIELDS, ...was }, was: { ...FIELDS, ...was }, ...more },
});
const packed = (entries, { task = TASK, ...how } = {}) =>
  pack(entries, new Map(task ? [["7", { ...KEPT, task }]] : []), {
    ...{ now: 1000, idempotency_key: "k", ...how },
  });
const operations = (entries, how) => packed(entries, how).batch?.operations ?? [];

test("a change shows over what the server had", () => {
  const task = shown(KEPT, [update(1, { title: "Write" }), update(2, { done: true })]);
  assert.deepEqual([task.title, task.done, task.unsent], ["Write", true, true]);
  assert.notEqual(task.completed_at, null);
});

test("a deletion hides, and what was never there does not show", () => {
  assert.equal(shown(KEPT, [remove(1)]), null);
  assert.equal(shown(undefined, [remove(1)]), null);
  assert.equal(shown(undefined, []), null);
});

test("changes of one task become one operation", () => {
  const entries = [update(1, { title: "Write" }), update(2, { done: true }, { title: "Write" })];
  const { batch } = packed(entries);
  assert.deepEqual(batch.operations, [
    { update: { id: 7, if_match: '"1"', title: "Write", done: true } },
  ]);
  assert.deepEqual(batch.parts, [{ key: "7", seqs: [AT + 1, AT + 2] }]);
});

test("operations are packed in the order of the first change, with the entity tag", () => {
  const entries = [create(1, "A"), update(2, { done: true }), create(3, "B")];
  const later = { ...update(4, { title: "C" }), key: "new-1" };
  assert.deepEqual(operations([...entries, later]), [
    { create: { ...EMPTY, title: "C" } },
    { update: { id: 7, if_match: '"1"', done: true } },
    { create: { ...EMPTY, title: "B" } },
  ]);
});

test("what is held back waits, and holds up no other task", () => {
  assert.deepEqual(operations([remove(1, 2000), create(2, "A")]), [
    { create: { ...EMPTY, title: "A" } },
  ]);
  const deletion = [{ delete: { id: 7, if_match: '"1"' } }];
  assert.deepEqual(operations([remove(1, 2000)], { now: 2000 }), deletion);
  assert.deepEqual(operations([remove(1, 2000), remove(2)]), deletion);
});

test("what comes to nothing is spent, and is not sent", () => {
  const own = { key: "new-1" };
  for (const entries of [
    [update(1, { done: true }), update(2, { done: false }, { done: true })],
    [remove(1), restore(2)],
    [create(1, "A"), { ...remove(2, 0, { ...EMPTY, title: "A" }), ...own }],
  ]) {
    const { batch, spent } = packed(entries);
    assert.deepEqual([batch, spent], [null, [AT + 1, AT + 2]]);
  }
});

test("a deletion that has been sent is undone by taking the task out of the trash", () => {
  const entries = [restore(1, {}, { id: 7, was: FIELDS })];
  assert.deepEqual(operations(entries, { task: null }), [{ restore: { id: 7 } }]);
  assert.equal(shown(undefined, entries).title, "Read");
  assert.deepEqual(packed(entries).spent, [AT + 1]);
});

test("what had not been sent before the deletion is sent after the task is back", () => {
  const entries = [
    restore(1, { title: "Mine" }, { id: 7, was: FIELDS }),
    update(2, { done: true }),
  ];
  assert.deepEqual(operations(entries, { task: null }), [{ restore: { id: 7 } }]);
  assert.equal(shown(undefined, entries).title, "Mine");
  assert.deepEqual(operations(entries), [
    { update: { id: 7, if_match: '"1"', title: "Mine", done: true } },
  ]);
});

test("a restored task that is deleted once more before it is sent comes to nothing", () => {
  const entries = [restore(1, {}, { id: 7 }), remove(2)];
  assert.deepEqual(packed(entries, { task: null }).spent, [AT + 1, AT + 2]);
  assert.equal(shown(undefined, entries), null);
});

test("what is created for a list, or made again, says in which", () => {
  const made = { ...create(1, "A"), list_id: 5 };
  const again = { ...update(2, { title: "B" }), list_id: 6 };
  assert.deepEqual(
    operations([made, again], { task: null }).map((operation) => operation.create.list_id),
    [5, 6],
  );
  assert.equal(shown(undefined, [made]).list_id, 5);
  assert.equal(shown({ ...KEPT, task: { ...TASK, list_id: 6 } }, []).list_id, 6);
  const elsewhere = { ...made, list_id: null };
  assert.equal("list_id" in operations([elsewhere])[0].create, false);
});

test("what is no longer in the trash is made anew, with what was in it", () => {
  const [operation] = operations([restore(1, { title: "Mine" })], { task: null });
  assert.deepEqual(operation, { create: { ...FIELDS, title: "Mine" } });
  assert.deepEqual(packed([restore(1)], { task: null }).conflicts, []);
  assert.equal(shown(undefined, [restore(1)]).title, "Read");
});

test("a batch has a hundred operations at the most, and 100 kB", () => {
  const many = Array.from({ length: 150 }, (_, index) => create(index, "A"));
  assert.equal(operations(many).length, 100);
  const long = many.map((entry) => ({
    ...entry,
    fields: { title: "A", description: "ü".repeat(10_000) },
  }));
  assert.equal(operations(long).length, 4);
});

test("what was refused is left out, until it is changed", () => {
  const refused = { ...create(1, "A"), fault: "No." };
  assert.deepEqual(operations([refused]), []);
  const change = { ...update(2, { title: "B" }), key: "new-1" };
  assert.deepEqual(operations([refused, change]), [{ create: { ...EMPTY, title: "B" } }]);
});

test("what makes room does not wait for what needs it", () => {
  const isLeft = (_key, kind) => kind === "create";
  assert.deepEqual(operations([create(1, "A"), remove(2)], { isLeft }), [
    { delete: { id: 7, if_match: '"1"' } },
  ]);
});

test("members that only one side has changed are both kept", () => {
  const { batch, conflicts } = packed([update(1, { title: "Mine" })], {
    task: { ...TASK, description: "Theirs" },
  });
  assert.deepEqual(batch.operations[0].update.title, "Mine");
  assert.equal("description" in batch.operations[0].update, false);
  assert.deepEqual(conflicts, []);
});

test("of a member that both have changed, this side's value is kept, and told", () => {
  const { batch, conflicts } = packed([update(1, { title: "Mine" })], {
    task: { ...TASK, title: "Theirs" },
  });
  assert.equal(batch.operations[0].update.title, "Mine");
  assert.deepEqual(conflicts, [{ kind: "changed", key: "7", title: "Theirs", names: ["title"] }]);
});

test("the same change on both sides is no conflict, and nothing is left to send", () => {
  const { batch, spent, conflicts } = packed([update(1, { done: true })], {
    task: { ...TASK, done: true },
  });
  assert.deepEqual([batch, spent, conflicts], [null, [AT + 1], []]);
});

test("an undo holds although others have changed the task meanwhile", () => {
  const entries = [update(1, { done: true }), update(2, { done: false }, { done: true })];
  const task = { ...TASK, description: "Theirs" };
  assert.deepEqual(packed(entries, { task }).spent, [AT + 1, AT + 2]);
  assert.equal(shown({ ...KEPT, task }, entries).done, false);
});

test("each member is compared with what its own first change found", () => {
  const entries = [
    update(1, { title: "Mine" }),
    update(2, { description: "Mine" }, { title: "Mine", description: "Theirs" }),
  ];
  const { conflicts } = packed(entries, { task: { ...TASK, description: "Theirs" } });
  assert.deepEqual(conflicts, []);
});

test("what was written down before tasks were assigned is like a task that is not", () => {
  const former = { ...FIELDS };
  delete former.assigned_to;
  const [operation] = operations([{ ...remove(1), was: former }]);
  assert.deepEqual(operation, { delete: { id: 7, if_match: '"1"' } });
});

test("labels are merged one by one, and are the same in any order", () => {
  const entry = update(1, { labels: ["mine"] });
  const [operation] = operations([entry], { task: { ...TASK, labels: ["home", "theirs"] } });
  assert.deepEqual(operation.update.labels, ["mine", "theirs"]);
  const same = update(1, { labels: ["b", "home"] }, { labels: ["home"] });
  assert.deepEqual(operations([same], { task: { ...TASK, labels: ["home", "b"] } }), []);
});

test("what others have changed is not deleted, and told", () => {
  const task = { ...TASK, description: "Theirs" };
  const { batch, spent, conflicts } = packed([remove(1)], { task });
  assert.deepEqual([batch, spent], [null, [AT + 1]]);
  assert.deepEqual(conflicts, [{ kind: "kept", key: "7", title: "Read" }]);
  assert.equal(shown({ ...KEPT, task }, [remove(1)]).title, "Read");
});

test("what others have deleted while it was changed here is made again, whole, and told", () => {
  const { batch, conflicts } = packed([update(1, { done: true })], { task: null });
  assert.deepEqual(batch.operations, [{ create: { ...FIELDS, done: true } }]);
  assert.deepEqual(conflicts, [{ kind: "restored", key: "7", title: "Read" }]);
});

test("whatever is done while a batch is under way is in the next one, at whichever moment", () => {
  const own = { key: "new-0" };
  const was = { ...EMPTY, title: "Raed" };
  const edits = [
    { ...create(0, "Raed") },
    { ...update(1, { title: "Read" }), ...own, was },
    { ...update(2, { description: "One" }), ...own, was: { ...was, title: "Read" } },
    { ...update(3, { priority: 3 }), ...own, was: { ...was, title: "Read", description: "One" } },
  ];
  const wanted = { ...EMPTY, title: "Read", description: "One", priority: 3 };
  // Each set of moments at which what there is is packed; what comes after it is entered while the
  // batch is under way.
  for (let moments = 0; moments < 2 ** edits.length; moments += 1) {
    let kept;
    let waiting = [];
    const server = { ...TASK };
    const send = () => {
      const map = new Map(kept ? [["new-0", kept]] : []);
      const { batch, spent } = pack(waiting, map, { now: 1, idempotency_key: "k" });
      const answered = batch ? batch.parts.flatMap(({ seqs }) => seqs) : [];
      const [{ create: made, update: change } = {}] = batch?.operations ?? [];
      return () => {
        Object.assign(server, made ?? {}, change ?? {});
        delete server.if_match;
        if (batch) kept = { key: "new-0", id: 7, task: { ...server, id: 7 }, etag: '"1"' };
        waiting = waiting.filter(({ seq }) => !answered.includes(seq) && !spent.includes(seq));
      };
    };
    let answer = () => {};
    for (const [index, edit] of edits.entries()) {
      waiting = [...waiting, edit];
      if (!(moments & (1 << index))) continue;
      answer();
      answer = send();
    }
    answer();
    send()();
    assert.deepEqual(waiting, []);
    assert.deepEqual(fieldsOf(server), wanted, `packed at ${moments.toString(2)}`);
  }
});

const below = (entry, parent_id) => ({ ...entry, fields: { ...entry.fields, parent_id } });
const ROOT = { key: "new-1", id: 9, task: { ...TASK, id: 9 }, etag: '"9"' };

test("a subtask waits for the parent that is created with it, and then names its id", () => {
  const entries = [below(create(2, "Child"), "new-1"), create(1, "Parent")];
  assert.deepEqual(operations(entries), [{ create: { ...EMPTY, title: "Parent" } }]);
  assert.deepEqual([...keysIn(entries)], ["new-2", "new-1"]);
  const how = { now: 1000, idempotency_key: "k" };
  const { batch } = pack(entries.slice(0, 1), new Map([["new-1", ROOT]]), how);
  assert.deepEqual(batch.operations, [{ create: { ...EMPTY, title: "Child", parent_id: 9 } }]);
});

test("a subtask whose parent was never sent stands by itself", () => {
  const [operation] = operations([below(create(2, "Child"), "new-1")]);
  assert.equal(operation.create.parent_id, null);
});

test("a subtask that is deleted is the one that was created, once its parent has an id", () => {
  const child = { ...KEPT, task: { ...TASK, parent_id: 9 } };
  const entries = [remove(3, 0, { parent_id: "new-1" })];
  const kept = new Map([
    ["7", child],
    ["new-1", ROOT],
  ]);
  assert.equal(shown(child, resolved(entries, kept)), null);
  const { batch } = pack(entries, kept, { now: 1000, idempotency_key: "k" });
  assert.deepEqual(batch.operations, [{ delete: { id: 7, if_match: '"1"' } }]);
});

test("what goes along with another task is neither deleted nor restored by itself", () => {
  const kept = new Map([
    ["7", KEPT],
    ["new-1", ROOT],
  ]);
  const how = { now: 1000, idempotency_key: "k" };
  const gone = { ...remove(1), key: "new-1", was: fieldsOf(ROOT.task) };
  const along = { ...remove(2), along: "new-1" };
  assert.deepEqual(pack([gone, along], kept, how).batch.parts, [{ key: "new-1", seqs: [AT + 1] }]);
  assert.equal(shown(KEPT, [along]), null);
  // The other was not deleted after all.
  assert.deepEqual(pack([along], kept, how), { batch: null, spent: [AT + 2], conflicts: [] });
  const back = [restore(3, {}, { id: 9, key: "new-1" }), restore(4, {}, { id: 7, along: "new-1" })];
  assert.deepEqual(pack(back, new Map(), how).batch.operations, [{ restore: { id: 9 } }]);
  assert.deepEqual(pack(back.slice(1), kept, how).spent, [AT + 4]);
});

const HOW = { now: 1000, idempotency_key: "k" };
const HERE = { ...KEPT, task: { ...TASK, list_id: 1 } };
const relocation = (seq, into, more = {}) => ({ ...update(seq, {}), list_id: 1, into, ...more });
const CHILD = { ...ROOT, task: { ...ROOT.task, list_id: 1, parent_id: 7 } };
const FAMILY = new Map([
  ["7", HERE],
  ["new-1", CHILD],
]);
const along = (seq) => relocation(seq, 2, { key: "new-1", along: "7", was: fieldsOf(CHILD.task) });

test("a task goes into another list, and what is changed of it is sent when it is there", () => {
  const entries = [update(1, { title: "Write" }), relocation(2, 2), update(3, { done: true })];
  const { batch } = pack(entries, new Map([["7", HERE]]), HOW);
  assert.deepEqual(batch.operations, [{ move: { id: 7, list_id: 2 } }]);
  assert.deepEqual(batch.parts, [{ key: "7", seqs: [AT + 2] }]);
  assert.deepEqual(
    [shown(HERE, entries).list_id, shown(HERE, entries).title, shown(HERE, entries).done],
    [2, "Write", true],
  );
  const there = { key: "7", id: 12, task: { ...TASK, id: 12, list_id: 2 }, etag: '"2"' };
  const left = [entries[0], entries[2]];
  assert.deepEqual(pack(left, new Map([["7", there]]), HOW).batch.operations, [
    { update: { id: 12, if_match: '"2"', title: "Write", done: true } },
  ]);
});

test("a task that comes back before it was sent has never been away", () => {
  const entries = [relocation(1, 2), { ...relocation(2, 1), list_id: 2 }];
  assert.deepEqual(pack(entries, new Map([["7", HERE]]), HOW).spent, [AT + 1, AT + 2]);
  assert.equal(shown(HERE, entries).list_id, 1);
});

test("a task that was never sent is created in the list where it has come to be", () => {
  const entries = [{ ...create(1, "A"), list_id: 1 }, relocation(2, 2, { key: "new-1" })];
  assert.deepEqual(pack(entries, new Map(), HOW).batch.operations, [
    { create: { ...EMPTY, title: "A", list_id: 2 } },
  ]);
});

test("where others have put it into a third list, it goes into the one of here, and that is told", () => {
  const elsewhere = { ...HERE, task: { ...TASK, list_id: 3 } };
  const { batch, conflicts } = pack([relocation(1, 2)], new Map([["7", elsewhere]]), HOW);
  assert.deepEqual(batch.operations, [{ move: { id: 7, list_id: 2 } }]);
  assert.deepEqual(conflicts, [{ kind: "changed", key: "7", title: "Read", names: ["list_id"] }]);
});

test("what is below a task waits until that is in the other list, whatever is done to it", () => {
  const edited = { ...update(3, { done: true }), key: "new-1", was: fieldsOf(CHILD.task) };
  const entries = [relocation(1, 2), along(2), edited];
  const { batch, spent } = pack(entries, FAMILY, HOW);
  assert.deepEqual([batch.operations, spent], [[{ move: { id: 7, list_id: 2 } }], []]);
  assert.equal(shown(CHILD, [along(2)]).list_id, 2);
  const there = { ...CHILD, id: 13, task: { ...CHILD.task, id: 13, list_id: 2, parent_id: 12 } };
  const moved = { ...HERE, id: 12, task: { ...TASK, id: 12, list_id: 2 } };
  const kept = new Map([
    ["7", moved],
    ["new-1", there],
  ]);
  assert.deepEqual(pack([along(2)], kept, HOW).spent, [AT + 2]);
  const [operation] = pack([along(2), edited], kept, HOW).batch.operations;
  assert.deepEqual(operation, { update: { id: 13, if_match: '"9"', done: true } });
  // What was to go along, and is gone, is not made anew for that.
  assert.deepEqual(pack([along(2)], new Map(), HOW).spent, [AT + 2]);
});

test("what goes further than it went along is sent after that", () => {
  const further = { ...relocation(3, 4, { key: "new-1" }), list_id: 2 };
  const entries = [relocation(1, 2), along(2), further];
  assert.deepEqual(pack(entries, FAMILY, HOW).batch.operations, [{ move: { id: 7, list_id: 2 } }]);
});

test("a subtask that is added meanwhile names the id that its parent gets", () => {
  const added = below({ ...create(2, "Part"), list_id: 2 }, 7);
  assert.equal(pack([relocation(1, 2), added], FAMILY, HOW).batch.operations.length, 1);
  assert.deepEqual(renamed([added, create(3, "A")], new Map([[7, 12]])), [below(added, 12)]);
});

test("tasks that come from another list are found by when they were made, and by their titles", () => {
  const kept = (id, title, created_at = TASK.created_at) => ({
    ...{ key: String(id), id, task: { ...TASK, id, title, created_at }, etag: null },
  });
  const [a, b, other] = [kept(1, "A"), kept(2, "B"), kept(3, "A", "2020-01-01T00:00:00Z")];
  const [b2, a2] = [kept(12, "B"), kept(11, "A")];
  const found = relocatedAmong([b2, a2, kept(13, "C")], [other, a, b]);
  assert.deepEqual(
    [...found],
    [
      [b2, b],
      [a2, a],
    ],
  );
});
