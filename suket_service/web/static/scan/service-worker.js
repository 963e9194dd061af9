// The scanner's service worker: keeps whole versions of the app and answers from one of them, server or no server.
// Never touches the API or a trust bundle, and keeps nothing of what they answer.
import { sha256, toHex } from "./bytes.js";
import { openStore } from "./store.js";
import { synchronise } from "./sync.js";
import { heldTrust } from "./trust-store.js";
import { isFrozen } from "./updates.js";

/** Put in front of this file when it is served: the version, and address and SHA-256 of every file of it. */
const { version, files } = self.BUILD;
const PAGE = "/scan/";
const NEVER_KEPT = ["/scan/trust-bundle", "/scan/service-worker.js"];
const PREFIX = "suket-scan-";
const OWN = PREFIX + version;
const WHOLE = "/scan/whole"; // put last: what lacks it was never finished
const SYNC_TAG = "suket-presentations";

/** The name of what is shown, once known. */
let shown = null;
/** The phone's store, once opened. */
let opening = null;

function store() {
  if (opening === null) opening = openStore();
  opening.catch(() => {
    opening = null;
  });
  return opening;
}

/** One file as the server has it now; refused unless it is of this very version. */
async function fetched([address, digest]) {
  // First by asking whether the browser's own copy still holds: a release changes few files, and lines are slow.
  for (const cache of ["no-cache", "reload"]) {
    const answer = await fetch(new Request(address, { cache }));
    if (!answer.ok || answer.redirected) throw new Error(`${address}: ${answer.status}`);
    const found = await sha256(new Uint8Array(await answer.clone().arrayBuffer()));
    if (toHex(found) === digest) return [address, answer];
  }
  throw new Error(`${address} is of another version`);
}

async function isWhole(name) {
  return (await caches.has(name)) && Boolean(await caches.match(WHOLE, { cacheName: name }));
}

/** Keep this version: all of it or nothing. */
async function keep() {
  if (self.registration.active && (await frozen())) throw new Error("postponed: an election day is on");
  if (await isWhole(OWN)) return; // as after a release was taken back
  try {
    const answers = await Promise.all(files.map(fetched));
    const cache = await caches.open(OWN);
    await Promise.all(answers.map(([address, answer]) => cache.put(address, answer)));
    await cache.put(WHOLE, new Response(""));
  } catch (error) {
    await caches.delete(OWN);
    throw error;
  }
}

/** Whether an election day is on, by the bundle that this phone holds. */
async function frozen() {
  try {
    const held = await heldTrust(await store());
    return held !== null && isFrozen(held.bundle.elections, new Date());
  } catch {
    return false; // what cannot even open its store must not also refuse its cure
  }
}

async function versionsKept() {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX));
}

/** The oldest whole version: a newer one waits its turn, also where the browser has let its worker in already. */
async function nameShown() {
  if (shown === null) {
    for (const name of await versionsKept()) {
      if (await isWhole(name)) {
        shown = name;
        break;
      }
    }
  }
  return shown;
}

/** Give this version its turn, unless an election day is on. */
async function takeTurn() {
  if (await frozen()) return false;
  if (!(await isWhole(OWN))) return false;
  shown = null;
  await Promise.all((await versionsKept()).filter((name) => name !== OWN).map((name) => caches.delete(name)));
  return true;
}

async function pageShown(request) {
  const others = await self.clients.matchAll({ type: "window" });
  // Nobody looks at the older version any more: the turn that an election day postponed.
  if (others.length === 0 && (await versionsKept()).length > 1) await takeTurn();
  return fileShown(request, PAGE);
}

async function fileShown(request, address) {
  const name = await nameShown();
  const answer = name && (await caches.match(address, { cacheName: name }));
  return answer || fetch(request);
}

async function obey({ type }) {
  if (type === "version") {
    const name = await nameShown();
    return { version: name ? name.slice(PREFIX.length) : version };
  }
  if (type !== "activate") return {};
  if (await frozen()) return { postponed: true };
  await self.skipWaiting();
  return { postponed: false };
}

self.addEventListener("install", (event) => event.waitUntil(keep()));

self.addEventListener("activate", (event) => event.waitUntil(takeTurn().then(() => self.clients.claim())));

self.addEventListener("message", (event) => {
  const [port] = event.ports;
  event.waitUntil(obey(event.data || {}).then((said) => port && port.postMessage(said)));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (!pathname.startsWith(PAGE) || NEVER_KEPT.includes(pathname)) return;
  const answer = request.mode === "navigate" && pathname === PAGE ? pageShown(request) : fileShown(request, pathname);
  event.respondWith(answer.catch(() => fetch(request)));
});

self.addEventListener("sync", (event) => {
  if (event.tag !== SYNC_TAG) return;
  const sent = store().then((opened) => synchronise(opened, new Date()));
  // An error makes the browser try again later.
  event.waitUntil(sent.then(({ state }) => (state === "offline" ? Promise.reject(new Error(state)) : state)));
});
