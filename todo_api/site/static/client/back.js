/** Going back, where the open task covers the list: that closes it, and leaves nothing else. */

import { useEffect } from "./vendor.js";

const isThere = () => Boolean(history.state?.hasOpen);

/** @param {import("./screen.js").Screen} screen */
export function useBack(screen) {
  useEffect(() => {
    if (!screen.isNarrow.value) return undefined;
    if (!isThere()) history.pushState({ hasOpen: true }, "");
    const close = () => screen.close();
    addEventListener("popstate", close);
    return () => {
      removeEventListener("popstate", close);
      // The next task that is open takes the place of this one.
      if (!screen.open.value && isThere()) history.back();
    };
  }, []);
}
