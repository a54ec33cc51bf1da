/** The question that an invitation's link leads to: whether to join a list. */

import { answered } from "./api.js";
import { Dialog } from "./dialog.js";
import { html } from "./html.js";
import { forgetInvitation, keptInvitation } from "./invitation.js";
import { listed } from "./local.js";
import { Outcome, useSending } from "./sending.js";
import { say } from "./words.js";

/** @param {{screen: import("./screen.js").Screen, onClose: () => void}} props */
export function Join({ screen, onClose }) {
  const { api, store, sync } = screen;
  const sending = useSending("signin.ended");
  const close = () => {
    forgetInvitation();
    onClose();
    screen.focusList();
  };
  const join = () =>
    sending.run(async () => {
      const body = { code: keptInvitation() ?? "" };
      const { list } = await answered(api.POST("/invitations/redeem", { body }));
      await store.haveList(listed(list));
      location.hash = `list/${list.id}`;
      sync.soon();
      close();
    });
  return html`
    <${Dialog} name="one-list" title=${say("join.title")} onClose=${close} isQuestion>
      <section>
        <p>${say("join.hint", { username: screen.session.username })}</p>
        <button class="primary" onClick=${() => void join()}>${say("join.submit")}</button>
        <${Outcome} of=${sending} />
      </section>
    <//>
  `;
}
