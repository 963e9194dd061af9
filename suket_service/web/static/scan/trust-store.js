// The trust data on the phone: fetched, checked against the pins, kept, and checked again at each start. What lies in
// the storage is believed for its signature alone. A new bundle that is refused never takes the place of the held one.
import { heardBundle, keepClock, secondsOf } from "./clock.js";
import { heldDevice, signedFetch, STATION_BUNDLE } from "./device.js";
import { ask, LONG_PATIENCE } from "./line.js";
import { kidsOf, pinnedByPaper, pinnedByVisit, rootOf, withIntroduced } from "./pins.js";
import { answerOf } from "./store.js";
import { openBundle } from "./trust-bundle.js";

const PUBLIC_BUNDLE = "/scan/trust-bundle";
const SOURCES = ["station", "public"]; // of two as new the station's: it holds fingerprints too
const REFUSALS = { bundle_older: "older", bundle_untrusted: "untrusted" };
/** Bundles opened in this run, by store and token: opening one of a megabyte takes a while. */
const OPENED = new WeakMap();

/**
 * @typedef {{bundle: object, source: "station"|"public", pinnedBy: "paper"|"first-visit", fetchedAt: number}} Held
 *   `fetchedAt` in epoch seconds: when it was last known to be the newest.
 */

/**
 * The trust data that this phone may believe, or null: none yet, or none that its pins vouch for.
 * @returns {Promise<Held|null>}
 */
export async function heldTrust(store) {
  return newest(await heldOf(store));
}

/** The version of the newest bundle kept, or null. Inside a transaction over `kept`. */
export async function versionHeld(kept) {
  const versions = [];
  for (const source of SOURCES) {
    const facts = await answerOf(kept.get(`trust:${source}`));
    if (facts) versions.push(facts.version);
  }
  return versions.length > 0 ? Math.max(...versions) : null;
}

/** Believe the publication key whose thumbprint is on the sheet; whom it has introduced stays believed. */
export async function pin(store, kid) {
  await store.transact(["kept"], "readwrite", async (at) => {
    const pins = (await answerOf(at("kept").get("pins"))) ?? [];
    await answerOf(at("kept").put(pinnedByPaper(pins, kid), "pins"));
  });
}

/**
 * Fetch the newest bundle, the station's for an active device, and keep it if it may be believed.
 * @returns {Promise<{held: Held|null, changed: boolean, refused: null|"older"|"untrusted"|"unreadable",
 *   offline: boolean}>}
 */
export async function refresh(store, now) {
  const before = await heldOf(store);
  const told = { held: newest(before), changed: false, refused: null, offline: false };
  let fetched;
  try {
    fetched = await fetchNewest(store, before);
  } catch (error) {
    if (error.code !== "offline") throw error;
    return { ...told, offline: true };
  }
  if (fetched === null) return { ...told, offline: true }; // something answered, but not with a bundle
  if (fetched.token === null) {
    await keepTime(store, fetched.source, now);
    return { ...told, held: await heldTrust(store) };
  }
  const [changed, refused] = await take(store, fetched, before, now);
  return { ...told, held: await heldTrust(store), changed, refused };
}

/** Open what was fetched and keep it: [whether it was kept, why it was refused]. */
async function take(store, { token, etag, source }, before, now) {
  const pins = await pinsOf(store);
  let opened;
  try {
    opened = await openPinned(token, pins, Math.max(0, ...versions(before)));
  } catch (error) {
    return [false, REFUSALS[error.code] ?? "unreadable"];
  }
  const { bundle, signer } = opened.fresh;
  const facts = { etag, version: bundle.version, signer: signer.kid, fetchedAt: secondsOf(now) };
  const kept = await store.transact(["kept"], "readwrite", async (at) => {
    const put = (key, value) => answerOf(at("kept").put(value, key));
    // Another tab may have pinned a key or kept a newer bundle while this one was on its way.
    const same = JSON.stringify((await answerOf(at("kept").get("pins"))) ?? []) === JSON.stringify(pins);
    const there = await answerOf(at("kept").get(`trust:${source}`));
    if (!same || (there && there.signer === facts.signer && there.version > facts.version)) return false;
    await put("pins", opened.pins);
    await put(`token:${source}`, token);
    await put(`trust:${source}`, facts);
    await keepClock(at("kept"), (clock) => heardBundle(clock, bundle.issuedAt));
    return true;
  });
  return [kept, null];
}

