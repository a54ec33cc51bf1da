/**
 * Who is signed in on this device: a token, made once by the password, which is kept nowhere.
 *
 * @typedef {{username: string, secret: string, tokenId: number}} Session
 */

import { deviceStorage, tabStorage } from "./storage.js";

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
export const storedSession = () => parsed(tabStorage.getItem(KEY) ?? deviceStorage.getItem(KEY));

/** @type {(username: string) => boolean} whether this device, not only a tab, is signed in */
export const isStaying = (username) => parsed(deviceStorage.getItem(KEY))?.username === username;

/** @type {(username: string) => string} where the line that is being written is kept */
export const draftOf = (username) => `todo.draft:${username}`;

/** @type {(username: string) => string} */
const foldedOf = (username) => `todo.folded:${username}`;

/** @type {(username: string) => typeof tabStorage} what outlasts a reload, and not the session */
const placeOf = (username) => (isStaying(username) ? deviceStorage : tabStorage);

/**
 * Return the ids of the tasks whose subtasks are not to be seen on this device.
 * @param {string} username
 * @returns {number[]}
 */
export function foldedTasks(username) {
  try {
    return JSON.parse(placeOf(username).getItem(foldedOf(username)) ?? "[]");
  } catch {
    return [];
  }
}

/**
 * @param {string} username
 * @param {number[]} ids
 */
export function keepFolded(username, ids) {
  placeOf(username).setItem(foldedOf(username), JSON.stringify(ids));
}

/** @type {(username: string) => string} */
const zoneOf = (username) => `todo.zone:${username}`;

/**
 * Tell whether one's own list is to keep its zone, though that is not the browser's.
 * @param {string} username
 */
export const isZoneDeclined = (username) => placeOf(username).getItem(zoneOf(username)) !== null;

/** @param {string} username */
export const keepZoneDeclined = (username) =>
  placeOf(username).setItem(zoneOf(username), "declined");

/**
 * Forget what is kept for the screen of a user, beside the lists.
 * @param {string} username
 */
export function forgetScreen(username) {
  tabStorage.removeItem(draftOf(username));
  for (const place of [tabStorage, deviceStorage]) {
    for (const name of [foldedOf, zoneOf]) place.removeItem(name(username));
  }
}

export function forgetSession() {
  tabStorage.removeItem(KEY);
  deviceStorage.removeItem(KEY);
}

/**
 * Have somebody signed in: on this device, or in this tab.
 * @param {Session} session
 * @param {boolean} stay
 */
export function keepSession(session, stay) {
  forgetSession();
  (stay ? deviceStorage : tabStorage).setItem(KEY, JSON.stringify(session));
}
