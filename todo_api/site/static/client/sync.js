/**
 * How the local copy and the server come to agree. One tab at a time sends what is to be sent, in
 * its order, each batch under a key that makes it arrive once; then it follows the changes.
 *
 * @typedef {import("./outbox.js").Batch} Batch
 * @typedef {import("./outbox.js").Conflict} Conflict
 * @typedef {import("./outbox.js").Entry} Entry
 * @typedef {import("./outbox.js").Fields} Fields
 * @typedef {import("./outbox.js").Kept} Kept
 * @typedef {import("./outbox.js").Task} Task
 * @typedef {import("./store.js").Store} Store
 * @typedef {ReturnType<typeof import("./api.js").clientOf>} Client
 * @typedef {"saved" | "saving" | "offline" | "throttled" | "full" | "failing" | "broken"
 *   | "refused"} State
 * @typedef {{key: string, fields: Fields, seqs: number[]}} Lost
 *   A task that may have been created, though no answer has told its id.
 */

import { answered, Failure, heard, isForeign } from "./api.js";
import { listed } from "./local.js";
import {
  byTask,
  EMPTY,
  fieldsOf,
  isLike,
  keysIn,
  pack,
  relocatedAmong,
  renamed,
} from "./outbox.js";
import { randomId } from "./store.js";
import { signal } from "./vendor.js";

const POLL_SECONDS = 5;
const MOST_WAIT_SECONDS = 30;
const QUOTA_SECONDS = 60;
const PAGE = 100;
const MOST_CONFLICTS = 5;
/** The service knows a key for a day; an hour is for clocks that differ, and for the way. */
const KEY_MILLISECONDS = 23 * 60 * 60 * 1000;
/** Where a batch is told what is the matter with a member of an operation. */
const MEMBER = /^\/operations\/(\d+)\/(\w+)\/\w+$/u;

export class Sync {
  /**
   * @param {Store} store
   * @param {Client} api
   * @param {{onSignedOut: () => void, onConflict: (conflict: Conflict) => void}} tell
   */
  constructor(store, api, tell) {
    this.store = store;
    this.api = api;
    this.tell = tell;
    this.state = signal(/** @type {State} */ ("saving"));
    this.waitsUntil = signal(0);
    this.failures = 0;
    this.conflicts = 0;
    /** How many operations are sent one by one, to find the one that is refused. */
    this.alone = 0;
    this.etag = "";
    this.listsTag = "";
    /** @type {Map<number, number>} as of when the lists are known, by their ids */
    this.versions = new Map();
    /** Whether something may have become of the lists. */
    this.areListsOld = true;
    /** What the service has asked to wait for. */
    this.notBefore = 0;
    /** The last time that the server was followed, here or in another tab. */
    this.stamp = "";
    /** @type {Set<string>} the tasks for which there is no room now */
    this.aside = new Set();
    this.isFull = false;
    /** @type {Failure | null} */
    this.quota = null;
    this.isRunning = false;
    this.isWanted = false;
    this.isStopped = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.onOnline = () => this.soon();
    this.onVisible = () => {
      if (document.visibilityState === "hidden") this.store.release();
      this.soon();
    };
    this.onLeft = () => this.store.hurry();
  }

  start() {
    this.store.onAction = () => this.soon();
    addEventListener("online", this.onOnline);
    document.addEventListener("visibilitychange", this.onVisible);
    addEventListener("pagehide", this.onLeft);
    this.soon();
  }

  stop() {
    this.isStopped = true;
    clearTimeout(this.timer);
    removeEventListener("online", this.onOnline);
    document.removeEventListener("visibilitychange", this.onVisible);
    removeEventListener("pagehide", this.onLeft);
  }

  /** Agree with the server as soon as it may be asked. */
  soon() {
    this.isWanted = true;
    void this.run();
  }

  async run() {
    if (this.isRunning || this.isStopped) return;
    this.isRunning = true;
    clearTimeout(this.timer);
    let wait = 0;
    while (this.isWanted && !this.isStopped && this.notBefore <= Date.now()) {
      this.isWanted = false;
      if (this.store.unsent.value && this.state.value === "saved") this.state.value = "saving";
      try {
        await exclusively(this.store.username, () => this.agree());
        this.failures = 0;
        wait = POLL_SECONDS;
        this.settle();
      } catch (error) {
        wait = this.failed(error);
      }
    }
    this.isRunning = false;
    if (!this.isStopped) this.wait(Math.max(wait * 1000, this.notBefore - Date.now()));
  }