/** The bundle, and the pins with whom it introduces; on a first visit its signer is pinned. */
async function openPinned(token, pins, heldVersion) {
  let known = pins;
  if (known.length === 0) known = pinnedByVisit((await openBundle(token)).signer.kid);
  const fresh = await openBundle(token, { pins: kidsOf(known), heldVersion });
  return { fresh, pins: withIntroduced(known, fresh.signer.kid, fresh.introduced) };
}

/** The bundle as served: `token` null when the held one is the newest; null when there was no bundle at all. */
async function fetchNewest(store, before) {
  const device = await heldDevice(store);
  if (device !== null && device.state !== "revoked") {
    const fetched = await fetchStations(store, before.station);
    if (fetched !== null) return fetched;
    // Still waiting, revoked, or a station of which nothing is published: the public one is for everybody.
  }
  const headers = ifNew(before.public);
  return fetchedFrom(await ask(store, PUBLIC_BUNDLE, { headers, patience: LONG_PATIENCE }), "public");
}

async function fetchStations(store, held) {
  try {
    const options = { headers: ifNew(held), patience: LONG_PATIENCE };
    return await fetchedFrom(await signedFetch(store, "GET", STATION_BUNDLE, null, options), "station");
  } catch (error) {
    if (error.name !== "DeviceError") throw error; // another tab has left the station
    return null;
  }
}

/** Asks for a newer one than this, but only where this one may still be believed. */
function ifNew(held) {
  return held?.etag ? { "If-None-Match": held.etag } : {};
}

async function fetchedFrom(answer, source) {
  if (answer.status === 304) return { source, token: null };
  const type = answer.headers.get("Content-Type") ?? "";
  // A page in place of a bundle is somebody's who stands in the line: no bundle of ours was refused.
  if (answer.status !== 200 || !type.startsWith("application/jose")) return null;
  return { source, token: await answer.text(), etag: answer.headers.get("ETag") };
}

async function keepTime(store, source, now) {
  await store.transact(["kept"], "readwrite", async (at) => {
    const facts = await answerOf(at("kept").get(`trust:${source}`));
    if (facts) await answerOf(at("kept").put({ ...facts, fetchedAt: secondsOf(now) }, `trust:${source}`));
  });
}

/** What each source has left here that opens under the pins of now: {station, public}, null where nothing does. */
async function heldOf(store) {
  const pins = await pinsOf(store);
  const held = {};
  for (const source of SOURCES) held[source] = await openHeld(store, source, pins);
  return held;
}

async function openHeld(store, source, pins) {
  // Without any pin nothing is believed: the pin of the first visit is kept together with its bundle.
  if (pins.length === 0) return null;
  const [facts, token] = await store.transact(["kept"], "readonly", async (at) => [
    await answerOf(at("kept").get(`trust:${source}`)),
    await answerOf(at("kept").get(`token:${source}`)),
  ]);
  if (!facts || typeof token !== "string") return null;
  try {
    const { bundle, signer } = await openOnce(store, token, pins);
    return { bundle, source, pinnedBy: rootOf(pins, signer.kid), fetchedAt: facts.fetchedAt, etag: facts.etag };
  } catch {
    return null;
  }
}

async function openOnce(store, token, pins) {
  const kids = kidsOf(pins);
  const opened = OPENED.get(store) ?? [];
  OPENED.set(store, opened);
  const known = opened.find((each) => each.token === token && each.kids.join() === kids.join());
  if (known !== undefined) return known.answer;
  const answer = await openBundle(token, { pins: kids });
  // One for each source is enough; what was opened before makes room.
  opened.unshift({ token, kids, answer });
  opened.length = Math.min(opened.length, SOURCES.length);
  return answer;
}

function newest(held) {
  const found = SOURCES.map((source) => held[source]).filter((each) => each !== null);
  if (found.length === 0) return null;
  const best = found.reduce((one, other) => (other.bundle.version > one.bundle.version ? other : one));
  return { bundle: best.bundle, source: best.source, pinnedBy: best.pinnedBy, fetchedAt: best.fetchedAt };
}

function versions(held) {
  return SOURCES.map((source) => held[source]?.bundle.version ?? 0);
}

async function pinsOf(store) {
  return (await store.get("pins")) ?? [];
}
