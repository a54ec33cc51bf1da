/** Light, dark, or as the system is; kept on this device. */

import { deviceStorage } from "./storage.js";
import { signal } from "./vendor.js";

/** @typedef {"system" | "light" | "dark"} Theme */

const KEY = "todo.theme";

export const theme = signal(/** @type {Theme} */ (deviceStorage.getItem(KEY) ?? "system"));

/** Show the page, and what the browser draws around it, in the colours that were chosen. */
export function showTheme() {
  const { dataset } = document.documentElement;
  if (theme.value === "system") delete dataset["theme"];
  else dataset["theme"] = theme.value;
  for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
    const own = meta.getAttribute("data-scheme");
    const chosen = own === theme.value ? "all" : "not all";
    const media = theme.value === "system" ? `(prefers-color-scheme: ${own})` : chosen;
    meta.setAttribute("media", media);
  }
}

/** @param {Theme} chosen */
export function chooseTheme(chosen) {
  theme.value = chosen;
  if (chosen === "system") deviceStorage.removeItem(KEY);
  else deviceStorage.setItem(KEY, chosen);
  showTheme();
}
