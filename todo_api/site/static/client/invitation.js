/**
 * The link of an invitation to a list, and the code in it: when somebody opens the link, the code is
 * kept in this tab until they have decided, whoever they sign in as before that.
 */

import { tabStorage } from "./storage.js";

/** Beside the client, which is one level above its files. What follows the # is sent nowhere. */
const JOIN = new URL("../join", import.meta.url);
const KEY = "todo.invitation";

/** @type {(code: string) => string} */
export const linkOf = (code) => `${JOIN.href}#${code}`;

/** Take the code out of the address, if that is such a link, and go on at the client's own. */
export function takeInvitation() {
  if (location.pathname !== JOIN.pathname) return;
  const code = location.hash.slice(1);
  if (code) tabStorage.setItem(KEY, code);
  history.replaceState(null, "", new URL("./", JOIN));
}

export const keptInvitation = () => tabStorage.getItem(KEY);

export const forgetInvitation = () => tabStorage.removeItem(KEY);
