/** What becomes of what somebody has written, as they leave it. */

import { useEffect, useRef } from "./vendor.js";

/**
 * Have something kept when its part of the screen closes, or the page is left.
 * @param {() => void} keep
 */
export function useLeaving(keep) {
  const last = useRef(keep);
  last.current = keep;
  useEffect(() => {
    const leave = () => last.current();
    // By capture, that is before the store hurries.
    addEventListener("pagehide", leave, true);
    return () => {
      removeEventListener("pagehide", leave, true);
      leave();
    };
  }, []);
}
