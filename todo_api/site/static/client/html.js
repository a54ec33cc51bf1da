/** Elements, written as HTML: `html` makes what Preact renders, and never markup from text. */

import { h, htm } from "./vendor.js";

export const html = htm.bind(/** @type {any} */ (h));

/** @typedef {any} View what a component returns */
