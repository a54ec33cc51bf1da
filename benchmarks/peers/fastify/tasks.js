/** The operations on tasks, by their operationId. */

const COLUMNS = `id, list_id, parent_id, title, description, done, due, priority, labels,
  created_at, updated_at, completed_at, created_by, completed_by, assigned_to, repeat,
  previous_id, next_id, position`;
const READ_ONLY = [
  'id',
  'uri',
  'list_id',
  'created_at',
  'updated_at',
  'completed_at',
  'created_by',
  'completed_by',
  'previous_id',
  'next_id',
  'position',
];

export class TaskHandlers {
  #statements;
  #insert;
  #update;
  #delete;

  constructor(database) {
    const prepare = (sql) => database.prepare(sql);
    this.#statements = {
      page: prepare(`SELECT ${COLUMNS} FROM tasks WHERE list_id = ? ORDER BY id LIMIT ?`),
      one: prepare(`SELECT ${COLUMNS} FROM tasks WHERE list_id = ? AND id = ?`),
      countUp: prepare(`UPDATE lists SET last_task_id = last_task_id + ?,
        last_change = last_change + 1 WHERE id = ? RETURNING last_task_id, last_change`),
      insert: prepare(`INSERT INTO tasks (list_id, id, title, description, done, due, priority,
          labels, created_at, updated_at, completed_at, created_by, completed_by, position, change,
          title_key, due_key, words)
        VALUES (@listId, @id, @title, @description, @done, @due, @priority, @labels,
          @at, @at, @completedAt, @createdBy, @completedBy, @position, @change,
          @titleKey, @due, '') RETURNING ${COLUMNS}`),
      update: prepare(`UPDATE tasks SET title = @title, description = @description, done = @done,
          due = @due, priority = @priority, labels = @labels, updated_at = @at,
          completed_at = @completedAt, completed_by = @completedBy, change = @change,
          title_key = @titleKey, due_key = @due
        WHERE list_id = @listId AND id = @id RETURNING ${COLUMNS}`),
      delete: prepare('DELETE FROM tasks WHERE list_id = ? AND id = ?'),
    };
    // `immediate`: a transaction that will write says so at its start, and never has to give up.
    this.#insert = database.transaction(this.#inserted.bind(this)).immediate;
    this.#update = database.transaction(this.#updated.bind(this)).immediate;
    this.#delete = database.transaction(this.#deleted.bind(this)).immediate;
  }

  async get_tasks(request) {
    const rows = this.#statements.page.all(request.user.list_id, request.query.limit);
    const collection = collectionOf(request);
    return { tasks: rows.map((row) => represent(row, collection, request.user)) };
  }

  async get_task(request, reply) {
    const row = this.#statements.one.get(request.user.list_id, request.params.task_id);
    return row ? { task: represent(row, collectionOf(request), request.user) } : notFound(reply);
  }

  async create_task(request, reply) {
    const row = this.#insert(request.user, request.body);
    const task = represent(row, collectionOf(request), request.user);
    reply.code(201).header('Location', task.uri);
    return { task };
  }

  async update_task(request, reply) {
    const collection = collectionOf(request);
    const row = this.#update(request.user, request.params.task_id, request.body, collection);
    return row ? { task: represent(row, collection, request.user) } : notFound(reply);
  }

  async delete_task(request, reply) {
    const found = this.#delete(request.user.list_id, request.params.task_id);
    return found ? { result: true } : notFound(reply);
  }

  #inserted(user, body) {
    const counted = this.#statements.countUp.get(1, user.list_id);
    const at = now();
    const task = { description: '', done: false, due: null, priority: 0, labels: [], ...body };
    return this.#statements.insert.get({
      ...stored(task),
      listId: user.list_id,
      id: counted.last_task_id,
      position: positionOf(counted.last_task_id),
      change: counted.last_change,
      at,
      createdBy: user.id,
      completedAt: task.done ? at : null,
      completedBy: task.done ? user.id : null,
    });
  }

  #updated(user, id, body, collection) {
    const row = this.#statements.one.get(user.list_id, id);
    if (!row) return undefined;
    const before = represent(row, collection, user);
    if (READ_ONLY.some((name) => name in body && body[name] !== before[name])) {
      throw Object.assign(new Error('A read-only member differs.'), { statusCode: 400 });
    }
    const task = { ...before, ...body };
    const at = now();
    return this.#statements.update.get({
      ...stored(task),
      listId: user.list_id,
      id,
      change: this.#statements.countUp.get(0, user.list_id).last_change,
      at,
      completedAt: task.done ? (row.completed_at ?? at) : null,
      completedBy: task.done ? (row.completed_by ?? user.id) : null,
    });
  }

  #deleted(listId, id) {
    this.#statements.countUp.get(0, listId);
    return this.#statements.delete.run(listId, id).changes > 0;
  }
}

function stored({ title, description, done, due, priority, labels }) {
  return {
    title,
    description,
    done: done ? 1 : 0,
    due,
    priority,
    labels: JSON.stringify(labels),
    titleKey: title.normalize('NFKC').toLowerCase(),
  };
}

function represent(row, collection, user) {
  const name = (id) => (id === user.id ? user.username : null); // nobody else has the list
  return {
    ...row,
    uri: `${collection}/${row.id}`,
    done: row.done === 1,
    labels: JSON.parse(row.labels),
    created_by: name(row.created_by),
    completed_by: name(row.completed_by),
    assigned_to: name(row.assigned_to),
    repeat: row.repeat && JSON.parse(row.repeat),
  };
}

/** The place of a new task in the order by hand, in a list whose ids count from 1. */
function positionOf(id) {
  return (2 ** 31 + 8 * id).toString(16);
}

function collectionOf(request) {
  return `${request.protocol}://${request.host}/todo/api/v1.0/tasks`;
}

function notFound(reply) {
  reply.code(404);
  return { error: 'Not found', code: 'not_found' };
}

function now() {
  return new Date().toISOString().replace('Z', '000Z');
}
