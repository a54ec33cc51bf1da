/**
 * What is still to be sent, as plain data: how it shows over the server's state, and how it is
 * packed into batches. Entries are only ever added, and go when the server has answered for them:
 * so what is done while a request is under way stays. What several entries of one task come to, and
 * how that agrees with what others have changed meanwhile, is worked out from all of them. Pure.
 *
 * @typedef {import("#document").components["schemas"]} Schemas
 * @typedef {Schemas["Task"]} Task
 * @typedef {Pick<Task, "title" | "description" | "done" | "due" | "priority" | "labels"
 *   | "assigned_to" | "repeat"> & {parent_id: number | string | null}} Fields
 *   The parent is named by its key as long as it has no id.
 * @typedef {NonNullable<Task["repeat"]>} Repeat
 * @typedef {{key: string, id: number, task: Task, etag: string | null}} Kept
 *   A task as the server had it last; `key` names it here, also before the server gave it an id.
 * @typedef {{seq: number, key: string, kind: "create" | "update" | "delete" | "restore" | "move",
 *   fields: Partial<Fields>, place?: Place, was: Fields, after: number, list_id?: number | null,
 *   into?: number, id?: number | null, along?: string, fault?: string}} Entry
 *   A change to be sent, in the order of `seq`, not before the time `after`; `was` is what it
 *   found, and `fault` why the server refused it. `list_id` is where the task is, or one's own list
 *   if it is not known; an update with `into` puts it into that list, where it gets another id. `id` is
 *   what a task was called that is to be taken out of the trash. `along` is the key of the task with
 *   which it is deleted, comes back, or goes into another list.
 *   A move changes nothing but the `place` of the task among those beside it.
 * @typedef {{before: string} | {after: string}} Place the key of the task that it is next to
 * @typedef {Fields & {key: string, id: number | null, list_id: number | null, created_at: string,
 *   completed_at: string | null, created_by: string | null, completed_by: string | null,
 *   position: string, place: (Place & {seq: number}) | null, unsent: boolean}} Shown
 *   `place` is where it has been moved to, if the service does not know that yet.
 * @typedef {{key: string, seqs: number[]}} Part
 *   Which entries an operation of a batch is made of.
 * @typedef {{idempotency_key: string, made_at: number, parts: Part[],
 *   operations: Schemas["BatchOperation"][]}} Batch
 * @typedef {{kind: "changed", key: string, title: string, names: (keyof Fields | "list_id")[]}
 *   | {kind: "stays", key: string, title: string, reason: string}
 *   | {kind: "kept" | "restored" | "moved" | "undone" | "unassigned"
 *     | "alone", key: string, title: string}} Conflict
 * @typedef {{kind: "none" | "create" | "update" | "delete" | "restore" | "move",
 *   fields: Partial<Fields>, conflicts: Conflict[], about?: About}} Outcome
 *   A task is moved into another list first, and changed there.
 * @typedef {{id?: number | null, list_id?: number | null}} About
 *   What a task was called that is to be restored, and in which list it is to be.
 * @typedef {{batch: Batch | null, spent: number[], conflicts: Conflict[]}} Packed
 */

/** @type {Fields} */
export const EMPTY = {
  title: "",
  description: "",
  done: false,
  due: null,
  priority: 0,
  labels: [],
  assigned_to: null,
  parent_id: null,
  repeat: null,
};
/** So many labels a task has at the service. */
export const MOST_LABELS = 20;
const NAMES = /** @type {(keyof Fields)[]} */ (Object.keys(EMPTY));
/** Behind every position, as those are hexadecimal: what comes from another list, then new tasks. */
const ARRIVED = "g";
const BEHIND = "h";
const MOST_OPERATIONS = 100;
const MOST_BYTES = 100_000;

/** @type {(value: unknown) => string} */
function textOf(value) {
  if (Array.isArray(value)) return JSON.stringify([...value].sort());
  if (value && typeof value === "object") return JSON.stringify(Object.entries(value).sort());
  return JSON.stringify(value ?? null);
}

/**
 * Whether values are the same: labels and members in any order, and null if one was written down before there was
 * such a member.
 * @type {(one: unknown, other: unknown) => boolean}
 */
const isSame = (one, other) => textOf(one) === textOf(other);

/** @type {(seq: number) => string} */
const timeOf = (seq) => new Date(seq / 1000).toISOString();

/**
 * Return what can be edited of a task.
 * @param {Fields} task
 * @returns {Fields}
 */
export const fieldsOf = ({
  title,
  description,
  done,
  due,
  priority,
  labels,
  assigned_to,
  parent_id,
  repeat,
}) => ({ title, description, done, due, priority, labels, assigned_to, parent_id, repeat });

