/** A session with the client that openapi-generator's typescript-fetch writes. */

import assert from "node:assert/strict";

import {
  BatchApi,
  ChangesApi,
  Configuration,
  ErrorBodyFromJSON,
  ListsApi,
  ResponseError,
  SharingApi,
  TasksApi,
  TransferApi,
  UsersApi,
  type ErrorBody,
} from "./generated/index.js";

const username = "susan";
const password = "Pizza is not a fruit!";
const susan = new Configuration({ username, password });
const tasks = new TasksApi(susan);

// Register, and sign in.
const registered = await new UsersApi().createUser({ userToCreate: { username, password } });
assert.equal(registered.user.username, "susan");

// Sign in with any letters: by itself, the client takes those of Latin-1 only.
const olga = { username: "olga", password: "смотри, без латиницы" };
await new UsersApi().createUser({ userToCreate: olga });
await assert.rejects(new TasksApi(new Configuration(olga)).getTasks(), /Invalid character/);
const credentials = Buffer.from(`${olga.username}:${olga.password}`).toString("base64");
const headers = { Authorization: `Basic ${credentials}` };
assert.deepEqual((await new TasksApi(new Configuration({ headers })).getTasks()).tasks, []);

// Create, and page.
const book = { title: "Read a book", labels: ["home"], due: "2026-11-30" };
const { task } = await tasks.createTask({ taskToCreate: book });
await tasks.createTask({ taskToCreate: { title: "Read a page" } });
const first = await tasks.getTasks({ limit: 1 });
assert.deepEqual(first.tasks, [task]);
const { nextCursor: cursor } = first;
assert.ok(cursor);
assert.equal((await tasks.getTasks({ limit: 1, cursor })).nextCursor, undefined);

// Filter by labels and time.
const filtered = await tasks.getTasks({ label: ["home"], updatedSince: task.updatedAt });
assert.deepEqual(filtered.tasks, [task]);

// Read, and send back whole.
const read = await tasks.getTaskRaw({ taskId: task.id });
const whole = { ...(await read.value()).task, done: true };
const updated = await tasks.updateTask({ taskId: task.id, taskChanges: whole });
assert.deepEqual([updated.task.done, updated.task.title], [true, "Read a book"]);

// Overwrite only what was seen.
const ifMatch = read.raw.headers.get("ETag") ?? "";
const stale = tasks.updateTask({ taskId: task.id, taskChanges: { done: false }, ifMatch });
assert.equal((await refusal(stale, 412)).code, "precondition_failed");

// Clear a member.
const patched = await tasks.patchTask({ taskId: task.id, taskPatch: { due: null } });
assert.equal(patched.task.due, null);

// Send again, safely.
const once = { idempotencyKey: "bread-1", taskToCreate: { title: "Buy bread" } };
const bread = await tasks.createTask(once);
assert.deepEqual(await tasks.createTask(once), bread);

// Many at once.
const { id } = bread.task;
const operations = [{ create: { title: "Read on" } }, { update: { id, done: true } }, { _delete: { id } }];
const batch = await new BatchApi(susan).runBatch({ batch: { operations } });
assert.equal(batch.results[0]?.task?.title, "Read on");
assert.equal(batch.results[2]?.result, true);

// Follow with a copy.
const changes = await new ChangesApi(susan).getChanges();
assert.deepEqual(
  changes.changes.map((change) => change.task?.title),
  ["Read a page", "Read a book", "Read on"],
);

// Export in each form, and import.
const transfer = new TransferApi(susan);
for (const format of ["jsonl", "json", "csv", "ics"] as const) {
  const exported = await transfer.exportTasks({ format });
  assert.ok((await exported.text()).length > 100, format);
}
const imported = await transfer.importTasks({ body: new Blob(['{"title": "Rest"}\n']) });
assert.equal(imported.imported, 1);

// Invite somebody to a list.
const toms = { username: "tom", password: `${password}!` };
await new UsersApi().createUser({ userToCreate: toms });
const tom = new Configuration(toms);
const lists = new ListsApi(susan);
const garden = { name: "Garden", timeZone: "Europe/Berlin" };
const listId = (await lists.createList({ listToCreate: garden })).list.id;
const invitationToCreate = { role: "viewer", expiresInDays: 1 } as const;
const { invitation } = await new SharingApi(susan).createInvitation({ listId, invitationToCreate });
const sharing = new SharingApi(tom);
const { code } = invitation;
const joined = await sharing.redeemInvitation({ invitationToRedeem: { code } });
assert.deepEqual([joined.list.id, joined.list.role], [listId, "viewer"]);
const { members } = await sharing.getMembers({ listId });
assert.deepEqual(
  members.map((member) => [member.username, member.role]),
  [["susan", "owner"], ["tom", "viewer"]],
);

// Do a task that comes again.
const repeat = { rule: "FREQ=WEEKLY;BYDAY=FR", from: "due" } as const;
const water = { title: "Water the plants", listId, due: "2030-11-29", assignedTo: "tom", repeat };
const watering = await tasks.createTask({ taskToCreate: water });
assert.deepEqual(watering.task.repeat, repeat);
const watered = { taskId: watering.task.id };
const done = await tasks.updateTask({ ...watered, taskChanges: { done: true } });
assert.ok(done.task.nextId);
const tomsTasks = new TasksApi(tom);
const following = await tomsTasks.getTask({ taskId: done.task.nextId });
assert.deepEqual([following.task.due, following.task.previousId], ["2030-12-06", done.task.id]);
const both = await tomsTasks.getTasks({ listId: [listId], assignedTo: "tom" });
assert.deepEqual(both.tasks, [done.task, following.task]);
const undo = tomsTasks.updateTask({ ...watered, taskChanges: { done: false } });
assert.equal((await refusal(undo, 403)).code, "role_too_low");
assert.equal((await lists.deleteList({ listId })).result, true);
assert.equal((await refusal(tomsTasks.getTask(watered), 404)).code, "not_found");

// Be refused.
const bad = await refusal(tasks.createTask({ taskToCreate: { title: "" } }), 400);
assert.equal(bad.errors?.[0]?.pointer, "/title");
const stranger = new TasksApi(new Configuration({ username, password: "It is!" }));
assert.equal((await refusal(stranger.getTasks(), 401)).code, "unauthorized");
assert.equal((await refusal(tasks.getTask({ taskId: 1_000_000 }), 404)).code, "not_found");

/** Return the error of a call that has to be refused with a status. */
async function refusal(call: Promise<unknown>, status: number): Promise<ErrorBody> {
  const failure = await call.then(() => undefined, (reason: unknown) => reason);
  assert.ok(failure instanceof ResponseError);
  assert.equal(failure.response.status, status);
  return ErrorBodyFromJSON(await failure.response.json());
}
