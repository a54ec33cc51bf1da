/**
 * What is still to be sent, as plain data: how it shows over the server's state, how it is packed
 * into batches, and how it is merged with what others have changed meanwhile. Pure.
 *
 * @typedef {import("#document").components["schemas"]} Schemas
 * @typedef {Schemas["Task"]} Task
 * @typedef {Pick<Task, "title" | "description" | "done" | "due" | "priority" | "labels">} Fields
 * @typedef {{key: string, id: number | null, task: Task | null, etag: string | null}} Kept
 *   A task as the server had it last; `key` names it here, also before the server gave it an id.
 * @typedef {{seq: number, key: string, kind: "create" | "update" | "delete",
 *   fields: Partial<Fields>, was: Partial<Fields>, after: number, fault?: string}} Entry
 *   A change to be sent, in the order of `seq`, not before the time `after`; `was` is what it
 *   replaced, and `fault` why the server refused it.
 * @typedef {Fields & {key: string, id: number | null, created_at: string,
 *   completed_at: string | null, unsent: boolean}} Shown
 * @typedef {{idempotency_key: string, seqs: number[], operations: Schemas["BatchOperation"][]}} Batch
 */

/** @type {Fields} */
const EMPTY = {
  title: "",
  description: "",
  done: false,
  due: null,
  priority: 0,
  labels: [],
};
const MOST_OPERATIONS = 100;
const MOST_BYTES = 100_000;

/** @type {(one: unknown, other: unknown) => boolean} */
export const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** @type {(seq: number) => string} */
const timeOf = (seq) => new Date(seq / 1000).toISOString();

/**
 * Return a task as it is to be shown, or null if it is deleted or not there.
 * @param {Kept | undefined} kept
 * @param {Entry[]} entries those of this task
 * @returns {Shown | null}
 */
export function shown(kept, entries) {
  const task = kept?.task ?? null;
  const create = entries.find((entry) => entry.kind === "create");
  if ((!task && !create) || entries.some((entry) => entry.kind === "delete")) return null;
  const key = kept?.key ?? create?.key ?? "";
  const fields = Object.assign({}, EMPTY, task, ...entries.map((entry) => entry.fields));
  const time = timeOf(entries.at(-1)?.seq ?? 0);
  return {
    key,
    id: kept?.id ?? null,
    title: fields.title,
    description: fields.description,
    done: fields.done,
    due: fields.due,
    priority: fields.priority,
    labels: fields.labels,
    created_at: task?.created_at ?? timeOf(create?.seq ?? 0),
    completed_at: fields.done ? (task?.done && task.completed_at) || time : null,
    unsent: entries.length > 0,
  };
}

/**
 * Add an update to those of a task: it joins the last one that has not been packed yet.
 * @param {Entry[]} entries those of this task
 * @param {Entry} update
 * @param {ReadonlySet<number>} packed
 * @returns {Entry}
 */
export function joined(entries, update, packed) {
  const last = entries.at(-1);
  if (!last || last.kind === "delete" || packed.has(last.seq)) return update;
  const fields = { ...last.fields, ...update.fields };
  const together = { ...last, fields, was: { ...update.was, ...last.was } };
  // What was refused has changed, and may be taken now.
  delete together.fault;
  return together;
}

/**
 * Pack what can be sent now, in its order. What changes a task that this very batch creates waits
 * for the next one, which knows the id.
 * @param {Entry[]} entries in their order
 * @param {ReadonlyMap<string, Kept>} kept
 * @param {{now: number, most?: number, idempotency_key: string}} how
 * @returns {Batch | null}
 */
export function pack(entries, kept, { now, most = MOST_OPERATIONS, idempotency_key }) {
  /** @type {Batch} */
  const packed = { idempotency_key, seqs: [], operations: [] };
  const skipped = new Set();
  let size = 0;
  for (const entry of entries) {
    if (entry.after > now || entry.fault || skipped.has(entry.key)) {
      skipped.add(entry.key);
      continue;
    }
    const operation = operationOf(entry, kept.get(entry.key));
    size += new TextEncoder().encode(JSON.stringify(operation)).length;
    if (!operation || packed.seqs.length === most || (packed.seqs.length && size > MOST_BYTES))
      break;
    packed.seqs.push(entry.seq);
    packed.operations.push(operation);
    skipped.add(entry.key);
  }
  return packed.seqs.length ? packed : null;
}

/**
 * @param {Entry} entry
 * @param {Kept | undefined} kept
 * @returns {Schemas["BatchOperation"] | null}
 */
function operationOf(entry, kept) {
  if (entry.kind === "create") {
    return { create: { ...entry.fields, title: entry.fields.title ?? "" } };
  }
  if (!kept?.id) return null;
  const about = kept.etag ? { id: kept.id, if_match: kept.etag } : { id: kept.id };
  return entry.kind === "update" ? { update: { ...about, ...entry.fields } } : { delete: about };
}

/**
 * Merge an update with what others have made of the task: member by member. Labels are merged one
 * by one; of any other member that both have changed, this client's value is kept, and told.
 * @param {Entry} entry
 * @param {Fields} theirs
 * @returns {{entry: Entry | null, conflicts: (keyof Fields)[]}}
 */
export function merged(entry, theirs) {
  /** @type {Record<string, unknown>} */
  const fields = {};
  /** @type {Record<string, unknown>} */
  const was = {};
  /** @type {(keyof Fields)[]} */
  const conflicts = [];
  for (const name of /** @type {(keyof Fields)[]} */ (Object.keys(entry.fields))) {
    let mine = entry.fields[name];
    const before = entry.was[name];
    if (name === "labels" && Array.isArray(mine) && Array.isArray(before)) {
      const [old, wanted] = [before, mine];
      mine = [
        ...new Set([
          ...theirs.labels.filter((label) => wanted.includes(label) || !old.includes(label)),
          ...wanted.filter((label) => !old.includes(label)),
        ]),
      ].sort();
    } else if (!isSame(theirs[name], before) && !isSame(theirs[name], mine)) conflicts.push(name);
    if (isSame(mine, theirs[name])) continue;
    fields[name] = mine;
    was[name] = theirs[name];
  }
  const rest = Object.keys(fields).length ? { ...entry, fields, was } : null;
  return { entry: rest, conflicts };
}
