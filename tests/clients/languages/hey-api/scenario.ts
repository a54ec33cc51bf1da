/** A session with the client that @hey-api/openapi-ts writes: argument, the base URL. */

import assert from "node:assert/strict";

import { createClient } from "./generated/client/index.js";
import * as todo from "./generated/index.js";

const [baseUrl = ""] = process.argv.slice(2);
const password = "Pizza is not a fruit!";
const as = (username: string, secret: string) =>
  createClient({ baseUrl, auth: ({ scheme }) => (scheme === "basic" ? `${username}:${secret}` : "") });
const anonymous = createClient({ baseUrl });
const client = as("susan", password);

// Register, and sign in.
const registered = await todo.createUser({ client: anonymous, body: { username: "susan", password } });
assert.equal(registered.data?.user.username, "susan");

// Create, and page.
const book = { title: "Read a book", labels: ["home"], due: "2026-11-30" };
const created = await todo.createTask({ client, body: book });
assert.ok(created.data);
const { task } = created.data;
assert.ok(task.created_at instanceof Date);
assert.deepEqual([task.completed_at, task.parent_id], [null, null]);
await todo.createTask({ client, body: { title: "Read a page" } });
const first = await todo.getTasks({ client, query: { limit: 1 } });
assert.deepEqual(first.data?.tasks, [task]);
const { next_cursor: cursor } = first.data;
assert.ok(cursor);
const rest = await todo.getTasks({ client, query: { limit: 1, cursor } });
assert.equal(rest.data?.next_cursor, undefined);

// Filter by labels and time.
const query = { label: ["home"], updated_since: task.updated_at };
const filtered = await todo.getTasks({ client, query });
assert.deepEqual(filtered.data?.tasks, [task]);

// Read, and send back whole.
const path = { task_id: task.id };
const read = await todo.getTask({ client, path });
assert.ok(read.data);
const body = { ...read.data.task, done: true };
const updated = await todo.updateTask({ client, path, body });
assert.deepEqual([updated.data?.task.done, updated.data?.task.title], [true, "Read a book"]);

// Overwrite only what was seen.
const seen = read.response?.headers.get("ETag") ?? "";
const stale = await todo.updateTask({ client, path, headers: { "If-Match": seen }, body: { done: false } });
assert.equal(stale.response?.status, 412);
assert.equal(stale.error?.code, "precondition_failed");

// Clear a member.
const patched = await todo.patchTask({ client, path, body: { due: null } });
assert.equal(patched.data?.task.due, null);

// Send again, safely.
const once = { client, headers: { "Idempotency-Key": "bread-1" }, body: { title: "Buy bread" } };
const bread = await todo.createTask(once);
const again = await todo.createTask(once);
assert.ok(bread.data);
assert.deepEqual(again.data, bread.data);

// Many at once.
const { id } = bread.data.task;
const operations = [{ create: { title: "Read on" } }, { update: { id, done: true } }, { delete: { id } }];
const batch = await todo.runBatch({ client, body: { operations } });
assert.equal(batch.data?.results[0]?.task?.title, "Read on");
assert.equal(batch.data.results[2]?.result, true);

// Follow with a copy.
const changes = await todo.getChanges({ client });
assert.deepEqual(
  changes.data?.changes.map((change) => change.task?.title),
  ["Read a page", "Read a book", "Read on"],
);

// Export in each form, and import.
for (const format of ["jsonl", "json", "csv", "ics"] as const) {
  const exported = await todo.exportTasks({ client, query: { format }, parseAs: "text" });
  assert.ok(String(exported.data).length > 100, format);
}
const imported = await todo.importTasks({ client, body: { tasks: [{ title: "Rest" }] } });
assert.equal(imported.data?.imported, 1);

// Invite somebody to a list.
const toms = { username: "tom", password: `${password}!` };
await todo.createUser({ client: anonymous, body: toms });
const tom = as(toms.username, toms.password);
const garden = await todo.createList({ client, body: { name: "Garden", time_zone: "Europe/Berlin" } });
assert.ok(garden.data);
const list_id = garden.data.list.id;
const invited = await todo.createInvitation({
  client,
  path: { list_id },
  body: { role: "viewer", expires_in_days: 1 },
});
assert.ok(invited.data);
const { code } = invited.data.invitation;
const joined = await todo.redeemInvitation({ client: tom, body: { code } });
assert.deepEqual([joined.data?.list.id, joined.data?.list.role], [list_id, "viewer"]);
const members = await todo.getMembers({ client: tom, path: { list_id } });
assert.deepEqual(
  members.data?.members.map(({ username, role }) => [username, role]),
  [["susan", "owner"], ["tom", "viewer"]],
);

// Do a task that comes again.
const repeat = { rule: "FREQ=WEEKLY;BYDAY=FR", from: "due" } as const;
const water = { title: "Water the plants", list_id, due: "2030-11-29", assigned_to: "tom", repeat };
const watering = await todo.createTask({ client, body: water });
assert.deepEqual(watering.data?.task.repeat, repeat);
const watered = { task_id: watering.data.task.id };
const done = await todo.updateTask({ client, path: watered, body: { done: true } });
assert.ok(done.data?.task.next_id);
const following = await todo.getTask({ client: tom, path: { task_id: done.data.task.next_id } });
assert.deepEqual(
  [following.data?.task.due, following.data?.task.previous_id],
  ["2030-12-06", watered.task_id],
);
const both = await todo.getTasks({ client: tom, query: { list_id: [list_id], assigned_to: "tom" } });
assert.deepEqual(both.data?.tasks, [done.data.task, following.data?.task]);
const undo = await todo.updateTask({ client: tom, path: watered, body: { done: false } });
assert.equal(undo.error?.code, "role_too_low");
const ended = await todo.deleteList({ client, path: { list_id } });
assert.equal(ended.data?.result, true);
const gone = await todo.getTask({ client: tom, path: watered });
assert.equal(gone.error?.code, "not_found");

// Be refused.
const bad = await todo.createTask({ client, body: { title: "" } });
assert.equal(bad.response?.status, 400);
assert.equal(bad.error?.errors?.[0]?.pointer, "/title");
const wrong = await todo.getTasks({ client: as("susan", "It is!") });
assert.equal(wrong.error?.code, "unauthorized");
const missing = await todo.getTask({ client, path: { task_id: 1_000_000 } });
assert.equal(missing.error?.code, "not_found");
