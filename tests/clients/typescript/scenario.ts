/** What a user of the types does that openapi-typescript writes: argument, the base URL. */

import assert from "node:assert/strict";

import createClient from "openapi-fetch";

import type { paths } from "./generated/schema.js";

const [baseUrl = ""] = process.argv.slice(2);
const username = "susan";
const password = "Pizza is not a fruit!";

const anonymous = createClient<paths>({ baseUrl });
const susan = createClient<paths>({ baseUrl, headers: basic(username, password) });

// Register.
const newcomer = { username, password, email: "susan@example.com" };
const registered = await anonymous.POST("/users", { body: newcomer });
assert.equal(registered.data?.user.email, "susan@example.com");

// Create, list, get.
const created = await susan.POST("/tasks", { body: { title: "Read a book" } });
assert.ok(created.data);
const { task } = created.data;
assert.deepEqual([task.description, task.done], ["", false]);
const listed = await susan.GET("/tasks");
assert.deepEqual(listed.data?.tasks, [task]);
const path = { task_id: task.id };
const got = await susan.GET("/tasks/{task_id}", { params: { path } });
assert.deepEqual(got.data, created.data);

// Update.
const changes = { description: "Any book. 📖", done: true };
const updated = await susan.PUT("/tasks/{task_id}", { params: { path }, body: changes });
assert.ok(updated.data);
const { updated_at, completed_at, completed_by } = updated.data.task;
assert.deepEqual(updated.data.task, { ...task, ...changes, updated_at, completed_at, completed_by });

// The same again, done once; many at once.
const once = {
  params: { header: { "Idempotency-Key": "page-1" } },
  body: { title: "Read a page", priority: 2 },
};
const first = await susan.POST("/tasks", once);
const again = await susan.POST("/tasks", once);
assert.ok(first.data);
assert.deepEqual(again.data, first.data);
assert.equal(again.response.headers.get("Idempotency-Replayed"), "true");
const { id } = first.data.task;
const operations = [
  { create: { title: "Read on" } },
  { update: { id, done: true } },
  { delete: { id } },
];
const batch = await susan.POST("/tasks/batch", { body: { operations } });
const [readOn, finished, removed] = batch.data?.results ?? [];
assert.equal(readOn?.task?.title, "Read on");
assert.equal(finished?.task?.done, true);
assert.equal(removed?.result, true);

// Page by page.
const query = { limit: 1, sort: "-id" as const };
const pageOfOne = await susan.GET("/tasks", { params: { query } });
assert.deepEqual(pageOfOne.data?.tasks, [readOn.task]);
const cursor = pageOfOne.data.next_cursor;
assert.ok(cursor);
const rest = await susan.GET("/tasks", { params: { query: { ...query, cursor } } });
assert.deepEqual(rest.data, { tasks: [updated.data.task] });

// Overwrite only what was seen.
const seen = got.response.headers.get("ETag") ?? "";
const guarded = { path, header: { "If-Match": seen } };
const stale = await susan.PUT("/tasks/{task_id}", { params: guarded, body: { done: false } });
assert.equal(stale.response.status, 412);
assert.equal(stale.error?.error, "Precondition failed");
guarded.header["If-Match"] = stale.response.headers.get("ETag") ?? "";
const undone = await susan.PUT("/tasks/{task_id}", { params: guarded, body: { done: false } });
assert.equal(undone.data?.task.done, false);

// Patch, and follow with a copy.
const before = await susan.GET("/tasks/changes");
assert.ok(before.data);
const patched = await susan.PATCH("/tasks/{task_id}", {
  params: { path },
  body: { description: null, priority: 3 },
});
assert.ok(patched.data);
assert.deepEqual([patched.data.task.description, patched.data.task.priority], ["", 3]);
const since = before.data.next;
const after = await susan.GET("/tasks/changes", { params: { query: { since } } });
const etag = patched.response.headers.get("ETag") ?? "";
assert.deepEqual(after.data?.changes, [
  { id: task.id, deleted: false, task: patched.data.task, etag },
]);

// Find by labels and by time, and send back whole with a change.
const bread = await susan.POST("/tasks", { body: { title: "Buy bread", labels: ["shop", "home"] } });
assert.ok(bread.data);
const filters = { label: ["home", "shop"], updated_since: bread.data.task.updated_at };
const found = await susan.GET("/tasks", { params: { query: filters } });
assert.deepEqual(found.data?.tasks, [bread.data.task]);
const back = { ...bread.data.task, done: true };
const bought = { path: { task_id: bread.data.task.id } };
const sent = await susan.PUT("/tasks/{task_id}", { params: bought, body: back });
assert.deepEqual([sent.data?.task.done, sent.data?.task.labels], [true, bread.data.task.labels]);

