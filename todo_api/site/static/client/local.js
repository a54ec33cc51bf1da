/**
 * The local copy, in IndexedDB: the tasks as the server had them, what is still to be sent, and
 * how far the changes have been followed.
 *
 * @typedef {import("./outbox.js").Kept} Kept
 * @typedef {import("./outbox.js").Entry} Entry
 * @typedef {import("./outbox.js").Batch} Batch
 * @typedef {{kept?: Kept[], forgotten?: string[], entries?: Entry[], sent?: number[],
 *   next?: string | null, batch?: Batch | null}} Writing
 *   What one transaction writes: tasks and entries by their keys, and those that go.
 */

const VERSION = 1;

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

/**
 * Open the copy of a user's list.
 * @param {string} username
 */
export async function openLocal(username) {
  const opening = indexedDB.open(nameOf(username), VERSION);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("tasks", { keyPath: "key" });
    opening.result.createObjectStore("outbox", { keyPath: "seq" });
    opening.result.createObjectStore("progress");
  };
  return new Local(await done(opening));
}

/**
 * Remove the copy of a user's list from this device.
 * @param {string} username
 */
export const removeLocal = (username) => done(indexedDB.deleteDatabase(nameOf(username)));

export class Local {
  /** @param {IDBDatabase} db */
  constructor(db) {
    this.db = db;
    db.onversionchange = () => db.close();
  }

  /** Read everything. */
  async read() {
    const transaction = this.db.transaction(["tasks", "outbox", "progress"]);
    /** @type {[Kept[], Entry[], string | undefined, Batch | undefined]} */
    const [kept, entries, next, batch] = await Promise.all([
      done(transaction.objectStore("tasks").getAll()),
      done(transaction.objectStore("outbox").getAll()),
      done(transaction.objectStore("progress").get("next")),
      done(transaction.objectStore("progress").get("batch")),
    ]);
    return { kept, entries, next: next ?? null, batch: batch ?? null };
  }

  /** Read what is to be sent, and how far the changes have been followed. */
  async readOutbox() {
    const transaction = this.db.transaction(["outbox", "progress"]);
    /** @type {[Entry[], string | undefined, Batch | undefined]} */
    const [entries, next, batch] = await Promise.all([
      done(transaction.objectStore("outbox").getAll()),
      done(transaction.objectStore("progress").get("next")),
      done(transaction.objectStore("progress").get("batch")),
    ]);
    return { entries, next: next ?? null, batch: batch ?? null };
  }

  /**
   * Read these tasks.
   * @param {Iterable<string>} keys
   * @returns {Promise<Map<string, Kept>>}
   */
  async readTasks(keys) {
    const store = this.db.transaction("tasks").objectStore("tasks");
    /** @type {(Kept | undefined)[]} */
    const found = await Promise.all([...keys].map((key) => done(store.get(key))));
    return new Map(found.flatMap((kept) => (kept ? [[kept.key, kept]] : [])));
  }

  /**
   * Write all of it or nothing.
   * @param {Writing} writing
   * @returns {Promise<void>}
   */
  write({ kept = [], forgotten = [], entries = [], sent = [], next, batch }) {
    const transaction = this.db.transaction(["tasks", "outbox", "progress"], "readwrite");
    const tasks = transaction.objectStore("tasks");
    const outbox = transaction.objectStore("outbox");
    const progress = transaction.objectStore("progress");
    for (const key of forgotten) tasks.delete(key);
    for (const task of kept) tasks.put(task);
    for (const seq of sent) outbox.delete(seq);
    for (const entry of entries) outbox.put(entry);
    if (next !== undefined) progress.put(next, "next");
    if (batch !== undefined) progress.put(batch, "batch");
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
  }
}