  /**
   * Go on after a while; sooner where a deletion can no longer be undone by then, and not at all
   * where there is nobody to see it and nothing to send.
   * @param {number} milliseconds
   */
  wait(milliseconds) {
    const now = Date.now();
    this.waitsUntil.value = now + milliseconds;
    if (document.visibilityState === "hidden" && !this.store.unsent.value) return;
    const held = this.store.entries.map(({ after }) => after - now).filter((left) => left > 0);
    const least = Math.max(0, this.notBefore - now);
    const soonest = Math.min(milliseconds, ...held.map((left) => left + 20));
    this.timer = setTimeout(() => this.soon(), Math.max(least, soonest));
  }

  settle() {
    if (this.store.faulty.value.length) this.state.value = "refused";
    else this.state.value = this.store.unsent.value ? "saving" : "saved";
  }

  /**
   * Say what failed, and return in how many seconds to try again.
   * @param {unknown} error
   */
  failed(error) {
    this.failures += 1;
    const backOff = Math.min(2 ** (this.failures - 1), MOST_WAIT_SECONDS);
    if (!(error instanceof Failure)) {
      // The browser itself has failed, most often to keep something.
      this.state.value = "broken";
      return backOff;
    }
    const { kind, seconds } = error;
    if (seconds) this.notBefore = Date.now() + seconds * 1000;
    switch (kind) {
      case "signedout":
        this.stop();
        this.tell.onSignedOut();
        return MOST_WAIT_SECONDS;
      case "offline":
        this.state.value = "offline";
        return backOff;
      case "throttled":
        this.state.value = "throttled";
        return seconds || backOff;
      case "forbidden":
      case "full":
        this.state.value = "full";
        return seconds || QUOTA_SECONDS;
      default:
        this.state.value = "failing";
        return seconds || backOff;
    }
  }

  async agree() {
    const { store } = this;
    await store.flush();
    const { batch, stamp } = await store.local.readOutbox();
    if (stamp !== this.stamp) await store.open();
    this.stamp = stamp;
    this.conflicts = 0;
    this.hopeForRoom();
    if (batch) await this.sendAgain(batch);
    await this.pull();
    while (await this.push());
    await this.pushMoves();
    if (this.quota) throw this.quota;
  }

  /** Try again what there was no room for. */
  hopeForRoom() {
    this.aside.clear();
    this.isFull = false;
    this.quota = null;
  }

  /**
   * Send a batch of which it is not known whether the server has had it: under the same key, it
   * tells. Where it no longer knows the key, what has been created meanwhile tells.
   * @param {Batch} batch
   */
  async sendAgain(batch) {
    if (Date.now() - batch.made_at < KEY_MILLISECONDS) return this.send(batch);
    const { entries } = await this.store.local.readOutbox();
    const waiting = new Set(entries.map(({ seq }) => seq));
    /** @type {Lost[]} */
    const created = [];
    for (const [index, { create }] of batch.operations.entries()) {
      const part = batch.parts[index];
      if (create && part) created.push({ ...part, fields: fieldsOf({ ...EMPTY, ...create }) });
    }
    const lost = created.filter(({ seqs }) => seqs.every((seq) => waiting.has(seq)));
    await this.pull(lost);
    // A batch is carried out as a whole: if one has been found, so have been the others.
    const isDone = lost.length < created.length;
    const sent = isDone ? lost.flatMap(({ seqs }) => seqs) : [];
    return this.write({ batch: null, sent });
  }

  /** Send one batch; tell whether there may be another. */
  async push() {
    const { store } = this;
    await store.flush();
    const { entries } = await store.local.readOutbox();
    if (!entries.length) return false;
    const kept = await store.local.readTasks(keysIn(entries));
    const { batch, spent, conflicts } = pack(entries, kept, {
      now: Date.now(),
      most: this.alone > 0 ? 1 : PAGE,
      idempotency_key: randomId(),
      isLeft: (key, kind) =>
        this.aside.has(key) || (this.isFull && (kind === "create" || kind === "restore")),
    });
    if (!batch && !spent.length) return false;
    await this.write({ batch, sent: spent });
    for (const conflict of conflicts) {
      // Where its list is gone as well, that is told when the service says so.
      const list_id = store.get(conflict.key)?.list_id;
      const isThere = !list_id || store.lists.value.some(({ id }) => id === list_id);
      if (conflict.kind !== "restored" || isThere) this.tell.onConflict(conflict);
    }
    if (batch) await this.send(batch);
    return true;
  }

