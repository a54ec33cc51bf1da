/**
 * The list as it is shown: the local copy, and over it what is still to be sent. Every action
 * shows at once, is written to the local copy, and can be undone for ten seconds.
 *
 * @typedef {import("./local.js").Local} Local
 * @typedef {import("./local.js").Writing} Writing
 * @typedef {import("./outbox.js").Entry} Entry
 * @typedef {import("./outbox.js").Fields} Fields
 * @typedef {import("./outbox.js").Kept} Kept
 * @typedef {import("./outbox.js").Shown} Shown
 * @typedef {{text: string, undo: () => void, until: number, key: string, kind: string}} Undoable
 */

import { joined, shown } from "./outbox.js";
import { batch, signal } from "./vendor.js";

export const UNDO_SECONDS = 10;

/** @returns {string} */
export const randomId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");

export class Store {
  /**
   * @param {string} username
   * @param {Local} local
   */
  constructor(username, local) {
    this.username = username;
    this.local = local;
    /** @type {Map<string, Kept>} */
    this.kept = new Map();
    /** @type {Map<number, string>} */
    this.keys = new Map();
    /** @type {Entry[]} */
    this.entries = [];
    /** @type {Set<number>} */
    this.packed = new Set();
    /** @type {Map<string, Shown>} */
    this.shownByKey = new Map();
    /** @type {import("./vendor.js").Signal<Shown[]>} */
    this.tasks = signal(/** @type {Shown[]} */ ([]));
    this.unsent = signal(0);
    this.faulty = signal(/** @type {Entry[]} */ ([]));
    this.undoables = signal(/** @type {Undoable[]} */ ([]));
    this.onAction = () => {};
    this.writing = Promise.resolve();
    this.channel = new BroadcastChannel(`todo:${username}`);
    this.channel.onmessage = ({ data }) => this.apply(data);
  }

  /** Read the local copy. */
  async open() {
    const { kept, entries, batch: packed } = await this.local.read();
    this.apply({ kept, entries, batch: packed });
  }

  close() {
    this.channel.close();
    this.local.db.close();
  }

  /**
   * Show what was written, here or in another tab.
   * @param {Writing} writing
   */
  apply({ kept = [], forgotten = [], entries = [], sent = [], batch: packed }) {
    /** @type {Set<string>} */
    const touched = new Set(forgotten);
    const gone = new Set(sent);
    const replaced = new Set(entries.map((entry) => entry.seq));
    for (const entry of this.entries) if (gone.has(entry.seq)) touched.add(entry.key);
    for (const key of forgotten) {
      const id = this.kept.get(key)?.id;
      if (id) this.keys.delete(id);
      this.kept.delete(key);
    }
    for (const task of kept) {
      this.kept.set(task.key, task);
      if (task.id) this.keys.set(task.id, task.key);
      touched.add(task.key);
    }
    for (const entry of entries) touched.add(entry.key);
    this.entries = this.entries
      .filter((entry) => !gone.has(entry.seq) && !replaced.has(entry.seq))
      .concat(entries.filter((entry) => !gone.has(entry.seq)))
      .sort((one, other) => one.seq - other.seq);
    if (packed !== undefined) this.packed = new Set(packed?.seqs);
    for (const key of touched) {
      const task = shown(this.kept.get(key), this.entriesOf(key));
      if (task) this.shownByKey.set(key, task);
      else this.shownByKey.delete(key);
    }
    batch(() => {
      if (touched.size) this.tasks.value = [...this.shownByKey.values()];
      this.unsent.value = this.entries.length;
      this.faulty.value = this.entries.filter((entry) => entry.fault);
    });
  }

  /**
   * Write to the local copy, show it, and tell the other tabs.
   * @param {Writing} writing
   */
  write(writing) {
    this.apply(writing);
    this.writing = this.writing.then(() => this.local.write(writing));
    this.channel.postMessage(writing);
    return this.writing;
  }

  /** @param {string} key */
  entriesOf(key) {
    return this.entries.filter((entry) => entry.key === key);
  }

