/**
 * Who is signed in on this device: a token, made once by the password, which is kept nowhere.
 *
 * @typedef {{username: string, secret: string, tokenId: number}} Session
 */

const KEY = "todo.session";

/** @type {(text: string | null) => Session | null} */
function parsed(text) {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/** @returns {Session | null} */
export const storedSession = () => parsed(sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY));

/** @type {(username: string) => boolean} whether this device, not only a tab, is signed in */
export const isStaying = (username) => parsed(localStorage.getItem(KEY))?.username === username;

/** @type {(username: string) => string} where the line that is being written is kept */
export const draftOf = (username) => `todo.draft:${username}`;

export function forgetSession() {
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
}

/**
 * Have somebody signed in: on this device, or in this tab.
 * @param {Session} session
 * @param {boolean} stay
 */
export function keepSession(session, stay) {
  forgetSession();
  (stay ? localStorage : sessionStorage).setItem(KEY, JSON.stringify(session));
}