  /** Send, one by one, where tasks have been moved to, as far as the service knows these tasks. */
  async pushMoves() {
    const { store } = this;
    const { entries } = await store.local.readOutbox();
    const moves = entries.filter(({ kind }) => kind === "move");
    const unsent = new Set(entries.filter(({ kind }) => kind !== "move").map(({ key }) => key));
    for (const { seq, key, place = { after: "" } } of moves) {
      const isBefore = "before" in place;
      const beside = isBefore ? place.before : place.after;
      if (unsent.has(key) || unsent.has(beside)) continue;
      const known = await store.local.readTasks([key, beside]);
      const [task, other] = [known.get(key), known.get(beside)];
      /** @type {Kept[]} */
      let kept = [];
      if (task && other)
        kept = await this.move(task, isBefore ? { before: other.id } : { after: other.id });
      await this.write({ kept, sent: [seq] });
    }
    if (moves.length) await this.pull();
  }

  /**
   * Move one task. Where the service refuses that, somebody has moved or deleted one of the two.
   * @param {Kept} kept
   * @param {{before: number} | {after: number}} body
   * @returns {Promise<Kept[]>}
   */
  async move({ key, id }, body) {
    const params = { path: { task_id: id } };
    try {
      const answer = this.api.POST("/tasks/{task_id}/move", { params, body });
      const { response } = await heard(answer);
      const { task } = await answered(answer);
      return [{ key, id: task.id, task, etag: response.headers.get("ETag") }];
    } catch (failure) {
      if (failure instanceof Failure && ["refused", "conflict", "forbidden"].includes(failure.kind))
        return [];
      throw failure;
    }
  }

  /** @param {Batch} batch */
  async send(batch) {
    let results;
    try {
      ({ results } = await answered(
        this.api.POST("/tasks/batch", {
          params: { header: { "Idempotency-Key": batch.idempotency_key } },
          body: { operations: batch.operations },
        }),
      ));
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      return this.refused(failure, batch);
    }
    /** @type {Kept[]} */
    const kept = [];
    const forgotten = [];
    /** @type {Map<number, number>} */
    const ids = new Map();
    for (const [index, { key }] of batch.parts.entries()) {
      const { task, etag } = results[index] ?? {};
      if (task) {
        kept.push({ key, id: task.id, task, etag: etag ?? null });
        const former = this.store.kept.get(key)?.id;
        if (former) ids.set(former, task.id);
      } else forgotten.push(key);
    }
    this.conflicts = 0;
    this.alone = Math.max(0, this.alone - 1);
    if (forgotten.length) this.hopeForRoom();
    // What has been taken out of the trash may still have to be changed.
    const sent = batch.parts.flatMap(({ seqs }, index) =>
      batch.operations[index]?.restore ? [] : seqs,
    );
    const gone = new Set(forgotten);
    for (const [key, own] of byTask(this.store.entries)) {
      const { kind, along = "" } = /** @type {Entry} */ (own.at(-1));
      if (kind !== "delete" || !gone.has(along)) continue;
      forgotten.push(key);
      sent.push(...own.map(({ seq }) => seq));
    }
    const left = this.store.entries.filter(({ seq }) => !sent.includes(seq));
    await this.write({ kept, forgotten, entries: renamed(left, ids), sent, batch: null });
    // With a task that is restored or moved, its subtasks come; one that repeats is followed by the next.
    const isFollowed = batch.operations.some(
      ({ restore, move, update }, index) =>
        restore ?? move ?? (update?.done !== undefined && results[index]?.task?.repeat),
    );
    if (isFollowed) await this.pull();
    return undefined;
  }

  /**
   * Find out what a refusal means for what was sent; throw it again if it is for later.
   * @param {Failure} failure
   * @param {Batch} batch
   */
  async refused(failure, batch) {
    const isRunning = failure.kind === "conflict" && failure.seconds > 0;
    if (isRunning || ["offline", "signedout", "throttled", "server"].includes(failure.kind)) {
      throw failure;
    }
    await this.write({ batch: null });
    if (await this.circumvent(failure, batch)) return;
    const [part] = batch.parts;
    if (failure.kind === "conflict") {
      this.conflicts += 1;
      if (this.conflicts > MOST_CONFLICTS) throw failure;
      await this.pull();
    } else if (batch.parts.length > 1) {
      // One of them is at fault: alone, the others arrive.
      this.alone = batch.parts.length;
    } else if (part && batch.operations[0]?.move) {
      this.alone = 0;
      await this.stay(part.key, failure.detail);
    } else if (part && ["forbidden", "full"].includes(failure.kind)) {
      // What makes room must not wait for what needs it.
      this.quota = failure;
      this.aside.add(part.key);
      const [operation] = batch.operations;
      this.isFull ||= Boolean(operation?.create ?? operation?.restore);
      this.alone = 0;
    } else if (part) {
      const fault = failure.faults[0]?.detail || failure.detail || String(failure.status);
      const { entries } = await this.store.local.readOutbox();
      const refused = entries.filter(({ seq }) => part.seqs.includes(seq));
      this.alone = Math.max(0, this.alone - 1);
      await this.write({ entries: refused.map((entry) => ({ ...entry, fault })) });
    }
  }

