/** The tokens of an account: who else may read and change its tasks. */

import { answered } from "./api.js";
import { sayMoment } from "./dates.js";
import { html } from "./html.js";
import { Outcome, useSending } from "./sending.js";
import { useEffect, useRef, useSignal } from "./vendor.js";
import { locale, say } from "./words.js";

/**
 * @typedef {import("./account.js").Token} Token
 * @typedef {import("./account.js").Unlocked["api"]} Api
 */

/** @param {{api: Api, session: import("./session.js").Session, onEnded: () => void}} props */
export function Tokens({ api, session, onEnded }) {
  const tokens = useSignal(/** @type {Token[] | null} */ (null));
  const heading = useRef(/** @type {HTMLElement | null} */ (null));
  const sending = useSending("account.wrong");
  useEffect(() => {
    heading.current?.focus();
    void sending.run(async () => {
      tokens.value = (await answered(api.GET("/tokens"))).tokens;
    });
  }, []);
  /** @param {Token} token */
  const revoke = (token) =>
    sending.run(async () => {
      await answered(
        api.DELETE("/tokens/{token_id}", { params: { path: { token_id: token.id } } }),
      );
      if (token.id === session.tokenId) onEnded();
      tokens.value = (tokens.value ?? []).filter((other) => other !== token);
      heading.current?.focus();
      return say("account.revoked", { name: token.name });
    });
  return html`
    <section>
      <h3 tabindex="-1" ref=${heading}>${say("account.tokens")}</h3>
      <p class="hint">${say("account.tokensHint")}</p>
      ${tokens.value?.length === 0 && html`<p>${say("account.noTokens")}</p>`}
      <ul class="rows">
        ${tokens.value?.map(
          (token) => html`
            <li key=${token.id}>
              <div>
                <b>${token.name}</b>
                ${token.id === session.tokenId && html` (${say("account.here")})`}
                <p class="hint">${tellOf(token)}</p>
              </div>
              <button
                class="quiet danger"
                aria-label=${say("account.revokeOf", { name: token.name })}
                onClick=${() => void revoke(token)}
              >
                ${say("account.revoke")}
              </button>
            </li>
          `,
        )}
      </ul>
      <${Outcome} of=${sending} />
    </section>
  `;
}

/** @type {(time: string) => string} */
const when = (time) => sayMoment(time, locale());

/** @param {Token} token */
function tellOf({ scope, last_used_at: used, expires_at: end }) {
  const isOver = end && Date.parse(end) < Date.now();
  return [
    say(`account.${scope}`),
    used ? say("account.used", { when: when(used) }) : say("account.unused"),
    end
      ? say(isOver ? "account.expired" : "account.expires", { when: when(end) })
      : say("account.endless"),
  ].join(", ");
}
