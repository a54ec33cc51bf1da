/**
 * What Dredd does not read in the document, or cannot express: `dredd --hookfiles`.
 *
 * Dredd does not follow references to examples; it sends every optional parameter, made up where
 * there is no example, and requires of an answer all that an answer may have. Where an object may be
 * null, it requires an object; the demo's tasks have null.
 */

const { readFileSync } = require("node:fs");

const hooks = require("hooks");

const document = JSON.parse(readFileSync(hooks.configuration.path[0], "utf8"));

const OPTIONAL_PARAMETERS = ["Idempotency-Key", "If-Match", "If-None-Match"];
const OPTIONAL_HEADERS = ["Idempotency-Replayed", "Link"];
const OBJECTS_OR_NULL = ["repeat"];
const OPTIONAL_MEMBERS = ["gone_lists", "left_out", "next_cursor"];

const CANNOT = {
  "/tasks/{task_id}/move > Move a task > 201 > application/json":
    "The first example stays in its list, and is answered with 200.",
  "/tasks/batch > Update many tasks at once > 200 > application/json":
    "Each result has one of several members, and Dredd requires all of them.",
  "/tasks/export > Export your tasks > 200 > text/csv":
    "Dredd compares text with its example, letter by letter.",
  "/tasks/export > Export your tasks > 200 > text/calendar":
    "Dredd compares text with its example, letter by letter.",
  "/lists/{list_id} > Delete a list > 200 > application/json":
    "The list of the example is the demo's own, which stays.",
  "/lists/{list_id}/members > List the members of a list > 200 > application/json":
    "The demo's list has one member, the example has two.",
  "/lists/{list_id}/members/{username} > Update a member of a list > 200 > application/json":
    "Nobody has joined the demo's list.",
  "/lists/{list_id}/members/{username} > Delete a member of a list > 200 > application/json":
    "Nobody has joined the demo's list.",
  "/lists/{list_id}/invitations > List the invitations to a list > 200 > application/json":
    "The demo's list has no invitations.",
  "/lists/{list_id}/invitations/{invitation_id} > Delete an invitation to a list > 200 > application/json":
    "The service chooses the id of an invitation.",
  "/invitations/look > Look at an invitation > 200 > application/json":
    "Only the service can make a code.",
  "/invitations/redeem > Redeem an invitation > 200 > application/json":
    "Only the service can make a code.",
  "/users/{username} > Delete your account > 200 > application/json":
    "The demo keeps its account.",
  "/tokens/{token_id} > Get a token > 200 > application/json":
    "The service chooses the id of a token.",
  "/tokens/{token_id} > Delete a token > 200 > application/json":
    "The service chooses the id of a token.",
};

hooks.beforeAll((transactions, done) => {
  // Nothing tells Dredd how to provoke an error. To take these away is quicker than to skip them.
  const expressed = transactions.filter(({ expected }) => expected.statusCode < 300);
  transactions.splice(0, transactions.length, ...expressed);
  done();
});

hooks.beforeEach((transaction, done) => {
  if (transaction.name in CANNOT) {
    hooks.log(`${transaction.name}: ${CANNOT[transaction.name]}`);
    transaction.skip = true;
  }
  leaveOutWhatIsOptional(transaction);
  sendFirstExample(transaction);
  done();
});

function leaveOutWhatIsOptional(transaction) {
  const { request, expected } = transaction;
  [transaction.fullPath] = transaction.fullPath.split("?");
  for (const name of OPTIONAL_PARAMETERS) delete request.headers[name];
  for (const name of OPTIONAL_HEADERS) delete expected.headers[name];
  if (expected.headers["Content-Type"] === "application/json") {
    const body = JSON.parse(expected.body, (name, value) =>
      OBJECTS_OR_NULL.includes(name) ? null : value,
    );
    for (const name of OPTIONAL_MEMBERS) delete body[name];
    expected.body = JSON.stringify(body);
  }
}

function sendFirstExample(transaction) {
  const { request, origin } = transaction;
  const operation = document.paths[origin.resourceName][request.method.toLowerCase()];
  if (operation.requestBody) {
    const type = request.headers["Content-Type"];
    const { examples } = resolved(operation.requestBody).content[type];
    const { value } = resolved(Object.values(examples)[0]);
    request.body = typeof value === "string" ? value : JSON.stringify(value);
    if (type === "text/plain") transaction.fullPath += "?format=todotxt";
  }
}

function resolved(part) {
  const names = part.$ref?.split("/").slice(1) ?? [];
  return names.length ? names.reduce((found, name) => found[name], document) : part;
}
