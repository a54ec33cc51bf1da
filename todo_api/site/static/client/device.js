/** How one signs in on this device: by a token of its own, made once by the password. */

import { answered, basic, bearer, clientOf, Failure, isForeign } from "./api.js";
import { clocksIn } from "./clocks.js";
import { openLocal } from "./local.js";
import { keepSession } from "./session.js";
import { deviceStorage } from "./storage.js";

const DEVICE = "todo.device";
const DAYS_STAYING = 366;
const DAYS_IN_A_TAB = 7;

/** Name this device, as its token is to be called: the browser and the system. */
function deviceName() {
  const agent = navigator.userAgent;
  const browsers = [
    ["Edg/", "Edge"],
    ["OPR/", "Opera"],
    ["Firefox/", "Firefox"],
    ["Chrome/", "Chrome"],
    ["Safari/", "Safari"],
  ];
  const systems = [
    ["iPhone", "iPhone"],
    ["iPad", "iPad"],
    ["Android", "Android"],
    ["Windows", "Windows"],
    ["Mac OS", "Mac"],
    ["CrOS", "ChromeOS"],
    ["Linux", "Linux"],
  ];
  /** @type {(names: string[][]) => string} */
  const first = (names) => names.find(([sign = ""]) => agent.includes(sign))?.[1] ?? "Web";
  return `${first(browsers)} on ${first(systems)}`;
}

/**
 * Sign in: make a token for this device, and revoke the one that it had before. Return how many
 * changes were still to be sent to another account, which had this name before.
 * @param {string} username
 * @param {string} password
 * @param {boolean} stay
 */
export async function signIn(username, password, stay) {
  const api = clientOf(basic(username, password));
  const body = {
    name: deviceName(),
    scope: /** @type {const} */ ("write"),
    expires_in_days: stay ? DAYS_STAYING : DAYS_IN_A_TAB,
  };
  const before = deviceToken(username);
  if (before !== null) {
    await api.DELETE("/tokens/{token_id}", {
      params: { path: { token_id: before } },
    });
  }
  const { token } = await answered(api.POST("/tokens", { body }));
  const session = { username, secret: token.secret, tokenId: token.id };
  const params = { path: { token_id: token.id } };
  const orphans = await leaveFormer(session).catch(async (failure) => {
    await api.DELETE("/tokens/{token_id}", { params }); // nobody would use it
    throw failure;
  });
  keepSession(session, stay);
  // A tab's token is its own: another tab may have one as well.
  if (stay) deviceStorage.setItem(DEVICE, JSON.stringify({ username, tokenId: token.id }));
  return orphans;
}

/**
 * Leave the local copy behind if it is of another account that had the same name: one that was
 * deleted since, or one in another database. The service knows the places in its changes.
 * @param {import("./session.js").Session} session
 */
async function leaveFormer({ username, secret }) {
  const local = await openLocal(username, () => true);
  try {
    const { mark } = await local.readOutbox();
    if (mark === null) return 0;
    const query = { since: mark, limit: 1 };
    await answered(clientOf(bearer(secret)).GET("/tasks/changes", { params: { query } }));
    return 0;
  } catch (failure) {
    if (isForeign(failure)) return await local.startAnew();
    if (failure instanceof Failure && failure.kind === "gone") return 0;
    throw failure;
  } finally {
    local.close();
  }
}

/** @type {(username: string) => number | null} */
function deviceToken(username) {
  try {
    const device = JSON.parse(deviceStorage.getItem(DEVICE) ?? "null");
    return device?.username === username ? device.tokenId : null;
  } catch {
    return null;
  }
}

/**
 * Register, with an invitation where registration is closed. One's own list begins with the browser's
 * time zone.
 * @param {{username: string, password: string, email?: string, invitation?: string}} body
 */
export async function register(body) {
  await answered(clientOf().POST("/users", { body }));
  // The account is there. What fails now can be chosen later.
  await chooseZone(clientOf(basic(body.username, body.password))).catch(() => {});
}

/** @param {ReturnType<typeof clientOf>} api */
async function chooseZone(api) {
  const { lists } = await answered(api.GET("/lists"));
  for (const { id: list_id } of lists.filter(({ is_own }) => is_own)) {
    const body = { time_zone: clocksIn().zone };
    await answered(api.PUT("/lists/{list_id}", { params: { path: { list_id } }, body }));
  }
}
