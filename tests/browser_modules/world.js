// A case of outcomes.json as the world it describes: a signed trust bundle, or a registry's word.
import { deflateSync } from "node:zlib";
import { toBase64url, toHex } from "../../suket_service/web/static/scan/bytes.js";
import { fingerprint, parse, readDigits } from "../../suket_service/web/static/scan/seal.js";
import { openBundle } from "../../suket_service/web/static/scan/trust-bundle.js";
import { bundleRecords, trustOf, unread, verify } from "../../suket_service/web/static/scan/verifier.js";
import { exampleJwk, OFFICE, onlineTrust, Publisher, vectors } from "./vectors.js";

export const FILE = vectors("outcomes.json");
const ENTRIES = { valid: 0, invalid: 1, suspended: 2, not_issued: 3 };
const PUBLISHER = await Publisher.make();

/** The file's base with the changes of one case: members of key, list and record one by one, others whole. */
function worldOf(given) {
  const world = { ...FILE.base };
  for (const [name, value] of Object.entries(given.change ?? {})) {
    const merged = isPlain(value) && isPlain(world[name]);
    world[name] = merged ? { ...world[name], ...value } : value;
  }
  return world;
}

const isPlain = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const seconds = (text) => Math.floor(new Date(text).getTime() / 1000);

/** The case's seal; the plain one where it cannot be read. */
export function sealOf(given) {
  try {
    return parse(readDigits(FILE.seals[given.seal].digits));
  } catch {
    return parse(readDigits(FILE.seals.plain.digits));
  }
}

async function printOf(word, seal) {
  const own = toHex(await fingerprint(seal));
  return { own, other: own.match(/../g).reverse().join("") }[word] ?? null;
}

async function listJson(given, seal) {
  const { status_index: index, size = 128 } = { status_index: seal.facts.statusIndex, ...given };
  const raw = Buffer.alloc(size / 4);
  for (let at = 0; at < size; at += 1) {
    const entry = at === index && index < given.next_index ? ENTRIES[given.status] : at < given.next_index ? 0 : 3;
    raw[at >> 2] |= entry << (2 * (at % 4));
  }
  const print = await printOf(given.fingerprint === "neighbour" ? "own" : given.fingerprint, seal);
  const whose = index + (given.fingerprint === "neighbour" ? 1 : 0);
  return {
    list: given.number,
    office: OFFICE.code,
    next_index: given.next_index,
    status_list: { bits: 2, lst: toBase64url(deflateSync(raw, { level: 9 })) },
    ...(given.gap ? { gap: given.gap } : {}),
    ...(print ? { fingerprints: [[whose, print.slice(0, 16)]] } : {}),
  };
}

async function payloadOf(world, seal) {
  const { list } = world;
  const extended = seal.facts.statusIndex + (list?.extended === "neighbour" ? 1 : 0);
  return {
    environment: world.environment,
    registry: "a registry of the tests",
    hosts: world.hosts,
    version: seconds(world.issued_at),
    issued_at: seconds(world.issued_at),
    as_of: seconds(world.as_of),
    stale_after: seconds(world.stale_after),
    keys: [...jwksOf(world), { ...PUBLISHER.jwk, environment: world.environment }],
    offices: [{ code: OFFICE.code, name: OFFICE.name, utc_offset_minutes: world.utc_offset_minutes }],
    kinds: [],
    lists: list === null ? [] : [await listJson(list, seal)],
    extensions: list?.extended_to ? [[list.number, extended, list.extended_to]] : [],
    windows: world.windows,
    checkpoint: null,
  };
}

const jwksOf = (world) => (world.key === null ? [] : [exampleJwk(world.key)]);

async function recordOf(world, seal) {
  const { record } = world;
  if (typeof record === "string") return record;
  return { state: record.state, fingerprint: await printOf(record.fingerprint, seal), extendedTo: record.extended_to };
}

function stationOf({ station }) {
  if (station === null) return null;
  const { village, neighbourhoods, presented } = station;
  const hours = { opensAt: seconds(station.opens_at), closesAt: seconds(station.closes_at) };
  return { station: { id: 1, code: "001", village, neighbourhoods }, election: { id: 1, ...hours }, presented };
}

/** The verdict on a case, the whole way: its bundle is signed and opened again by its pin. */
export async function verdictOf(given) {
  const [world, seal] = [worldOf(given), sealOf(given)];
  const [at, text] = [new Date(world.now), world.prefix + FILE.seals[given.seal].digits];
  if (given.source === "none") return unread(given.expect.reasons[0], at, null);
  if (given.source === "bundle") {
    const token = await PUBLISHER.publish(await payloadOf(world, seal));
    const { bundle } = await openBundle(token, { pins: [PUBLISHER.kid] });
    return verify(text, trustOf(bundle), bundleRecords(bundle), at, stationOf(world));
  }
  const trust = await onlineTrust(jwksOf(world), {
    environment: world.environment,
    hosts: world.hosts,
    offices: new Map([[OFFICE.code, { ...OFFICE, utcOffsetMinutes: world.utc_offset_minutes }]]),
    windows: world.windows.map((each) => ({
      ...{ office: each.office, kind: each.kind, opensOn: each.opens_on, closesOn: each.closes_on },
    })),
    dataAsOf: at,
  });
  return verify(text, trust, { find: () => recordOf(world, seal) }, at, stationOf(world));
}