  /**
   * Leave a task, and what is below it, in the list where it is.
   * @param {string} key
   * @param {string} reason
   */
  async stay(key, reason) {
    const { entries } = await this.store.local.readOutbox();
    const title = this.store.get(key)?.title ?? "";
    await this.write({ sent: relocationsOf(entries, key) });
    this.tell.onConflict({ kind: "stays", key, title, reason });
  }

  /**
   * Do in another way what can no longer be done: what has left the trash is made anew, what was
   * meant for a list that is gone, or that may only be read, goes into one's own, what was to be moved
   * there stays, what was done to a task of such a list is undone, what was assigned to somebody who
   * is no member is so no longer, and what was to be below a task that is gone, or too deep, stands by
   * itself. Tell whether there was something of the kind.
   * @param {Failure} failure
   * @param {Batch} batch
   */
  async circumvent({ kind, faults }, batch) {
    const { entries } = await this.store.local.readOutbox();
    /** @type {Entry[]} */
    const changed = [];
    /** @type {number[]} */
    const undone = [];
    for (const { pointer = "", code, detail } of faults) {
      const [, index, verb] = MEMBER.exec(pointer) ?? [];
      const part = batch.parts[Number(index)];
      if (!part) continue;
      const { key } = part;
      const title = this.store.get(key)?.title ?? "";
      const own = entries.filter((entry) => entry.key === key);
      if (verb === "create" && pointer.endsWith("/list_id")) {
        // What was to be changed there becomes a new task.
        changed.push(
          ...own.map((entry) => {
            const there = { ...entry, list_id: null, into: undefined };
            if (entry.kind !== "update" || entry !== own[0]) return there;
            const fields = { ...entry.was, ...entry.fields };
            return { ...there, kind: /** @type {const} */ ("create"), fields };
          }),
        );
        this.tell.onConflict({ kind: "moved", key, title });
      } else if (verb === "move" && (pointer.endsWith("/list_id") || code === "low_role")) {
        undone.push(...relocationsOf(entries, key));
        this.tell.onConflict({ kind: "stays", key, title, reason: detail });
      } else if (pointer.endsWith("/assigned_to")) {
        const nobody = { assigned_to: null };
        changed.push(...own.map((entry) => ({ ...entry, fields: { ...entry.fields, ...nobody } })));
        this.tell.onConflict({ kind: "unassigned", key, title });
      } else if (pointer.endsWith("/parent_id")) {
        const alone = { parent_id: null };
        changed.push(...own.map((entry) => ({ ...entry, fields: { ...entry.fields, ...alone } })));
        this.tell.onConflict({ kind: "alone", key, title });
      } else if (code === "low_role") {
        undone.push(...own.map(({ seq }) => seq));
        this.store.withdraw(key);
        this.tell.onConflict({ kind: "undone", key, title });
      } else if (verb === "restore" && kind === "conflict") {
        changed.push(...own.map((entry) => ({ ...entry, id: null })));
      }
    }
    const isOne = changed.length + undone.length > 0;
    if (isOne) await this.write({ entries: changed, sent: undone });
    return isOne;
  }

