// From the text of a symbol to a verdict: first by what the phone holds, then by the registry's newer word.
// Shows nothing and keeps nothing. Whatever goes wrong is "cannot tell", never green.
import { toHex } from "./bytes.js";
import { ask } from "./line.js";
import { shownBefore } from "./presentations.js";
import { fingerprint, parse, readDigits, readText } from "./seal.js";
import { bundleRecords, onlineRecords, onlineTrustOf, trustOf, unread, verify } from "./verifier.js";

const PATIENCE_MS = 6000;

/** A letter that nobody has shown, as far as this phone knows. */
export const NEVER = { here: [], elsewhere: false, conflict: null };

/** The station as the bundle states it, else as it was told when the phone was enrolled; null without a device. */
export function stationView(bundle, device, presented = false) {
  if (device === null || device.state === "revoked") return null;
  const station = bundle.stations.find((each) => each.id === device.station.id) ?? device.station;
  const election = bundle.elections.find((each) => each.id === device.election.id) ?? device.election;
  return { station, election, presented };
}

/**
 * What the phone itself can say of a symbol.
 *
 * @returns {Promise<{verdict: object, before: object}>} `before`: see `usesBefore`
 */
export async function check(text, app, at) {
  const { device } = app;
  try {
    const { bundle } = app.held;
    const trust = trustOf(bundle);
    const records = bundleRecords(bundle);
    const verdict = await verify(text, trust, records, at, stationView(bundle, device));
    if (!verdict.genuine || device === null) return { verdict, before: NEVER };
    const before = await usesBefore(app, verdict);
    if (!wasUsed(before)) return { verdict, before };
    return { verdict: await verify(text, trust, records, at, stationView(bundle, device, true)), before };
  } catch {
    return { verdict: unread("registry_unavailable", at, null), before: NEVER };
  }
}

/** Earlier uses of a genuine letter, with what the service has told of a conflict over it. */
export async function usesBefore({ store, conflicts }, { seal }) {
  const { statusList, statusIndex } = seal.facts;
  const before = await shownBefore(store, statusList, statusIndex);
  const conflict = conflicts.find((each) => each.list === statusList && each.index === statusIndex) ?? null;
  return { ...before, conflict };
}

/** Whether there was any. */
export function wasUsed({ here, elsewhere }) {
  return here.length > 0 || elsewhere;
}

/** The verdict on a picture with several seals in it. */
export function severalCodes(at) {
  return unread("several_codes", at, null);
}

/** The host that the symbol's link names; empty where it names none. */
export function hostOf(text) {
  try {
    return (readText(text, true).origin ?? "").replace(/^https?:\/\//, "");
  } catch {
    return "";
  }
}

/** A question in JSON without a device's proof. A line that barely lives must not keep an officer waiting. */
export function question(store, path, asked) {
  const headers = { "Content-Type": "application/json" };
  return ask(store, path, { method: "POST", headers, body: JSON.stringify(asked), patience: PATIENCE_MS });
}

/** Whether the registry can say more of it: the seal holds, or would if the registry vouches for it (step 6). */
export function isAskable({ genuine, reasons }) {
  return genuine || reasons.includes("key_revoked");
}

/**
 * The registry's word on a letter whose seal holds; null when there is none to be had.
 *
 * @returns {Promise<import("./verdict.js").Verdict|null>}
 */
export async function registryWord(text, app, presented) {
  try {
    const seal = parse(readDigits(readText(text, true).digits));
    const { statusList, statusIndex } = seal.facts;
    const letter = { list: statusList, index: statusIndex, fingerprint: toHex(await fingerprint(seal)) };
    const answer = await question(app.store, "/api/v1/letter-states", letter);
    return answer.ok ? await wordOf(text, app, await answer.json(), presented) : null;
  } catch {
    return null;
  }
}

/** The same out of the whole answer to an enrolled phone: it may come through where that question did not. */
export async function wholeWord(text, app, { outcome, registry, checked_at }, presented) {
  const status = registry?.status ?? (outcome === "indeterminate" ? "undecided" : "unknown");
  const extendedTo = registry?.extended ? registry.valid_until : null;
  try {
    return await wordOf(text, app, { status, extended_to: extendedTo, checked_at }, presented);
  } catch {
    return null;
  }
}

/** By the service's clock: the phone's own may be what is wrong. */
function wordOf(text, { held, device }, told, presented) {
  const at = new Date(told.checked_at);
  const station = stationView(held.bundle, device, presented);
  return verify(text, onlineTrustOf(held.bundle, at), onlineRecords(told), at, station);
}

/**
 * Whether a newer word takes the place of the one shown: never an older one, and a red one stays red. The registry says
 * "unknown" of a wrong fingerprint too, so against a red that is more exact it says nothing new.
 */
export function takesOver(shown, word) {
  if (word.dataAsOf === null || (shown.dataAsOf !== null && word.dataAsOf < shown.dataAsOf)) return false;
  return shown.tone !== "red" || (word.tone === "red" && word.outcome !== "unregistered");
}
