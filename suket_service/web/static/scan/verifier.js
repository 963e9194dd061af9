// Verifying, as the numbered steps of the contract. Fetches and stores nothing and reads no clock.
//
// Mirrors core/verifier.py: the same steps, in the same order and with the same reason codes. Said of
// a seal that passes: an office's key sealed exactly these facts, and by what is known as of
// `dataAsOf` the letter holds. Not said: that the paper is the original, that the portrait on it is
// the stored one, or that its bearer is the person.
import { toHex } from "./bytes.js";
import { dayAt, isDay } from "./calendar.js";
import { fingerprint, parse, readDigits, readText, SealError } from "./seal.js";
import { checkSeal } from "./signature.js";
import { Status } from "./status-list.js";
import { verdictOf } from "./verdict.js";

const DEMO = "demo";
/** What a server's word on a letter means here; anything else is no answer. */
const WORD_OF_SERVER = new Map([
  ["issued", null],
  ["suspended", "suspended"],
  ["revoked", "revoked"],
  ["superseded", "superseded"],
]);

/**
 * @typedef {object} Trust whom a verifier believes, and how old that is; a bundle's own moments are seconds
 * @property {string} environment
 * @property {string[]} hosts
 * @property {import("./keyring.js").KeyRing} keys
 * @property {Map<string, {code: string, name: string, utcOffsetMinutes: number}>} offices
 * @property {object[]} windows
 * @property {Date} dataAsOf
 * @property {Date|null} issuedAt
 * @property {Date|null} staleAfter set only without a network
 *
 * @typedef {object} Record what is on record under a seal's (list, index)
 * @property {"revoked"|"superseded"|"revoked_or_superseded"|"suspended"|null} state null: in force
 * @property {string|null} fingerprint hexadecimal, whole or its first bytes; null when the holder has none
 * @property {string|null} extendedTo
 *
 * @typedef {object} Records the registry, or a bundle's lists
 * @property {(seal: import("./seal.js").Seal, fingerprint: string) => Record|string|Promise<Record|string>} find
 *   the record, or the reason why there is none
 *
 * @typedef {object} StationView where the letter is shown
 * @property {{id: number, code: string, village: string, neighbourhoods: string[]}} station
 * @property {{id: number, name: string, opensAt: number, closesAt: number}} election moments as a bundle's
 * @property {boolean} presented whether this letter was shown here or elsewhere before
 */

/**
 * Check the text of one symbol. Whatever fails on the way, the answer is "cannot tell", never green.
 * @param {string} text what the scanner read, nothing stripped
 * @param {Trust} trust
 * @param {Records} records
 * @param {Date} at now
 * @param {StationView|null} [station]
 * @returns {Promise<import("./verdict.js").Verdict>}
 */
export async function verify(text, trust, records, at, station = null) {
  try {
    return await judge(text, trust, records, at, station);
  } catch {
    // Nothing of what was thrown is told: it may hold parts of an unproven seal.
    return unread("registry_unavailable", at, null);
  }
}

/**
 * The verdict on something that is no readable seal, or that could not be looked up at all.
 * @param {string} reason
 * @param {Date} at
 * @param {Date|null} dataAsOf
 * @returns {import("./verdict.js").Verdict}
 */
export function unread(reason, at, dataAsOf) {
  return verdictOf({ reasons: [reason], cautions: [], notes: [], checkedAt: at, dataAsOf, genuine: false });
}

async function judge(text, trust, records, at, station) {
  const found = { reasons: [], cautions: [], notes: [] };
  const seal = readSeal(text, trust, found);
  const key = seal && trust.keys.find(seal.keyId);
  const why = seal === null ? found.reasons.pop() : await doubt(seal, key, trust);
  if (why !== null) return unproven(why, trust, at, found);
  const office = trust.offices.get(key.scope.office);
  const print = await fingerprint(seal);
  const record = await records.find(seal, toHex(print));
  if (key.state === "revoked") {
    // What a stolen key signed is believed only where the office's own record vouches for it.
    if (typeof record === "string" || !same(record.fingerprint, toHex(print))) {
      return unproven("key_revoked", trust, at, found);
    }
    found.cautions.push("key_revoked");
  }
  const until = checkRecord(record, seal, toHex(print), found); // (7) and (8)
  if (!found.reasons.includes("not_issued") && !found.reasons.includes("fingerprint_differs")) {
    checkFreshness(trust, at, found); // (9)
    checkDates(seal, until, dayAt(millis(at) / 1000, office.utcOffsetMinutes), found); // (10)
  }
  if (!isOpen(trust.windows, office.code, seal.facts)) found.cautions.push("issued_outside_window");
  if (trust.staleAfter !== null) found.notes.push("portrait_unchecked");
  if (station !== null) found.notes.push(...stationNotes(seal.facts, station, at));
  return verdictOf({
    ...found,
    checkedAt: at,
    dataAsOf: trust.dataAsOf,
    genuine: true,
    seal,
    fingerprint: print,
    office: office.code,
    validUntil: until,
  });
}

