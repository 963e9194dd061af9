// The registry's word as a phone takes it out of the whole answer, where the question before it was lost on the way.
import assert from "node:assert/strict";
import { test } from "node:test";
import { takesOver, wholeWord } from "../../suket_service/web/static/scan/checking.js";
import { verify } from "../../suket_service/web/static/scan/verifier.js";
import { exampleJwk, onlineTrust, vectors } from "./vectors.js";

const { seals } = vectors("outcomes.json");
const TEXT = `https://suket.example.go.id/s#${seals.plain.digits}`;
const NOON = new Date("2026-11-22T05:00:00Z");
const TRUST = await onlineTrust([exampleJwk()]);
const seconds = (moment) => moment.getTime() / 1000;
const MOMENTS = { asOf: seconds(NOON), issuedAt: seconds(NOON), staleAfter: seconds(NOON) };
const BUNDLE = { ...TRUST, ...MOMENTS, stations: [], elections: [] };
const APP = { held: { bundle: BUNDLE }, device: null };
const ANSWER = { outcome: "valid", registry: { status: "issued", valid_until: null, extended: false } };
const IN_FORCE = { find: (seal, print) => ({ state: null, fingerprint: print, extendedTo: null }) };
const GREEN = await verify(TEXT, TRUST, IN_FORCE, NOON);

const word = (changes) => wholeWord(TEXT, APP, { ...ANSWER, checked_at: NOON.toISOString(), ...changes }, false);
const fate = (status) => ({ registry: { ...ANSWER.registry, status } });

test("a letter that the whole answer calls revoked does not stay green", async () => {
  assert.equal(GREEN.tone, "green");
  for (const status of ["revoked", "superseded", "suspended"]) {
    const told = await word(fate(status));
    assert.equal(told.outcome, status);
    assert.ok(takesOver(GREEN, told));
  }
});

test("what is not on record is not green, and what was lost is not red", async () => {
  assert.equal((await word({ outcome: "unregistered", registry: null })).outcome, "unregistered");
  assert.equal((await word({ outcome: "mismatch", registry: null })).outcome, "unregistered");
  assert.equal((await word({ outcome: "indeterminate", registry: null })).outcome, "indeterminate");
});

test("a letter in force is valid, an extended one by its new day", async () => {
  assert.equal((await word({})).outcome, "valid");
  const extended = await word({ registry: { status: "issued", valid_until: "2099-01-01", extended: true } });
  assert.deepEqual([extended.validUntil, extended.notes], ["2099-01-01", ["extended"]]);
});

test("an answer of another shape is never green", async () => {
  for (const changes of [fate("fine"), { checked_at: "soon" }, { checked_at: null }, { registry: { status: 1 } }]) {
    const told = await word(changes);
    assert.ok(told === null || told.tone !== "green", JSON.stringify(changes));
  }
});
