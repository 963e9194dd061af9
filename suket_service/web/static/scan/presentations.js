// "This letter was shown here", kept as events: a set that only grows. Asks no network; `sync.js` sends them. An event
// holds a position in a list and a proof that the letter was read, never a person and never the seal.
import { toHex, toUtf8 } from "./bytes.js";
import { marked, keepClock, secondsOf } from "./clock.js";
import { heldDevice, placeOf } from "./device.js";
import { answerOf } from "./store.js";
import { versionHeld } from "./trust-store.js";

/** What of an event is sent; the rest is this phone's own. */
const SENT = ["id", "seq", "kind", "at", "list", "index", "proof", "outcome", "bundle_version", "undoes"];
const RANKS = { refused: 1, unproven: 2, known: 3, stored: 4 };
const EXPORT_FORMAT = "suket-events-v1";

/** Why something could not be marked or undone. `code` tells it. */
export class PresentationError extends Error {
  constructor(code) {
    super(code);
    this.name = "PresentationError";
    this.code = code;
  }
}

/**
 * Keep that the letter of this verdict was shown here. It is on the disk when the promise is fulfilled.
 * @param {import("./store.js").Store} store
 * @param {import("./verdict.js").Verdict} verdict
 * @param {Date} now
 */
export async function markShown(store, verdict, now) {
  if (!verdict.genuine || !verdict.seal || !verdict.fingerprint) throw new PresentationError("not_genuine");
  const device = await requireDevice(store);
  const id = toHex(crypto.getRandomValues(new Uint8Array(16)));
  // Before the transaction, which would end while anything but the store is waited for.
  const proof = await proofOf(verdict.fingerprint, id, device.station.id);
  return keepEvent(store, device, now, {
    id,
    kind: "shown",
    list: verdict.seal.facts.statusList,
    index: verdict.seal.facts.statusIndex,
    proof,
    outcome: verdict.outcome,
    undoes: null,
  });
}

/** Keep that an event of this station was a mistake. Undone once more, it stays the one undoing. */
export async function undo(store, eventId, now) {
  const device = await requireDevice(store);
  const id = toHex(crypto.getRandomValues(new Uint8Array(16)));
  return keepEvent(store, device, now, async (events) => {
    const shown = await answerOf(events.get(eventId));
    if (shown?.kind !== "shown" || shown.place !== placeOf(device)) throw new PresentationError("no_such_event");
    // The service takes an undoing from whoever sent the event; what still waits, this device will send.
    if (shown.device !== device.id && shown.waiting === undefined) throw new PresentationError("other_device");
    const { list, index } = shown;
    const undone = (await ofLetter(events, list, index)).find((each) => each.undoes === eventId);
    return undone ?? { id, kind: "undone", list, index, proof: null, outcome: "", undoes: eventId };
  });
}

/**
 * Whether a letter was shown before, by all that this phone has made or heard of.
 * @returns {Promise<{here: {id: string, at: number}[], elsewhere: boolean}>} `here`: this phone's own, still undoable
 */
export async function shownBefore(store, list, index) {
  return store.transact(["kept", "events", "seen"], "readonly", async (at) => {
    const device = await answerOf(at("kept").get("device"));
    if (!device) return { here: [], elsewhere: false };
    const events = await ofLetter(at("events"), list, index);
    const own = inForce(events).filter((each) => each.election === device.election.id);
    const here = merge(own.filter((each) => each.place === placeOf(device)), []);
    const seen = await answerOf(at("seen").get([list, index]));
    const heard = await answerOf(at("kept").get("heard"));
    const conflicts = (heard?.conflicts ?? []).filter((each) => each.list === list && each.index === index);
    return {
      here: here.map((each) => ({ id: each.id, at: each.at })),
      elsewhere: seen !== undefined || own.length > here.length || conflicts.some((each) => isElsewhere(each, device)),
    };
  });
}

/** How many events wait to be sent, of whichever station. */
export function unsent(store) {
  return store.transact(["events"], "readonly", (at) => answerOf(at("events").index("waiting").count()));
}

/** What the service has not taken, as JSON text to be handed over by hand. */
export async function exportUnsent(store, now = new Date()) {
  const device = await heldDevice(store);
  const events = await store.transact(["events"], "readonly", (at) => answerOf(at("events").getAll()));
  const left = merge(events.filter((each) => each.waiting !== undefined || each.answer?.result === "refused"), []);
  const made = {
    format: EXPORT_FORMAT,
    made_at: secondsOf(now),
    device: device && { id: device.id, name: device.name, station: device.station.id, code: device.station.code },
    events: left.map((each) => ({ ...sentForm(each), ...ownForm(each) })),
  };
  return `${JSON.stringify(made, null, 1)}\n`;
}