/** (1) The text form; a host that is not ours is noted. (2) Digits to bytes. (3) Parse. */
function readSeal(text, trust, found) {
  try {
    const { origin, digits } = readText(text, trust.environment === DEMO);
    if (origin !== null && !trust.hosts.includes(origin.slice(origin.indexOf("://") + 3))) {
      found.cautions.push("foreign_host");
    }
    return parse(readDigits(digits));
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    found.reasons.push(error.reason);
    return null;
  }
}

/** Why this seal proves nothing; null when it does. */
async function doubt(seal, key, trust) {
  if (key === null) return "key_unknown"; // (4) looked up by its id, never tried in turn
  if (!(await checkSeal(key, seal.body, seal.signature))) return "signature_invalid"; // (5)
  const inScope = trust.offices.has(key.scope.office) && isInScope(seal.facts, key, trust.environment); // (6)
  return inScope ? null : "key_out_of_scope";
}

function unproven(reason, trust, at, found) {
  return verdictOf({
    ...found,
    reasons: [reason],
    checkedAt: at,
    dataAsOf: trust.dataAsOf,
    genuine: false,
  });
}

function isInScope(facts, { purpose, scope }, environment) {
  return (
    purpose === "seal" &&
    scope.environment === environment &&
    scope.lists.has(facts.statusList) &&
    scope.villages.some((prefix) => facts.village.startsWith(prefix)) &&
    scope.signsFrom <= facts.issuedOn &&
    (scope.signsUntil === null || facts.issuedOn <= scope.signsUntil)
  );
}

/** A bundle holds the first bytes only; an empty record would match everything, so it matches nothing. */
function same(onRecord, print) {
  return typeof onRecord === "string" && onRecord !== "" && print.startsWith(onRecord);
}

/** Steps 7 and 8; returns the last valid day, with an extension where there is one. */
function checkRecord(record, seal, print, found) {
  if (typeof record === "string") {
    found.reasons.push(record);
  } else if (record.fingerprint !== null && !same(record.fingerprint, print)) {
    found.reasons.push("fingerprint_differs");
  } else {
    if (record.state !== null) found.reasons.push(record.state);
    if (record.extendedTo !== null) {
      // What is no day would be after every day.
      if (!isDay(record.extendedTo)) throw new TypeError("not a day");
      found.notes.push("extended");
      return record.extendedTo;
    }
  }
  return seal.facts.validUntil;
}

function checkFreshness(trust, at, found) {
  if (trust.staleAfter !== null && millis(at) > millis(trust.staleAfter)) found.reasons.push("list_stale");
  if (trust.issuedAt !== null && millis(at) < millis(trust.issuedAt)) found.reasons.push("clock_behind");
}

function millis(moment) {
  const number = moment.getTime();
  // What is no moment would be neither before nor after any other.
  if (Number.isNaN(number)) throw new RangeError("not a moment");
  return number;
}

function checkDates(seal, until, today, found) {
  if (today < seal.facts.issuedOn) found.reasons.push("not_yet_valid");
  if (until !== null && today > until) found.reasons.push("expired");
}

/** Without any window for that office and kind: any day. Windows may overlap; one that is open is enough. */
function isOpen(windows, office, { kind, issuedOn }) {
  const own = windows.filter((window) => window.office === office && window.kind === kind);
  return (
    own.length === 0 ||
    own.some(({ opensOn, closesOn }) => opensOn <= issuedOn && (closesOn === null || issuedOn <= closesOn))
  );
}

