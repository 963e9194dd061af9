// The page's side of updates: registers the service worker, says when a newer app is ready, and lets it in when
// asked. Touches no letter, no storage and nothing on the screen. On an election day nothing changes: the service
// worker holds to the same rule, whatever a page asks of it.
import { VERSION } from "./version.js";

/** From this long before the polls open until they close, the app stays as it is. */
export const FREEZE_SECONDS = 6 * 3600;
const ASK_EVERY_MS = 3600 * 1000;
const MOST_WAIT_MS = 5000;

/** @type {ServiceWorkerRegistration | null} */
let registration = null;

/**
 * Whether an election day is on.
 * @param {{opensAt: number, closesAt: number}[]} elections of the held bundle, in epoch seconds
 * @param {Date} now
 */
export function isFrozen(elections, now) {
  const at = now.getTime() / 1000;
  return elections.some((each) => at >= each.opensAt - FREEZE_SECONDS && at < each.closesAt);
}

/**
 * Keep this app for use without a network, and watch for a newer one.
 * @param {(ready: {postponed: boolean}) => void} onReady called when a newer app is there; `postponed` while an
 *   election day is on: then say so and offer nothing
 * @param {() => {opensAt: number, closesAt: number}[]} elections those of the bundle that is held just then
 * @returns {Promise<boolean>} once that is settled: whether the app is kept
 */
export async function watchUpdates(onReady, elections = () => []) {
  const container = navigator.serviceWorker;
  if (!container) return false;
  container.addEventListener("controllerchange", leaveOtherVersion);
  try {
    registration = await container.register("/scan/service-worker.js", { scope: "/scan/" });
  } catch {
    return false;
  }
  const tell = () => {
    if (registration.waiting && registration.active) onReady({ postponed: isFrozen(elections(), new Date()) });
  };
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    if (coming) coming.addEventListener("statechange", () => coming.state === "installed" && tell());
  });
  tell();
  setInterval(() => {
    if (isFrozen(elections(), new Date())) return;
    registration.update().then(tell, () => {});
  }, ASK_EVERY_MS);
  return isKept();
}

/** Whether a whole app is kept; on a first visit, once its files have come or failed to. */
async function isKept() {
  const first = registration.installing;
  if (first && !registration.active) await reached(first, ["activated", "redundant"]);
  return Boolean(registration.active);
}

/** @returns {Promise<void>} once the worker is in one of these states */
function reached(worker, states) {
  return new Promise((resolve) => {
    const look = () => states.includes(worker.state) && resolve();
    worker.addEventListener("statechange", look);
    look();
  });
}

/**
 * Let the newer app in, now: the page is then loaded anew. Call it between scans.
 * @returns {Promise<"applied" | "postponed" | "none">}
 */
export async function apply() {
  const waiting = registration && registration.waiting;
  if (!waiting) return "none";
  const said = await ask(waiting, "activate");
  return said && said.postponed ? "postponed" : "applied";
}

// A page must not go on beside the files of another version: its worker and decoder are fetched when needed.
async function leaveOtherVersion() {
  const worker = navigator.serviceWorker.controller;
  if (!worker) return;
  await reached(worker, ["activated", "redundant"]); // only then it knows what it shows
  const said = await ask(worker, "version");
  if (said && said.version.split("-")[0] !== VERSION) location.reload();
}

/** @returns {Promise<any>} the worker's word, or null when it says nothing */
function ask(worker, type) {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = (event) => resolve(event.data);
    setTimeout(() => resolve(null), MOST_WAIT_MS);
    worker.postMessage({ type }, [channel.port2]);
  });
}
