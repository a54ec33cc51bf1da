export { h, render } from "preact";
export { useEffect, useLayoutEffect, useRef } from "preact/hooks";
export { batch, computed, effect, signal, useComputed, useSignal } from "@preact/signals";
export { default as htm } from "htm";
export { default as createClient } from "openapi-fetch";
export type { Signal } from "@preact/signals";
