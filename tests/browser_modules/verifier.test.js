// What the verifier asks and says, and that nothing which fails on the way ever comes out green.
import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../suket_service/web/static/scan/bytes.js";
import { fingerprint, parse, readDigits } from "../../suket_service/web/static/scan/seal.js";
import { openBundle } from "../../suket_service/web/static/scan/trust-bundle.js";
import * as verifier from "../../suket_service/web/static/scan/verifier.js";
import { exampleJwk, onlineTrust, Publisher, vectors } from "./vectors.js";

const { seals } = vectors("outcomes.json");
const SEAL = parse(readDigits(seals.plain.digits));
const PRINT = toHex(await fingerprint(SEAL));
const TEXT = `https://suket.example.go.id/s#${seals.plain.digits}`;
const NOON = new Date("2026-11-22T05:00:00Z");
const TRUST = await onlineTrust([exampleJwk()]);
const OWN = { state: null, fingerprint: PRINT, extendedTo: null };
const saying = (word) => ({ find: () => word });

const verify = (changes = {}) => {
  const { text = TEXT, trust = TRUST, records = saying(OWN), at = NOON, station } = changes;
  return verifier.verify(text, trust, records, at, station);
};

async function cannotTell(changes, why) {
  const verdict = await verify(changes);
  assert.deepEqual([verdict.outcome, verdict.reasons], ["indeterminate", ["registry_unavailable"]], why);
  assert.deepEqual([verdict.genuine, verdict.seal, verdict.fingerprint, verdict.tone], [false, null, null, "amber"]);
  assert.doesNotMatch(JSON.stringify(verdict), /SUHARTINI|2172031708950003/);
}

test("a letter in force is valid, at its time and by the age of what is known", async () => {
  const verdict = await verify();
  assert.deepEqual([verdict.outcome, verdict.checkedAt, verdict.dataAsOf], ["valid", NOON, TRUST.dataAsOf]);
  assert.equal(toHex(verdict.fingerprint), PRINT);
});

test("a seal is looked up once, with its fingerprint, and may be waited for", async () => {
  const asked = [];
  const find = async (seal, print) => {
    asked.push([seal.facts.statusIndex, print]);
    return OWN;
  };
  assert.equal((await verify({ records: { find } })).outcome, "valid");
  assert.deepEqual(asked, [[5, PRINT]]);
});

test("a key is looked up by its id and never tried in turn", async () => {
  const other = await Publisher.make();
  const trust = await onlineTrust([other.jwk]);
  assert.deepEqual((await verify({ trust })).reasons, ["key_unknown"]);
});

test("records that break, or say what nobody knows, cannot tell", async (t) => {
  const words = {
    nothing: undefined,
    null: null,
    "an unknown reason": "fine",
    "an empty reason": "",
    "a member of every object": "constructor",
    "an unknown state": { ...OWN, state: "fine" },
    "no state": { fingerprint: PRINT, extendedTo: null },
    "an extension until no day": { ...OWN, extendedTo: "always" },
    "an extension without a word": { state: null, fingerprint: PRINT },
    "an extension that is a date": { ...OWN, extendedTo: new Date() },
  };
  for (const [title, word] of Object.entries(words)) {
    await t.test(title, () => cannotTell({ records: saying(word) }));
  }
  const thrown = () => {
    throw new Error("SUHARTINI");
  };
  await t.test("an error", () => cannotTell({ records: { find: thrown } }));
  await t.test("a promise that fails", () => cannotTell({ records: { find: async () => thrown() } }));
  await t.test("no records", () => cannotTell({ records: null }));
});

test("a record without a fingerprint of its own vouches for nothing", async () => {
  for (const print of ["", "00", PRINT.slice(1), `${PRINT}00`, PRINT.toUpperCase(), undefined, 7]) {
    const verdict = await verify({ records: saying({ ...OWN, fingerprint: print }) });
    assert.deepEqual(verdict.reasons, ["fingerprint_differs"], String(print));
  }
  for (const print of [PRINT.slice(0, 16), PRINT, null]) {
    assert.equal((await verify({ records: saying({ ...OWN, fingerprint: print }) })).outcome, "valid");
  }
});

test("a time that is none, or beyond the calendar, cannot tell", async (t) => {
  for (const at of [new Date(NaN), new Date(-1), new Date(8.64e15), new Date("9999-12-31T00:00:00Z")]) {
    await t.test(String(at.getTime()), () => cannotTell({ at }));
  }
  await t.test("a number", () => cannotTell({ at: NOON.getTime() }));
  await t.test("nothing", () => cannotTell({ at: null }));
});

test("trust that is not whole cannot tell", async (t) => {
  const changes = {
    "no keys": { keys: undefined },
    "no hosts": { hosts: undefined },
    "no offices": { offices: undefined },
    "no windows": { windows: undefined },
    "stale after no moment": { staleAfter: new Date(NaN) },
    "stale after nothing": { staleAfter: undefined },
    "stale after a number": { staleAfter: 1795582800 },
    "made at no moment": { issuedAt: new Date(NaN) },
    "an office without an offset": { offices: new Map([["2172", { code: "2172", name: "x" }]]) },
  };
  for (const [title, change] of Object.entries(changes)) {
    await t.test(title, () => cannotTell({ trust: { ...TRUST, ...change } }));
  }
  await t.test("none at all", () => cannotTell({ trust: null }));
});