/**
 * Whether a task has just these contents.
 * @param {Fields} task
 * @param {Fields} fields
 */
export const isLike = (task, fields) => NAMES.every((name) => isSame(task[name], fields[name]));

/**
 * Return a task as it is to be shown, or null if it is deleted or not there.
 * @param {Kept | undefined} kept
 * @param {Entry[]} entries those of this task, in their order
 * @returns {Shown | null}
 */
export function shown(kept, entries) {
  const { kind, fields: mine, about = {} } = outcomeOf(kept, entries);
  const [task, first] = [kept?.task, entries[0]];
  if (kind === "delete" || (kind === "none" && !task)) return null;
  const fields = fieldsOf({ ...EMPTY, ...task, ...mine });
  const time = timeOf(entries.at(-1)?.seq ?? 0);
  const position = task?.position ?? BEHIND;
  return {
    ...fields,
    key: kept?.key ?? first?.key ?? "",
    id: kept?.id ?? null,
    list_id: about.list_id ?? task?.list_id ?? null,
    created_at: task?.created_at ?? timeOf(first?.seq ?? 0),
    completed_at: fields.done ? (task?.done && task.completed_at) || time : null,
    created_by: task?.created_by ?? null,
    position: kind === "move" ? ARRIVED + position : position,
    place: placeIn(entries),
    completed_by: (fields.done && task?.done && task.completed_by) || null,
    unsent: entries.length > 0,
  };
}

/** @type {(entries: Entry[]) => Shown["place"]} */
function placeIn(entries) {
  const { seq, place } = entries.findLast(({ kind }) => kind === "move") ?? {};
  return seq && place ? { ...place, seq } : null;
}

/**
 * What a task's entries come to.
 * @typedef {{isNew: boolean, isDeleted: boolean, fields: Partial<Fields>, was: Fields,
 *   about: About, from?: number | null, into?: number}} Intent
 *   `from` is the list out of which it is put `into` another.
 */

/**
 * @param {Intent | null} intent
 * @param {Entry} entry
 * @returns {Intent}
 */
function joined(intent, entry) {
  const { kind, id = intent?.about.id, list_id = intent?.about.list_id } = entry;
  const { into = intent?.into } = entry;
  const lists = { from: intent?.into ? intent.from : list_id, into };
  const about = { id, list_id: into ?? list_id };
  if (!intent) {
    const { was } = entry;
    const fields = kind === "create" ? { ...EMPTY, ...entry.fields } : entry.fields;
    const isNew = kind === "create" || kind === "restore";
    return { isNew, isDeleted: kind === "delete", fields, was, about, ...lists };
  }
  const { isNew } = intent;
  // Each member is compared with what the first change of it found.
  const found = NAMES.filter((name) => intent.isDeleted || name in intent.fields);
  const was = { ...entry.was, ...picked(intent.was, found) };
  if (kind === "delete") {
    return { isNew, isDeleted: true, fields: intent.fields, was, about, ...lists };
  }
  const before = intent.isDeleted ? entry.was : intent.fields;
  const fields = { ...before, ...entry.fields };
  return { isNew, isDeleted: false, fields, was, about, ...lists };
}

/** @type {(fields: Partial<Fields>, names: (keyof Fields)[]) => Partial<Fields>} */
const picked = (fields, names) => Object.fromEntries(names.map((name) => [name, fields[name]]));

/** @type {Outcome} */
const NOTHING = { kind: "none", fields: {}, conflicts: [] };

/**
 * What is to be done at the server for a task's entries, given what it had last. Members that only
 * one side has changed are both kept, labels are merged one by one; of any other member that both
 * have changed, this client's value is kept, and told. What others have changed is not deleted, and
 * what they have deleted while it was changed here is made again. What was deleted from here is taken
 * out of the trash; what there is to change of it then is another step, as it is after a move into
 * another list. What only went along into one is not made again.
 * @param {Kept | undefined} kept
 * @param {Entry[]} entries those of this task, in their order
 * @returns {Outcome}
 */
export function outcomeOf(kept, entries) {
  const intent = entries
    .filter(({ kind }) => kind !== "move")
    .reduce(joined, /** @type {Intent | null} */ (null));
  const task = kept?.task;
  if (!intent || (intent.isDeleted && !task)) return NOTHING;
  const { key } = /** @type {Entry} */ (entries[0]);
  if (!task) {
    const { about } = intent;
    if (!intent.isNew && entries.every(({ along }) => along)) return NOTHING;
    const fields = fieldsOf({ ...intent.was, ...intent.fields });
    if (about.id) return { kind: "restore", fields, conflicts: [], about };
    /** @type {Conflict[]} */
    const conflicts = intent.isNew ? [] : [{ kind: "restored", key, title: fields.title }];
    return { kind: "create", fields, conflicts, about };
  }
  if (!intent.isDeleted) return merged(intent, task, key);
  if (isLike(task, intent.was)) return { kind: "delete", fields: {}, conflicts: [] };
  const others = entries.filter((entry) => entry.kind !== "delete");
  const { conflicts, ...outcome } = outcomeOf(kept, others);
  return { ...outcome, conflicts: [{ kind: "kept", key, title: task.title }, ...conflicts] };
}

