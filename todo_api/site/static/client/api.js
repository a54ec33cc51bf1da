/**
 * The API, as any client sees it: requests typed by the document, failures as one kind of error, and as a sentence.
 *
 * @typedef {import("#document").paths} Paths
 * @typedef {{pointer?: string, parameter?: string, line?: number, code?: string, detail: string}} Fault
 * @typedef {"offline" | "signedout" | "throttled" | "forbidden" | "full" | "conflict" | "gone"
 *   | "server" | "refused"} FailureKind
 */

import { createClient } from "./vendor.js";
import { say } from "./words.js";

/** Why a request came to nothing. */
export class Failure extends Error {
  /**
   * @param {FailureKind} kind
   * @param {{status?: number, detail?: string, seconds?: number, faults?: Fault[]}} [what]
   */
  constructor(kind, { status = 0, detail = "", seconds = 0, faults = [] } = {}) {
    super(detail || kind);
    this.kind = kind;
    this.status = status;
    this.detail = detail;
    this.seconds = seconds;
    this.faults = faults;
  }
}

/** @type {Record<number, FailureKind>} */
const KINDS = {
  401: "signedout",
  403: "forbidden",
  408: "offline",
  409: "conflict",
  410: "gone",
  429: "throttled",
  507: "full",
};

const SECONDS = 30;

/**
 * @param {Response} response
 * @param {{detail?: string, errors?: Fault[]} | undefined} error
 */
function failureOf(response, error) {
  const kind = KINDS[response.status] ?? (response.status >= 500 ? "server" : "refused");
  return new Failure(kind, {
    status: response.status,
    detail: error?.detail ?? "",
    seconds: Number(response.headers.get("Retry-After")) || 0,
    faults: error?.errors ?? [],
  });
}

/** @type {(text: string) => string} */
const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

/** @type {(username: string, password: string) => string} */
export const basic = (username, password) => `Basic ${base64(`${username}:${password}`)}`;

/** @type {(secret: string) => string} */
export const bearer = (secret) => `Bearer ${secret}`;

export const BASE = document.body.dataset["api"] ?? "";

/**
 * Send a request; the browser adds no credentials, and so opens no dialog if they are wrong.
 * @param {Request} request
 */
async function send(request) {
  try {
    return await fetch(request, {
      signal: AbortSignal.timeout(SECONDS * 1000),
    });
  } catch {
    throw new Failure("offline");
  }
}

/**
 * Return the client of whoever these credentials are of.
 * @param {string} [authorization]
 */
export function clientOf(authorization) {
  const headers = authorization ? { Authorization: authorization } : {};
  /** @type {ReturnType<typeof createClient<Paths>>} */
  const client = createClient({
    baseUrl: BASE,
    headers,
    credentials: "omit",
    fetch: send,
  });
  return client;
}

/**
 * Return an answer: one that is broken off while it is read, or that is not the service's own, is
 * none.
 * @template Answer
 * @param {Promise<Answer>} answer
 * @returns {Promise<Answer>}
 */
export const heard = (answer) =>
  answer.catch((failure) => {
    throw failure instanceof Failure ? failure : new Failure("offline");
  });

/**
 * Return what a request was answered, or throw the failure.
 * @template Data
 * @param {Promise<{data?: Data, error?: any, response: Response}>} answer
 */
export async function answered(answer) {
  const { data, error, response } = await heard(answer);
  if (error !== undefined || !response.ok) throw failureOf(response, error);
  return /** @type {NonNullable<Data>} */ (data);
}

/**
 * Whether a request was refused because its place in the changes is of another list.
 * @param {unknown} failure
 */
export const isForeign = (failure) =>
  failure instanceof Failure &&
  failure.kind === "refused" &&
  failure.faults.some(({ parameter }) => parameter === "since");

/**
 * Say what failed, and what to do.
 * @param {unknown} failure
 * @param {import("./words.js").Word} [credentials] what to say of a wrong password
 */
export function sentenceOf(failure, credentials = "error.credentials") {
  if (failure instanceof DOMException) return say("error.unkept"); // the browser's own failure
  if (!(failure instanceof Failure)) throw failure;
  switch (failure.kind) {
    case "signedout":
      return say(credentials);
    case "throttled":
      return say("error.throttled", { seconds: failure.seconds });
    case "offline":
      return say("error.offline");
    case "server":
      return say("error.server");
    default: {
      const details = failure.faults.map((fault) => fault.detail).join(" ");
      return say("error.refused", {
        detail: details || failure.detail || String(failure.status),
      });
    }
  }
}
