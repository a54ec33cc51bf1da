/** Elements, written as HTML: `html` makes what Preact renders, and never markup from text. */

import { h, htm } from "./vendor.js";

export const html = htm.bind(/** @type {any} */ (h));

/** The picture of the client, which is beside this file. */
export const ICON = new URL("icon.svg", import.meta.url).href;

/** @typedef {any} View what a component returns */
