/** Several lines that are pasted into quick add: on request, a task for each. */

import { useEffect, useRef } from "./vendor.js";
import { say } from "./words.js";

/** What a line of a list begins with elsewhere. */
const BULLET = /^\s*(?:[-*+•–]\s+)?(?:\[[ xX]?\]\s+)?/u;

/**
 * Return the lines of a text that have something to do in them.
 * @param {string} text
 */
export const linesOf = (text) =>
  text
    .split(/[\r\n]+/u)
    .map((line) => line.replace(BULLET, "").trim())
    .filter(Boolean);

/**
 * Hear what is pasted into the box of quick add. What cannot be a task stays there.
 * @param {{screen: import("./screen.js").Screen, create: (line: string) => boolean,
 *   write: (line: string) => void}} props `create` tells whether a task has come of a line
 */
export function Lines({ screen, create, write }) {
  /** @param {ClipboardEvent} event */
  const paste = (event) => {
    const box = /** @type {HTMLInputElement} */ (event.target);
    const lines = linesOf(event.clipboardData?.getData("text/plain") ?? "");
    const count = lines.length;
    if (count < 2 || box.value.trim() || !confirm(say("add.lines", { count }))) return;
    event.preventDefault();
    /** @type {string[]} */
    const left = [];
    const add = (/** @type {string} */ line) => void (create(line) || left.push(line));
    screen.together(lines, say("undo.lines"), add);
    write(left.join(" "));
  };
  const last = useRef(paste);
  last.current = paste;
  useEffect(() => {
    const box = document.getElementById("add");
    const listen = (/** @type {ClipboardEvent} */ event) => last.current(event);
    box?.addEventListener("paste", listen);
    return () => box?.removeEventListener("paste", listen);
  }, []);
  return null;
}