/** What a genuine letter means at this station: notes, for the officer to judge. */
function stationNotes(facts, { station, election, presented }, at) {
  const notes = [];
  const now = millis(at) / 1000;
  const own = [facts.rt, facts.rw].map((number) => String(number).padStart(3, "0")).join("/");
  if (facts.village !== station.village) {
    notes.push("other_village");
  } else if (station.neighbourhoods.length > 0 && !station.neighbourhoods.includes(own)) {
    notes.push("other_neighbourhood");
  }
  if (!(now >= election.opensAt && now < election.closesAt)) notes.push("outside_hours");
  if (presented) notes.push("presented_before");
  return notes;
}

/**
 * A trust bundle as records: what is known without a network. A list cannot tell revoked from superseded.
 * @param {import("./trust-bundle.js").TrustBundle} bundle
 * @returns {Records}
 */
export function bundleRecords(bundle) {
  return { find: ({ facts }) => bundleRecord(bundle, facts) };
}

function bundleRecord(bundle, { statusList, statusIndex, issuedOn }) {
  const snapshot = bundle.lists.get(statusList);
  if (snapshot === undefined) return "list_missing";
  if (statusIndex >= snapshot.nextIndex) {
    const { gap } = snapshot;
    // A restore lost this part of the list: nobody can tell.
    if (gap !== null && gap.first <= issuedOn && issuedOn <= gap.last) return "list_missing";
    const asOf = dayAt(bundle.asOf, bundle.offices.get(snapshot.office).utcOffsetMinutes);
    return issuedOn < asOf ? "not_issued" : "newer_than_list";
  }
  const status = snapshot.statuses.get(statusIndex);
  if (status === null || status === Status.NOT_ISSUED) return "not_issued";
  const states = new Map([
    [Status.VALID, null],
    [Status.INVALID, "revoked_or_superseded"],
    [Status.SUSPENDED, "suspended"],
  ]);
  return {
    state: states.get(status),
    fingerprint: snapshot.fingerprints.has(statusIndex) ? snapshot.fingerprints.get(statusIndex) : null,
    extendedTo: bundle.extensions.get(`${statusList}/${statusIndex}`) || null,
  };
}

/**
 * The registry as records, by `POST /api/v1/letter-states`.
 *
 * The service compares the whole fingerprint itself, and answers a wrong one as a letter it does not know.
 * @param {object|function({list: number, index: number, fingerprint: string}): Promise<object>} answerOfLetterStates
 *   the answer for this very seal; or how to get it, which is asked once and only of a genuine seal
 * @returns {Records}
 */
export function onlineRecords(answerOfLetterStates) {
  return {
    find: async ({ facts }, print) => {
      const question = { list: facts.statusList, index: facts.statusIndex, fingerprint: print };
      const answer =
        typeof answerOfLetterStates === "function" ? await answerOfLetterStates(question) : answerOfLetterStates;
      if (answer.status === "unknown") return "not_issued";
      if (answer.status === "undecided") return "list_missing";
      if (!WORD_OF_SERVER.has(answer.status)) return "registry_unavailable";
      const { extended_to: extendedTo = null } = answer;
      return { state: WORD_OF_SERVER.get(answer.status), fingerprint: print, extendedTo };
    },
  };
}

/**
 * Whom the holder of a bundle believes.
 * @param {import("./trust-bundle.js").TrustBundle} bundle
 * @returns {Trust}
 */
export function trustOf(bundle) {
  const { environment, hosts, keys, offices, windows, asOf, issuedAt, staleAfter } = bundle;
  const [dataAsOf, made, stale] = [asOf, issuedAt, staleAfter].map((seconds) => new Date(seconds * 1000));
  return { environment, hosts, keys, offices, windows, dataAsOf, issuedAt: made, staleAfter: stale };
}

/**
 * The same with the registry at hand: what the bundle says of letters, and its age, no longer matter.
 * @param {import("./trust-bundle.js").TrustBundle} bundle
 * @param {Date} asOf when the registry answered
 * @returns {Trust}
 */
export function onlineTrustOf(bundle, asOf) {
  return { ...trustOf(bundle), dataAsOf: asOf, issuedAt: null, staleAfter: null };
}
