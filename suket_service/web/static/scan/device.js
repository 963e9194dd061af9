// This phone as a station's device: enrolled with a sheet, asking with a proof, leaving again. Marks no letter.
// The enrolment code is given to the service whose key is on the sheet and to nobody else, and is never kept.
import { sha256, toHex, toUtf8 } from "./bytes.js";
import { offsetAt, secondsOf } from "./clock.js";
import { confirmationOf, newPair, proofOf, publicJwk } from "./device-key.js";
import { ask, LONG_PATIENCE, problemCode } from "./line.js";
import { pinnedByPaper } from "./pins.js";
import { answerOf } from "./store.js";
import { openBundle } from "./trust-bundle.js";

export const STATION_BUNDLE = "/api/v1/station/trust-bundle";
export const PRESENTATIONS = "/api/v1/presentations";
const DEVICES = "/api/v1/devices";
const PUBLIC_BUNDLE = "/scan/trust-bundle";
const STATES_BY_CODE = { device_waiting: "waiting", device_revoked: "revoked" };
const ENROLMENT = /^(?:https?:\/\/([^\s/#]+)\/scan\/?)?#enrol=([0-9A-Za-z-]{12,14})\.([0-9A-Za-z_-]{43})$/;
const TYPED_CODE = /^[0-9A-HJKMNP-TV-Z]{12}$/;
const KID_CHARACTERS = 43;

/** Why this phone is not, or not any more, a station's device. `code` tells it. */
export class DeviceError extends Error {
  constructor(code) {
    super(code);
    this.name = "DeviceError";
    this.code = code;
  }
}

/**
 * What an enrolment sheet says: its QR's link, the link's fragment, or code and thumbprint as typed, blanks and all.
 * @param {string} text
 * @returns {{code: string, kid: string, host: string|null}|null} `host`: whom the link names
 */
export function readEnrolment(text) {
  const link = ENROLMENT.exec(text.trim());
  if (link !== null) return enrolment(link[2], link[3], link[1] ?? null);
  // Typed: the thumbprint is the last 43 signs, for it may hold dashes of its own.
  const signs = text.replace(/\s/g, "");
  const kid = signs.slice(-KID_CHARACTERS);
  if (!/^[0-9A-Za-z_-]{43}$/.test(kid)) return null;
  return enrolment(signs.slice(0, -KID_CHARACTERS).replace(/\.$/, ""), kid, null);
}

function enrolment(typed, kid, host) {
  // Crockford: signs that look alike are one, and there is no U.
  const code = typed.replace(/-/g, "").toUpperCase().replace(/[IL]/g, "1").replace(/O/g, "0");
  return TYPED_CODE.test(code) ? { code, kid, host } : null;
}

/**
 * Become the device of the station whose sheet this is. Safe to repeat with the same sheet until the answer has come.
 * @param {import("./store.js").Store} store
 * @param {{code: string, kid: string}} sheet
 * @param {string} name what people call this phone
 */
export async function enrol(store, { code, kid }, name) {
  if (typeof crypto === "undefined" || !crypto.subtle) throw new DeviceError("insecure");
  const trace = toHex(await sha256(toUtf8(`suket-enrolment:${code}`)));
  const held = await store.get("device");
  if (held && held.state !== "revoked" && held.trace !== trace) throw new DeviceError("already_enrolled");
  // Before the code is given away: is this site the registry whose thumbprint is on the paper?
  await requireRegistry(store, kid);
  const pair = held?.trace === trace ? held.pair : await pairFor(store, trace);
  const key = await publicJwk(pair);
  const answer = await ask(store, DEVICES, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code, key, name }),
  });
  const told = await enrolled(answer);
  const device = { ...told, name, pair, trace };
  if (device.confirmation !== (await confirmationOf(key))) throw new DeviceError("wrong_answer");
  await keep(store, device, kid);
  return shown(device);
}

/** For what a device stands: a station may serve several elections, and an event belongs to one. */
export function placeOf({ election, station }) {
  return `${election.id}/${station.id}`;
}

/** What of the index `waiting` is this device's to send. */
export function waitingAt(device) {
  return IDBKeyRange.bound([placeOf(device), 0], [placeOf(device), Infinity]);
}

/** The device that this phone is, without its key; null when it is none. */
export async function heldDevice(store) {
  const device = await store.get("device");
  return device ? shown(device) : null;
}

/**
 * Be no device any more. Events are kept; those that wait could then not be sent, so they must be asked about first.
 * @param {{evenUnsent?: boolean}} [options]
 */