// Export in each form, and import one of the files.
for (const format of ["jsonl", "json", "csv", "ics"] as const) {
  const query = { format };
  const inForm = await susan.GET("/tasks/export", { params: { query }, parseAs: "text" });
  assert.ok(String(inForm.data).length > 100, format);
}
const exported = await susan.GET("/tasks/export", { parseAs: "text" });
assert.ok(exported.data);
const lines = exported.data.trimEnd().split("\n");
assert.match(lines[0] ?? "", /"title":"Read a book"/);
const imported = await susan.POST("/tasks/import", {
  body: exported.data,
  bodySerializer: (file) => file,
  headers: { "Content-Type": "application/jsonl" },
});
assert.equal(imported.data?.imported, lines.length);

// Let a program read by a token, and by nothing else; then revoke it.
const token = await susan.POST("/tokens", {
  body: { name: "Phone", scope: "read", expires_in_days: 1 },
});
assert.ok(token.data);
const { secret, id: token_id } = token.data.token;
const phone = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${secret}` } });
assert.ok((await phone.GET("/tasks")).data?.tasks.length);
const more = await phone.POST("/tasks", { body: { title: "Read more" } });
assert.equal(more.response.status, 403);
assert.equal(more.error?.detail, "This needs credentials of the scope write.");
const tokens = await susan.GET("/tokens");
assert.deepEqual(tokens.data?.tokens.map(({ name }) => name), ["Phone"]);
const revoked = await susan.DELETE("/tokens/{token_id}", { params: { path: { token_id } } });
assert.equal(revoked.data?.result, true);
assert.equal((await phone.GET("/tasks")).response.status, 401);

// Invite somebody to a list, and do a task in it that comes again.
const tomsPassword = `${password}!`;
const tom = createClient<paths>({ baseUrl, headers: basic("tom", tomsPassword) });
await anonymous.POST("/users", { body: { username: "tom", password: tomsPassword } });
const garden = await susan.POST("/lists", {
  body: { name: "Garden", time_zone: "Europe/Berlin" },
});
assert.ok(garden.data);
const list_id = garden.data.list.id;
const invited = await susan.POST("/lists/{list_id}/invitations", {
  params: { path: { list_id } },
  body: { role: "viewer", expires_in_days: 1 },
});
assert.ok(invited.data);
const { code } = invited.data.invitation;
const joined = await tom.POST("/invitations/redeem", { body: { code } });
assert.deepEqual([joined.data?.list.id, joined.data?.list.role], [list_id, "viewer"]);
const repeat = { rule: "FREQ=WEEKLY;BYDAY=FR", from: "due" } as const;
const watering = await susan.POST("/tasks", {
  body: { title: "Water the plants", list_id, due: "2030-11-29", assigned_to: "tom", repeat },
});
assert.ok(watering.data);
const watered = { path: { task_id: watering.data.task.id } };
const done = await susan.PUT("/tasks/{task_id}", { params: watered, body: { done: true } });
assert.ok(done.data?.task.next_id);
const following = await tom.GET("/tasks/{task_id}", {
  params: { path: { task_id: done.data.task.next_id } },
});
assert.ok(following.data);
assert.equal(following.data.task.due, "2030-12-06");
assert.deepEqual(following.data.task.repeat, repeat);
const both = await tom.GET("/tasks", {
  params: { query: { list_id: [list_id], assigned_to: "tom" } },
});
assert.deepEqual(both.data?.tasks, [done.data.task, following.data.task]);
const undo = await tom.PUT("/tasks/{task_id}", { params: watered, body: { done: false } });
assert.equal(undo.error?.code, "role_too_low");
const ended = await susan.DELETE("/lists/{list_id}", { params: { path: { list_id } } });
assert.equal(ended.data?.result, true);
assert.equal((await tom.GET("/tasks/{task_id}", { params: watered })).error?.code, "not_found");

// Conflict.
const taken = await anonymous.POST("/users", { body: newcomer });
assert.equal(taken.response.status, 409);
assert.equal(taken.error?.error, "Conflict");

// A fault, with its place.
const common = { username: "somebody", password: "password123" };
const bad = await anonymous.POST("/users", { body: common });
assert.equal(bad.response.status, 400);
assert.equal(bad.error?.errors?.[0]?.pointer, "/password");

// Delete.
const deleted = await susan.DELETE("/tasks/{task_id}", { params: { path } });
assert.equal(deleted.data?.result, true);
const gone = await susan.GET("/tasks/{task_id}", { params: { path } });
assert.equal(gone.error?.code, "not_found");

// The wrong password.
const stranger = createClient<paths>({ baseUrl, headers: basic(username, "It is!") });
const refused = await stranger.GET("/tasks");
assert.equal(refused.error?.code, "unauthorized");

/** Return the header that Basic sends (RFC 7617). */
function basic(username: string, password: string): { Authorization: string } {
  const credentials = Buffer.from(`${username}:${password}`).toString("base64");
  return { Authorization: `Basic ${credentials}` };
}
