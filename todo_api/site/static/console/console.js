/**
 * The console: Swagger UI over the document that is served beside this page.
 */

import { access, makeAccessible } from "./console-access.js";
import { files } from "./console-files.js";
import { followAddress, links } from "./console-links.js";

const { SwaggerUIBundle } = window;

const mapValues = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));

const utf8Bytes = (text) => String.fromCharCode(...new TextEncoder().encode(text));

const inUtf8 = (scheme) =>
  scheme.schema.get("scheme") === "basic"
    ? { ...scheme, value: mapValues(scheme.value, utf8Bytes) }
    : scheme;

/**
 * Swagger UI encodes credentials with `btoa`, which takes each character for a byte and refuses
 * what does not fit. The service reads UTF-8, so `btoa` is given the bytes of that.
 */
const utf8Credentials = {
  statePlugins: {
    auth: {
      wrapActions: {
        authorize: (authorize) => (schemes) => authorize(mapValues(schemes, inUtf8)),
      },
    },
  },
};

/**
 * Swagger UI fills in the example of each parameter. An optional one has to begin empty: together
 * the examples of all filters would find nothing, and one of a cursor is no cursor.
 */
const emptyUnlessRequired = (parameter) =>
  parameter.required ? parameter : { ...parameter, example: "" };

/**
 * Swagger UI fills in a body with the examples of its members, which make no sense together. The
 * first example of the body does, so it becomes that of the schema.
 */
const exemplified = ({ requestBodies, schemas, examples }) => {
  const nameIn = ({ $ref }) => $ref.split("/").pop();
  const contents = Object.values(requestBodies).flatMap(({ content }) => Object.values(content));
  const ofBodies = contents.map(({ schema, examples: named }) => {
    const example = examples[nameIn(Object.values(named)[0])].value;
    return [nameIn(schema), { ...schemas[nameIn(schema)], example }];
  });
  return { ...schemas, ...Object.fromEntries(ofBodies) };
};

const sensibleDefaults = {
  statePlugins: {
    spec: {
      wrapActions: {
        updateJsonSpec: (update) => (document) =>
          update({
            ...document,
            components: {
              ...document.components,
              parameters: mapValues(document.components.parameters, emptyUnlessRequired),
              schemas: exemplified(document.components),
            },
          }),
      },
    },
  },
};

/**
 * Say that a script is asking, so that wrong credentials are answered without a challenge and the
 * browser opens no dialog; and send only what Authorize was given, nothing the browser remembers.
 */
const asScript = (request) => {
  request.headers["X-Requested-With"] = "XMLHttpRequest";
  request.credentials = "omit";
  return request;
};

const domNode = document.getElementById("console");
makeAccessible(domNode);

const system = SwaggerUIBundle({
  domNode,
  url: new URL("../openapi.json", window.location.href).href,
  plugins: [utf8Credentials, sensibleDefaults, links, files, access],
  requestInterceptor: asScript,
  // The curl line is for people, who are no script.
  showMutatedRequest: false,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  // Its badge would come from elsewhere.
  validatorUrl: "none",
  onComplete: () => {
    followAddress(system);
    window.addEventListener("popstate", () => followAddress(system));
  },
});
