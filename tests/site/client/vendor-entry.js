// What the web client takes from others, in one file: `npm run vendor` makes vendor.js of it.

export { h, render } from "preact";
export { useEffect, useLayoutEffect, useRef } from "preact/hooks";
export { batch, computed, effect, signal, useComputed, useSignal } from "@preact/signals";
export { default as htm } from "htm";
export { default as createClient } from "openapi-fetch";