/** The letters shown twice that the service has told of, as it told them last. */
export async function conflictsHeld(store) {
  return (await store.get("heard"))?.conflicts ?? [];
}

/** What the service has answered it does not count: malformed, or not proven by the letter on record. */
export async function doubtful(store) {
  const events = await store.transact(["events"], "readonly", (at) => answerOf(at("events").getAll()));
  return events.filter((each) => ["refused", "unproven"].includes(each.answer?.result));
}

/** An event as the service takes it. */
export function sentForm(event) {
  return Object.fromEntries(SENT.map((name) => [name, event[name]]));
}

function ownForm({ device, election, station, answer }) {
  return { device, election, station, answer };
}

/** The union of two sets of events, by id, in the order of their making: the same in whatever order sets are merged. */
export function merge(a, b) {
  const union = new Map();
  for (const event of [...a, ...b]) {
    const known = union.get(event.id);
    union.set(event.id, known === undefined ? event : fuller(known, event));
  }
  return [...union.values()].sort(byMaking);
}

function byMaking(one, other) {
  return one.at - other.at || one.seq - other.seq || (one.id < other.id ? -1 : 1);
}

/** Of two states of one event the later: what has been answered is never unanswered again. */
export function fuller(one, other) {
  const ranks = [one, other].map((each) => RANKS[each.answer?.result] ?? 0);
  if (ranks[0] !== ranks[1]) return ranks[0] > ranks[1] ? one : other;
  return canonical(one) >= canonical(other) ? one : other;
}

/** The events of kind `shown` that nothing has undone. */
export function inForce(events) {
  const undone = new Set(events.filter((each) => each.kind === "undone").map((each) => each.undoes));
  return events.filter((each) => each.kind === "shown" && !undone.has(each.id));
}

/** Another letter of the same person, or this one at another station; not only this one here a second time. */
function isElsewhere({ same_person: samePerson, elsewhere }, { station }) {
  return samePerson || elsewhere.some((each) => each.village !== station.village || each.station !== station.code);
}

async function requireDevice(store) {
  const device = await heldDevice(store);
  if (device === null) throw new PresentationError("not_enrolled");
  if (device.state === "revoked") throw new PresentationError("device_revoked");
  return device;
}

/** One transaction: the counter, the time mark and the event, or none of them. */
async function keepEvent(store, device, now, made) {
  const at = secondsOf(now);
  const event = await store.transact(["kept", "events"], "readwrite", async (stores) => {
    const [kept, events] = [stores("kept"), stores("events")];
    const still = await answerOf(kept.get("device"));
    if (still?.id !== device.id) throw new PresentationError("not_enrolled"); // another tab has left the station
    const facts = typeof made === "function" ? await made(events) : made;
    if (facts.seq !== undefined) return facts; // it was there
    const seq = ((await answerOf(kept.get("seq"))) ?? 0) + 1;
    const bundleVersion = await versionHeld(kept);
    const whole = { ...facts, seq, at, bundle_version: bundleVersion, ...belonging(device) };
    await answerOf(events.add(whole));
    await answerOf(kept.put(seq, "seq"));
    await keepClock(kept, (clock) => marked(clock, at));
    return whole;
  });
  store.changes.dispatchEvent(new Event("mark"));
  return event;
}

/** What this phone alone keeps of an event: whose it is, and that it waits. */
function belonging(device) {
  const place = placeOf(device);
  const [election, station] = [device.election.id, device.station.id];
  return { device: device.id, election, station, place, waiting: place, answer: null };
}

function ofLetter(events, list, index) {
  return answerOf(events.index("letter").getAll([list, index]));
}

/** Only who has read the letter knows the whole fingerprint; the bundle holds but 8 bytes of it. */
async function proofOf(fingerprint, eventId, stationId) {
  const key = await crypto.subtle.importKey("raw", fingerprint, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const proof = await crypto.subtle.sign("HMAC", key, toUtf8(`suket-shown-v1:${eventId}:${stationId}`));
  return toHex(new Uint8Array(proof));
}

function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  const members = Object.keys(value).filter((name) => value[name] !== undefined).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join()}}`;
}
