/** Going back, where the open task covers the list: that closes it, and leaves nothing else. */

import { useEffect } from "./vendor.js";

/** When the history is again where it was before the task that was closed last: browsers take a moment. */
let left = Promise.resolve();

const isThere = () => Boolean(history.state?.hasOpen);

function leave() {
  left = new Promise((resolve) => addEventListener("popstate", () => resolve(), { once: true }));
  history.back();
}

/** @param {import("./screen.js").Screen} screen */
export function useBack(screen) {
  useEffect(() => {
    if (!screen.isNarrow.value) return undefined;
    let isOpen = true;
    let hasEntered = false;
    const close = () => screen.close();
    void left.then(() => {
      if (!isOpen) return;
      hasEntered = true;
      if (!isThere()) history.pushState({ hasOpen: true }, "");
      addEventListener("popstate", close);
    });
    return () => {
      isOpen = false;
      removeEventListener("popstate", close);
      // The next task that is open takes the place of this one.
      if (hasEntered && !screen.open.value && isThere()) leave();
    };
  }, []);
}
