// Keys and what they sign, as the other modules ask for it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { toUtf8 } from "../../suket_service/web/static/scan/bytes.js";
import { KeyRing } from "../../suket_service/web/static/scan/keyring.js";
import { checkSeal, compactForms, openPublication } from "../../suket_service/web/static/scan/signature.js";
import { exampleJwk, Publisher, vectors } from "./vectors.js";

const TYP = "suket-trust-bundle+jws";
const publisher = await Publisher.make();
const RING = await KeyRing.fromJwks({ keys: [exampleJwk(), publisher.jwk] });
const KEY = RING.findKid(publisher.kid);
const { kid: EXAMPLE_KID } = vectors("seal_v1.json");

test("a key is found by the id of a seal and by its whole thumbprint, and by nothing else", () => {
  const example = RING.findKid(EXAMPLE_KID);
  assert.equal(RING.find("a0a232c2"), example);
  assert.deepEqual([...RING].length, 2);
  for (const other of ["", "a0a232c3", "A0A232C2", EXAMPLE_KID, null, undefined, "constructor"]) {
    assert.equal(RING.find(other), null);
  }
  for (const other of ["", EXAMPLE_KID.slice(0, 6), "a0a232c2", null, undefined]) {
    assert.equal(RING.findKid(other), null);
  }
});

test("a ring of nothing finds nothing", async () => {
  assert.equal((await KeyRing.fromJwks({ keys: [] })).find("a0a232c2"), null);
  assert.equal(new KeyRing().findKid(EXAMPLE_KID), null);
});

test("a key set of another shape is no ring", async () => {
  for (const other of [null, undefined, {}, [], "keys", ...[null, {}, "x", [null]].map((keys) => ({ keys }))]) {
    await assert.rejects(KeyRing.fromJwks(other), { name: "KeyTrouble", code: "key_unreadable" });
  }
});

test("a ring is whole or refused", async () => {
  const keys = [exampleJwk(), { ...publisher.jwk, state: "lost" }];
  await assert.rejects(KeyRing.fromJwks({ keys }), { code: "key_unreadable" });
  await assert.rejects(KeyRing.fromJwks({ keys: [exampleJwk(), exampleJwk()] }), { code: "key_id_taken" });
});

test("what a publication key signed is opened, of its type alone", async () => {
  const form = await publisher.publish({ a: 1 });
  assert.deepEqual(await openPublication(form, TYP, KEY), { a: 1 });
  await assert.rejects(openPublication(form, "statuslist+jwt", KEY), { code: "not_a_publication" });
});

test("a seal key publishes nothing", async () => {
  const form = await publisher.publish({ a: 1 });
  await assert.rejects(openPublication(form, TYP, { ...KEY, purpose: "seal" }), { name: "PublicationError" });
});

test("a payload that is no object is no publication", async () => {
  for (const text of ["[]", "null", "7", '"x"', "", "{", "\ufeff{}"]) {
    const form = await publisher.publish(toUtf8(text));
    await assert.rejects(openPublication(form, TYP, KEY), { code: "not_a_publication" }, text);
  }
});

test("a member of the header beside type, algorithm and key is refused", async () => {
  for (const member of ["crit", "jku", "jwk", "b64", "zip", "exp"]) {
    const form = await publisher.publish({ a: 1 }, { [member]: "x" });
    await assert.rejects(openPublication(form, TYP, KEY), { code: "not_a_publication" }, member);
  }
});

test("a compact form is taken as it is, and nothing else that is no text", () => {
  assert.deepEqual(compactForms("a.b.c"), ["a.b.c"]);
  for (const other of [null, undefined, 7, ["a.b.c"], {}]) {
    assert.throws(() => compactForms(other), { name: "PublicationError" });
  }
});

test("a signature of another length is none, whatever the engine says", async () => {
  const whole = new Uint8Array(64).fill(1);
  for (const length of [0, 1, 63]) assert.equal(await checkSeal(KEY, whole, whole.slice(0, length)), false);
  assert.equal(await checkSeal(KEY, whole, new Uint8Array(65).fill(1)), false);
  assert.equal(await checkSeal(KEY, whole, whole), false);
});