  /**
   * Follow the changes to their end, and which lists there are.
   * @param {Lost[]} lost what is taken out of here when it is found among the new tasks
   */
  async pull(lost = []) {
    const { store } = this;
    await store.flush();
    let { next } = await store.local.readOutbox();
    /** @type {Set<string> | null} what a copy that starts over has not seen again */
    let unseen = next === null && store.kept.size ? new Set(store.kept.keys()) : null;
    /** @type {Map<number, Kept>} what was not known before */
    const arrived = new Map();
    /** @type {Map<string, Kept>} what was known before, and is no longer there */
    const gone = new Map();
    for (let more = true; more;) {
      const since = next;
      const query = next === null ? { limit: PAGE } : { since: next, limit: PAGE };
      const header = this.etag ? { "If-None-Match": this.etag } : {};
      /** @type {any} */
      let page;
      let etag;
      try {
        const answer = this.api.GET("/tasks/changes", {
          params: { query, header },
          cache: "no-store",
        });
        const { response } = await heard(answer);
        if (response.status === 304) break;
        this.areListsOld = true;
        etag = response.headers.get("ETag");
        page = await answered(answer);
      } catch (failure) {
        const isTooOld = failure instanceof Failure && failure.kind === "gone";
        if (since === null || !(isTooOld || isForeign(failure))) throw failure;
        // Deletions are no longer known: the copy is made anew.
        next = null;
        unseen = new Set(store.kept.keys());
        this.etag = "";
        continue;
      }
      this.etag = page.next === next ? (etag ?? "") : "";
      /** @type {Map<number, Kept>} */
      const kept = new Map();
      const sent = [];
      const goneLists = new Set(page.gone_lists);
      /** @type {Set<string>} */
      const forgotten = new Set(
        goneLists.size ? store.keysOf((task) => goneLists.has(task.list_id)) : [],
      );
      for (const { id, task, etag = null } of page.changes) {
        const known = store.keys.get(id);
        const found = known || !task ? -1 : lost.findIndex(({ fields }) => isLike(task, fields));
        const [made] = found < 0 ? [] : lost.splice(found, 1);
        const key = known ?? made?.key ?? store.keyOf(id);
        if (made) sent.push(...made.seqs);
        unseen?.delete(key);
        if (task) {
          kept.set(id, { key, id, task, etag });
          if (!known && !made) arrived.set(id, { key, id, task, etag });
        } else if (known && store.kept.get(known)?.id === id) {
          // What is told of a former id of a task says nothing of the task.
          forgotten.add(known);
        }
      }
      more = page.more;
      next = page.next;
      for (const key of more ? [] : (unseen ?? [])) forgotten.add(key);
      for (const key of forgotten) {
        const former = store.kept.get(key);
        if (former) gone.set(key, former);
      }
      /** @type {Map<number, number>} */
      const ids = new Map();
      for (const [now, former] of relocatedAmong(arrived.values(), gone.values())) {
        if (!kept.has(now.id)) forgotten.add(now.key);
        kept.set(now.id, { ...now, key: former.key });
        forgotten.delete(former.key);
        ids.set(former.id, now.id);
        arrived.delete(now.id);
        gone.delete(former.key);
      }
      // A copy that is made anew is not followed from here before it is whole.
      const reached = more && unseen ? {} : { next };
      if (kept.size || forgotten.size || next !== since) {
        const entries = renamed(store.entries, ids);
        await this.write({
          kept: [...kept.values()],
          forgotten: [...forgotten],
          entries,
          sent,
          ...reached,
        });
      }
    }
    if (this.areListsOld) await this.followLists();
  }

  /** Read which lists there are. Tasks that were read before that, and are in none, are gone. */
  async followLists() {
    const { store } = this;
    const known = store.lists.value;
    const header = this.listsTag ? { "If-None-Match": this.listsTag } : {};
    const answer = this.api.GET("/lists", { params: { header }, cache: "no-store" });
    const { response } = await heard(answer);
    if (store.lists.value !== known) {
      // What was made or deleted here meanwhile may be missing, or still be there.
      this.isWanted = true;
      return;
    }
    if (response.status !== 304) {
      const read = (await answered(answer)).lists;
      this.versions = new Map(read.map(({ id, version }) => [id, version]));
      const lists = read.map(listed);
      const there = new Set(lists.map(({ id }) => id));
      await this.write({ lists, forgotten: store.keysOf((task) => !there.has(task.list_id)) });
      this.listsTag = response.headers.get("ETag") ?? "";
    }
    this.areListsOld = false;
  }

  /**
   * Write what has come of following the server.
   * @param {import("./local.js").Writing} writing
   */
  write(writing) {
    this.stamp = randomId();
    return this.store.write({ ...writing, stamp: this.stamp });
  }
}

/**
 * Return which entries put a task, and what is below it, into another list.
 * @param {Entry[]} entries
 * @param {string} key
 */
const relocationsOf = (entries, key) =>
  entries
    .filter((entry) => entry.into && (entry.key === key || entry.along === key))
    .map(({ seq }) => seq);

/**
 * Run while no other tab does.
 * @param {string} username
 * @param {() => Promise<void>} what
 */
const exclusively = (username, what) =>
  navigator.locks ? navigator.locks.request(`todo:${username}`, what) : what();
