/**
 * The service worker: it keeps the client's own files, so that the client opens while the service
 * cannot be reached. What comes from the service is always preferred; the API is left alone.
 */

const CACHE = "todo-shell";
const PATIENCE_MILLISECONDS = 4000;

const worker = /** @type {any} */ (globalThis);

/** Every file of the client, from where this one is; a test compares them with what is served. */
const SHELL = [
  "./",
  "./assets/account.js",
  "./assets/add.js",
  "./assets/api.js",
  "./assets/app.js",
  "./assets/client.css",
  "./assets/dates.js",
  "./assets/dialog.js",
  "./assets/editor.js",
  "./assets/files.js",
  "./assets/head.js",
  "./assets/help.js",
  "./assets/html.js",
  "./assets/icon.svg",
  "./assets/keys.js",
  "./assets/list.js",
  "./assets/local.js",
  "./assets/main.js",
  "./assets/markdown.js",
  "./assets/notices.js",
  "./assets/outbox.js",
  "./assets/quickadd.js",
  "./assets/screen.js",
  "./assets/sending.js",
  "./assets/sentences.js",
  "./assets/session.js",
  "./assets/side.js",
  "./assets/signin.js",
  "./assets/store.js",
  "./assets/sync.js",
  "./assets/text.js",
  "./assets/tokens.js",
  "./assets/vendor.js",
  "./assets/views.js",
  "./assets/words.de.js",
  "./assets/words.js",
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
