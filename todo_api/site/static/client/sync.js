/**
 * How the local copy and the server come to agree. One tab at a time sends what is to be sent, in
 * its order, each batch under a key that makes it arrive once; then it follows the changes.
 *
 * @typedef {import("./outbox.js").Entry} Entry
 * @typedef {import("./outbox.js").Fields} Fields
 * @typedef {import("./outbox.js").Kept} Kept
 * @typedef {import("./outbox.js").Task} Task
 * @typedef {import("./store.js").Store} Store
 * @typedef {ReturnType<typeof import("./api.js").clientOf>} Client
 * @typedef {"saved" | "saving" | "offline" | "throttled" | "full" | "failing" | "refused"} State
 * @typedef {{kind: "changed", key: string, title: string, names: (keyof Fields)[]}
 *   | {kind: "kept" | "restored", key: string, title: string}} Conflict
 */

import { answered, Failure } from "./api.js";
import { merged, pack } from "./outbox.js";
import { randomId } from "./store.js";
import { signal } from "./vendor.js";

const POLL_SECONDS = 5;
const MOST_WAIT_SECONDS = 30;
const QUOTA_SECONDS = 60;
const PAGE = 100;

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
    this.most = PAGE;
    this.etag = "";
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
  }

  start() {
    this.store.onAction = () => this.soon();
    addEventListener("online", this.onOnline);
    document.addEventListener("visibilitychange", this.onVisible);
    this.soon();
  }

  stop() {
    this.isStopped = true;
    clearTimeout(this.timer);
    removeEventListener("online", this.onOnline);
    document.removeEventListener("visibilitychange", this.onVisible);
  }

  /** Agree with the server as soon as possible. */
  soon() {
    this.isWanted = true;
    void this.run();
  }

  async run() {
    if (this.isRunning) return;
    this.isRunning = true;
    clearTimeout(this.timer);
    let wait = POLL_SECONDS;
    while (this.isWanted && !this.isStopped) {
      this.isWanted = false;
      if (this.store.unsent.value && this.state.value === "saved") this.state.value = "saving";
      try {
        await exclusively(this.store.username, () => this.agree());
        this.failures = 0;
        wait = POLL_SECONDS;
        this.settle();
      } catch (failure) {
        if (!(failure instanceof Failure)) throw failure;
        wait = this.failed(failure);
      }
    }
    this.isRunning = false;
    if (this.isStopped) return;
    this.waitsUntil.value = Date.now() + wait * 1000;
    const held = this.store.entries
      .map((entry) => entry.after)
      .filter((after) => after > Date.now());
    const milliseconds = Math.min(wait * 1000, ...held.map((after) => after - Date.now() + 20));
    this.timer = setTimeout(() => this.soon(), milliseconds);
  }

  settle() {
    if (this.store.faulty.value.length) this.state.value = "refused";
    else this.state.value = this.store.unsent.value ? "saving" : "saved";
  }

  /**
   * Say what failed, and return in how many seconds to try again.
   * @param {Failure} failure
   */
  failed(failure) {
    this.failures += 1;
    const backOff = Math.min(2 ** (this.failures - 1), MOST_WAIT_SECONDS);
    switch (failure.kind) {
      case "signedout":
        this.stop();
        this.tell.onSignedOut();
        return MOST_WAIT_SECONDS;
      case "offline":
        this.state.value = "offline";
        return backOff;
      case "throttled":
        this.state.value = "throttled";
        return failure.seconds || backOff;
      case "forbidden":
        this.state.value = "full";
        return QUOTA_SECONDS;
      default:
        this.state.value = "failing";
        return failure.seconds || backOff;
    }
  }

  async agree() {
    await this.store.writing;
    const { batch } = await this.store.local.readOutbox();
    // Whether the server had it is not known: the same again, under the same key, tells.
    if (batch) await this.send(batch);
    await this.pull();
    while (await this.push());
  }

  /** Send one batch; tell whether there may be another. */
  async push() {
    await this.store.writing;
    const { entries } = await this.store.local.readOutbox();
    if (!entries.length) return false;
    const kept = await this.store.local.readTasks(new Set(entries.map((entry) => entry.key)));
    const batch = pack(entries, kept, {
      now: Date.now(),
      most: this.most,
      idempotency_key: randomId(),
    });
    if (!batch) return false;
    await this.store.write({ batch });
    await this.send(batch);
    return true;
  }

  /** @param {import("./outbox.js").Batch} batch */
  async send(batch) {
    const { store } = this;
    const sent = store.entries.filter((entry) => batch.seqs.includes(entry.seq));
    try {
      const { results } = await answered(
        this.api.POST("/tasks/batch", {
          params: { header: { "Idempotency-Key": batch.idempotency_key } },
          body: { operations: batch.operations },
        }),
      );
      /** @type {Kept[]} */
      const kept = [];
      const forgotten = [];
      for (const [index, entry] of sent.entries()) {
        const { task, etag } = results[index] ?? {};
        if (task) kept.push({ key: entry.key, id: task.id, task, etag: etag ?? null });
        else forgotten.push(entry.key);
      }
      this.most = PAGE;
      await store.write({ kept, forgotten, sent: batch.seqs, batch: null });
    } catch (failure) {
      if (failure instanceof Failure) await this.refused(failure, sent);
      else throw failure;
    }
  }

  /**
   * Find out what a refusal means for what was sent; throw it again if it is for later.
   * @param {Failure} failure
   * @param {Entry[]} sent
   */
  async refused(failure, sent) {
    const isRunning = failure.kind === "conflict" && failure.seconds > 0;
    if (isRunning || ["offline", "signedout", "throttled", "server"].includes(failure.kind)) {
      throw failure;
    }
    await this.store.write({ batch: null });
    if (failure.kind === "conflict") {
      await this.pull();
    } else if (sent.length > 1) {
      // One of them is at fault: alone, the others arrive.
      this.most = 1;
    } else if (failure.kind === "forbidden") {
      throw failure;
    } else {
      const fault = failure.faults[0]?.detail || failure.detail || String(failure.status);
      await this.store.write({
        entries: sent.map((entry) => ({ ...entry, fault })),
      });
    }
  }

  /** Follow the changes to their end. */
  async pull() {
    const { store } = this;
    await store.writing;
    let { next } = await store.local.readOutbox();
    /** @type {Set<string> | null} what a copy that starts over has not seen again */
    let unseen = next === null ? new Set([...store.kept.values()].map((kept) => kept.key)) : null;
    for (let more = true; more;) {
      const query = next === null ? { limit: PAGE } : { since: next, limit: PAGE };
      const header = this.etag ? { "If-None-Match": this.etag } : {};
      const answer = this.api.GET("/tasks/changes", {
        params: { query, header },
        cache: "no-store",
      });
      const { response } = await answer;
      if (response.status === 304) return;
      let page;
      try {
        page = await answered(answer);
      } catch (failure) {
        if (!(failure instanceof Failure) || failure.kind !== "gone") throw failure;
        // Deletions are no longer known: the copy is made anew.
        next = null;
        unseen = new Set(store.kept.keys());
        this.etag = "";
        continue;
      }
      this.etag = page.next === next ? (response.headers.get("ETag") ?? "") : "";
      /** @type {Kept[]} */
      const kept = [];
      const forgotten = [];
      for (const change of page.changes) {
        const key = store.keys.get(change.id) ?? String(change.id);
        unseen?.delete(key);
        if (change.task)
          kept.push({
            key,
            id: change.id,
            task: change.task,
            etag: change.etag ?? null,
          });
        else forgotten.push(key);
      }
      more = page.more;
      next = page.next;
      if (!more && unseen) forgotten.push(...[...unseen].filter((key) => store.kept.get(key)?.id));
      await store.write({
        kept,
        forgotten,
        next,
        ...this.merge(kept, forgotten),
      });
    }
  }

  /**
   * Merge what is still to be sent with what has come.
   * @param {Kept[]} kept
   * @param {string[]} forgotten
   * @returns {{entries: Entry[], sent: number[]}}
   */
  merge(kept, forgotten) {
    const { store } = this;
    /** @type {Entry[]} */
    const entries = [];
    /** @type {number[]} */
    const sent = [];
    if (!store.entries.length) return { entries, sent };
    for (const { key, task, etag } of kept) {
      const before = store.kept.get(key);
      for (const entry of store.entriesOf(key)) {
        if (!task || entry.kind === "create" || before?.etag === etag) continue;
        if (entry.kind === "delete") {
          sent.push(entry.seq);
          this.tell.onConflict({ kind: "kept", key, title: task.title });
          continue;
        }
        const { entry: rest, conflicts } = merged(entry, task);
        if (rest) entries.push(rest);
        else sent.push(entry.seq);
        if (conflicts.length) {
          this.tell.onConflict({
            kind: "changed",
            key,
            title: task.title,
            names: conflicts,
          });
        }
      }
    }
    for (const key of forgotten) {
      const task = store.get(key);
      const mine = store.entriesOf(key);
      sent.push(...mine.map((entry) => entry.seq));
      if (!task || !mine.some((entry) => entry.kind === "update")) continue;
      // What was typed is not lost: the task is made again.
      const { title, description, done, due, priority, labels } = task;
      const fields = { title, description, done, due, priority, labels };
      const anew = `new-${randomId()}`;
      entries.push({
        seq: store.nextSeq(),
        key: anew,
        kind: "create",
        fields,
        was: {},
        after: 0,
      });
      this.tell.onConflict({ kind: "restored", key: anew, title });
    }
    return { entries, sent };
  }
}

/**
 * Run while no other tab does.
 * @param {string} username
 * @param {() => Promise<void>} what
 */
const exclusively = (username, what) =>
  navigator.locks ? navigator.locks.request(`todo:${username}`, what) : what();
