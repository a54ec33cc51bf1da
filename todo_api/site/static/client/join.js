/** The question that an invitation's link leads to: whether to join a list. */

import { answered, Failure } from "./api.js";
import { sayMoment } from "./dates.js";
import { Dialog } from "./dialog.js";
import { html } from "./html.js";
import { forgetInvitation, keptInvitation } from "./invitation.js";
import { listed } from "./local.js";
import { Outcome, useSending } from "./sending.js";
import { useEffect, useRef, useSignal } from "./vendor.js";
import { locale, say } from "./words.js";

/** @typedef {import("#document").components["schemas"]["OfferedInvitation"]} Offer */

/** @param {{screen: import("./screen.js").Screen, onClose: () => void}} props */
export function Join({ screen, onClose }) {
  const { api, store, sync } = screen;
  const offer = useSignal(/** @type {Offer | null} */ (null));
  const isVoid = useSignal(false);
  const sending = useSending("signin.ended");
  const body = { code: keptInvitation() ?? "" };

  const close = () => {
    forgetInvitation();
    onClose();
    screen.focusList();
  };
  /** @param {number} id */
  const goTo = (id) => {
    location.hash = `list/${id}`;
    sync.soon();
    close();
  };
  /** Do what needs the code to be good. @param {() => Promise<void>} action */
  const run = (action) =>
    sending.run(async () => {
      try {
        await action();
      } catch (failure) {
        if (!(failure instanceof Failure && failure.status === 404)) throw failure;
        offer.value = null;
        isVoid.value = true;
      }
    });
  const look = () =>
    run(async () => {
      const { invitation } = await answered(api.POST("/invitations/look", { body }));
      if (invitation.is_member) {
        screen.tell(say("join.already", { name: invitation.list_name }));
        goTo(invitation.list_id);
      } else {
        offer.value = invitation;
      }
    });
  const join = () =>
    run(async () => {
      const { list } = await answered(api.POST("/invitations/redeem", { body }));
      await store.haveList(listed(list));
      goTo(list.id);
    });
  useEffect(() => void look(), []);
  return html`
    <${Dialog}
      name="one-list"
      title=${say("join.title")}
      onClose=${close}
      later=${offer.value && say("join.later")}
    >
      <section>
        ${offer.value && html`<${Question} screen=${screen} offer=${offer.value} onJoin=${join} />`}
        <div aria-live="polite">
          ${sending.isBusy.value && !offer.value && html`<p>${say("join.looking")}</p>`}
          ${isVoid.value && html`<p>${say("join.void")}</p>`}
        </div>
        <${Outcome} of=${sending} />
        ${
          sending.isError.value &&
          !offer.value &&
          html`<button onClick=${() => void look()}>${say("join.retry")}</button>`
        }
      </section>
    <//>
  `;
}

/**
 * What one is invited to, and the button that has the focus.
 * @param {{screen: import("./screen.js").Screen, offer: Offer, onJoin: () => Promise<void>}} props
 */
function Question({ screen, offer, onJoin }) {
  const { owner, list_name: name, role, expires_at: until } = offer;
  const button = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => button.current?.focus(), []);
  return html`
    <p id="join-offer">${say(`join.${role}`, { owner, name })}</p>
    <p class="hint">
      ${say("join.hint", { username: screen.session.username, when: sayMoment(until, locale()) })}
    </p>
    <button
      class="primary"
      ref=${button}
      aria-describedby="join-offer"
      onClick=${() => void onJoin()}
    >
      ${say("join.submit")}
    </button>
  `;
}
