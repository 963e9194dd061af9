// Sends the events that wait and takes in what other stations have seen. Everything may be sent again without harm, so
// nothing here must happen exactly once. Works in a page and in the service worker; shows nothing.
import { offsetAt } from "./clock.js";
import { PRESENTATIONS, signedFetch } from "./device.js";
import { problemCode } from "./line.js";
import { keepAnswer, nextPortion, sendAllAnew } from "./portions.js";
import { conflictsHeld, doubtful, sentForm, unsent } from "./presentations.js";
import { VERSION } from "./version.js";

const MOST_ROUNDS = 400; // a station's whole day, many times over; no answer may keep a phone busy for ever
const EVERY_MS = 45000;
const LOCK_PATIENCE_MS = 60000;
const SYNC_TAG = "suket-presentations";
const STATES = { offline: "offline", device_waiting: "waiting", device_revoked: "revoked" };

/**
 * @typedef {object} Synchronised
 * @property {"done"|"offline"|"waiting"|"revoked"|"refused"|"unenrolled"} state
 * @property {string|null} code why, when not done
 * @property {number} sent events that the service has answered this time
 * @property {number|null} unsent events that still wait; null when not even that could be read
 * @property {number} doubtful events that the service has refused, or that no letter on record proves
 * @property {object[]} conflicts letters shown twice, as the service told last
 * @property {number} clockOffset seconds from the phone's clock to the service's
 */

/**
 * Send what waits, take in what is new. Tabs and the service worker take turns.
 * @returns {Promise<Synchronised>}
 */
export function synchronise(store, now) {
  return inTurn(`suket-sync:${store.name}`, () => run(store, now));
}

/**
 * Synchronise at the start, every 45 s in sight, when a line may be back and after each mark.
 * @param {(result: Synchronised) => void} onChange after each time
 * @returns {() => void} stop
 */
export function keepSynchronised(store, onChange) {
  let running = false;
  let asked = false;
  let stopped = false;
  const again = async () => {
    asked = true;
    if (running) return;
    running = true;
    while (asked && !stopped) {
      asked = false;
      const result = await synchronise(store, new Date()).catch((error) => failed(store, error));
      if (!stopped) onChange(result);
      if (result.state === "offline" && result.unsent > 0) await askBackgroundSync();
    }
    running = false;
  };
  const inSight = () => {
    if (document.visibilityState === "visible") again();
  };
  const onMark = () => {
    askBackgroundSync(); // the page may be closed before its own attempt has ended
    again();
  };
  const timer = setInterval(inSight, EVERY_MS);
  window.addEventListener("online", again);
  document.addEventListener("visibilitychange", inSight);
  store.changes.addEventListener("mark", onMark);
  again();
  return () => {
    stopped = true;
    clearInterval(timer);
    window.removeEventListener("online", again);
    document.removeEventListener("visibilitychange", inSight);
    store.changes.removeEventListener("mark", onMark);
  };
}

async function run(store, now) {
  const counted = { sent: 0 };
  let code;
  try {
    code = await exchange(store, now, counted);
  } catch (error) {
    // The line's and the device's own errors are states; a storage error is told as what it is.
    if (!["LineError", "DeviceError"].includes(error.name)) throw error;
    code = error.code;
  }
  return {
    state: stateOf(code),
    code,
    sent: counted.sent,
    unsent: await unsent(store),
    doubtful: (await doubtful(store)).length,
    conflicts: await conflictsHeld(store),
    clockOffset: offsetAt(await store.get("clock"), now),
  };
}

function stateOf(code) {
  if (code === null) return "done";
  return STATES[code] ?? (code === "not_enrolled" ? "unenrolled" : "refused");
}

/** Portion by portion until nothing waits and nothing is new. Null, or the code of what ended it early. */
async function exchange(store, now, counted) {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const portion = await nextPortion(store);
    const answer = await signedFetch(store, "POST", PRESENTATIONS, {
      events: portion.events.map(sentForm),
      after: portion.after,
      bundle_version: portion.bundleVersion,
      unsent: portion.waiting - portion.events.length,
      app: VERSION,
    });
    if (!answer.ok) return refusalOf(store, portion, answer);
    const told = await answer.json().catch(() => null);
    if (told === null) return "offline"; // a page of somebody's who stands in the line
    const taken = await keepAnswer(store, portion, told, now);
    counted.sent += taken;
    // What the service leaves unanswered waits for the next time.
    if (portion.events.length > taken) return "unanswered";
    if (!told.resend && !told.more && portion.waiting <= portion.events.length) return null;
  }
  return "unanswered";
}

async function refusalOf(store, portion, answer) {
  // A service that is not there now, or has too much to do, is the same as no line.
  if (answer.status >= 500 || answer.status === 429) return "offline";
  const code = await problemCode(answer);
  // It knew this device once: it was restored from before that, and has lost what this device had sent.
  if (code === "device_unknown") await sendAllAnew(store, portion.place);
  return code ?? "refused";
}

async function askBackgroundSync() {
  try {
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.sync?.register(SYNC_TAG);
  } catch {
    // A browser without it, or where it is forbidden: the timer does.
  }
}

/** One at a time in all tabs where the browser can (Web Locks); elsewhere at once, which does no harm. */
async function inTurn(name, work) {
  if (typeof navigator === "undefined" || !navigator.locks) return work();
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), LOCK_PATIENCE_MS);
  let began = false;
  try {
    return await navigator.locks.request(name, { signal: stop.signal }, () => {
      began = true;
      return work();
    });
  } catch (error) {
    // A tab that never lets go must not keep this one from sending.
    if (began || error.name !== "AbortError") throw error;
    return await work();
  } finally {
    clearTimeout(timer);
  }
}

/** Nothing could be kept, as on a full disk: what waits is still there and is told. */
async function failed(store, error) {
  const left = await unsent(store).catch(() => null);
  const code = error.code ?? "failed";
  return { state: "refused", code, sent: 0, unsent: left, doubtful: 0, conflicts: [], clockOffset: 0 };
}
