/** Dragging a row of a list to another place, or below another task. */

import { html } from "./html.js";
import { arrange, branchAt, targetAt, tasksIn } from "./order.js";
import { useEffect, useSignal } from "./vendor.js";

/** @typedef {import("./order.js").Target} Target */

/** How far to the side is one level, as client.css has it, and for a thumb, which goes in arcs. */
const STEP_REM = 1.25;
const TOUCH_STEP_REM = 2.5;
/** So near to an edge of the list it scrolls, by so much a frame. */
const EDGE = 40;
const SCROLL = 8;

/**
 * What shows which rows are dragged, and where they would go. It hears the grips of the rows in the
 * list that it is in.
 * @param {{screen: import("./screen.js").Screen, box: {current: HTMLElement | null}, height: number}} props
 */
export function Drag({ screen, box, height }) {
  const drop = useSignal(
    /** @type {(Target & {at: number, depth: number, from: number, count: number}) | null} */ (
      null
    ),
  );

  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    /** @param {PointerEvent} event */
    const begin = (event) => {
      const grip = event.target instanceof Element ? event.target.closest(".grip") : null;
      const key = grip?.closest("li")?.getAttribute("data-key");
      if (!grip || !key || event.button || !event.isPrimary) return;
      event.preventDefault();
      follow(element, event, key);
    };
    element.addEventListener("pointerdown", begin);
    return () => element.removeEventListener("pointerdown", begin);
  }, []);

  /**
   * @param {HTMLElement} list
   * @param {PointerEvent} from
   * @param {string} key
   */
  const follow = (list, from, key) => {
    const all = tasksIn(screen.rows.value);
    const index = all.findIndex((row) => row.key === key);
    if (index < 0) return;
    const branch = branchAt(all, index);
    const depth = branch[0]?.depth ?? 0;
    const levels = Math.max(...branch.map((row) => row.depth)) - depth + 1;
    const gone = new Set(branch.map((row) => row.key));
    const rest = all.filter((row) => !gone.has(row.key));
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const level = from.pointerType === "touch" ? TOUCH_STEP_REM : STEP_REM;
    let { clientX: x, clientY: y } = from;
    const look = () => {
      const { top } = list.getBoundingClientRect();
      const row = Math.round((y - top + list.scrollTop) / height);
      // Rows of the branch are where they were; what it is put before is counted without them.
      const at = row <= index ? row : Math.max(index, row - branch.length);
      const place = Math.min(Math.max(at, 0), rest.length);
      const wanted = depth + Math.round((x - from.clientX) / (level * rem));
      drop.value = {
        ...targetAt(rest, place, wanted, levels),
        at: Math.min(Math.max(row, 0), all.length),
        from: index,
        count: branch.length,
      };
    };
    const step = () => {
      if (!drop.value) return;
      const { top, bottom } = list.getBoundingClientRect();
      const by = y < top + EDGE ? -SCROLL : y > bottom - EDGE ? SCROLL : 0;
      if (by) {
        list.scrollTop += by;
        look();
      }
      requestAnimationFrame(step);
    };
    /** @param {PointerEvent} event */
    const move = (event) => {
      ({ clientX: x, clientY: y } = event);
      const isFirst = !drop.value;
      look();
      if (isFirst) step();
    };
    const end = () => {
      removeEventListener("pointermove", moved);
      removeEventListener("pointerup", lifted);
      removeEventListener("pointercancel", lost);
      removeEventListener("keydown", giveUp, true);
      drop.value = null;
    };
    const put = () => {
      const target = drop.value;
      end();
      if (!target || isSame(target)) return;
      if (target.parent) screen.fold(target.parent.key, false);
      arrange(screen, key, target);
    };
    /** @param {Target} target whether it is where the row is already */
    const isSame = ({ parent, place }) => {
      const before = all.slice(0, index).findLast((row) => row.depth <= depth);
      const above = before?.depth === depth ? before : null;
      const next = all[index + branch.length];
      if ((parent?.key ?? null) !== screen.store.parentOf(/** @type {any} */ (branch[0]).task))
        return false;
      if (!place) return true;
      if ("after" in place) return place.after === above?.key;
      return !above && place.before === next?.key;
    };
    /** @param {KeyboardEvent} event */
    const giveUp = (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      end();
    };
    /**
     * Let no other finger interfere.
     * @type {(act: (event: PointerEvent) => void) => (event: PointerEvent) => void}
     */
    const own = (act) => (event) => {
      if (event.pointerId === from.pointerId) act(event);
    };
    const [moved, lifted, lost] = [own(move), own(put), own(end)];
    // The grip may leave the page, with its row, while the list is scrolled.
    list.setPointerCapture(from.pointerId);
    addEventListener("pointermove", moved);
    addEventListener("pointerup", lifted);
    addEventListener("pointercancel", lost);
    addEventListener("keydown", giveUp, true);
  };

  if (!drop.value) return null;
  const { at, depth, from, count } = drop.value;
  return html`
    <div
      class="dragged"
      style=${{ top: `${from * height}px`, height: `${count * height}px` }}
    ></div>
    <div class="drop" style=${{ top: `${at * height}px`, "--depth": depth }}></div>
  `;
}
