// The reference cases of the seal, good and bad: the contract that every verifier is held to.
import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../suket_service/web/static/scan/bytes.js";
import * as seals from "../../suket_service/web/static/scan/seal.js";
import { checkSeal } from "../../suket_service/web/static/scan/signature.js";
import { verify } from "../../suket_service/web/static/scan/verifier.js";
import { asVector, exampleJwk, onlineTrust, vectors } from "./vectors.js";

const FILE = vectors("seal_v1.json");
const NOON = new Date("2026-11-22T05:00:00Z");

async function check(text) {
  const asked = [];
  const find = (seal, fingerprint) => {
    asked.push(seal);
    return { state: null, fingerprint, extendedTo: null };
  };
  return { verdict: await verify(text, await onlineTrust([exampleJwk()]), { find }, NOON), asked };
}

test("every case is either good or bad", () => {
  const good = FILE.cases.filter((each) => "facts" in each);
  const bad = FILE.cases.filter((each) => "outcome" in each);
  assert.equal(good.length + bad.length, FILE.cases.length);
  assert.equal(FILE.cases.length, 65);
});

test("a good text reads to its facts and bytes, and its signature holds", async (t) => {
  const { keys } = await onlineTrust([exampleJwk()]);
  for (const each of FILE.cases.filter((one) => one.facts)) {
    await t.test(each.title, async () => {
      const { origin, digits } = seals.readText(each.text);
      assert.equal(origin, "https://suket.example.go.id");
      const seal = seals.parse(seals.readDigits(digits));
      assert.deepEqual(asVector(seal.facts), each.facts);
      assert.equal(toHex(seal.body), each.body);
      const fingerprint = await seals.fingerprint(seal);
      assert.equal(toHex(fingerprint), each.fingerprint);
      assert.equal(seals.checkCode(fingerprint), each.check_code);
      const key = keys.find(seal.keyId);
      assert.equal(key.kid, FILE.kid);
      assert.equal(await checkSeal(key, seal.body, seal.signature), true);
      const { verdict, asked } = await check(each.text);
      assert.deepEqual([verdict.genuine, asked.length], [true, 1]);
    });
  }
});

test("a bad text gets exactly its outcome and reason, and nothing of it is looked up or told", async (t) => {
  for (const each of FILE.cases.filter((one) => one.outcome)) {
    await t.test(each.title, async () => {
      const { verdict, asked } = await check(each.text);
      assert.deepEqual([verdict.outcome, verdict.reasons], [each.outcome, [each.reason]]);
      assert.deepEqual([verdict.genuine, verdict.seal, verdict.fingerprint], [false, null, null]);
      assert.equal(asked.length, 0);
    });
  }
});

test("what is no text at all is not a seal", async () => {
  for (const nothing of [null, undefined, 7, {}, [], ["1"], new String("1"), 5n]) {
    assert.throws(() => seals.readText(nothing), { name: "SealError", reason: "not_a_seal" });
    assert.deepEqual((await check(nothing)).verdict.reasons, ["not_a_seal"]);
  }
});

test("a link without encryption is a seal's only where it is allowed", () => {
  const text = "http://127.0.0.1:5000/s#123";
  assert.deepEqual(seals.readText(text, true), { origin: "http://127.0.0.1:5000", digits: "123" });
  assert.throws(() => seals.readText(text), { reason: "not_a_seal" });
});

test("480 digits are read and 481 are not", () => {
  assert.equal(seals.readText("1".repeat(480)).digits.length, 480);
  assert.throws(() => seals.readText("1".repeat(481)), { reason: "not_a_seal" });
});

test("an error of reading holds nothing of what was read", () => {
  const { text } = FILE.cases.find((each) => each.title === "NIK of 17 digits");
  const { digits } = seals.readText(text);
  try {
    seals.parse(seals.readDigits(digits));
    assert.fail("it was read");
  } catch (error) {
    assert.equal(error.message, "field_invalid");
    assert.equal(error.cause, undefined);
  }
});

test("a byte order mark before a name is not swallowed", () => {
  const plain = seals.parse(seals.readDigits(seals.readText(FILE.cases[0].text).digits));
  const marked = new Uint8Array(plain.sealed.length + 3);
  marked.set(plain.sealed.slice(0, 49));
  marked.set([0xef, 0xbb, 0xbf], 49);
  marked.set(plain.sealed.slice(49), 52);
  marked[48] += 3;
  assert.throws(() => seals.parse(marked), { reason: "field_invalid" });
});

test("no byte at all is of no known format", () => {
  assert.throws(() => seals.parse(new Uint8Array()), { reason: "format_unknown" });
});

test("a NIK keeps its leading zeros", () => {
  const { sealed } = seals.parse(seals.readDigits(seals.readText(FILE.cases[0].text).digits));
  sealed.set([0, 0, 0, 0, 0, 1, 2], 10);
  assert.equal(seals.parse(sealed).facts.nik, "0000000000000258");
});
