// Seals and bundles that another verifier has read: this one must say the same of each, to the last fact.
// The answers are made by test_browser_modules.py, anew for every run; without them nothing is compared.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { toHex } from "../../suket_service/web/static/scan/bytes.js";
import * as seals from "../../suket_service/web/static/scan/seal.js";
import { verify } from "../../suket_service/web/static/scan/verifier.js";
import { answerOf as bundleAnswer } from "./bundles.js";
import { asVector, exampleJwk, onlineTrust } from "./vectors.js";

const { SUKET_ANSWERS: SEALS, SUKET_BUNDLES: BUNDLES } = process.env;
const NOON = new Date("2026-11-22T05:00:00Z");
const given = (file) => ({ skip: file ? false : "no answers given" });
const read = (file) => JSON.parse(readFileSync(file, "utf-8"));

test("the other verifier's answer to a seal is this one's too", given(SEALS), async () => {
  const answers = read(SEALS);
  assert.ok(answers.length > 0);
  const trust = await onlineTrust([exampleJwk({ lists: Array.from({ length: 65535 }, (_, at) => at + 1) })]);
  for (const [place, { text, ...expected }] of answers.entries()) {
    assert.deepEqual(await answerOf(text, trust), expected, `answer ${place}: ${text}`);
  }
});

async function answerOf(text, trust) {
  const find = (_, fingerprint) => ({ state: null, fingerprint, extendedTo: null });
  const { outcome, reasons, cautions, validUntil } = await verify(text, trust, { find }, NOON);
  return { outcome, reasons, cautions, valid_until: validUntil, seal: await readOf(text) };
}

/** What was read, whoever signed it; null where nothing could be. */
async function readOf(text) {
  try {
    const seal = seals.parse(seals.readDigits(seals.readText(text).digits));
    const fingerprint = await seals.fingerprint(seal);
    return {
      facts: asVector(seal.facts),
      key_id: seal.keyId,
      body: toHex(seal.body),
      signature: toHex(seal.signature),
      fingerprint: toHex(fingerprint),
      check_code: seals.checkCode(fingerprint),
    };
  } catch (error) {
    assert.equal(error.name, "SealError");
    return null;
  }
}

test("a bundle that opens here opens there, and is understood alike", given(BUNDLES), async () => {
  const { seed, pin, answers } = read(BUNDLES);
  let opened = 0;
  for (const [place, { token, understood }] of answers.entries()) {
    const answer = await bundleAnswer(token, { pins: [pin] });
    if (answer.error === undefined) assert.deepEqual(answer, understood, `seed ${seed}, bundle ${place}`);
    opened += answer.error === undefined ? 1 : 0;
  }
  assert.ok(opened > 0 && opened < answers.length, `${opened} of ${answers.length} opened`);
});