  /** @param {string} key */
  get(key) {
    return this.shownByKey.get(key) ?? null;
  }

  nextSeq() {
    return Math.max(Date.now() * 1000, (this.entries.at(-1)?.seq ?? 0) + 1);
  }

  /**
   * @param {Partial<Fields>} fields
   * @param {string} [text] what to say when it can be undone
   */
  create(fields, text) {
    const key = `new-${randomId()}`;
    const entry = {
      seq: this.nextSeq(),
      key,
      kind: /** @type {const} */ ("create"),
      fields,
      was: {},
      after: 0,
    };
    this.act({ entries: [entry] });
    if (text) this.offer({ text, key, kind: "create", undo: () => this.drop(key, 0) });
    return key;
  }

  /**
   * @param {string} key
   * @param {Partial<Fields>} fields
   * @param {string} [text]
   * @param {string} [kind] the same kind on the same task is undone together
   */
  update(key, fields, text, kind = "update") {
    const task = this.get(key);
    if (!task) return;
    /** @type {Partial<Fields>} */
    const was = {};
    for (const name of /** @type {(keyof Fields)[]} */ (Object.keys(fields))) {
      Object.assign(was, { [name]: task[name] });
    }
    const update = {
      seq: this.nextSeq(),
      key,
      kind: /** @type {const} */ ("update"),
      fields,
      was,
      after: 0,
    };
    this.act({ entries: [joined(this.entriesOf(key), update, this.packed)] });
    if (text) this.offer({ text, key, kind, undo: () => this.update(key, was) });
  }

  /**
   * Delete a task, when it can no longer be undone.
   * @param {string} key
   * @param {string} text
   */
  remove(key, text) {
    const before = this.entriesOf(key);
    const seq = this.drop(key, Date.now() + UNDO_SECONDS * 1000);
    this.offer({
      text,
      key,
      kind: "delete",
      undo: () => {
        const isHeld = this.entries.some((entry) => entry.seq === seq && !this.packed.has(seq));
        if (isHeld) this.act({ sent: [seq] });
        else if (!this.kept.get(key)) this.act({ entries: before });
      },
    });
  }

  /**
   * @param {string} key
   * @param {number} after
   */
  drop(key, after) {
    const entries = this.entriesOf(key);
    const seq = this.nextSeq();
    const isUnknown = !this.kept.get(key) && entries.every((entry) => !this.packed.has(entry.seq));
    if (isUnknown) this.act({ sent: entries.map((entry) => entry.seq) });
    else
      this.act({
        entries: [{ seq, key, kind: "delete", fields: {}, was: {}, after }],
      });
    return seq;
  }

  /** Send at once what is held back so that it can be undone. */
  release() {
    const held = this.entries.filter((entry) => entry.after > 0);
    if (held.length) this.act({ entries: held.map((entry) => ({ ...entry, after: 0 })) });
  }

  /** @param {Writing} writing */
  act(writing) {
    void this.write(writing);
    this.onAction();
  }

  /** @param {Omit<Undoable, "until">} undoable */
  offer(undoable) {
    const others = this.current();
    const last = others.at(-1);
    // What is typed into one task is one edit: its first state is the one to go back to.
    const isOne =
      last && last.kind === "edit" && undoable.kind === "edit" && last.key === undoable.key;
    const undo = isOne ? both(undoable.undo, last.undo) : undoable.undo;
    const until = Date.now() + UNDO_SECONDS * 1000;
    this.undoables.value = [
      ...(isOne ? others.slice(0, -1) : others),
      { ...undoable, undo, until },
    ];
  }

  current() {
    return this.undoables.value.filter((undoable) => undoable.until > Date.now());
  }

  /** Undo the last action, if it was within ten seconds. */
  undo() {
    const last = this.current().at(-1);
    this.undoables.value = this.current().slice(0, -1);
    last?.undo();
    return last !== undefined;
  }
}

/** @type {(first: () => void, then: () => void) => () => void} */
const both = (first, then) => () => {
  first();
  then();
};