export async function leaveStation(store, { evenUnsent = false } = {}) {
  await store.transact(["kept", "events", "seen"], "readwrite", async (at) => {
    const device = await answerOf(at("kept").get("device"));
    const waiting = device ? await answerOf(at("events").index("waiting").count(waitingAt(device))) : 0;
    if (waiting > 0 && !evenUnsent) throw new DeviceError("events_unsent");
    await forgetStation(at);
    await answerOf(at("kept").delete("device"));
  });
}

/**
 * Ask the service as this device. A clock that is off is put right once by the service's own.
 * @param {string} path without a query
 * @param {object|null} body
 * @returns {Promise<Response>}
 */
export async function signedFetch(store, method, path, body = null, { headers = {}, patience } = {}) {
  const device = await store.get("device");
  if (!device) throw new DeviceError("not_enrolled");
  if (device.state === "revoked") throw new DeviceError("device_revoked");
  const text = body === null ? null : JSON.stringify(body);
  const attempt = async () => {
    const now = Date.now();
    const seconds = secondsOf(now) + offsetAt(await store.get("clock"), now);
    const proof = await proofOf(device, { method, path, text: text ?? "" }, seconds);
    const json = text === null ? {} : { "Content-Type": "application/json" };
    return ask(store, path, {
      method,
      headers: { ...headers, ...json, Authorization: `Bearer ${proof}` },
      body: text,
      patience,
    });
  };
  let answer = await attempt();
  // The answer's Date has been noted: the second proof is by the service's clock.
  if (answer.status === 401 && (await problemCode(answer)) === "proof_stale") answer = await attempt();
  await noteState(store, device, path, answer);
  return answer;
}

async function requireRegistry(store, kid) {
  const answer = await ask(store, PUBLIC_BUNDLE, { patience: LONG_PATIENCE });
  if (!answer.ok) throw new DeviceError("not_ready");
  try {
    await openBundle(await answer.text(), { pins: [kid] });
  } catch {
    throw new DeviceError("registry_differs");
  }
}

/** The key pair for that code: an answer that was lost must find the same key when the code is sent again. */
async function pairFor(store, trace) {
  const begun = await store.get("enrolling");
  if (begun?.trace === trace) return begun.pair;
  const pair = await newPair();
  await store.set("enrolling", { trace, pair });
  return pair;
}

async function enrolled(answer) {
  if (answer.status === 201) {
    const { device, state, confirmation, station, election } = await answer.json().catch(() => ({}));
    if (!/^[0-9a-f]{32}$/.test(device) || !station?.id || !election?.id) throw new DeviceError("wrong_answer");
    return { id: device, state, confirmation, station: stationOf(station), election: electionOf(election) };
  }
  if (answer.status === 429) throw new DeviceError("too_many_tries");
  if (answer.status >= 500) throw new DeviceError("not_ready");
  throw new DeviceError((await problemCode(answer)) ?? "refused");
}

async function keep(store, device, kid) {
  await store.transact(["kept", "seen"], "readwrite", async (at) => {
    const before = await answerOf(at("kept").get("device"));
    if (!before || placeOf(before) !== placeOf(device)) await forgetStation(at);
    const pins = (await answerOf(at("kept").get("pins"))) ?? [];
    await answerOf(at("kept").put(pinnedByPaper(pins, kid), "pins"));
    await answerOf(at("kept").put(device, "device"));
    await answerOf(at("kept").delete("enrolling"));
  });
}

/** What was heard as another station's device; its events and their counter stay. */
async function forgetStation(at) {
  for (const key of ["heard", "trust:station", "token:station"]) await answerOf(at("kept").delete(key));
  await answerOf(at("seen").clear());
}

async function noteState(store, device, path, answer) {
  const onlyForActive = path === STATION_BUNDLE || path === PRESENTATIONS;
  const known = answer.status === 200 || answer.status === 304;
  const state = onlyForActive && known ? "active" : STATES_BY_CODE[await problemCode(answer)];
  if (state === undefined || state === device.state) return;
  await store.transact(["kept"], "readwrite", async (at) => {
    const now = await answerOf(at("kept").get("device"));
    if (now?.id === device.id) await answerOf(at("kept").put({ ...now, state }, "device"));
  });
}

function shown({ id, name, confirmation, state, station, election }) {
  return { id, name, confirmation, state, station, election };
}

function stationOf({ id, code, village, village_name: villageName, neighbourhoods, address }) {
  return { id, code, village, villageName, neighbourhoods, address };
}

function electionOf({ id, name, opens_at: opensAt, closes_at: closesAt, issuing_closes_at: issuingClosesAt }) {
  return { id, name, opensAt, closesAt, issuingClosesAt };
}
