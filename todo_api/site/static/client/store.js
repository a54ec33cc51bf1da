/**
 * The lists as they are shown: the local copy, and over it what is still to be sent. Every action
 * shows at once, is written to the local copy, and can be undone for ten seconds.
 *
 * @typedef {import("./local.js").Local} Local
 * @typedef {import("./local.js").TodoList} TodoList
 * @typedef {import("./local.js").Writing} Writing
 * @typedef {import("./outbox.js").Entry} Entry
 * @typedef {import("./outbox.js").Fields} Fields
 * @typedef {import("./outbox.js").Kept} Kept
 * @typedef {import("./outbox.js").Shown} Shown
 * @typedef {import("./outbox.js").Task} Task
 * @typedef {{text: string, undo: () => void, until: number, key: string, kind: string,
 *   keys?: Set<string>}} Undoable `keys` are those of several
 */

import { byTask, EMPTY, fieldsOf, resolved, shown } from "./outbox.js";
import { batch, signal } from "./vendor.js";

export const UNDO_SECONDS = 10;
/** Entries are numbered by the microsecond, of which each tab has its own in a millisecond. */
const TABS = 1000;

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
    this.tab = parseInt(randomId().slice(0, 8), 16) % TABS;
    this.lastSeq = 0;
    /** @type {Map<string, Kept>} */
    this.kept = new Map();
    /** @type {Map<number, string>} */
    this.keys = new Map();
    /** @type {Entry[]} */
    this.entries = [];
    /** @type {Set<number>} what has been answered for, however late another tab tells of it */
    this.answered = new Set();
    /** @type {Map<number, Kept>} tasks that are gone, as they were last, by their ids */
    this.gone = new Map();
    /** @type {Map<string, Shown>} */
    this.shownByKey = new Map();
    /** @type {import("./vendor.js").Signal<Shown[]>} */
    this.tasks = signal(/** @type {Shown[]} */ ([]));
    /** @type {import("./vendor.js").Signal<TodoList[]>} one's own list first */
    this.lists = signal(/** @type {TodoList[]} */ ([]));
    this.unsent = signal(0);
    this.waiting = signal(0); // lines that are yet to be understood
    this.faulty = signal(/** @type {Entry[]} */ ([]));
    this.undoables = signal(/** @type {Undoable[]} */ ([]));
    this.onAction = () => {};
    /** @type {Writing[]} what the local copy does not have yet */
    this.unwritten = [];
    this.writing = Promise.resolve();
    /** @type {WeakMap<Writing, Promise<void>>} what is being written */
    this.begun = new WeakMap();
    this.channel = new BroadcastChannel(`todo:${username}`);
    this.channel.onmessage = ({ data }) => this.hear(data);
  }

  /** Show the local copy as it is, whatever other tabs have told of it. */
  async open() {
    const known = this.entries;
    const { kept, entries, lists, ...progress } = await this.local.read();
    const [there, pending] = [new Set(kept.map(({ key }) => key)), new Set(entries.map(seqOf))];
    const forgotten = [...this.kept.keys()].filter((key) => !there.has(key));
    const sent = known.map(seqOf).filter((seq) => !pending.has(seq));
    this.apply({ kept, forgotten, entries, sent, lists });
    return progress;
  }

  /** End, when everything has been written. */
  async close() {
    await this.flush().catch(() => {});
    this.channel.close();
    this.local.close();
  }

  /**
   * Show what another tab has written, unless something newer is known.
   * @param {Writing} writing
   */
  hear(writing) {
    const kept = writing.kept?.filter(({ id, task }) => {
      const known = this.kept.get(this.keys.get(id) ?? "")?.task;
      const gone = this.gone.get(id)?.task;
      // What was taken out of the trash is newer than what went there.
      const isOld = gone && gone.updated_at >= task.updated_at;
      return !isOld && !(known && known.updated_at > task.updated_at);
    });
    this.local.learn({ ...writing, kept });
    this.apply({ ...writing, kept });
  }

  /**
   * Show what was written.
   * @param {Writing} writing
   */
  apply({ kept = [], forgotten = [], entries = [], sent = [], lists }) {
    /** @type {Set<string>} */
    const touched = new Set(forgotten);
    for (const seq of sent) this.answered.add(seq);
    const added = entries.filter(({ seq }) => !this.answered.has(seq));
    const replaced = new Set(added.map(seqOf));
    for (const { seq, key } of this.entries) if (this.answered.has(seq)) touched.add(key);
    for (const key of forgotten) this.forget(key);
    for (const task of kept) {
      const other = this.keys.get(task.id);
      if (other !== undefined && other !== task.key) {
        this.kept.delete(other);
        touched.add(other);
      }
      this.kept.set(task.key, task);
      this.keys.set(task.id, task.key);
      this.gone.delete(task.id);
      touched.add(task.key);
    }
    for (const { seq, key } of added) {
      touched.add(key);
      this.lastSeq = Math.max(this.lastSeq, seq);
    }
    this.entries = this.entries
      .filter(({ seq }) => !this.answered.has(seq) && !replaced.has(seq))
      .concat(added)
      .sort((one, other) => one.seq - other.seq);
    const changed = byTask(resolved(this.entries, this.kept));
    let isOther = false;
    for (const key of touched) {
      const before = this.shownByKey.get(key);
      const task = shown(this.kept.get(key), changed.get(key) ?? []);
      // What the server tells of one's own changes shows nothing new, and renders nothing.
      if (JSON.stringify(task) === JSON.stringify(before ?? null)) continue;
      isOther = true;
      if (task) this.shownByKey.set(key, task);
      else this.shownByKey.delete(key);
    }
    batch(() => {
      if (isOther) this.tasks.value = [...this.shownByKey.values()];
      const listed = lists && [...lists].sort((one, other) => +other.is_own - +one.is_own);
      if (listed && JSON.stringify(listed) !== JSON.stringify(this.lists.value)) {
        this.lists.value = listed;
      }
      this.unsent.value = changed.size;
      this.faulty.value = [...changed.values()].flatMap((own) =>
        own.slice(-1).filter((entry) => entry.fault),
      );
    });
  }

  /** @param {string} key */
  forget(key) {
    const task = this.kept.get(key);
    if (!task) return;
    this.keys.delete(task.id);
    this.gone.set(task.id, task);
    this.kept.delete(key);
  }

  /**
   * Return the key of the task with this id, which it keeps while it is in the trash.
   * @param {number} id
   */
  keyOf(id) {
    const restored = this.entries.find((entry) => entry.id === id);
    return this.keys.get(id) ?? restored?.key ?? this.gone.get(id)?.key ?? String(id);
  }

  /**
   * Show it, write it to the local copy, and tell the other tabs.
   * @param {Writing} writing
   */
  write(writing) {
    this.apply(writing);
    this.unwritten.push(writing);
    return this.flush();
  }

  /** Write what the local copy does not have yet, in its order, however often that has failed. */
  flush() {
    const flushing = this.writing.then(async () => {
      for (let [next] = this.unwritten; next; [next] = this.unwritten) {
        await this.begin(next);
        this.unwritten.shift();
        this.channel.postMessage(next);
      }
    });
    this.writing = flushing.catch(() => {});
    return flushing;
  }

  /**
   * Write it to the local copy, unless that has begun.
   * @param {Writing} writing
   */
  begin(writing) {
    const begun = this.begun.get(writing) ?? this.local.write(writing);
    this.begun.set(writing, begun);
    begun.catch(() => this.begun.delete(writing));
    return begun;
  }

  /** Begin to write everything: the page is being left. */
  hurry() {
    for (const writing of this.unwritten) this.begin(writing).catch(() => {});
  }

  /** @param {string} key */
  get(key) {
    return this.shownByKey.get(key) ?? null;
  }

  nextSeq() {
    const least = Math.max(Date.now() * TABS, this.lastSeq + 1);
    const beyond = (TABS + this.tab - (least % TABS)) % TABS;
    this.lastSeq = least + beyond;
    return this.lastSeq;
  }

  /**
   * @param {Omit<Entry, "seq" | "after"> & {after?: number}} entry
   */
  enter(entry) {
    this.act({ entries: [{ after: 0, ...entry, seq: this.nextSeq() }] });
  }

  /**
   * @param {Partial<Fields>} fields
   * @param {string} [text] what to say when it can be undone
   * @param {number | null} [list_id] where it is to be, if not in one's own list
   */
  create(fields, text, list_id = this.lists.value[0]?.id ?? null) {
    const key = `new-${randomId()}`;
    this.enter({ key, kind: "create", fields, was: EMPTY, list_id });
    if (text) this.offer({ text, key, kind: "create", undo: () => this.drop(key) });
    return key;
  }

  /**
   * @param {string} key
   * @param {Partial<Fields>} fields
   * @param {string} [text]
   * @param {string} [kind] the same kind on the same task is undone together
   * @param {Partial<Fields>} [found] what was there when this began, where that was earlier
   */
  update(key, fields, text, kind = "update", found = {}) {
    const task = this.get(key);
    if (!task) return;
    const was = fieldsOf(task);
    this.enter({ key, kind: "update", fields, was: { ...was, ...found }, list_id: task.list_id });
    const before = Object.fromEntries(
      /** @type {(keyof Fields)[]} */ (Object.keys(fields)).map((name) => [name, was[name]]),
    );
    if (text) this.offer({ text, key, kind, undo: () => this.update(key, before) });
  }

  /**
   * Put a task next to another, below the same parent.
   * @param {string} key
   * @param {import("./outbox.js").Place} place
   */
  move(key, place) {
    const task = this.get(key);
    if (!task) return;
    const { list_id } = task;
    this.enter({ key, kind: "move", fields: {}, was: fieldsOf(task), list_id, place });
  }

  /**
   * Delete a task and its subtasks, when it can no longer be undone; after that, undoing takes them
   * out of the trash.
   * @param {string} key
   * @param {string} text
   */
  remove(key, text) {
    const branch = this.branchOf(key);
    this.drop(key, Date.now() + UNDO_SECONDS * 1000);
    const undo = () => branch.forEach((task) => this.putBack(task, key));
    if (branch.length) this.offer({ text, key, kind: "delete", undo });
  }

  /**
   * Have a deleted task again.
   * @param {Shown} task as it was shown
   * @param {string} root the key of the one that was deleted, perhaps with this one
   */
  putBack({ key, list_id, ...task }, root) {
    const known =
      this.kept.get(key) ?? [...this.gone.values()].findLast((gone) => gone.key === key);
    const fields = fieldsOf(task);
    const was = known ? fieldsOf(known.task) : fields;
    const along = key === root ? {} : { along: root };
    if (!this.get(key)) {
      this.enter({ key, kind: "restore", fields, was, list_id, id: known?.id ?? null, ...along });
    }
  }

  /**
   * Return the key of a task's parent, if it is shown.
   * @param {Pick<Shown, "parent_id">} task
   */
  parentOf({ parent_id }) {
    if (!parent_id) return null;
    const key = typeof parent_id === "string" ? parent_id : this.keys.get(parent_id);
    return key !== undefined && this.shownByKey.has(key) ? key : null;
  }

  /**
   * Return a task with all the tasks below it, each after its parent; none if it is not shown.
   * @param {string} root
   */
  branchOf(root) {
    const task = this.get(root);
    const found = new Set(task ? [task] : []);
    for (const { key } of found) {
      for (const one of this.tasks.value) if (this.parentOf(one) === key) found.add(one);
    }
    return [...found];
  }

  /**
   * Return the tasks above a task, the nearest first.
   * @param {Shown} task
   */
  pathOf(task) {
    /** @type {Set<Shown>} */
    const path = new Set();
    for (let one = this.get(this.parentOf(task) ?? ""); one && !path.has(one);) {
      path.add(one);
      one = this.get(this.parentOf(one) ?? "");
    }
    return [...path];
  }

  /**
   * Return the keys of the tasks, as the server had them last, for which something holds.
   * @param {(task: Task) => boolean} holds
   */
  keysOf(holds) {
    return [...this.kept.values()].flatMap(({ key, task }) => (holds(task) ? [key] : []));
  }

  /**
   * Have a list, or another state of one.
   * @param {TodoList} list
   */
  haveList(list) {
    const isNew = this.lists.value.every(({ id }) => id !== list.id);
    const lists = this.lists.value.map((one) => (one.id === list.id ? list : one));
    return this.write({ lists: isNew ? [...lists, list] : lists });
  }

  /**
   * Have a list no longer, nor what was to be sent to it.
   * @param {number} id
   */
  async dropList(id) {
    const lists = this.lists.value.filter((list) => list.id !== id);
    const made = this.tasks.value.filter((task) => task.list_id === id && !task.id);
    const kept = this.keysOf((task) => task.list_id === id);
    const gone = new Set([...kept, ...made.map(({ key }) => key)]);
    const sent = this.entries.filter(({ key, into }) => gone.has(key) || into === id).map(seqOf);
    await this.write({ lists, forgotten: [...gone], sent });
  }

  /**
   * Delete a task and its subtasks.
   * @param {string} root
   * @param {number} [after]
   */
  drop(root, after = 0) {
    const entries = this.branchOf(root).map((task) => {
      const { key, list_id } = task;
      const along = key === root ? {} : { along: root };
      const was = fieldsOf(task);
      /** @type {Entry} */
      const entry = {
        seq: this.nextSeq(),
        key,
        kind: "delete",
        fields: {},
        was,
        after,
        list_id,
        ...along,
      };
      return entry;
    });
    if (entries.length) this.act({ entries });
  }

  /** Send at once what is held back so that it can be undone. */
  release() {
    for (const own of byTask(this.entries).values()) {
      const last = own.at(-1);
      if (last && last.after > Date.now()) this.enter({ ...last, after: 0 });
    }
  }

  /** @param {Writing} writing */
  act(writing) {
    // What fails is tried again by the next agreement, which tells of it.
    this.write(writing).catch(() => {});
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

  /**
   * Offer no longer to undo what has come to nothing.
   * @param {string} key
   */
  withdraw(key) {
    for (const { keys } of this.undoables.value) keys?.delete(key);
    this.undoables.value = this.current().filter((one) =>
      one.keys ? one.keys.size : one.key !== key,
    );
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

/** @type {(entry: Entry) => number} */
const seqOf = (entry) => entry.seq;
