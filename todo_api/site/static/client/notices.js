/** What the list has to say: what has gone wrong, and what can be undone. */

import { html } from "./html.js";
import { useEffect } from "./vendor.js";
import { locale, say } from "./words.js";

/** @typedef {import("./screen.js").Screen} Screen */

/** What has gone wrong, and what to do about it. @param {{screen: Screen}} props */
export function Troubles({ screen }) {
  const { sync, store, notices, later } = screen;
  const state = sync.state.value;
  const time = new Date(sync.waitsUntil.value).toLocaleTimeString(locale());
  const faulty = store.faulty.value.map((entry) =>
    say("trouble.refused", {
      title: store.get(entry.key)?.title ?? "",
      fault: entry.fault ?? "",
    }),
  );
  const waiting =
    state === "throttled" || state === "full" || state === "failing" || state === "broken"
      ? [say(`trouble.${state}`, { time })]
      : [];
  /** @param {string} text */
  const dismiss = (text) => (notices.value = notices.value.filter((other) => other !== text));
  // They are told in words that are loaded later.
  const told = later.value ? [...waiting, ...faulty] : [];
  return html`
    <div class="troubles" role="alert">
      ${told.map((text) => html`<p key=${text} class="error">${text}</p>`)}
      ${notices.value.map(
        (text) => html`
          <p key=${text} class="notice">
            <span>${text}</span>
            <button class="quiet" onClick=${() => dismiss(text)}>${say("notice.close")}</button>
          </p>
        `,
      )}
    </div>
  `;
}

/** A name in quotation marks that is too long to be read. */
const LONG = /([“„][^“”„]{40})[^“”„]+/gu;

/** @param {{store: import("./store.js").Store}} props */
export function Undo({ store }) {
  const last = store.undoables.value.at(-1);
  const until = last?.until ?? 0;
  /** Of a double click, the second half is not for what was done before that. @param {MouseEvent} event */
  const undoOnce = ({ detail }) => detail < 2 && store.undo();
  useEffect(() => {
    const timer = setTimeout(
      () => (store.undoables.value = store.current()),
      Math.max(0, until - Date.now()),
    );
    return () => clearTimeout(timer);
  }, [until]);
  return html`
    <div class="undo" aria-live="polite">
      ${
        last &&
        html`
          <div class="toast">
            <span>${last.text.replace(LONG, "$1…")}</span>
            <button onClick=${undoOnce}>${say("undo.button")}</button>
          </div>
        `
      }
    </div>
  `;
}
