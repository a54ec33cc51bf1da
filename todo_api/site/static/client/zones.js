/** The time zone of a list: chosen, and for one's own list proposed. */

import { answered } from "./api.js";
import { clocksIn } from "./clocks.js";
import { html } from "./html.js";
import { listed } from "./local.js";
import { Outcome, useSending } from "./sending.js";
import { isZoneDeclined, keepZoneDeclined } from "./session.js";
import { useSignal } from "./vendor.js";
import { say } from "./words.js";

/** What lists have for which nobody has chosen, neither their owner nor who runs the service. */
const DEFAULT = "UTC";

const { demoUsername } = document.body.dataset;

/**
 * The zones that a list can have, the browser's first.
 * @param {{zone: string}} props
 */
export function ZoneChoice({ zone }) {
  const here = clocksIn().zone;
  const zones = new Set([here, zone, DEFAULT, ...Intl.supportedValuesOf("timeZone")]);
  return html`
    <label for="list-zone">${say("lists.zone")}</label>
    <select id="list-zone" name="time_zone" aria-describedby="list-zone-hint">
      ${[...zones].map(
        (one) => html`
          <option key=${one} value=${one} selected=${one === zone}>
            ${one === here ? say("lists.zoneHere", { zone: one }) : one}
          </option>
        `,
      )}
    </select>
    <p class="hint" id="list-zone-hint">${say("lists.zoneHint")}</p>
  `;
}

/**
 * The question whether one's own list is to have the browser's zone, where nobody has chosen another.
 * @param {{screen: import("./screen.js").Screen}} props
 */
export function ZoneOffer({ screen }) {
  const { api, store, session } = screen;
  const { username } = session;
  const sending = useSending("signin.ended");
  const isDeclined = useSignal(isZoneDeclined(username));
  const [own] = store.lists.value;
  const here = clocksIn().zone;
  const isOpen = own?.is_own && own.time_zone === DEFAULT && username !== demoUsername;
  if (!isOpen || isDeclined.value || !clocksIn(DEFAULT).differAt(Date.now())) return null;
  const accept = () =>
    sending.run(async () => {
      const params = { path: { list_id: own.id } };
      const body = { time_zone: here };
      const { list } = await answered(api.PUT("/lists/{list_id}", { params, body }));
      screen.focusList();
      await store.haveList(listed(list));
    });
  const decline = () => {
    keepZoneDeclined(username);
    isDeclined.value = true;
    screen.focusList();
  };
  return html`
    <div class="troubles">
      <p class="notice offer">
        <span>${say("zone.offer", { name: own.name, zone: DEFAULT })}</span>
        <button onClick=${() => void accept()}>${say("zone.accept", { zone: here })}</button>
        <button class="quiet" onClick=${decline}>${say("zone.decline", { zone: DEFAULT })}</button>
      </p>
      <${Outcome} of=${sending} />
    </div>
  `;
}
