/** A session with the client that orval writes, which knows the service's address by itself. */

import assert from "node:assert/strict";

import * as todo from "./generated/todo.js";

const password = "Pizza is not a fruit!";
const as = (username: string, secret: string): RequestInit => ({
  headers: { Authorization: `Basic ${btoa(`${username}:${secret}`)}` },
});
const susan = as("susan", password);

// Register, and sign in.
const registered = await todo.createUser({ username: "susan", password });
assert.equal(registered.status, 201);
assert.equal(registered.data.user.username, "susan");

// Create, and page.
const book = { title: "Read a book", labels: ["home"], due: "2026-11-30" };
const created = await todo.createTask(book, {}, susan);
assert.equal(created.status, 201);
const { task } = created.data;
await todo.createTask({ title: "Read a page" }, {}, susan);
const first = await todo.getTasks({ limit: 1 }, {}, susan);
assert.equal(first.status, 200);
assert.deepEqual(first.data.tasks, [task]);
const { next_cursor: cursor } = first.data;
assert.ok(cursor);
const rest = await todo.getTasks({ limit: 1, cursor }, {}, susan);
assert.equal(rest.status, 200);
assert.equal(rest.data.next_cursor, undefined);

// Filter by labels and time.
const wanted = { label: ["home"], updated_since: task.updated_at };
const filtered = await todo.getTasks(wanted, {}, susan);
assert.equal(filtered.status, 200);
assert.deepEqual(filtered.data.tasks, [task]);

// Read, and send back whole.
const read = await todo.getTask(task.id, {}, susan);
assert.equal(read.status, 200);
const updated = await todo.updateTask(task.id, { ...read.data.task, done: true }, {}, susan);
assert.equal(updated.status, 200);
assert.deepEqual([updated.data.task.done, updated.data.task.title], [true, "Read a book"]);

// Overwrite only what was seen.
const seen = { "If-Match": read.headers.get("ETag") ?? "" };
const stale = await todo.updateTask(task.id, { done: false }, seen, susan);
assert.equal(stale.status, 412);
assert.equal(stale.data.code, "precondition_failed");

// Clear a member.
const patched = await todo.patchTask(task.id, { due: null }, {}, susan);
assert.equal(patched.status, 200);
assert.equal(patched.data.task.due, null);

// Send again, safely.
const once = { "Idempotency-Key": "bread-1" };
const bread = await todo.createTask({ title: "Buy bread" }, once, susan);
const again = await todo.createTask({ title: "Buy bread" }, once, susan);
assert.equal(bread.status, 201);
assert.deepEqual(again.data, bread.data);

// Many at once.
const { id } = bread.data.task;
const operations = [{ create: { title: "Read on" } }, { update: { id, done: true } }, { delete: { id } }];
const batch = await todo.runBatch({ operations }, {}, susan);
assert.equal(batch.status, 200);
assert.equal(batch.data.results[0]?.task?.title, "Read on");
assert.equal(batch.data.results[2]?.result, true);

// Follow with a copy.
const changes = await todo.getChanges({}, {}, susan);
assert.equal(changes.status, 200);
assert.deepEqual(
  changes.data.changes.map((change) => change.task?.title),
  ["Read a page", "Read a book", "Read on"],
);

// Export in each form, and import.
for (const format of ["jsonl", "json", "csv", "ics"] as const) {
  const exported = await todo.exportTasks({ format }, susan);
  assert.equal(exported.status, 200);
  assert.ok((await exported.stream.text()).length > 100, format);
}
const file = { tasks: [{ title: "Rest" }] };
const asDocument = { headers: { ...susan.headers, "Content-Type": "application/json" } };
const imported = await todo.importTasks(file, {}, {}, asDocument);
assert.equal(imported.status, 200);
assert.equal(imported.data.imported, 1);

// Invite somebody to a list.
const tom = as("tom", `${password}!`);
await todo.createUser({ username: "tom", password: `${password}!` });
const garden = await todo.createList({ name: "Garden", time_zone: "Europe/Berlin" }, {}, susan);
assert.equal(garden.status, 201);
const list = garden.data.list.id;
const invited = await todo.createInvitation(list, { role: "viewer", expires_in_days: 1 }, susan);
assert.equal(invited.status, 201);
const { code } = invited.data.invitation;
const joined = await todo.redeemInvitation({ code }, tom);
assert.equal(joined.status, 200);
assert.deepEqual([joined.data.list.id, joined.data.list.role], [list, "viewer"]);
const members = await todo.getMembers(list, tom);
assert.equal(members.status, 200);
assert.deepEqual(
  members.data.members.map(({ username, role }) => [username, role]),
  [["susan", "owner"], ["tom", "viewer"]],
);

// Do a task that comes again.
const repeat = { rule: "FREQ=WEEKLY;BYDAY=FR", from: "due" } as const;
const water = { title: "Water the plants", list_id: list, due: "2030-11-29", assigned_to: "tom", repeat };
const watering = await todo.createTask(water, {}, susan);
assert.equal(watering.status, 201);
assert.deepEqual(watering.data.task.repeat, repeat);
const done = await todo.updateTask(watering.data.task.id, { done: true }, {}, susan);
assert.equal(done.status, 200);
const watered = done.data.task;
assert.ok(watered.next_id);
const following = await todo.getTask(watered.next_id, {}, tom);
assert.equal(following.status, 200);
assert.deepEqual([following.data.task.due, following.data.task.previous_id], ["2030-12-06", watered.id]);
const both = await todo.getTasks({ list_id: [list], assigned_to: "tom" }, {}, tom);
assert.equal(both.status, 200);
assert.deepEqual(both.data.tasks, [watered, following.data.task]);
const undo = await todo.updateTask(watered.id, { done: false }, {}, tom);
assert.equal(undo.status, 403);
assert.equal(undo.data.code, "role_too_low");
const ended = await todo.deleteList(list, {}, susan);
assert.equal(ended.status, 200);
assert.equal(ended.data.result, true);
const gone = await todo.getTask(watered.id, {}, tom);
assert.equal(gone.status, 404);
assert.equal(gone.data.code, "not_found");

// Be refused.
const bad = await todo.createTask({ title: "" }, {}, susan);
assert.equal(bad.status, 400);
assert.equal(bad.data.errors?.[0]?.pointer, "/title");
const wrong = await todo.getTasks({}, {}, as("susan", "It is!"));
assert.equal(wrong.status, 401);
assert.equal(wrong.data.code, "unauthorized");
const missing = await todo.getTask(1_000_000, {}, susan);
assert.equal(missing.status, 404);
assert.equal(missing.data.code, "not_found");
