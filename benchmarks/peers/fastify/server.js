/**
 * The service's own document on Fastify, by fastify-openapi-glue, with better-sqlite3.
 *
 * Routes, validation and serialization come from openapi/todo.yaml. As the documentation of Fastify
 * advises under "Validation and Serialization", bodies are validated as they are, and only what
 * comes as text (paths, queries, headers) is converted; nothing unknown is removed in silence.
 * What fastify-openapi-glue has no media type for (CSV, JSON Lines) is left out.
 */

import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import Fastify from 'fastify';
import openapiGlue from 'fastify-openapi-glue';

import { Credentials } from './credentials.js';
import { openDatabase } from './database.js';
import { TaskHandlers } from './tasks.js';

const BASE_PATH = '/todo/api/v1.0';
const DOCUMENT = new URL('../../../openapi/todo.yaml', import.meta.url).pathname;

function compiler(options) {
  // `example`, `int32` and the like are OpenAPI's, not JSON Schema's.
  const ajv = new Ajv({ strict: false, logger: false, useDefaults: true, ...options });
  addFormats.default(ajv);
  return ajv;
}

const asTheyAre = compiler();
const converted = compiler({ coerceTypes: 'array' });

const app = Fastify();
app.setValidatorCompiler(({ schema, httpPart }) =>
  (httpPart === 'body' ? asTheyAre : converted).compile(schema),
);
app.setErrorHandler((error, request, reply) => {
  const status = error.statusCode ?? 500;
  if (status === 401) {
    reply.header('WWW-Authenticate', 'Basic realm="Authentication Required"');
    return reply.code(401).send({ error: 'Unauthorized access', code: 'unauthorized' });
  }
  if (status >= 500) console.error(error);
  return reply
    .code(status)
    .send(
      status < 500
        ? { error: 'Bad request', code: 'invalid_body' }
        : { error: 'Internal server error', code: 'internal_server_error' },
    );
});
// The tasks' operations take JSON alone; the import of files is not among those compared.
app.addContentTypeParser(
  ['application/merge-patch+json'],
  { parseAs: 'string' },
  app.getDefaultJsonParser('error', 'error'),
);

const database = openDatabase(process.env.DATABASE_URL);
await app.register(openapiGlue, {
  specification: DOCUMENT,
  serviceHandlers: new TaskHandlers(database),
  securityHandlers: new Credentials(database),
  prefix: BASE_PATH,
});
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });

process.on('SIGTERM', async () => {
  await app.close();
  database.close();
});
