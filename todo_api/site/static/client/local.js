/**
 * The local copy, in IndexedDB: the lists and tasks as the server had them, what is still to be sent,
 * and how far the changes have been followed. Those who sign in for one tab leave nothing here but what
 * is still to be sent; they have the lists in the tab's memory.
 *
 * @typedef {import("./outbox.js").Kept} Kept
 * @typedef {import("./outbox.js").Entry} Entry
 * @typedef {import("./outbox.js").Batch} Batch
 * @typedef {import("./outbox.js").Schemas["TodoList"]} ListOfService
 * @typedef {Pick<ListOfService, "id" | "name" | "is_own"> & Partial<Pick<ListOfService, "role" | "time_zone">>} TodoList
 *   A copy of before these were kept has none until the lists are read again, as each start does.
 * @typedef {{kept?: Kept[], forgotten?: string[], entries?: Entry[], sent?: number[],
 *   lists?: TodoList[], next?: string | null, batch?: Batch | null, stamp?: string}} Writing
 *   What one transaction writes: tasks and entries by their keys, and those that go; all of the
 *   lists; each time that the server is followed has a stamp of its own.
 * @typedef {{entries: Entry[], next: string | null, batch: Batch | null, stamp: string,
 *   mark: string | null}} Progress
 *   `mark` is any place in the changes of the account that all this belongs to.
 */

import { byTask, EMPTY, fieldsOf, outcomeOf } from "./outbox.js";

const VERSION = 3;
const STORES = ["tasks", "lists", "outbox", "progress"];

/**
 * What is kept of a list.
 * @param {ListOfService} list
 * @returns {TodoList}
 */
export const listed = ({ id, name, is_own, role, time_zone }) => ({
  id,
  name,
  is_own,
  role,
  time_zone,
});

/**
 * @template Result
 * @param {IDBRequest<Result>} request
 * @returns {Promise<Result>}
 */
const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @type {(username: string) => string} */
const nameOf = (username) => `todo:${username}`;

/** @param {string} username */
function open(username) {
  const opening = indexedDB.open(nameOf(username), VERSION);
  opening.onupgradeneeded = ({ oldVersion }) => {
    const { result: db, transaction } = opening;
    if (oldVersion < 2) db.createObjectStore("lists", { keyPath: "id" });
    if (oldVersion) {
      // Its tasks lack members: they are read anew, and what is still to be sent stays.
      transaction?.objectStore("progress").delete("next");
    } else {
      db.createObjectStore("tasks", { keyPath: "key" });
      db.createObjectStore("outbox", { keyPath: "seq" });
      db.createObjectStore("progress");
    }
  };
  return done(opening);
}

/**
 * Open the copy of a user's list.
 * @param {string} username
 * @param {() => boolean} isStaying whether the list may stay on this device
 */
export async function openLocal(username, isStaying) {
  const local = new Local(username, await open(username), isStaying);
  if (local.isForTab) await local.forgetList();
  return local;
}

/**
 * Remove the copy of a user's list from this device.
 * @param {string} username
 */
export const removeLocal = (username) => done(indexedDB.deleteDatabase(nameOf(username)));

export class Local {
  /**
   * @param {string} username
   * @param {IDBDatabase} db
   * @param {() => boolean} isStaying
   */
  constructor(username, db, isStaying) {
    this.username = username;
    this.isStaying = isStaying;
    this.isForTab = !isStaying();
    this.isClosed = false;
    /** When another tab removes the copy. */
    this.onRemoved = () => {};
    /** @type {Map<string, Kept>} the tasks of those who are here for one tab */
    this.list = new Map();
    /** @type {TodoList[]} their lists */
    this.lists = [];
    /** @type {string | null} */
    this.next = null;
    this.db = this.watched(db);
  }

  /** @param {IDBDatabase} db */
  watched(db) {
    db.onversionchange = ({ newVersion }) => {
      this.close();
      if (newVersion === null) this.onRemoved();
      else location.reload(); // a newer client is in another tab, and so has to be in this one
    };
    return db;
  }

  close() {
    this.isClosed = true;
    this.db.close();
  }

  /**
   * Begin a transaction, on a new connection if the browser has closed the last one.
   * @param {IDBTransactionMode} mode
   */
  async begin(mode) {
    try {
      return this.db.transaction(STORES, mode);
    } catch (error) {
      if (this.isClosed) throw error;
      this.db = this.watched(await open(this.username));
      return this.db.transaction(STORES, mode);
    }
  }

  /** Read everything. */
  async read() {
    const transaction = await this.begin("readonly");
    const tasks = done(transaction.objectStore("tasks").getAll());
    const listed = done(transaction.objectStore("lists").getAll());
    const progress = this.progressIn(transaction);
    /** @type {Kept[]} */
    const kept = await tasks;
    /** @type {TodoList[]} */
    const lists = this.isForTab ? this.lists : await listed;
    const all = byKey([...kept, ...this.list.values()]);
    return { ...(await progress), kept: [...all.values()], lists };
  }

  /** Read what is to be sent, and how far the changes have been followed. */
  async readOutbox() {
    return this.progressIn(await this.begin("readonly"));
  }

