/**
 * The service worker: it keeps the client's own files, so that the client opens while the service
 * cannot be reached. What comes from the service is always preferred; the API is left alone.
 */

const CACHE = "todo-shell";
const PATIENCE_MILLISECONDS = 4000;

const worker = /** @type {any} */ (globalThis);

/** Every file of the client, from where this one is; a test compares them with what it loads. */
const SHELL = [
  "./",
  "./assets/client.css",
  "./assets/client.js",
  "./assets/icon.svg",
  "./assets/vendor.js",
  "./assets/words.de.js",
].map((path) => new URL(path, worker.location.href).pathname);

/** @returns {Promise<void>} */
async function keepShell() {
  const cache = await caches.open(CACHE);
  await cache.addAll(SHELL);
  await worker.skipWaiting();
}

/**
 * Answer with what the service sends, or, if it sends nothing, with what was kept.
 * @param {Request} request
 * @param {string} path
 */
async function answer(request, path) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) });
    if (response.ok) await cache.put(path, response.clone());
    return response;
  } catch {
    return (await cache.match(path)) ?? Response.error();
  }
}

worker.addEventListener("install", (/** @type {any} */ event) => event.waitUntil(keepShell()));
worker.addEventListener("activate", (/** @type {any} */ event) =>
  event.waitUntil(worker.clients.claim()),
);
worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method === "GET" && origin === location.origin && SHELL.includes(pathname)) {
    event.respondWith(answer(event.request, pathname));
  }
});