/**
 * @param {Intent} intent
 * @param {Task} task
 * @param {string} key
 * @returns {Outcome}
 */
function merged({ fields: wanted, was, from, into }, task, key) {
  /** @type {Partial<Fields>} */
  const fields = {};
  /** @type {(keyof Fields | "list_id")[]} */
  let names = [];
  for (const name of NAMES.filter((name) => name in wanted)) {
    const [before, theirs] = [was[name], task[name]];
    if (isSame(wanted[name], before)) continue;
    const mine = name === "labels" ? labelsOf(wanted, was, task) : wanted[name];
    if (isSame(mine, theirs)) continue;
    if (name !== "labels" && !isSame(theirs, before)) names.push(name);
    Object.assign(fields, { [name]: mine });
  }
  const { list_id } = task;
  const isMoved = into !== undefined && into !== list_id;
  // What becomes of its members is told when it is there.
  if (isMoved) names = list_id === from ? [] : ["list_id"];
  const change = Object.keys(fields).length ? "update" : "none";
  /** @type {Conflict[]} */
  const conflicts = names.length ? [{ kind: "changed", key, title: task.title, names }] : [];
  return {
    kind: isMoved ? "move" : change,
    fields,
    conflicts,
    about: { list_id: into ?? list_id },
  };
}

/** @type {(wanted: Partial<Fields>, was: Fields, theirs: Fields) => string[]} */
function labelsOf({ labels: wanted = [] }, { labels: before }, { labels: theirs }) {
  const left = theirs.filter((label) => wanted.includes(label) || !before.includes(label));
  const added = wanted.filter((label) => !before.includes(label));
  return [...new Set([...left, ...added])].sort();
}

/**
 * Gather entries by task, the task that was changed first at the beginning.
 * @param {Entry[]} entries in their order
 * @returns {Map<string, Entry[]>}
 */
export function byTask(entries) {
  /** @type {Map<string, Entry[]>} */
  const gathered = new Map();
  for (const entry of entries) {
    const others = gathered.get(entry.key);
    if (others) others.push(entry);
    else gathered.set(entry.key, [entry]);
  }
  return gathered;
}

/**
 * Return entries in which parents are named by what they are called now.
 * @param {Entry[]} entries
 * @param {(parent_id: number | string) => number | undefined} idOf nothing where the name stays
 */
function withParents(entries, idOf) {
  /** @type {<Some extends Partial<Fields>>(fields: Some) => Some} */
  const named = (fields) => {
    const { parent_id } = fields;
    const id = parent_id ? idOf(parent_id) : undefined;
    return id && id !== parent_id ? { ...fields, parent_id: id } : fields;
  };
  return entries.map((entry) => {
    const [fields, was] = [named(entry.fields), named(entry.was)];
    return fields === entry.fields && was === entry.was ? entry : { ...entry, fields, was };
  });
}

/**
 * Return entries in which each parent has its id, if it has one by now.
 * @param {Entry[]} entries
 * @param {ReadonlyMap<string, Kept>} kept
 */
export const resolved = (entries, kept) =>
  withParents(entries, (name) => (typeof name === "string" ? kept.get(name)?.id : undefined));

/**
 * Return those of the entries that name a parent by an id that it no longer has, with its new one.
 * @param {Entry[]} entries
 * @param {ReadonlyMap<number, number>} ids by those that tasks had before
 */
export const renamed = (entries, ids) =>
  withParents(entries, (name) => (typeof name === "number" ? ids.get(name) : undefined)).filter(
    (entry, at) => entry !== entries[at],
  );

/**
 * Return which of the tasks that are new here have come from another list, and what they were there:
 * the time when a task was made stays as it is.
 * @param {Iterable<Kept>} arrived
 * @param {Iterable<Kept>} gone
 * @returns {Map<Kept, Kept>}
 */
export function relocatedAmong(arrived, gone) {
  /** @type {Map<string, Kept[]>} */
  const left = new Map();
  for (const one of gone) {
    const { created_at } = one.task;
    const others = left.get(created_at);
    if (others) others.push(one);
    else left.set(created_at, [one]);
  }
  /** @type {Map<Kept, Kept>} */
  const found = new Map();
  for (const one of arrived) {
    const alike = left.get(one.task.created_at) ?? [];
    // Tasks that were made at once are told apart by what they are called.
    const named = alike.findIndex(({ task }) => task.title === one.task.title);
    const [former] = alike.splice(Math.max(named, 0), 1);
    if (former) found.set(one, former);
  }
  return found;
}

