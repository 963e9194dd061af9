// The trust bundle: all that a check needs without a network, in one signed file. Fetches and stores nothing.
//
// Mirrors core/trust_bundle.py. Its signature is checked before anything in it is believed. The
// publication key that signs it comes with it, but is trusted only by its thumbprint, which reaches
// the holder on paper; while keys change, the next one signs too, and so is introduced by the one
// that the holder trusts.
import { fromHex, fromUtf8 } from "./bytes.js";
import { dayAt, isDay, isMoment } from "./calendar.js";
import { KeyRing, KeyTrouble, readKeys } from "./keyring.js";
import { compactForms, openPublication, unproven } from "./signature.js";
import { BITS, readStatusList, StatusListError } from "./status-list.js";

export const TYP = "suket-trust-bundle+jws";
const FINGERPRINT_PREFIX_BYTES = 8;
/** The most bytes that all lists of a bundle may unpack to: a thousand lists of a million letters. */
const MOST_UNPACKED_BYTES = 256 * 1024 * 1024;
const MINUTES_OF_A_DAY = 24 * 60;
const BLANKS = " \t\n\v\f\r";

/**
 * @typedef {object} ListSnapshot
 * @property {number} number
 * @property {string} office
 * @property {number} nextIndex
 * @property {import("./status-list.js").StatusList} statuses
 * @property {Map<number, string>} fingerprints index to the first 8 bytes, hexadecimal; only in a station's bundle
 * @property {{first: string, last: string}|null} gap the days, both inclusive, of what a restore may have lost
 *
 * @typedef {object} TrustBundle moments are seconds since 1970, days are YYYY-MM-DD
 * @property {string} environment
 * @property {string} registry
 * @property {string[]} hosts
 * @property {number} version
 * @property {number} issuedAt
 * @property {number} asOf
 * @property {number} staleAfter
 * @property {KeyRing} keys
 * @property {Map<string, {code: string, name: string, utcOffsetMinutes: number}>} offices
 * @property {Map<number, {code: number, title: string}>} kinds
 * @property {Map<number, ListSnapshot>} lists
 * @property {Map<string, string>} extensions `list/index` to the last valid day
 * @property {{office: string, kind: number, opensOn: string, closesOn: string|null}[]} windows
 * @property {string|null} checkpoint
 * @property {{id: number, office: string, name: string, opensAt: number, closesAt: number,
 *   issuingClosesAt: number}[]} elections
 * @property {{id: number, code: string, village: string, neighbourhoods: string[]}[]} stations
 * @property {Map<string, string>} villages names by code
 */

/** A bundle that must not be used. `detail` is the finer code of core/trust_bundle.py. */
export class BundleError extends Error {
  /**
   * @param {"bundle_untrusted"|"bundle_older"|"bundle_unreadable"} code
   * @param {string} [detail]
   */
  constructor(code, detail = code) {
    super(detail);
    this.name = "BundleError";
    this.code = code;
    this.detail = detail;
  }
}

/**
 * The bundle, the publication key that signed it, and the keys that it introduces.
 * @param {string} token a compact JWS, or, while publication keys change, one in the general JSON form
 * @param {{pins?: Iterable<string>, heldVersion?: number}} [holder] `pins`: thumbprints (`kid`) of the
 *   publication keys that the holder trusts. Without any the bundle proves only that nobody changed it since
 *   that key signed it, and introduces no one: say so. `heldVersion`: an older one is refused.
 * @returns {Promise<{bundle: TrustBundle, signer: import("./keyring.js").Key, introduced: string[]}>}
 * @throws {BundleError|import("./signature.js").PublicationError}
 */
export async function openBundle(token, { pins = [], heldVersion = 0 } = {}) {
  const forms = compactForms(typeof token === "string" ? withoutBlanks(token) : token);
  const wanted = new Set(pins);
  const signers = await signersOf(forms);
  const trusted = signers.filter((key) => wanted.size === 0 || wanted.has(key.kid));
  // The thumbprint is the key's own hash, so a key out of an unproven file cannot pose as a pinned one.
  if (trusted.length === 0) throw new BundleError("bundle_untrusted");
  const payloads = [];
  for (const [place, form] of forms.entries()) payloads.push(await openPublication(form, TYP, signers[place]));
  const bundle = await understood(() => read(payloads[0])); // each signature is over this same payload
  if (!signers.every((key) => mayPublish(key, bundle))) throw new BundleError("bundle_untrusted");
  if (!(bundle.version >= heldVersion)) throw new BundleError("bundle_older");
  const next = signers.filter((key) => key.state === "standby" && !wanted.has(key.kid)).map((key) => key.kid);
  return { bundle, signer: trusted[0], introduced: wanted.size > 0 ? next : [] };
}

/** Without the blanks around any file of text; a regular expression would take long over a file of blanks. */
function withoutBlanks(token) {
  let [from, to] = [0, token.length];
  while (from < to && BLANKS.includes(token[from])) from += 1;
  while (to > from && BLANKS.includes(token[to - 1])) to -= 1;
  return token.slice(from, to);
}

/** The keys that say they signed, out of the unproven bundle: one active, any others on standby. */
async function signersOf(forms) {
  const kids = forms.map((form) => unproven(form).header.kid);
  const ring = await understood(() => unprovenKeys(forms[0]));
  const signers = kids.map((kid) => ring.findKid(kid)).filter((key) => key !== null);
  const active = signers.filter((key) => key.state === "active").length;
  const standby = signers.filter((key) => key.state === "standby").length;
  const inOrder =
    signers.length === forms.length &&
    new Set(kids).size === kids.length &&
    active === 1 &&
    standby === signers.length - 1;
  if (!inOrder) throw new BundleError("bundle_untrusted");
  return signers;
}