test("a station that is not whole cannot tell", async () => {
  await cannotTell({ station: {} });
  await cannotTell({ station: { station: { village: "2172031001" }, election: {}, presented: false } });
});

test("an election without hours is never open", async () => {
  const station = { village: "2172031001", neighbourhoods: [] };
  const verdict = await verify({ station: { station, election: {}, presented: false } });
  assert.deepEqual([verdict.outcome, verdict.notes], ["valid", ["outside_hours"]]);
});

test("an engine that cannot check signatures cannot tell", async (t) => {
  const held = crypto.subtle.verify;
  const refuse = (answer) => Object.defineProperty(crypto.subtle, "verify", { value: answer, configurable: true });
  t.after(() => refuse(held));
  refuse(async () => {
    throw new DOMException("busy", "OperationError");
  });
  await cannotTell({});
  for (const odd of [undefined, 1, "true", {}]) {
    refuse(async () => odd);
    assert.deepEqual((await verify()).reasons, ["signature_invalid"]);
  }
});

// Online

const answer = (status, changes = {}) => ({ status, extended_to: null, ...changes });

test("the registry's word decides online", async (t) => {
  const words = {
    issued: [],
    suspended: ["suspended"],
    revoked: ["revoked"],
    superseded: ["superseded"],
    unknown: ["not_issued"],
    undecided: ["list_missing"],
    "something new": ["registry_unavailable"],
    constructor: ["registry_unavailable"],
  };
  for (const [status, reasons] of Object.entries(words)) {
    await t.test(status, async () => {
      const verdict = await verify({ records: verifier.onlineRecords(answer(status)) });
      assert.deepEqual(verdict.reasons, reasons);
      assert.equal(verdict.genuine, true);
    });
  }
});

test("an answer without a word cannot tell", async () => {
  for (const nothing of [null, undefined, "issued", 7, {}, [], { status: null }]) {
    const { outcome } = await verify({ records: verifier.onlineRecords(nothing) });
    assert.equal(outcome, "indeterminate");
  }
});

test("an extension of the registry holds, and one that is no day cannot tell", async () => {
  const extended = answer("issued", { extended_to: "2027-08-19" });
  const verdict = await verify({ records: verifier.onlineRecords(extended) });
  assert.deepEqual([verdict.validUntil, verdict.notes], ["2027-08-19", ["extended"]]);
  await cannotTell({ records: verifier.onlineRecords(answer("issued", { extended_to: "soon" })) });
});

test("the registry is asked once, and only of a genuine seal", async () => {
  const asked = [];
  const records = verifier.onlineRecords(async (question) => {
    asked.push(question);
    return answer("issued");
  });
  assert.equal((await verify({ records })).outcome, "valid");
  const forged = seals["one bit of the name changed"].digits;
  assert.equal((await verify({ records, text: forged })).outcome, "forged");
  assert.equal((await verify({ records, trust: await onlineTrust([]) })).outcome, "unknown_issuer");
  assert.deepEqual(asked, [{ list: 1, index: 5, fingerprint: PRINT }]);
});

test("a registry that does not answer cannot tell", async () => {
  const records = verifier.onlineRecords(async () => {
    throw new TypeError("Failed to fetch");
  });
  await cannotTell({ records });
});

test("what a stolen key signed is believed online only where its fingerprint is on record", async () => {
  const trust = await onlineTrust([exampleJwk({ state: "revoked" })]);
  const said = async (status) => verify({ trust, records: verifier.onlineRecords(answer(status)) });
  assert.deepEqual((await said("issued")).cautions, ["key_revoked"]);
  assert.deepEqual((await said("unknown")).reasons, ["key_revoked"]);
  assert.equal((await said("unknown")).seal, null);
});

test("trust in a bundle is what the bundle says, and online neither its age nor its lists", async () => {
  const [{ token, pins }] = vectors("bundles.json").cases;
  const { bundle } = await openBundle(token, { pins });
  const offline = verifier.trustOf(bundle);
  for (const [moment, seconds] of [["dataAsOf", "asOf"], ["issuedAt", "issuedAt"], ["staleAfter", "staleAfter"]]) {
    assert.equal(offline[moment].getTime(), bundle[seconds] * 1000);
  }
  const late = new Date("2027-01-22T05:00:00Z");
  const online = verifier.onlineTrustOf(bundle, late);
  assert.deepEqual(online, { ...offline, dataAsOf: late, issuedAt: null, staleAfter: null });
  const records = verifier.onlineRecords(answer("issued"));
  assert.equal((await verify({ trust: online, records, at: late })).outcome, "valid");
  assert.deepEqual((await verify({ trust: offline, records, at: late })).reasons, ["list_stale"]);
});