  /**
   * @param {IDBTransaction} transaction
   * @returns {Promise<Progress>}
   */
  async progressIn(transaction) {
    const progress = transaction.objectStore("progress");
    const [entries, next, batch, stamp, mark] = await Promise.all([
      done(transaction.objectStore("outbox").getAll()),
      done(progress.get("next")),
      done(progress.get("batch")),
      done(progress.get("stamp")),
      done(progress.get("mark")),
    ]);
    return {
      entries,
      next: (this.isForTab ? this.next : next) ?? null,
      batch: batch ?? null,
      stamp: stamp ?? "",
      mark: mark ?? null,
    };
  }

  /**
   * Read these tasks.
   * @param {Iterable<string>} keys
   * @returns {Promise<Map<string, Kept>>}
   */
  async readTasks(keys) {
    const store = (await this.begin("readonly")).objectStore("tasks");
    /** @type {(Kept | undefined)[]} */
    const found = await Promise.all(
      [...keys].map((key) => this.list.get(key) ?? done(store.get(key))),
    );
    return new Map(found.flatMap((kept) => (kept ? [[kept.key, kept]] : [])));
  }

  /**
   * Write all of it or nothing.
   * @param {Writing} writing
   * @returns {Promise<void>}
   */
  async write({ kept = [], forgotten = [], entries = [], sent = [], lists, next, batch, stamp }) {
    const transaction = await this.begin("readwrite");
    const tasks = transaction.objectStore("tasks");
    const outbox = transaction.objectStore("outbox");
    const progress = transaction.objectStore("progress");
    for (const key of forgotten) tasks.delete(key);
    for (const seq of sent) outbox.delete(seq);
    for (const entry of entries) outbox.put(entry);
    if (batch !== undefined) progress.put(batch, "batch");
    if (stamp !== undefined) progress.put(stamp, "stamp");
    if (next) progress.put(next, "mark");
    if (!this.isForTab) {
      for (const task of kept) tasks.put(task);
      const listed = transaction.objectStore("lists");
      if (lists) listed.clear();
      for (const list of lists ?? []) listed.put(list);
      if (next !== undefined) progress.put(next, "next");
      return ended(transaction);
    }
    this.learn({ kept, forgotten, lists });
    if (next !== undefined) this.next = next;
    // What the server does not know by this key must be found again after a reload.
    const named = kept.filter(({ key, id }) => key !== String(id));
    const changed = entries.flatMap(({ key }) => this.list.get(key) ?? []);
    for (const task of [...named, ...changed]) tasks.put(task);
    await ended(transaction);
    if (named.length || sent.length) await this.keepChanged();
    return undefined;
  }

  /**
   * Have, in memory, what another tab has written.
   * @param {Writing} writing
   */
  learn({ kept = [], forgotten = [], lists }) {
    if (!this.isForTab) return;
    if (lists) this.lists = lists;
    for (const key of forgotten) this.list.delete(key);
    for (const task of kept) this.list.set(task.key, task);
  }

  /** Keep, of a list in memory, the tasks for which something is still to be sent. */
  async keepChanged() {
    if (this.isStaying()) return;
    const transaction = await this.begin("readwrite");
    const tasks = transaction.objectStore("tasks");
    /** @type {Entry[]} */
    const entries = await done(transaction.objectStore("outbox").getAll());
    const changed = new Set(entries.map((entry) => entry.key));
    for (const key of await done(tasks.getAllKeys())) {
      if (!changed.has(String(key))) tasks.delete(key);
    }
    for (const key of changed) {
      const task = this.list.get(key);
      if (task) tasks.put(task);
    }
    await ended(transaction);
  }

  /** Forget a list that is on the device, but for what is still to be sent of it. */
  async forgetList() {
    const { kept, entries } = await this.read();
    const changed = new Set(entries.map((entry) => entry.key));
    this.learn({ kept: kept.filter((task) => changed.has(task.key)) });
    const transaction = await this.begin("readwrite");
    transaction.objectStore("progress").delete("next");
    transaction.objectStore("lists").clear();
    await ended(transaction);
    await this.keepChanged();
  }

  /**
   * Start anew for another account of the same name. What was still to be sent to the former one is
   * to be sent to this one, as new tasks; return how many.
   */
  async startAnew() {
    const { kept, entries } = await this.read();
    const tasks = byKey(kept);
    const transaction = await this.begin("readwrite");
    for (const name of STORES) transaction.objectStore(name).clear();
    let count = 0;
    for (const [key, own] of byTask(entries)) {
      const { kind, fields } = outcomeOf(tasks.get(key), own);
      if (kind === "none" || kind === "delete") continue;
      const { seq } = /** @type {Entry} */ (own[0]);
      /** @type {Entry} */
      const entry = {
        seq,
        key: `again-${seq}`,
        kind: "create",
        fields: fieldsOf({ ...EMPTY, ...tasks.get(key)?.task, ...fields, parent_id: null }),
        was: EMPTY,
        after: 0,
      };
      transaction.objectStore("outbox").put(entry);
      count += 1;
    }
    await ended(transaction);
    return count;
  }
}

/** @param {Kept[]} kept */
const byKey = (kept) => new Map(kept.map((task) => /** @type {const} */ ([task.key, task])));

/**
 * A page that is being left does not hear the answers after which a browser commits by itself.
 * @param {IDBTransaction} transaction
 * @returns {Promise<void>}
 */
const ended = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.commit();
  });
