/**
 * The service worker: it keeps the client's own files, so that the client opens while the service
 * cannot be reached. What comes from the service in time is preferred; the API is left alone. The
 * files that it keeps are of one version, which the service writes in here as it sends this file: so
 * other files are another worker, with a cache of its own.
 */

const CACHES = "todo-shell";
const CACHE = `${CACHES}-VERSION`;
const PATIENCE_MILLISECONDS = 4000;

const worker = /** @type {any} */ (globalThis);

/** Every file of the client, from where this one is; a test compares them with what it loads. */
const SHELL = [
  "./",
  "./assets/client.css",
  "./assets/client.js",
  "./assets/icon.svg",
  "./assets/later.js",
  "./assets/signin.js",
  "./assets/vendor.js",
  "./assets/words.de.js",
  "./assets/words.later.de.js",
  "./join",
].map((path) => new URL(path, worker.location.href).pathname);

/** @returns {Promise<void>} */
async function keepShell() {
  const cache = await caches.open(CACHE);
  await cache.addAll(SHELL.map((path) => new Request(path, { cache: "reload" })));
  await worker.skipWaiting();
}

/**
 * Answer with what the service sends, if all of it comes in time, or else with what was kept: a file
 * that breaks off half-way would leave the page empty, and so would a proxy that answers in place of a
 * service that is away.
 * @param {Request} request
 * @param {string} path
 */
async function answer(request, path) {
  const sent = await sentInTime(request).catch(() => null);
  if (sent && sent.status < 500) return sent;
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? sent ?? fetch(request);
}

/** @param {Request} request */
async function sentInTime(request) {
  const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) });
  await response.clone().arrayBuffer();
  return response;
}

/** Leave nothing of former versions. */
async function forgetOthers() {
  for (const name of await caches.keys()) {
    if (name.startsWith(CACHES) && name !== CACHE) await caches.delete(name);
  }
  await worker.clients.claim();
}

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(keepShell()));
worker.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil(forgetOthers()));
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method === "GET" && origin === location.origin && SHELL.includes(pathname)) {
    event.respondWith(answer(event.request, pathname));
  }
});