async function unprovenKeys(form) {
  const payload = JSON.parse(fromUtf8(unproven(form).payload));
  require(Array.isArray(payload.keys));
  const keys = await readKeys(payload);
  return new KeyRing(keys.filter((key) => key.purpose === "publication"));
}

function mayPublish({ scope }, bundle) {
  const day = dayAt(bundle.issuedAt, 0);
  return (
    scope.environment === bundle.environment &&
    scope.signsFrom <= day &&
    (scope.signsUntil === null || day <= scope.signsUntil)
  );
}

/** Whatever goes wrong while reading, the bundle is not to be read. */
async function understood(reading) {
  try {
    return await reading();
  } catch (error) {
    const told = error instanceof KeyTrouble || error instanceof StatusListError;
    throw new BundleError("bundle_unreadable", told ? error.code : "bundle_unreadable");
  }
}

/** @returns {Promise<TrustBundle>} */
async function read(payload) {
  const bundle = {
    environment: text(payload.environment),
    registry: text(payload.registry),
    hosts: each(payload.hosts, text),
    version: whole(payload.version),
    issuedAt: moment(payload.issued_at),
    asOf: moment(payload.as_of),
    staleAfter: moment(payload.stale_after),
    keys: await KeyRing.fromJwks(payload),
    offices: by("code", each(payload.offices, office)),
    kinds: by("code", each(payload.kinds, ({ code, title }) => ({ code: whole(code), title: text(title) }))),
    lists: by("number", await lists(payload.lists)),
    extensions: new Map(each(payload.extensions, extension)),
    windows: each(payload.windows, issuingWindow),
    checkpoint: orNull(payload.checkpoint, text),
    elections: each(payload.elections === undefined ? [] : payload.elections, election),
    stations: each(payload.stations === undefined ? [] : payload.stations, station),
    villages: new Map(each(payload.villages === undefined ? [] : payload.villages, village)),
  };
  require(isConsistent(bundle));
  return bundle;
}

/** Whether every office that is named is described, so that no check can stumble over it later. */
function isConsistent(bundle) {
  const named = [...bundle.lists.values()].map((snapshot) => snapshot.office);
  for (const key of bundle.keys) if (key.purpose === "seal" && key.scope.office) named.push(key.scope.office);
  return (
    named.every((code) => bundle.offices.has(code)) &&
    [...bundle.offices.values()].every((each) => Math.abs(each.utcOffsetMinutes) < MINUTES_OF_A_DAY) &&
    [...bundle.lists.values()].every((snapshot) => snapshot.statuses.bits === BITS)
  );
}

function office({ code, name, utc_offset_minutes: minutes }) {
  return { code: text(code), name: text(name), utcOffsetMinutes: whole(minutes) };
}

async function lists(entries) {
  const read = [];
  let left = MOST_UNPACKED_BYTES;
  for (const entry of each(entries, (entry) => entry)) {
    const snapshot = await list(entry, left);
    left -= snapshot.statuses.raw.length;
    read.push(snapshot);
  }
  return read;
}

/** @returns {Promise<ListSnapshot>} */
async function list(entry, most) {
  return {
    number: whole(entry.list),
    office: text(entry.office),
    nextIndex: whole(entry.next_index),
    fingerprints: new Map(each(entry.fingerprints === undefined ? [] : entry.fingerprints, printed)),
    gap: entry.gap === undefined ? null : orNull(entry.gap, gap),
    statuses: await readStatusList(entry.status_list, most),
  };
}

function printed(pair) {
  const [index, prefix] = tuple(pair, 2);
  require(fromHex(prefix).length === FINGERPRINT_PREFIX_BYTES);
  return [whole(index), prefix];
}

function gap(days) {
  const [first, last] = tuple(days, 2);
  return { first: day(first), last: day(last) };
}

function village(pair) {
  const [code, name] = tuple(pair, 2);
  return [text(code), text(name)];
}

function extension(entry) {
  const [number, index, until] = tuple(entry, 3);
  return [`${whole(number)}/${whole(index)}`, day(until)];
}

function issuingWindow({ office: code, kind, opens_on: opensOn, closes_on: closesOn }) {
  return { office: text(code), kind: whole(kind), opensOn: day(opensOn), closesOn: orNull(closesOn, day) };
}

function election({ id, office: code, name, ...moments }) {
  return {
    id: whole(id),
    office: text(code),
    name: text(name),
    opensAt: moment(moments.opens_at),
    closesAt: moment(moments.closes_at),
    issuingClosesAt: moment(moments.issuing_closes_at),
  };
}

function station({ id, code, village, neighbourhoods }) {
  return { id: whole(id), code: text(code), village: text(village), neighbourhoods: each(neighbourhoods, text) };
}

// Shapes. A value of another shape throws, and the bundle is not to be read.

function require(sound) {
  if (!sound) throw new TypeError("of another shape");
}

function text(value) {
  require(typeof value === "string");
  return value;
}

function whole(value) {
  require(Number.isSafeInteger(value));
  return value;
}

function moment(value) {
  require(isMoment(value));
  return value;
}

function day(value) {
  require(isDay(value));
  return value;
}

function orNull(value, read) {
  return value === null ? null : read(value);
}

function each(values, read) {
  require(Array.isArray(values));
  return values.map((value) => read(value));
}

function tuple(value, length) {
  require(Array.isArray(value) && value.length === length);
  return value;
}

function by(name, values) {
  return new Map(values.map((value) => [value[name], value]));
}