/**
 * Return the keys of the tasks that entries are about, and of the parents that they name.
 * @param {Entry[]} entries
 */
export const keysIn = (entries) =>
  new Set(
    entries.flatMap(({ key, fields, was }) => [
      key,
      ...[fields, was].flatMap(({ parent_id }) => (typeof parent_id === "string" ? parent_id : [])),
    ]),
  );

/**
 * Pack what can be sent now, in its order: one operation for each task. Entries that come to
 * nothing are spent. A task is sent after the parent that is created with it; what goes along with
 * another is done by the service, with that one, and waits for it.
 * @param {Entry[]} entries in their order
 * @param {ReadonlyMap<string, Kept>} kept
 * @param {{now: number, most?: number, idempotency_key: string,
 *   isLeft?: (key: string, kind: Outcome["kind"]) => boolean}} how
 *   `isLeft` tells what is left for later
 * @returns {Packed}
 */
export function pack(
  entries,
  kept,
  { now, most = MOST_OPERATIONS, idempotency_key, isLeft = () => false },
) {
  /** @type {Batch} */
  const batch = { idempotency_key, made_at: now, parts: [], operations: [] };
  /** @type {number[]} */
  const spent = [];
  /** @type {Conflict[]} */
  const told = [];
  let size = 0;
  const pending = byTask(resolved(entries, kept).filter((entry) => entry.kind !== "move"));
  /** @type {Set<unknown>} the ids that are about to be others */
  const moving = new Set(
    [...pending].flatMap(([key, own]) =>
      own.some(({ into }) => into) ? (kept.get(key)?.id ?? []) : [],
    ),
  );
  /** @type {Set<string | undefined>} what this batch moves, with all that is below it */
  const moved = new Set();
  for (const [key, own] of pending) {
    const last = own.at(-1);
    if (!last || last.after > now || last.fault) continue;
    const { along = "" } = own.findLast(({ into }) => into) ?? last;
    if ([along, last.along ?? ""].some((root) => pending.has(root))) continue;
    if (own.some((entry) => moved.has(entry.along))) continue;
    const outcome = outcomeOf(kept.get(key), own);
    const { kind, fields, conflicts } = outcome;
    if (isLeft(key, kind)) continue;
    if (moving.has(fields.parent_id)) {
      if (kind !== "move") continue;
      delete fields.parent_id;
    }
    if (typeof fields.parent_id === "string") {
      if (pending.has(fields.parent_id)) continue;
      fields.parent_id = null; // it was never sent, and is gone
    }
    // What there is to change of a task that is moved is sent when it is there.
    const meant = kind === "move" ? own.filter(({ into }) => into) : own;
    const seqs = meant.map((entry) => entry.seq);
    if (kind === "none" || (last.along && kind === "delete")) spent.push(...seqs);
    else {
      const operation = operationOf(outcome, kept.get(key));
      size += new TextEncoder().encode(JSON.stringify(operation)).length;
      if (batch.parts.length === most || (batch.parts.length && size > MOST_BYTES)) break;
      batch.parts.push({ key, seqs });
      batch.operations.push(operation);
      if (kind === "move") moved.add(key);
    }
    told.push(...conflicts);
  }
  return { batch: batch.parts.length ? batch : null, spent, conflicts: told };
}

/**
 * @param {Outcome} outcome
 * @param {Kept | undefined} kept
 * @returns {Schemas["BatchOperation"]}
 */
function operationOf({ kind, fields, about = {} }, kept) {
  if (kind === "restore" && about.id) return { restore: { id: about.id } };
  const members = /** @type {Partial<Task>} */ (fields);
  if (!kept) {
    const place = about.list_id ? { list_id: about.list_id } : {};
    return { create: { ...members, ...place, title: fields.title ?? "" } };
  }
  if (kind === "move" && about.list_id) return { move: moveOf(kept.id, about.list_id, fields) };
  const named = kept.etag ? { id: kept.id, if_match: kept.etag } : { id: kept.id };
  return kind === "update" ? { update: { ...named, ...members } } : { delete: named };
}

/**
 * It depends on nothing else that is known of the task, and so needs no entity tag.
 * @type {(id: number, list_id: number, fields: Partial<Fields>) => Schemas["TaskToMove"]}
 */
const moveOf = (id, list_id, { parent_id }) =>
  typeof parent_id === "number" ? { id, list_id, parent_id } : { id, list_id };
