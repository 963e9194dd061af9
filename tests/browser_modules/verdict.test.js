// The verdict's tables and texts: the same as the service's, out of a file made from the service's own.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as verdicts from "../../suket_service/web/static/scan/verdict.js";
import { vectors } from "./vectors.js";

const FILE = vectors("verdicts.json");
const NOON = new Date("2026-11-22T05:00:00Z");
const reasonsOf = (outcome) => FILE.reasons.filter((each) => each.outcome === outcome).map((each) => each.reason);

function verdict(reasons, changes = {}) {
  const found = { reasons, cautions: [], notes: [], checkedAt: NOON, dataAsOf: NOON, genuine: true };
  return verdicts.verdictOf({ ...found, ...changes });
}

test("outcomes are in the same order", () => {
  assert.deepEqual(verdicts.OUTCOMES, FILE.outcomes.map((each) => each.outcome));
  for (const table of [verdicts.TONES, verdicts.WORDS, verdicts.MESSAGES]) {
    assert.deepEqual(Object.keys(table), verdicts.OUTCOMES);
  }
});

test("an outcome has the same tone, word and message", async (t) => {
  for (const each of FILE.outcomes) {
    await t.test(each.outcome, () => {
      assert.equal(verdicts.TONES[each.outcome], each.tone);
      assert.deepEqual(verdicts.WORDS[each.outcome], each.word);
      assert.deepEqual(verdicts.MESSAGES[each.outcome], each.message);
      const found = verdict(reasonsOf(each.outcome).slice(0, 1));
      assert.deepEqual([found.outcome, found.tone], [each.outcome, each.tone]);
      assert.equal(verdicts.withCaution(found, "foreign_host").tone, each.cautious_tone);
    });
  }
});

test("a reason alone comes to the same outcome and message", async (t) => {
  assert.deepEqual([...verdicts.OUTCOME_OF.keys()].sort(), FILE.reasons.map((each) => each.reason).sort());
  for (const each of FILE.reasons) {
    await t.test(each.reason, () => {
      const found = verdict([each.reason]);
      assert.deepEqual([found.outcome, found.message], [each.outcome, each.message]);
    });
  }
});

test("of two reasons the first in the table decides", () => {
  for (const one of FILE.reasons) {
    for (const other of FILE.reasons) {
      const [first] = verdicts.OUTCOMES.filter((outcome) => outcome === one.outcome || outcome === other.outcome);
      assert.equal(verdict([one.reason, other.reason]).outcome, first);
    }
  }
});

test("cautions, notes and what is not covered are the same", () => {
  assert.deepEqual(verdicts.CAUTIONS, FILE.cautions);
  assert.deepEqual(verdicts.NOTES, FILE.notes);
  assert.deepEqual(verdicts.NOT_COVERED, FILE.not_covered);
});

test("a list's word is told as such only where it decides", () => {
  const [alone] = FILE.reasons.filter((each) => each.reason === "revoked_or_superseded");
  assert.deepEqual(verdict(["revoked_or_superseded", "expired"]).message, alone.message);
  assert.deepEqual(verdict(["revoked_or_superseded", "fingerprint_differs"]).message, verdicts.MESSAGES.mismatch);
});

test("a caution more leaves the rest as it was", () => {
  const one = verdict(["expired"], { cautions: ["foreign_host"], notes: ["extended"] });
  const two = verdicts.withCaution(one, "pdf_differs");
  assert.deepEqual(two, {
    ...one,
    cautions: ["foreign_host", "pdf_differs"],
    advisories: ["foreign_host", "pdf_differs", "extended"],
  });
});

test("a note changes neither outcome nor tone", () => {
  for (const note of verdicts.NOTES) {
    const found = verdict([], { notes: [note] });
    assert.deepEqual([found.outcome, found.tone, found.advisories], ["valid", "green", [note]]);
  }
});

test("a reason that nobody knows is never passed over", () => {
  for (const reason of ["", "fine", "constructor", "__proto__", undefined, null, 0]) {
    assert.throws(() => verdict([reason]), TypeError);
    assert.throws(() => verdict(["expired", reason]), TypeError);
  }
});

test("no table can be changed by whoever holds it", () => {
  for (const table of [verdicts.OUTCOMES, verdicts.TONES, verdicts.MESSAGES, verdicts.WORDS, verdicts.NOTES]) {
    assert.ok(Object.isFrozen(table));
  }
});
