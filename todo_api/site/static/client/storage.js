/** Where the browser keeps small things; if it is to keep nothing for this page, the page does. */

/** @typedef {Pick<Storage, "getItem" | "setItem" | "removeItem">} Place */

/** @returns {Place} what is forgotten with the page */
function inMemory() {
  const kept = new Map();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, text) => void kept.set(name, text),
    removeItem: (name) => void kept.delete(name),
  };
}

/** @type {(place: () => Storage) => Place} */
function allowed(place) {
  try {
    return place();
  } catch {
    return inMemory();
  }
}

export const deviceStorage = allowed(() => localStorage);
export const tabStorage = allowed(() => sessionStorage);
